//! What flags and arguments may hold; what is wrong is told before anybody is asked.

/// An identifier of this kind.
fn sid(prefix: &str, text: &str) -> Result<String, String> {
    let digits = text.strip_prefix(prefix).unwrap_or_default();
    let small = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if digits.len() == 32 && digits.bytes().all(small) {
        return Ok(text.to_owned());
    }
    Err(format!("{prefix} and 32 hexadecimal digits are wanted"))
}

/// A call.
pub fn call(text: &str) -> Result<String, String> {
    sid("CA", text)
}

/// A recording.
pub fn recording(text: &str) -> Result<String, String> {
    sid("RE", text)
}

/// A request to the application.
pub fn webhook(text: &str) -> Result<String, String> {
    sid("WH", text)
}

/// A number that is owned: its identifier, or itself.
pub fn number(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('+').unwrap_or_default();
    let plain = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if plain {
        return Ok(text.to_owned());
    }
    let wanted = "PN and 32 hexadecimal digits are wanted, or the number itself: +12025550190";
    sid("PN", text).map_err(|_| wanted.to_owned())
}

/// A day, or a moment.
pub fn date(text: &str) -> Result<String, String> {
    let form = |form: &str| {
        text.len() == form.len()
            && text
                .bytes()
                .zip(form.bytes())
                .all(|(have, want)| match want {
                    b'0' => have.is_ascii_digit(),
                    want => have == want,
                })
    };
    if form("0000-00-00") || form("0000-00-00T00:00:00Z") {
        return Ok(text.to_owned());
    }
    Err("a day is wanted, 2026-07-06, or a moment, 2026-07-06T22:05:25Z".to_owned())
}

/// Says to a request what was said by flags.
macro_rules! say {
    ($ask:ident, $from:expr, $($name:ident)+) => {
        $(if let Some(value) = &$from.$name {
            $ask = $ask.$name(value.clone());
        })+
    };
}
pub(crate) use say;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_taken_and_nothing_else() {
        assert!(call(&format!("CA{:032x}", 1)).is_ok());
        for bad in ["", "CA", "CA1", "RE00000000000000000000000000000001"] {
            assert!(call(bad).is_err(), "{bad}");
        }
        assert!(call(&format!("CA{:032X}", 0xab)).is_err());
        assert!(number("+12025550190").is_ok() && number(&format!("PN{:032x}", 1)).is_ok());
        assert!(number("12025550190").is_err() && number("+1202x550190").is_err());
        assert!(date("2026-07-06").is_ok() && date("2026-07-06T22:05:25Z").is_ok());
        for bad in ["yesterday", "2026-7-6", "2026-07-06 22:05:25", "06.07.2026"] {
            assert!(date(bad).is_err(), "{bad}");
        }
    }
}

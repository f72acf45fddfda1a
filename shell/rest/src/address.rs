//! How addresses are shown, and read in filters.

use model::Address;
use model::address::e164;

/// The address a filter names. An unencoded `+` means a space, so digits behind a space are a
/// number whose client forgot to encode it.
pub fn filter(text: &str) -> Address {
    let lost_plus = text.strip_prefix(' ').map(|digits| format!("+{digits}"));
    match lost_plus.as_deref().and_then(e164) {
        Some(number) => Address::Number(number),
        None => Address::parse(text),
    }
}

/// A North American number as people there write it; everything else as it is.
pub fn formatted(address: &Address) -> String {
    address
        .number()
        .and_then(national)
        .unwrap_or_else(|| address.to_string())
}

/// `(415) 867-5309` for `+14158675309`.
pub fn national(number: &str) -> Option<String> {
    let digits = number
        .strip_prefix("+1")
        .filter(|digits| digits.len() == 10)?;
    Some(format!(
        "({}) {}-{}",
        &digits[..3],
        &digits[3..6],
        &digits[6..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_may_have_lost_its_plus() {
        let number = Address::Number("+14158675309".into());
        for text in [
            "+14158675309",
            " 14158675309",
            "+1 (415) 867-5309",
            " 1 415 867 5309",
        ] {
            assert_eq!(filter(text), number, "{text}");
        }
        for other in [
            "client:14158675309",
            "sip:1@x",
            " ACME",
            "14158675309",
            "sim:DE1",
        ] {
            assert_eq!(filter(other), Address::parse(other));
        }
    }

    #[test]
    fn only_north_american_numbers_are_written_otherwise() {
        assert_eq!(formatted(&Address::parse("+14158675309")), "(415) 867-5309");
        for same in [
            "+551155256325",
            "+4420794601234",
            "client:bob",
            "sip:bob@example.com",
        ] {
            assert_eq!(formatted(&Address::parse(same)), same);
        }
    }
}

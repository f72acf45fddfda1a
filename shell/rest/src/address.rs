//! How addresses are shown.

use model::Address;

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

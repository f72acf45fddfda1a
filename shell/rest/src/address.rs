//! How addresses are shown, and read in filters.

use model::address::e164;
use model::{Address, limit};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

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

/// `(415) 867-5309` for `+14158675309`, by the numbering plans; remembered, because lists show the
/// same numbers over and over.
pub fn national(number: &str) -> Option<String> {
    static WRITTEN: RwLock<BTreeMap<String, String>> = RwLock::new(BTreeMap::new());
    if !number.starts_with("+1") {
        return None;
    }
    let known = WRITTEN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(written) = known.get(number) {
        return Some(written.clone());
    }
    drop(known);
    let written = numbering::national(number)?;
    let mut known = WRITTEN.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= limit::NUMBERS_REMEMBERED_MAX {
        known.clear();
    }
    known.insert(number.to_owned(), written.clone());
    Some(written)
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

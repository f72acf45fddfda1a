//! What the world's numbering plans say of a telephone number: where it lives, how it is written.
//!
//! Both questions take about ten microseconds (the first one of a process a tenth of a second,
//! while the plans are unpacked), so whoever asks often remembers the answer.
#![forbid(unsafe_code)]

use phonenumber::{Mode, PhoneNumber};

/// Shown by carriers in the place of a number that is withheld ("anonymous" on a keypad). It
/// happens to read like a number of Lesotho.
const WITHHELD: &str = "+266696687";

/// Unpacks the plans, so that the first call doesn't wait for it.
pub fn unpack() {
    // The answer is of no interest.
    let _ = country("+12025550101");
}

/// A North American number as people there write it: `(415) 867-5309` for `+14158675309`.
/// Numbers elsewhere have no such form: the contract shows them as they are.
pub fn national(number: &str) -> Option<String> {
    let number = read(number).filter(|_| number.starts_with("+1") && number.len() == 12)?;
    Some(number.format().mode(Mode::National).to_string())
}

/// The country a number belongs to, as two letters (ISO 3166); `None` if no plan knows it.
pub fn country(number: &str) -> Option<String> {
    Some(read(number)?.country().id()?.as_ref().to_owned())
}

/// The number that somebody in this country (ISO 3166) means by these digits: written nationally,
/// or abroad with the prefix that leads out of the country. `None` if no plan has such a number.
pub fn dialled(text: &str, country: &str) -> Option<String> {
    let home = country.parse().ok()?;
    let number = phonenumber::parse(Some(home), text).ok()?;
    let written = number.format().mode(Mode::E164).to_string();
    number.is_valid().then_some(written)
}

fn read(number: &str) -> Option<PhoneNumber> {
    if number == WITHHELD || !number.starts_with('+') {
        return None;
    }
    phonenumber::parse(None, number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn north_american_numbers_are_written_as_people_there_write_them() {
        for (number, written) in [
            ("+14158675309", "(415) 867-5309"),
            // No plan assigns it, and documents call it all the same.
            ("+13051416798", "(305) 141-6798"),
            ("+16135550123", "(613) 555-0123"),
        ] {
            assert_eq!(national(number).as_deref(), Some(written));
        }
        for number in [
            "+1555",
            "+551155256325",
            "+442079460123",
            "sip:bob@a",
            "",
            "+",
        ] {
            assert_eq!(national(number), None, "{number}");
        }
    }

    #[test]
    fn digits_mean_what_they_mean_where_they_are_dialled() {
        for (text, country, number) in [
            ("020 7946 0123", "GB", Some("+442079460123")),
            ("00 49 30 901820", "GB", Some("+4930901820")),
            ("(030) 901820", "DE", Some("+4930901820")),
            ("01 44 20 79 46", "FR", Some("+33144207946")),
            ("415-867-5309", "US", Some("+14158675309")),
            ("112", "DE", None),
            ("bob", "DE", None),
            ("", "DE", None),
            ("020 7946 0123", "XX", None),
        ] {
            assert_eq!(dialled(text, country).as_deref(), number, "{text}");
        }
    }

    #[test]
    fn a_number_tells_its_country_if_a_plan_knows_it() {
        for (number, letters) in [
            ("+14158675309", "US"),
            ("+16046666666", "CA"),
            ("+551155256325", "BR"),
            ("+442079460123", "GB"),
        ] {
            assert_eq!(country(number).as_deref(), Some(letters));
        }
        for number in ["+13051416798", "+99912345", "+266696687", "101", ""] {
            assert_eq!(country(number), None, "{number}");
        }
    }
}

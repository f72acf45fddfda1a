//! Text as it is searched: without capitals and accents, so that `Sao Joao` finds `São João`.
//!
//! Both databases compare the folded text byte by byte; what each of them calls a capital, or an
//! accent, or a collation, makes no difference then.

/// Folds a text. Letters of European languages lose their accents; others only their capitals.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => folded.push('c'),
            'ď' | 'đ' | 'ð' => folded.push('d'),
            'é' | 'è' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => folded.push('g'),
            'í' | 'ì' | 'î' | 'ï' | 'ĩ' | 'ī' | 'į' | 'ı' => folded.push('i'),
            'ķ' => folded.push('k'),
            'ĺ' | 'ļ' | 'ľ' | 'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => folded.push('n'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => folded.push('o'),
            'ŕ' | 'ř' => folded.push('r'),
            'ś' | 'ş' | 'š' | 'ș' => folded.push('s'),
            'ţ' | 'ť' | 'ț' => folded.push('t'),
            'ú' | 'ù' | 'û' | 'ü' | 'ũ' | 'ū' | 'ů' | 'ű' | 'ų' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            // Accents that stand as letters of their own behind the letter (Unicode, NFD).
            '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
    folded
}

/// What `LIKE … ESCAPE '\'` looks for so that a text holds this one.
pub fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in fold(text.trim()).chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// The digits of what looks like a number, or a part of one, however it is written.
pub fn digits(text: &str) -> Option<String> {
    let plain = |letter: char| letter.is_ascii_digit() || " +-.()\u{a0}".contains(letter);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (text.chars().all(plain) && !digits.is_empty()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_and_accents_make_no_difference() {
        assert_eq!(fold("São João Ünlü"), "sao joao unlu");
        assert_eq!(fold("Sa\u{303}o"), "sao");
        assert_eq!(fold("Straße 東京"), "strasse 東京");
    }

    #[test]
    fn a_pattern_means_its_letters() {
        assert_eq!(holding(" 100%_Ok\\ "), "%100\\%\\_ok\\\\%");
    }

    #[test]
    fn a_part_of_a_number_is_told_from_a_name() {
        assert_eq!(digits("(11) 99999-0001").as_deref(), Some("11999990001"));
        assert_eq!(digits("Ana 2"), None);
        assert_eq!(digits("+"), None);
    }
}

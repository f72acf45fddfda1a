//! Portuguese, as it is spoken in Brazil.

use super::{Words, thousands};

pub(super) const WORDS: Words = Words {
    thousands: '.',
    point: ',',
    point_name: "vírgula",
    plus: "mais",
    minus: "menos",
    and: "e",
    telephone: &[&[2, 5, 4], &[2, 4, 4], &[5, 4], &[4, 4]],
    date_order: "dmy",
    months: [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    cardinal,
    ordinal,
    fraction,
    date,
    length,
    clock,
    signs: &[
        ('-', "traço"),
        ('.', "ponto"),
        ('@', "arroba"),
        ('_', "sublinhado"),
        ('/', "barra"),
        ('\\', "barra invertida"),
        ('+', "mais"),
        ('#', "jogo da velha"),
        ('*', "asterisco"),
        ('&', "e comercial"),
        ('%', "por cento"),
        ('$', "cifrão"),
        ('=', "igual"),
        (':', "dois pontos"),
        ('!', "exclamação"),
        ('?', "interrogação"),
        ('\'', "apóstrofo"),
    ],
    units: &[
        ("mm", "milímetro", "milímetros"),
        ("cm", "centímetro", "centímetros"),
        ("m", "metro", "metros"),
        ("km", "quilômetro", "quilômetros"),
        ("km/h", "quilômetro por hora", "quilômetros por hora"),
        ("mg", "miligrama", "miligramas"),
        ("g", "grama", "gramas"),
        ("kg", "quilo", "quilos"),
        ("t", "tonelada", "toneladas"),
        ("ml", "mililitro", "mililitros"),
        ("l", "litro", "litros"),
        ("L", "litro", "litros"),
        ("ms", "milissegundo", "milissegundos"),
        ("s", "segundo", "segundos"),
        ("seg", "segundo", "segundos"),
        ("min", "minuto", "minutos"),
        ("h", "hora", "horas"),
        ("°C", "grau Celsius", "graus Celsius"),
        ("°", "grau", "graus"),
        ("%", "por cento", "por cento"),
        ("V", "volt", "volts"),
        ("W", "watt", "watts"),
        ("kWh", "quilowatt-hora", "quilowatts-hora"),
        ("MB", "megabyte", "megabytes"),
        ("GB", "gigabyte", "gigabytes"),
    ],
    shorts: &[
        ("r", "Rua"),
        ("av", "Avenida"),
        ("pç", "Praça"),
        ("pça", "Praça"),
        ("al", "Alameda"),
        ("trav", "Travessa"),
        ("rod", "Rodovia"),
        ("estr", "Estrada"),
        ("apto", "apartamento"),
        ("ap", "apartamento"),
        ("bl", "bloco"),
        ("nº", "número"),
        ("n°", "número"),
        ("cj", "conjunto"),
        ("s/n", "sem número"),
    ],
};

const UNITS: [&str; 20] = [
    "zero",
    "um",
    "dois",
    "três",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "quatorze",
    "quinze",
    "dezesseis",
    "dezessete",
    "dezoito",
    "dezenove",
];
const TENS: [&str; 10] = [
    "",
    "",
    "vinte",
    "trinta",
    "quarenta",
    "cinquenta",
    "sessenta",
    "setenta",
    "oitenta",
    "noventa",
];
const HUNDREDS: [&str; 10] = [
    "",
    "cento",
    "duzentos",
    "trezentos",
    "quatrocentos",
    "quinhentos",
    "seiscentos",
    "setecentos",
    "oitocentos",
    "novecentos",
];
/// One and several of each power of a thousand.
const POWERS: [(&str, &str); 5] = [
    ("", ""),
    ("mil", "mil"),
    ("milhão", "milhões"),
    ("bilhão", "bilhões"),
    ("trilhão", "trilhões"),
];
const FIRST: [&str; 10] = [
    "", "primeiro", "segundo", "terceiro", "quarto", "quinto", "sexto", "sétimo", "oitavo", "nono",
];
const TENTH: [&str; 10] = [
    "",
    "décimo",
    "vigésimo",
    "trigésimo",
    "quadragésimo",
    "quinquagésimo",
    "sexagésimo",
    "septuagésimo",
    "octogésimo",
    "nonagésimo",
];
const HUNDREDTH: [&str; 10] = [
    "",
    "centésimo",
    "ducentésimo",
    "trecentésimo",
    "quadringentésimo",
    "quingentésimo",
    "seiscentésimo",
    "septingentésimo",
    "octingentésimo",
    "nongentésimo",
];

fn cardinal(number: u64) -> String {
    if number == 0 {
        return UNITS[0].to_owned();
    }
    let mut words = String::new();
    for (group, power) in thousands(number) {
        if !words.is_empty() {
            // The last group has its "e" if it is a hundred of its own, or below a hundred.
            let joined = power == 0 && (group < 100 || group % 100 == 0);
            words.push_str(if joined { " e " } else { " " });
        }
        let (one, several) = POWERS.get(power).copied().unwrap_or(("", ""));
        match (group, power) {
            (_, 0) => words.push_str(&hundreds(group)),
            (1, 1) => words.push_str(one),
            (1, _) => words.push_str(&format!("um {one}")),
            _ => words.push_str(&format!("{} {several}", hundreds(group))),
        }
    }
    words
}

fn hundreds(number: u64) -> String {
    if number == 100 {
        return "cem".to_owned();
    }
    let (hundred, rest) = (number / 100, number % 100);
    let mut words = Vec::new();
    if hundred > 0 {
        words.push(HUNDREDS[hundred as usize]);
    }
    match rest {
        0 => {}
        1..20 => words.push(UNITS[rest as usize]),
        _ => {
            words.push(TENS[(rest / 10) as usize]);
            if rest % 10 > 0 {
                words.push(UNITS[(rest % 10) as usize]);
            }
        }
    }
    words.join(" e ")
}

/// `3º` is terceiro, `3ª` is terceira.
fn ordinal(number: u64, ending: &str) -> Option<String> {
    if number == 0 || number > 999 {
        return None;
    }
    let of = |table: [&'static str; 10], digit: u64| table[digit as usize];
    let words = [
        of(HUNDREDTH, number / 100),
        of(TENTH, number / 10 % 10),
        of(FIRST, number % 10),
    ];
    let she = ending.contains(['ª', 'a']);
    let words: Vec<String> = words
        .into_iter()
        .filter(|word| !word.is_empty())
        .map(|word| match word.strip_suffix('o') {
            Some(stem) if she => format!("{stem}a"),
            _ => word.to_owned(),
        })
        .collect();
    Some(words.join(" "))
}

fn fraction(above: u64, below: u64) -> Option<String> {
    let part = match below {
        0 | 1 => return None,
        2 if above == 1 => return Some("meio".to_owned()),
        2 => "meio".to_owned(),
        3 => "terço".to_owned(),
        4..=10 => ordinal(below, "")?,
        _ => format!("{} avo", cardinal(below)),
    };
    let s = if above == 1 { "" } else { "s" };
    Some(format!("{} {part}{s}", cardinal(above)))
}

fn date(year: Option<u64>, month: Option<&str>, day: Option<u64>) -> Option<String> {
    let day = day.map(|day| match day {
        1 => "primeiro".to_owned(),
        day => cardinal(day),
    });
    let parts: Vec<String> = [
        day,
        month.map(str::to_owned),
        year.map(|year| year.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(" de "))
}

/// Hours are feminine.
fn hours(count: u64) -> String {
    let words = cardinal(count);
    let words = match words.strip_suffix("dois") {
        Some(stem) => format!("{stem}duas"),
        None => match words.strip_suffix("um") {
            Some(stem) => format!("{stem}uma"),
            None => words,
        },
    };
    let s = if count == 1 { "" } else { "s" };
    format!("{words} hora{s}")
}

fn counted(count: u64, name: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {name}{s}", cardinal(count))
}

fn length(minutes: u64, seconds: Option<u64>) -> Option<String> {
    let mut parts = Vec::new();
    if minutes > 0 || seconds.is_none() {
        parts.push(counted(minutes, "minuto"));
    }
    parts.extend(seconds.map(|seconds| counted(seconds, "segundo")));
    Some(parts.join(" e "))
}

fn clock(hour: u64, minute: u64, second: Option<u64>, half: Option<&str>) -> String {
    let hour = match half {
        Some("P M") if hour < 12 => hour + 12,
        Some("A M") if hour == 12 => 0,
        _ => hour,
    };
    let mut parts = vec![hours(hour)];
    if minute > 0 {
        parts.push(counted(minute, "minuto"));
    }
    let second = second.filter(|second| *second > 0);
    parts.extend(second.map(|second| counted(second, "segundo")));
    parts.join(" e ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_words() {
        for (number, words) in [
            (0, "zero"),
            (16, "dezesseis"),
            (100, "cem"),
            (101, "cento e um"),
            (1_000, "mil"),
            (1_100, "mil e cem"),
            (1_999, "mil novecentos e noventa e nove"),
            (2_026, "dois mil e vinte e seis"),
            (1_000_000, "um milhão"),
            (3_000_200, "três milhões e duzentos"),
        ] {
            assert_eq!(cardinal(number), words);
        }
        assert_eq!(ordinal(10, "").as_deref(), Some("décimo"));
        assert_eq!(ordinal(42, "a").as_deref(), Some("quadragésima segunda"));
        assert_eq!(ordinal(1_000, ""), None);
    }

    #[test]
    fn the_clock_has_feminine_hours() {
        assert_eq!(clock(2, 0, None, Some("P M")), "quatorze horas");
        assert_eq!(
            clock(22, 15, None, None),
            "vinte e duas horas e quinze minutos"
        );
        assert_eq!(length(0, Some(1)).as_deref(), Some("um segundo"));
    }
}

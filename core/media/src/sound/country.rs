//! Network tones by country: data after ITU-T E.180 Supplement 2 and the national plans.

use super::tone::Step;

/// The tones of one country.
struct Tones {
    code: &'static str,
    ringback: &'static [Step],
    busy: &'static [Step],
    congestion: &'static [Step],
}

/// A country whose tones are known.
#[derive(Clone, Copy)]
pub struct Country(&'static Tones);

impl Country {
    /// The country with this code, as in the attribute `ringTone`.
    pub fn from_code(code: &str) -> Option<Country> {
        Country::all().find(|country| country.code() == code)
    }

    /// North America, the default.
    pub fn us() -> Country {
        Country::from_code("us").unwrap_or(Country(&TABLE[0]))
    }

    /// All countries of the table.
    pub fn all() -> impl Iterator<Item = Country> {
        TABLE.iter().map(Country)
    }

    /// Its code: two letters, or `us-old`.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// One period of the tone a caller hears while it rings.
    pub fn ringback(self) -> &'static [Step] {
        self.0.ringback
    }

    /// One period of the busy tone.
    pub fn busy(self) -> &'static [Step] {
        self.0.busy
    }

    /// One period of the tone for a network that can't.
    pub fn congestion(self) -> &'static [Step] {
        self.0.congestion
    }
}

impl PartialEq for Country {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Country {}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Country({})", self.code())
    }
}

const fn on(hz: u16, length_ms: u16) -> Step {
    two(hz, 0, length_ms)
}

const fn off(length_ms: u16) -> Step {
    two(0, 0, length_ms)
}

const fn two(hz: u16, other_hz: u16, length_ms: u16) -> Step {
    Step {
        hz: [hz, other_hz],
        swell_hz: 0,
        length_ms,
    }
}

const fn swell(hz: u16, swell_hz: u16, length_ms: u16) -> Step {
    Step {
        hz: [hz, 0],
        swell_hz,
        length_ms,
    }
}

static TABLE: [Tones; 40] = [
    Tones {
        code: "at",
        ringback: &[on(420, 1000), off(5000)],
        busy: &[on(420, 400), off(400)],
        congestion: &[on(420, 200), off(200)],
    },
    Tones {
        code: "au",
        ringback: &[two(413, 438, 400), off(200), two(413, 438, 400), off(2000)],
        busy: &[on(425, 375), off(375)],
        congestion: &[on(425, 375), off(375)],
    },
    Tones {
        code: "bg",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 250), off(250)],
    },
    Tones {
        code: "br",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 250), off(250)],
        congestion: &[on(425, 250), off(250), on(425, 750), off(250)],
    },
    Tones {
        code: "be",
        ringback: &[on(425, 1000), off(3000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 167), off(167)],
    },
    Tones {
        code: "ch",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 200), off(200)],
    },
    Tones {
        code: "cl",
        ringback: &[on(400, 1000), off(3000)],
        busy: &[on(400, 500), off(500)],
        congestion: &[on(400, 200), off(200)],
    },
    Tones {
        code: "cn",
        ringback: &[on(450, 1000), off(4000)],
        busy: &[on(450, 350), off(350)],
        congestion: &[on(450, 700), off(700)],
    },
    Tones {
        code: "cz",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 330), off(330)],
        congestion: &[on(425, 165), off(165)],
    },
    Tones {
        code: "de",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 480), off(480)],
        congestion: &[on(425, 240), off(240)],
    },
    Tones {
        code: "dk",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 200), off(200)],
    },
    Tones {
        code: "ee",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 300), off(300)],
        congestion: &[on(425, 200), off(200)],
    },
    Tones {
        code: "es",
        ringback: &[on(425, 1500), off(3000)],
        busy: &[on(425, 200), off(200)],
        congestion: &[
            on(425, 200),
            off(200),
            on(425, 200),
            off(200),
            on(425, 200),
            off(600),
        ],
    },
    Tones {
        code: "fi",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 300), off(300)],
        congestion: &[on(425, 200), off(200)],
    },
    Tones {
        code: "fr",
        ringback: &[on(440, 1500), off(3500)],
        busy: &[on(440, 500), off(500)],
        congestion: &[on(440, 250), off(250)],
    },
    Tones {
        code: "gr",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 300), off(300)],
        congestion: &[on(425, 200), off(200)],
    },
    Tones {
        code: "hu",
        ringback: &[on(425, 1250), off(3750)],
        busy: &[on(425, 300), off(300)],
        congestion: &[on(425, 300), off(300)],
    },
    Tones {
        code: "il",
        ringback: &[on(400, 1000), off(3000)],
        busy: &[on(400, 500), off(500)],
        congestion: &[on(400, 250), off(250)],
    },
    Tones {
        code: "in",
        ringback: &[
            swell(400, 25, 400),
            off(200),
            swell(400, 25, 400),
            off(2000),
        ],
        busy: &[on(400, 750), off(750)],
        congestion: &[on(400, 250), off(250)],
    },
    Tones {
        code: "it",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 200), off(200)],
    },
    Tones {
        code: "lt",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 350), off(350)],
        congestion: &[on(425, 200), off(200)],
    },
    Tones {
        code: "jp",
        ringback: &[swell(400, 16, 1000), off(2000)],
        busy: &[on(400, 500), off(500)],
        congestion: &[on(400, 500), off(500)],
    },
    Tones {
        code: "mx",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 250), off(250)],
        congestion: &[on(425, 250), off(250)],
    },
    Tones {
        code: "my",
        ringback: &[on(425, 400), off(200), on(425, 400), off(2000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 500), off(500)],
    },
    Tones {
        code: "nl",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 250), off(250)],
    },
    Tones {
        code: "no",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 200), off(200)],
    },
    Tones {
        code: "nz",
        ringback: &[two(400, 450, 400), off(200), two(400, 450, 400), off(2000)],
        busy: &[on(400, 500), off(500)],
        congestion: &[on(400, 250), off(250)],
    },
    Tones {
        code: "ph",
        ringback: &[two(425, 480, 1000), off(4000)],
        busy: &[two(480, 620, 500), off(500)],
        congestion: &[two(480, 620, 250), off(250)],
    },
    Tones {
        code: "pl",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 500), off(500)],
    },
    Tones {
        code: "pt",
        ringback: &[on(425, 1000), off(5000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 200), off(200)],
    },
    Tones {
        code: "ru",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 350), off(350)],
        congestion: &[on(425, 175), off(175)],
    },
    Tones {
        code: "se",
        ringback: &[on(425, 1000), off(5000)],
        busy: &[on(425, 250), off(250)],
        congestion: &[on(425, 250), off(750)],
    },
    Tones {
        code: "sg",
        ringback: &[
            swell(425, 24, 400),
            off(200),
            swell(425, 24, 400),
            off(2000),
        ],
        busy: &[on(425, 750), off(750)],
        congestion: &[on(425, 250), off(250)],
    },
    Tones {
        code: "th",
        ringback: &[swell(400, 50, 1000), off(4000)],
        busy: &[on(400, 500), off(500)],
        congestion: &[on(400, 300), off(300)],
    },
    Tones {
        code: "uk",
        ringback: &[two(400, 450, 400), off(200), two(400, 450, 400), off(2000)],
        busy: &[on(400, 375), off(375)],
        congestion: &[on(400, 400), off(350), on(400, 225), off(525)],
    },
    Tones {
        code: "us",
        ringback: &[two(440, 480, 2000), off(4000)],
        busy: &[two(480, 620, 500), off(500)],
        congestion: &[two(480, 620, 250), off(250)],
    },
    Tones {
        code: "us-old",
        ringback: &[swell(420, 40, 2000), off(4000)],
        busy: &[swell(500, 100, 500), off(500)],
        congestion: &[swell(500, 100, 250), off(250)],
    },
    Tones {
        code: "tw",
        ringback: &[two(440, 480, 1000), off(2000)],
        busy: &[two(480, 620, 500), off(500)],
        congestion: &[two(480, 620, 250), off(250)],
    },
    Tones {
        code: "ve",
        ringback: &[on(425, 1000), off(4000)],
        busy: &[on(425, 500), off(500)],
        congestion: &[on(425, 250), off(250)],
    },
    Tones {
        code: "za",
        ringback: &[
            swell(400, 33, 400),
            off(200),
            swell(400, 33, 400),
            off(2000),
        ],
        busy: &[on(400, 500), off(500)],
        congestion: &[on(400, 250), off(250)],
    },
];

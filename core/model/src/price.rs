//! What a call cost, counted without fractions.

use std::fmt;

/// A currency by its three capital letters (ISO 4217).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// What prices are in when nothing else was agreed.
    pub const USD: Currency = Currency(*b"USD");

    /// Reads three letters, large or small.
    pub fn parse(text: &str) -> Option<Currency> {
        let letters: [u8; 3] = text.as_bytes().try_into().ok()?;
        let known = letters.iter().all(u8::is_ascii_alphabetic);
        known.then(|| Currency(letters.map(|letter| letter.to_ascii_uppercase())))
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        // Only letters get in.
        std::str::from_utf8(&self.0).unwrap_or("USD")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Money in hundred-thousandths of a unit, the API's five digits; what a customer pays is
/// negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price {
    /// Hundred-thousandths of the currency's unit.
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
}

impl Price {
    /// Parts of one unit.
    pub const UNIT: i64 = 100_000;
}

impl fmt::Display for Price {
    /// The amount as the API writes it, `-0.03000`; the currency has a field of its own there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let parts = self.amount.unsigned_abs();
        let unit = Self::UNIT.unsigned_abs();
        write!(f, "{sign}{}.{:05}", parts / unit, parts % unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_digits_and_a_sign() {
        let price = |amount| Price {
            amount,
            currency: Currency::USD,
        };
        assert_eq!(price(-3_000).to_string(), "-0.03000");
        assert_eq!(price(-123_456_789).to_string(), "-1234.56789");
        assert_eq!(price(0).to_string(), "0.00000");
        assert_eq!(price(i64::MIN).to_string(), "-92233720368547.75808");
    }

    #[test]
    fn a_currency_is_three_letters() {
        assert_eq!(
            Currency::parse("eur").map(|c| c.to_string()),
            Some("EUR".into())
        );
        for bad in ["", "US", "USDT", "U1D", "€"] {
            assert_eq!(Currency::parse(bad), None, "{bad}");
        }
    }
}

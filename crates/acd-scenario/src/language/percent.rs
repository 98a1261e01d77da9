//! Shares of a hundred, as they are written: as exact as the digits behind the point say.

use std::fmt;

/// A share such as `77.8%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Percent {
    /// The share in units of the last digit.
    units: u64,
    /// How many digits stand behind the point.
    decimals: u32,
}

/// The most digits behind the point.
const DECIMALS_MAX: usize = 6;

impl Percent {
    /// Reads a share with its sign.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = [whole, fraction].concat();
        let well_formed = !whole.is_empty()
            && digits.len() <= 3 + DECIMALS_MAX
            && fraction.len() <= DECIMALS_MAX
            && digits.chars().all(|c| c.is_ascii_digit());
        well_formed.then(|| digits.parse().ok())?.map(|units| Self {
            units,
            decimals: u32::try_from(fraction.len()).unwrap_or(0),
        })
    }

    /// The share that a part is of a whole, rounded to as many digits as this one has; none of nothing.
    pub(crate) fn rounded(self, part: u64, whole: u64) -> Option<Self> {
        let scale = 100 * 10_u128.pow(self.decimals);
        let (part, whole) = (u128::from(part), u128::from(whole));
        let units = (part * scale * 2 + whole).checked_div(whole * 2)?;
        Some(Self {
            units: u64::try_from(units).unwrap_or(u64::MAX),
            ..self
        })
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u64.pow(self.decimals);
        write!(f, "{}", self.units / scale)?;
        if self.decimals > 0 {
            let width = self.decimals as usize;
            write!(f, ".{:0width$}", self.units % scale)?;
        }
        f.write_str("%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_as_exact_as_it_is_written() {
        let written = |text| Percent::read(text).expect(text);
        for (text, part, whole) in [
            ("77.8%", 70, 90),
            ("78%", 70, 90),
            ("70%", 70, 100),
            ("33.33%", 1, 3),
            ("0%", 0, 5),
            ("100%", 5, 5),
            ("66.7%", 2, 3),
        ] {
            let written = written(text);
            assert_eq!(written.to_string(), text);
            assert_eq!(written.rounded(part, whole), Some(written), "{text}");
        }
        assert_eq!(written("50%").rounded(0, 0), None);
        assert_ne!(written("77.7%").rounded(70, 90), Some(written("77.7%")));
    }

    #[test]
    fn what_is_no_share_is_none() {
        for text in ["77.8", "%", ".5%", "-1%", "5.%x", "1e2%", "0.1234567%"] {
            assert_eq!(Percent::read(text), None, "{text}");
        }
    }
}

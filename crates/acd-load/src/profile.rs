//! How many contacts come in a second, over the time of a run.

use std::str::FromStr;

/// The arrival rate over a run, as a line through points. It is written as one of
///
/// - `100`: the same all the time,
/// - `100..500`: from one to the other, evenly,
/// - `08:00=20,10:00=80,18:00=5`: by time of day, a line between the times; the span from the first to the last is run
///   through in the length of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    text: String,
    /// When (0 the begin of the run, 1 its end) and how many in a second; at least two, by time.
    points: Vec<(f64, f64)>,
}

/// What is not written as a [`Profile`] is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// A rate is no number, or out of range.
    #[error("`{0}` is no rate; write contacts per second, from 0 to 100000")]
    Rate(String),
    /// A time of day is not one.
    #[error("`{0}` is no time of day; write HH:MM, from 00:00 to 24:00")]
    Time(String),
    /// A list of times has only one.
    #[error("a rate by time of day needs two times at least, as in 08:00=20,18:00=5")]
    OneTime,
    /// Times that do not grow.
    #[error("`{0}` does not come after the time before it; write the times in their order")]
    Order(String),
    /// Nobody would come.
    #[error("the rate is 0 all the time; give some contacts per second")]
    Nothing,
}

/// The highest rate of a profile, in contacts per second.
pub const RATE_MAX: f64 = 100_000.0;

impl Profile {
    /// The same rate all the time.
    #[must_use]
    pub fn constant(rate: f64) -> Self {
        Self {
            text: rate.to_string(),
            points: vec![(0.0, rate), (1.0, rate)],
        }
    }

    /// Contacts per second at this part (0 to 1) of the run.
    #[must_use]
    pub fn rate_at(&self, part: f64) -> f64 {
        let next = self.points.partition_point(|(at, _)| *at <= part);
        let next = next.clamp(1, self.points.len() - 1);
        let ((from, low), (to, high)) = (self.points[next - 1], self.points[next]);
        low + (high - low) * ((part - from) / (to - from)).clamp(0.0, 1.0)
    }

    /// The highest rate of the run.
    #[must_use]
    pub fn peak(&self) -> f64 {
        self.points
            .iter()
            .map(|(_, rate)| *rate)
            .fold(0.0, f64::max)
    }

    /// The mean rate of the run.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let pieces = self.points.windows(2);
        pieces
            .map(|piece| (piece[1].0 - piece[0].0) * (piece[0].1 + piece[1].1) / 2.0)
            .sum()
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let points = if text.contains('=') {
            by_time_of_day(text)?
        } else if let Some((from, to)) = text.split_once("..") {
            vec![(0.0, rate(from)?), (1.0, rate(to)?)]
        } else {
            let rate = rate(text)?;
            vec![(0.0, rate), (1.0, rate)]
        };
        if points.iter().all(|(_, rate)| *rate == 0.0) {
            return Err(ProfileError::Nothing);
        }
        Ok(Self {
            text: text.to_owned(),
            points,
        })
    }
}

fn by_time_of_day(text: &str) -> Result<Vec<(f64, f64)>, ProfileError> {
    let mut points = Vec::<(f64, f64)>::new();
    for entry in text.split(',') {
        let (at, of) = entry
            .split_once('=')
            .ok_or_else(|| ProfileError::Time(entry.trim().to_owned()))?;
        let minute = minute(at.trim())?;
        if points.last().is_some_and(|(before, _)| *before >= minute) {
            return Err(ProfileError::Order(at.trim().to_owned()));
        }
        points.push((minute, rate(of)?));
    }
    let [(first, _), .., (last, _)] = points[..] else {
        return Err(ProfileError::OneTime);
    };
    for (at, _) in &mut points {
        *at = (*at - first) / (last - first);
    }
    Ok(points)
}

fn minute(text: &str) -> Result<f64, ProfileError> {
    let number = |digits: &str| digits.parse::<u32>().ok().filter(|_| digits.len() == 2);
    let parts = text.split_once(':');
    let parts = parts.and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)));
    match parts {
        Some((hour, minute)) if minute < 60 && hour * 60 + minute <= 24 * 60 => {
            Ok(f64::from(hour * 60 + minute))
        }
        _ => Err(ProfileError::Time(text.to_owned())),
    }
}

fn rate(text: &str) -> Result<f64, ProfileError> {
    match text.trim().parse::<f64>() {
        Ok(rate) if (0.0..=RATE_MAX).contains(&rate) => Ok(rate),
        _ => Err(ProfileError::Rate(text.trim().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(text: &str) -> Profile {
        text.parse().expect("a profile")
    }

    #[test]
    fn a_rate_is_constant_a_ramp_or_a_line_through_times_of_day() {
        assert_eq!(profile("100"), Profile::constant(100.0));
        assert_eq!(profile("100").rate_at(0.7), 100.0);
        let ramp = profile("100..500");
        assert_eq!(
            [0.0, 0.5, 1.0].map(|at| ramp.rate_at(at)),
            [100.0, 300.0, 500.0]
        );
        assert_eq!((ramp.peak(), ramp.mean()), (500.0, 300.0));
        let day = profile("08:00=20, 13:00=80, 18:00=0");
        assert_eq!(
            [0.0, 0.25, 0.5, 0.75, 1.0].map(|at| day.rate_at(at)),
            [20.0, 50.0, 80.0, 40.0, 0.0]
        );
        assert_eq!(
            (day.peak(), day.text()),
            (80.0, "08:00=20, 13:00=80, 18:00=0")
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| text.parse::<Profile>().expect_err(text);
        assert_eq!(error("many"), ProfileError::Rate("many".to_owned()));
        assert_eq!(error("5..-1"), ProfileError::Rate("-1".to_owned()));
        assert_eq!(error("NaN"), ProfileError::Rate("NaN".to_owned()));
        assert_eq!(
            error("8:00=1,09:00=2"),
            ProfileError::Time("8:00".to_owned())
        );
        assert_eq!(
            error("08:00=1,24:01=2"),
            ProfileError::Time("24:01".to_owned())
        );
        assert_eq!(error("08:00=1,90"), ProfileError::Time("90".to_owned()));
        assert_eq!(error("08:00=1"), ProfileError::OneTime);
        assert_eq!(
            error("09:00=1,08:00=2"),
            ProfileError::Order("08:00".to_owned())
        );
        assert_eq!(error("0"), ProfileError::Nothing);
    }
}

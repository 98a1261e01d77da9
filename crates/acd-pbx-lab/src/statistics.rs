//! What SIPp counted.

/// The counters of one SIPp, as far as they were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Calls that began.
    pub created: u64,
    /// Calls that went as their behaviour says.
    pub successful: u64,
    /// Calls that went otherwise: refused, ended early, lost.
    pub failed: u64,
    /// Messages sent again because nobody had answered.
    pub retransmissions: u64,
}

impl Statistics {
    /// Reads the file of `-trace_stat`: a line of names and a line per period, of which the last counts.
    pub(crate) fn read(file: &str) -> Option<Self> {
        let mut lines = file.lines();
        let names: Vec<&str> = lines.next()?.split(';').collect();
        let values: Vec<&str> = lines.last()?.split(';').collect();
        let value = |name: &str| {
            let place = names.iter().position(|own| *own == name)?;
            values.get(place)?.parse().ok()
        };
        Some(Self {
            created: value("TotalCallCreated")?,
            successful: value("SuccessfulCall(C)")?,
            failed: value("FailedCall(C)")?,
            retransmissions: value("Retransmissions(C)")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts() {
        let file = "CurrentTime;TotalCallCreated;SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);Retransmissions(C)\n\
                    x;0;0;0;0;0\ny;5;1;3;2;4\n";
        let read = Statistics::read(file).expect("statistics");
        let expected = Statistics {
            created: 5,
            successful: 3,
            failed: 2,
            retransmissions: 4,
        };
        assert_eq!(read, expected);
        assert_eq!(Statistics::read("a;b\n"), None);
    }
}

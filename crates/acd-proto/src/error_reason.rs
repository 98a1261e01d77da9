//! The wire names of error reasons.

use crate::v1::ErrorReason;

/// `ErrorInfo.domain` of every error of this API.
pub const ERROR_DOMAIN: &str = "acd.v1";

/// Above the number of every reason there will be.
const NUMBERS_MAX: i32 = 1_000;
const PREFIX: &str = "ERROR_REASON_";

impl ErrorReason {
    /// The name as it stands in `ErrorInfo.reason`, e.g. `UNKNOWN_QUEUE`.
    #[must_use]
    pub fn wire_name(self) -> &'static str {
        let name = self.as_str_name();
        name.strip_prefix(PREFIX).unwrap_or(name)
    }

    /// Every reason that this version knows, the unspecified one included. Numbers of reasons that are no more are left
    /// out.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..NUMBERS_MAX).filter_map(|number| Self::try_from(number).ok())
    }

    /// The reason of this wire name; none for a reason this version does not know.
    #[must_use]
    pub fn from_wire_name(name: &str) -> Option<Self> {
        Self::from_str_name(&format!("{PREFIX}{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_go_both_ways() {
        assert_eq!(ErrorReason::UnknownQueue.wire_name(), "UNKNOWN_QUEUE");
        assert_eq!(
            ErrorReason::from_wire_name("UNKNOWN_QUEUE"),
            Some(ErrorReason::UnknownQueue)
        );
        assert_eq!(ErrorReason::from_wire_name("NO_SUCH_REASON"), None);
    }
}

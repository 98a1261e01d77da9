//! What is an end.

use crate::v1::OfferState;

impl OfferState {
    /// Whether an offer in this state has ended (connected included) and never changes again.
    #[must_use]
    pub fn is_end(self) -> bool {
        !matches!(
            self,
            Self::Unspecified | Self::Pending | Self::Accepted | Self::Connecting
        )
    }
}

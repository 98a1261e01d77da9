//! Contact events as the oneof they travel in, and what is an end.

use crate::v1::{
    AgentActed, CallbackRequested, ConnectFailed, ContactArrived, ContactChanged, ContactConnected,
    ContactEnded, ContactHeld, ContactResumed, ContactReturned, ExitChosen, FirstResponse,
    OfferState, OutsideBusyChanged, PhoneAnswered, ReferenceAdded, event::Event,
};

macro_rules! events {
    ($($message:ident),* $(,)?) => {$(
        impl From<$message> for Event {
            fn from(event: $message) -> Self {
                Self::$message(event)
            }
        }
    )*};
}

events!(
    ContactArrived,
    ContactChanged,
    ContactEnded,
    ContactConnected,
    ConnectFailed,
    ContactHeld,
    ContactResumed,
    PhoneAnswered,
    ExitChosen,
    FirstResponse,
    CallbackRequested,
    ContactReturned,
    ReferenceAdded,
    OutsideBusyChanged,
    AgentActed,
);

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

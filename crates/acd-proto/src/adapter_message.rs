//! What an adapter's stream carries, as the oneof it travels in.

use crate::v1::{AdapterMessage, adapter_message};

impl From<adapter_message::Message> for AdapterMessage {
    fn from(message: adapter_message::Message) -> Self {
        Self {
            message: Some(message),
        }
    }
}

//! Handlings: the words of `handling.proto`.

use acd_core::config::WrapUpBlocks;
use acd_core::event::{Party, WrapUp};
use acd_proto::journal::v1 as pb;

use super::error::FieldError;
use super::mapping::{Wire, enumeration, field, message, required};

enumeration!(Party {
    Customer,
    Agent,
    System
});
message!(WrapUp: WrapUp { blocks; until = until_ms });
enumeration!(WrapUpBlocks {
    Queue,
    Channel,
    All
});

//! Contacts: the words of `contact.proto`.

use acd_core::config::TierBounds;
use acd_core::event::{Closed, ContactOrigin, JoinRefusal, NewContact};
use acd_proto::journal::v1 as pb;
use pb::contact_origin::Kind as ContactOriginKind;

use super::error::FieldError;
use super::mapping::{Wire, enumeration, field, message, oneof, required};

message!(NewContact: NewContact {
    name, adapter, channel, priority, head_start_ms, requirement, customer, attributes, origin, rule, plan, preferred,
    dedicated, dial;
    arrived_at = arrived_at_ms, deadline = deadline_at_ms
});

oneof! { ContactOrigin in ContactOrigin {
    Arrived: Empty {},
    CallbackOf(contact),
    ConsultOf(handling),
} as ContactOriginKind }

enumeration!(JoinRefusal {
    NoStaff, Full, Diverted, PredictedWait;
    Closed(Closed::Emergency) = ClosedEmergency,
    Closed(Closed::Holiday) = ClosedHoliday,
    Closed(Closed::Hours) = ClosedHours
});

message!(TierBounds: TierBounds { min, max, raise });

//! Words that commands and events share: `types.proto`.

use std::collections::BTreeMap;

use acd_core::command::{
    Attribute, Availability, CalendarTimes, CivilTime, ConfigSource, ConnectFailure, ContactChange,
    Disposition, EndCause, Opening, Reference,
};
use acd_core::config::{OverflowReason, Preferred, Who};
use acd_core::ids::{Channel, SkillName, TimeMs};
use acd_core::requirement::{Requirement, Term};
use acd_proto::journal::v1 as pb;
use pb::availability::Kind as AvailabilityKind;
use pb::who::Kind as WhoKind;

use super::error::FieldError;
use super::mapping::{Wire, enumeration, field, message, oneof, required};

enumeration!(Channel {
    Voice,
    Chat,
    Email,
    Sms,
    Social,
    Video,
    Fax,
    Callback,
    Task
});
enumeration!(ConfigSource { File, Api });
enumeration!(EndCause { Customer, System });
enumeration!(Opening {
    Open,
    Hours,
    Holiday
});
enumeration!(OverflowReason {
    Closed,
    NoStaff,
    Full,
    Diverted,
    PredictedWait,
    TimedOut,
    OfferLimit,
    AttemptLimit
});
enumeration!(ConnectFailure {
    Busy,
    NoAnswer,
    Unreachable,
    CustomerNotReached,
    System
});

message!(Requirement: Requirement { any_of });
message!(Term: SkillLevel { skill, level });
message!(Attribute: Attribute { key, value, sensitive });
message!(Reference: Reference { kind, location });
message!(Preferred: Preferred { who, for_ms });
message!(ContactChange: ContactChange {
    priority, requirement, age_offset_ms, attributes, queue; not_before = not_before_ms
});
message!(Disposition: Disposition { code, notes });
message!(CivilTime: CivilTime { calendars; days = days_at_ms });
message!(CalendarTimes: CalendarTimes { calendar, now, changes });

oneof! { Availability in Availability { Ready: Empty {}, NotReady(reason) } as AvailabilityKind }
oneof! { Who in Who {
    Agent(name),
    Attribute(key),
    Team(name),
    Head(team),
    SameTeam: Empty {},
    HeadOfTeam: Empty {},
} as WhoKind }

impl Wire<pb::Group> for Vec<Term> {
    fn to_wire(&self) -> pb::Group {
        pb::Group {
            all_of: self.to_wire(),
        }
    }
    fn from_wire(stored: pb::Group) -> Result<Self, FieldError> {
        field(stored.all_of, "all_of")
    }
}

impl Wire<pb::OpeningChange> for (TimeMs, Opening) {
    fn to_wire(&self) -> pb::OpeningChange {
        let (at_ms, opening) = self;
        pb::OpeningChange {
            at_ms: at_ms.to_wire(),
            opening: opening.to_wire(),
        }
    }
    fn from_wire(stored: pb::OpeningChange) -> Result<Self, FieldError> {
        Ok((
            field(stored.at_ms, "at_ms")?,
            field(stored.opening, "opening")?,
        ))
    }
}

/// The skills of an agent, in the order of their names.
impl Wire<Vec<pb::SkillLevel>> for BTreeMap<SkillName, u8> {
    fn to_wire(&self) -> Vec<pb::SkillLevel> {
        self.iter()
            .map(|(skill, level)| pb::SkillLevel {
                skill: skill.to_wire(),
                level: level.to_wire(),
            })
            .collect()
    }
    fn from_wire(stored: Vec<pb::SkillLevel>) -> Result<Self, FieldError> {
        let terms: Vec<Term> = Wire::from_wire(stored)?;
        Ok(terms
            .into_iter()
            .map(|Term { skill, level }| (skill, level))
            .collect())
    }
}

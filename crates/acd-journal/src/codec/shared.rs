//! Words that commands and events share: `types.proto`.

use std::collections::BTreeMap;

use acd_core::command::{
    Attribute, Availability, ConfigSource, ConnectFailure, ContactChange, Disposition, EndCause,
};
use acd_core::ids::{Channel, SkillName};
use acd_core::requirement::{Requirement, Term};
use acd_proto::journal::v1 as pb;
use pb::availability::Kind as AvailabilityKind;

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
enumeration!(ConnectFailure {
    Busy,
    NoAnswer,
    Unreachable,
    System
});

message!(Requirement: Requirement { any_of });
message!(Term: SkillLevel { skill, level });
message!(Attribute: Attribute { key, value, sensitive });
message!(ContactChange: ContactChange { priority, requirement, age_offset_ms, attributes, queue });
message!(Disposition: Disposition { code, notes });

oneof! { Availability in Availability { Ready: Empty {}, NotReady(reason) } as AvailabilityKind }

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

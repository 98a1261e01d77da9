//! The core types that a record holds. Those of the same form on both sides follow from the schema; what the core has in
//! another form is mapped here by hand.

use std::collections::BTreeMap;

use acd_core::command::*;
use acd_core::config::*;
use acd_core::event::*;
use acd_core::ids::{Channel, SkillName, TimeMs};
use acd_core::measures::Measures;
use acd_core::refusal::Refusal;
use acd_core::requirement::{Requirement, Term};
use acd_proto::journal::v1 as pb;

use super::apart::{Apart, Known};
use super::error::{self, FieldError};
use super::mapping::{Wire, field, required, wire};

acd_proto::journal_types!(wire);

wire! { codes JoinRefusal {
    NoStaff, Full, Diverted, PredictedWait;
    Closed(Closed::Emergency) = ClosedEmergency,
    Closed(Closed::Holiday) = ClosedHoliday,
    Closed(Closed::Hours) = ClosedHours,
} }

wire! { codes OfferEnd {
    Rejected, TimedOut;
    Canceled(CancelReason::CustomerGone) = CanceledCustomerGone,
    Canceled(CancelReason::Moved) = CanceledMoved,
    Canceled(CancelReason::QueueTimeout) = CanceledQueueTimeout,
    Canceled(CancelReason::Withdrawn) = CanceledWithdrawn,
    Rescinded(RescindReason::AgentGone) = RescindedAgentGone,
    Rescinded(RescindReason::SessionLost) = RescindedSessionLost,
    Rescinded(RescindReason::LostRace) = RescindedLostRace,
    Rescinded(RescindReason::StateForced) = RescindedStateForced,
    Rescinded(RescindReason::OutsideBusy) = RescindedOutsideBusy,
    Rescinded(RescindReason::System) = RescindedSystem,
    ConnectFailed(ConnectFailure::Busy) = ConnectFailedBusy,
    ConnectFailed(ConnectFailure::NoAnswer) = ConnectFailedNoAnswer,
    ConnectFailed(ConnectFailure::Unreachable) = ConnectFailedUnreachable,
    ConnectFailed(ConnectFailure::CustomerNotReached) = ConnectFailedCustomerNotReached,
    ConnectFailed(ConnectFailure::System) = ConnectFailedSystem,
    ConnectFailed(ConnectFailure::Rejected) = ConnectFailedRejected,
} }

impl Wire<Option<pb::Answer>> for Answer {
    fn to_wire(&self, apart: &mut Apart) -> Option<pb::Answer> {
        let kind = match self {
            Ok(reply) => pb::answer::Kind::Reply(reply.to_wire(apart)),
            Err(refusal) => pb::answer::Kind::Refusal(refusal.to_wire(apart)),
        };
        Some(pb::Answer { kind: Some(kind) })
    }
    fn from_wire(stored: Option<pb::Answer>, known: &Known<'_>) -> Result<Self, FieldError> {
        let kind = stored.and_then(|answer| answer.kind);
        Ok(match kind.ok_or(error::Fault::Missing)? {
            pb::answer::Kind::Reply(reply) => Ok(field(reply, "Reply", known)?),
            pb::answer::Kind::Refusal(refusal) => Err(field(refusal, "Refusal", known)?),
        })
    }
}

impl Wire<pb::Group> for Vec<Term> {
    fn to_wire(&self, apart: &mut Apart) -> pb::Group {
        pb::Group {
            all_of: self.to_wire(apart),
        }
    }
    fn from_wire(stored: pb::Group, known: &Known<'_>) -> Result<Self, FieldError> {
        field(stored.all_of, "all_of", known)
    }
}

impl Wire<pb::OpeningChange> for (TimeMs, Opening) {
    fn to_wire(&self, apart: &mut Apart) -> pb::OpeningChange {
        let (at_ms, opening) = self;
        pb::OpeningChange {
            at_ms: at_ms.to_wire(apart),
            opening: opening.to_wire(apart),
        }
    }
    fn from_wire(stored: pb::OpeningChange, known: &Known<'_>) -> Result<Self, FieldError> {
        Ok((
            field(stored.at_ms, "at_ms", known)?,
            field(stored.opening, "opening", known)?,
        ))
    }
}

/// The skills of an agent, in the order of their names.
impl Wire<Vec<pb::Term>> for BTreeMap<SkillName, u8> {
    fn to_wire(&self, apart: &mut Apart) -> Vec<pb::Term> {
        let term = |(skill, level): (&SkillName, &u8)| pb::Term {
            skill: skill.to_wire(apart),
            level: level.to_wire(apart),
        };
        self.iter().map(term).collect()
    }
    fn from_wire(stored: Vec<pb::Term>, known: &Known<'_>) -> Result<Self, FieldError> {
        let terms: Vec<Term> = Wire::from_wire(stored, known)?;
        let skills = terms.into_iter().map(|term| (term.skill, term.level));
        Ok(skills.collect())
    }
}

//! Numbers, names and texts.

use std::sync::Arc;

use acd_core::config::TenantConfig;
use acd_core::ids::{
    AdapterName, AdapterNo, AgentName, AgentNo, CalendarName, CalendarNo, CallerName, ConnectionId,
    ContactId, ContactName, DirectiveId, HandlingId, OfferId, PlanName, QueueName, QueueNo,
    SessionId, SkillName, TeamName, VisitId,
};
use acd_core::personal::Personal;
use acd_core::refusal::Reason;

use super::apart::{Apart, Known};
use super::error::{Fault, FieldError};
use super::mapping::{Wire, required};

macro_rules! plain {
    ($($scalar:ty),+) => {$(
        impl Wire<$scalar> for $scalar {
            fn to_wire(&self, _: &mut Apart) -> $scalar {
                *self
            }
            fn from_wire(stored: $scalar, _: &Known<'_>) -> Result<Self, FieldError> {
                Ok(stored)
            }
        }
    )+};
}
plain!(bool, i32, i64, u32, u64);

macro_rules! numbers {
    ($($number:ident($int:ty)),+ $(,)?) => {$(
        impl Wire<$int> for $number {
            fn to_wire(&self, _: &mut Apart) -> $int {
                self.0
            }
            fn from_wire(stored: $int, _: &Known<'_>) -> Result<Self, FieldError> {
                Ok(Self(stored))
            }
        }
    )+};
}
numbers! {
    ContactId(u64), VisitId(u64), OfferId(u64), HandlingId(u64), DirectiveId(u64), SessionId(u64), ConnectionId(u64),
    AgentNo(u32), QueueNo(u32), AdapterNo(u32), CalendarNo(u32),
}

macro_rules! texts {
    ($($text:ty: $as_str:path),+ $(,)?) => {$(
        impl Wire<String> for $text {
            fn to_wire(&self, _: &mut Apart) -> String {
                $as_str(self).to_owned()
            }
            fn from_wire(stored: String, _: &Known<'_>) -> Result<Self, FieldError> {
                Ok(Self::from(stored))
            }
        }
    )+};
}
texts! {
    Arc<str>: AsRef::as_ref,
    AgentName: AgentName::as_str,
    QueueName: QueueName::as_str,
    SkillName: SkillName::as_str,
    AdapterName: AdapterName::as_str,
    TeamName: TeamName::as_str,
    PlanName: PlanName::as_str,
    CalendarName: CalendarName::as_str,
    ContactName: ContactName::as_str,
    CallerName: CallerName::as_str,
}

/// The place of the value among those that are stored apart from the record.
impl Wire<u32> for Personal {
    fn to_wire(&self, apart: &mut Apart) -> u32 {
        apart.put(self)
    }
    fn from_wire(stored: u32, known: &Known<'_>) -> Result<Self, FieldError> {
        Ok(known.get(stored)?)
    }
}

/// Numbers that protobuf has only wider: the level of a skill, a place in a short list.
macro_rules! narrow {
    ($($small:ty),+) => {$(
        impl Wire<u32> for $small {
            fn to_wire(&self, _: &mut Apart) -> u32 {
                u32::from(*self)
            }
            fn from_wire(stored: u32, _: &Known<'_>) -> Result<Self, FieldError> {
                <$small>::try_from(stored).map_err(|_| Fault::OutOfRange(u64::from(stored)).into())
            }
        }
    )+};
}
narrow!(u8, u16);

/// The code, which stays when the list is ordered anew.
impl Wire<String> for Reason {
    fn to_wire(&self, _: &mut Apart) -> String {
        self.as_str().to_owned()
    }
    fn from_wire(stored: String, _: &Known<'_>) -> Result<Self, FieldError> {
        Reason::from_code(&stored).ok_or_else(|| Fault::UnknownCode(stored).into())
    }
}

/// The JSON document: fields in the order of the type, maps in the order of their keys, defaults written out.
impl Wire<Vec<u8>> for TenantConfig {
    fn to_wire(&self, _: &mut Apart) -> Vec<u8> {
        serde_json::to_vec(self)
            .expect("a configuration has only texts and numbers as keys and is written to memory")
    }
    fn from_wire(stored: Vec<u8>, _: &Known<'_>) -> Result<Self, FieldError> {
        serde_json::from_slice(&stored).map_err(|error| Fault::Config(error.to_string()).into())
    }
}

impl Wire<Option<Vec<u8>>> for TenantConfig {
    fn to_wire(&self, apart: &mut Apart) -> Option<Vec<u8>> {
        Some(Wire::to_wire(self, apart))
    }
    fn from_wire(stored: Option<Vec<u8>>, known: &Known<'_>) -> Result<Self, FieldError> {
        required(stored, known)
    }
}

//! Personal values stand apart from what is stored of a record, so that each can be sealed by itself: the record has the
//! place of each.

use acd_core::personal::Personal;

use super::error::Fault;
use crate::log::PersonalValue;

/// Where values go that are written.
#[derive(Debug, Default)]
pub(super) struct Apart {
    values: Vec<PersonalValue>,
    /// The contact that values belong to; 0: none.
    contact: u64,
    omits: bool,
}

impl Apart {
    /// Values are left out, and read as erased.
    pub(super) fn omitted() -> Self {
        Self {
            omits: true,
            ..Self::default()
        }
    }

    /// Values go behind these.
    pub(super) fn after(values: Vec<PersonalValue>) -> Self {
        Self {
            values,
            ..Self::default()
        }
    }

    /// The values that follow belong to this contact; 0: to none.
    pub(super) fn belong_to(&mut self, contact: u64) {
        self.contact = contact;
    }

    /// The place of a value.
    pub(super) fn put(&mut self, value: &Personal) -> u32 {
        if self.omits {
            return 0;
        }
        self.values.push(PersonalValue {
            contact: self.contact,
            value: value.clone(),
        });
        // A record has room for fewer.
        (self.values.len() - 1) as u32
    }

    /// What was put here.
    pub(super) fn into_values(self) -> Vec<PersonalValue> {
        self.values
    }

    pub(super) fn values(&self) -> &[PersonalValue] {
        &self.values
    }
}

/// Where values are that are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known<'v> {
    /// These, by their places.
    Values(&'v [PersonalValue]),
    /// They were left out.
    Omitted,
}

impl Known<'_> {
    pub(super) fn get(&self, place: u32) -> Result<Personal, Fault> {
        match self {
            Self::Omitted => Ok(Personal::erased()),
            Self::Values(values) => {
                let found = values.get(place as usize);
                found
                    .map(|it| it.value.clone())
                    .ok_or_else(|| Fault::OutOfRange(place.into()))
            }
        }
    }
}

//! How supervisors are shown the values of contacts that the engine may have forgotten.

use acd_core::command::Attribute;
use acd_core::config::Viewer;
use acd_core::personal::Personal;
use acd_core::state::{Mask, State};
use acd_proto::v1;

use super::contact;

/// How supervisors are shown who customers are, by the configuration in force. Nothing of it can be revealed: the engine
/// need not know the contact any more.
#[derive(Clone, Copy, Debug)]
pub struct PastMasks {
    customer: Option<Mask>,
    dial: Option<Mask>,
}

impl PastMasks {
    /// The masks in force.
    pub fn of(state: &State) -> Self {
        let lasting = |mask: Option<Mask>| {
            mask.map(|mask| Mask {
                revealable: false,
                ..mask
            })
        };
        Self {
            customer: lasting(state.customer_mask(Viewer::Supervisor)),
            dial: lasting(state.dial_mask(Viewer::Supervisor)),
        }
    }

    /// Nothing is masked: for the customer themselves.
    pub fn none() -> Self {
        Self {
            customer: None,
            dial: None,
        }
    }

    /// Who the customer is. If the configuration says nothing it is told of contacts that are over, for whoever follows
    /// them up.
    pub fn customer(&self, customer: &Option<Personal>, is_over: bool) -> Option<v1::Personal> {
        match self.customer {
            None if is_over => customer.as_ref().map(|customer| customer.reveal().into()),
            mask => contact::masked(customer, mask),
        }
    }

    /// The number that was dialled.
    pub fn dial(&self, dial: &Option<Personal>) -> Option<v1::Personal> {
        contact::masked(dial, self.dial)
    }
}

/// Attributes as supervisors are shown them.
pub fn past_attributes(state: &State, attributes: &[Attribute]) -> Vec<v1::Attribute> {
    let mut shown = contact::shown_attributes(state, attributes, Viewer::Supervisor);
    shown
        .iter_mut()
        .for_each(|attribute| attribute.revealable = false);
    shown
}

//! What of a contact's values is shown to whom, and who may have them revealed.

use std::borrow::Cow;

use super::{Contact, State};
use crate::command::{Attribute, MaskedItem};
use crate::config::{AttributeConfig, MaskConfig, Viewer, Visibility};
use crate::personal::Personal;
use crate::refusal::{Reason, Refusal};

/// How a value is shown to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask {
    /// How much of it.
    pub shown: Visibility,
    /// Whether they may have all of it revealed.
    pub revealable: bool,
}

impl State {
    /// How an attribute is configured, if it is.
    pub fn attribute_config(&self, key: &str) -> Option<&AttributeConfig> {
        let at = self.derived.attribute_by_key.get(key)?;
        self.facts.attributes.get(at)
    }

    /// How a viewer is shown this attribute. What no configuration says, the adapter does: what it marks sensitive is for
    /// those who handle the contact.
    pub fn attribute_mask(&self, attribute: &Attribute, viewer: Viewer) -> Mask {
        let config = self.attribute_config(&attribute.key);
        let unsaid = match attribute.sensitive && viewer == Viewer::Supervisor {
            true => Visibility::Hidden,
            false => Visibility::Full,
        };
        let said = config.and_then(|config| config.shown_to(viewer));
        Mask {
            shown: said.unwrap_or(unsaid),
            revealable: config.is_some_and(|config| config.mask.reveal.contains(&viewer)),
        }
    }

    /// How a viewer is shown who the customer is; for supervisors none if no configuration says it.
    pub fn customer_mask(&self, viewer: Viewer) -> Option<Mask> {
        Mask::of_setting(&self.facts.settings.mask_customer_key, viewer)
    }

    /// How a viewer is shown the number that is dialled; for supervisors none if no configuration says it.
    pub fn dial_mask(&self, viewer: Viewer) -> Option<Mask> {
        Mask::of_setting(&self.facts.settings.mask_dial, viewer)
    }

    /// A value of a contact, if the viewer may have it: because they see it anyway, or may have it revealed.
    ///
    /// # Errors
    /// The contact has no such value, or it is not for them.
    pub fn reveal<'c>(
        &self,
        contact: &'c Contact,
        item: &MaskedItem,
        viewer: Viewer,
    ) -> Result<&'c Personal, Refusal> {
        let (value, mask, field, name) = match item {
            MaskedItem::Attribute(key) => {
                let mut all = contact.attributes.iter();
                let found = all.find(|attribute| attribute.key == *key);
                let mask = found.map(|it| self.attribute_mask(it, viewer));
                let value = found.map(|it| &it.value);
                (value, mask, "attribute", format!("attribute {key:?}"))
            }
            MaskedItem::CustomerKey => {
                let value = contact.customer.as_ref();
                let mask = self.customer_mask(viewer);
                (value, mask, "item", "customer key".to_owned())
            }
            MaskedItem::Dial => {
                let value = contact.dial.as_ref();
                let mask = self.dial_mask(viewer);
                (value, mask, "item", "number to dial".to_owned())
            }
        };
        let Some(value) = value else {
            let detail = format!("contact {} has no {name}", contact.name);
            return Err(Refusal::new(Reason::UnknownAttribute, field, detail));
        };
        if !mask.is_some_and(|mask| mask.revealable || mask.shown == Visibility::Full) {
            let detail = format!("the {name} is not revealed to this role");
            return Err(Refusal::new(Reason::NotRevealed, field, detail));
        }
        Ok(value)
    }
}

impl Mask {
    /// The mask of a value for which a setting speaks. For supervisors it is none if the setting says nothing.
    fn of_setting(config: &MaskConfig, viewer: Viewer) -> Option<Self> {
        let revealable = config.reveal.contains(&viewer);
        let unsaid = match viewer {
            Viewer::Agent => Some(Visibility::Full),
            Viewer::Supervisor => revealable.then_some(Visibility::Hidden),
        };
        Some(Self {
            shown: config.shown_to(viewer).or(unsaid)?,
            revealable,
        })
    }

    /// As much of a value as is shown.
    pub fn shown_of(self, value: &str) -> Cow<'_, str> {
        match self.shown {
            Visibility::Full => Cow::Borrowed(value),
            Visibility::Hidden => Cow::Borrowed(""),
            Visibility::Last(count) => {
                let mut places = value.char_indices().rev().skip(usize::from(count));
                // One that has no more than that would be shown whole.
                let hidden_until = places.next().map(|(at, hidden)| at + hidden.len_utf8());
                hidden_until.map_or(Cow::Borrowed(""), |at| format!("…{}", &value[at..]).into())
            }
        }
    }

    /// Whether not all of a value is shown.
    pub fn is_masked(self) -> bool {
        self.shown != Visibility::Full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_characters_are_shown_of_a_value_that_has_more() {
        let last = |count| Mask {
            shown: Visibility::Last(count),
            revealable: false,
        };
        assert_eq!(last(4).shown_of("4111111111111111"), "…1111");
        assert_eq!(last(2).shown_of("Zoë 山田"), "…山田");
        assert_eq!(last(4).shown_of("1234"), "");
        assert_eq!(last(4).shown_of(""), "");
    }
}

//! Who is shown what of a contact's values.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What the value of an attribute is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// Text.
    #[default]
    Text,
    /// A number that is reckoned with.
    Number,
    /// A date, or a date and time.
    Date,
    /// A telephone number.
    Phone,
    /// The address of a mailbox.
    Email,
    /// A web address.
    Link,
    /// The number of a card or an account.
    Card,
    /// Something that nobody sees who does not ask for it.
    Secret,
}

/// Who looks at a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Viewer {
    /// The agent who handles it, or may.
    Agent,
    /// A supervisor.
    Supervisor,
}

/// How much of a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// All of it.
    Full,
    /// The last so many characters of one that has more; otherwise nothing.
    Last(u8),
    /// Nothing.
    Hidden,
}

/// Who is shown how much of a value, and who may have all of it revealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MaskConfig {
    /// What agents are shown; none: what they are without a configuration.
    pub agent: Option<Visibility>,
    /// What supervisors are shown; none: what they are without a configuration.
    pub supervisor: Option<Visibility>,
    /// Who may have it revealed, which is recorded.
    pub reveal: BTreeSet<Viewer>,
}

impl MaskConfig {
    /// What is configured for a viewer.
    pub fn shown_to(&self, viewer: Viewer) -> Option<Visibility> {
        match viewer {
            Viewer::Agent => self.agent,
            Viewer::Supervisor => self.supervisor,
        }
    }
}

//! All that Asterisk holds for us at one instant, read after a connection is made.

use serde::Deserialize;

use super::event::Channel;

/// The variable that names the contact of a channel of ours.
pub const CONTACT_VARIABLE: &str = "ACD_CONTACT";
/// The variable that names the agent at a channel of ours.
pub const AGENT_VARIABLE: &str = "ACD_AGENT";
/// The variable that says what an agent's open line is used for: offer and contact, or nothing.
pub const LINE_VARIABLE: &str = "ACD_LINE";

/// All that Asterisk holds for us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Every channel.
    pub channels: Vec<Channel>,
    /// Every bridge.
    pub bridges: Vec<Bridge>,
    /// The variables of ours that channels carry, by channel.
    pub carried: Vec<(String, Carried)>,
}

/// What a channel carries for us, so that an adapter that starts anew knows it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The contact it belongs to.
    pub contact: String,
    /// The agent whose phone it is.
    pub agent: String,
    /// Of an agent's open line: offer and contact of the conversation it is in.
    pub line: String,
}

/// A bridge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Bridge {
    /// Its id.
    pub id: String,
    /// Which channels are in it.
    #[serde(default)]
    pub channels: Vec<String>,
}

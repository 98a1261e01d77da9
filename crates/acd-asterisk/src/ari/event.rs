//! What Asterisk tells over the websocket.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The events the adapter asks for; Asterisk sends no others ([`Request::FilterEvents`](super::Request::FilterEvents)).
/// Half of what it would send says only that a variable was set.
pub const WANTED: [&str; 12] = [
    "ApplicationReplaced",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHold",
    "ChannelStateChange",
    "ChannelUnhold",
    "DeviceStateChanged",
    "PlaybackFinished",
    "RecordingFailed",
    "RecordingFinished",
    "StasisEnd",
    "StasisStart",
];

/// Something happened in Asterisk.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type")]
pub enum Event {
    /// A channel was handed to us.
    StasisStart {
        /// What `Stasis()` or the originate request said.
        #[serde(default)]
        args: Args,
        /// The channel.
        channel: Channel,
        /// The channel whose place it takes: a phone has sent its caller there by itself.
        #[serde(default)]
        replace_channel: Option<Box<Channel>>,
    },
    /// A channel left us: hung up, or sent on in the dialplan.
    StasisEnd {
        /// The channel.
        channel: Channel,
    },
    /// A channel is gone.
    ChannelDestroyed {
        /// The channel.
        channel: Channel,
        /// Why, as a Q.850 cause.
        #[serde(default)]
        cause: u16,
    },
    /// A channel rings, or was answered.
    ChannelStateChange {
        /// The channel as it is now.
        channel: Channel,
    },
    /// A key was pressed.
    ChannelDtmfReceived {
        /// The channel.
        channel: Channel,
        /// The key.
        digit: String,
    },
    /// A phone put the other side on hold.
    ChannelHold {
        /// The phone's channel.
        channel: Channel,
    },
    /// A phone took the other side off hold.
    ChannelUnhold {
        /// The phone's channel.
        channel: Channel,
    },
    /// Something was played, or will not be.
    PlaybackFinished {
        /// What.
        playback: Playback,
    },
    /// A recording is complete.
    RecordingFinished {
        /// It.
        recording: Recording,
    },
    /// A recording failed.
    RecordingFailed {
        /// It.
        recording: Recording,
    },
    /// A phone is in use, or no more.
    DeviceStateChanged {
        /// The phone.
        device_state: DeviceState,
    },
    /// Somebody else connected under the application's name: events go to them.
    ApplicationReplaced {},
    /// Anything else.
    #[serde(other)]
    Other,
}

/// What `Stasis()` was given: facts about a caller, so that only its length goes into a log.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Args(pub Vec<String>);

impl std::fmt::Debug for Args {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{} redacted]", self.0.len())
    }
}

/// A channel: one party's line.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Channel {
    /// Its id, of Asterisk's or our own making.
    pub id: String,
    /// The name, `PJSIP/anna-00000012`.
    #[serde(default)]
    pub name: String,
    /// `Down`, `Ring`, `Ringing`, `Up`, ...
    #[serde(default)]
    pub state: String,
    /// Who is at its end.
    #[serde(default)]
    pub caller: Party,
    /// Where it stands in the dialplan.
    #[serde(default)]
    pub dialplan: Dialplan,
    /// When it began, ISO 8601.
    #[serde(default)]
    pub creationtime: String,
    /// The variables that `channelvars` of ari.conf names.
    #[serde(default)]
    pub channelvars: BTreeMap<String, String>,
}

impl std::fmt::Debug for Channel {
    /// Who is at its end, and what the dialplan says of them, is for nobody's log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}, {})", self.id, self.name, self.state)
    }
}

impl Channel {
    /// Whether it was answered.
    pub fn is_up(&self) -> bool {
        self.state == "Up"
    }
}

/// Who is at the end of a line.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Party {
    /// The number.
    #[serde(default)]
    pub number: String,
    /// The name.
    #[serde(default)]
    pub name: String,
}

impl std::fmt::Debug for Party {
    /// It names a person: nothing of it goes into a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Where a channel stands in the dialplan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Dialplan {
    /// The application that has it.
    #[serde(default)]
    pub app_name: String,
    /// What the application was given.
    #[serde(default)]
    pub app_data: String,
}

/// Something that is played.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Playback {
    /// Its id.
    pub id: String,
}

/// A recording.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Recording {
    /// Its name, below Asterisk's folder of recordings.
    pub name: String,
    /// The format, `wav`.
    #[serde(default)]
    pub format: String,
    /// Why it failed.
    #[serde(default)]
    pub cause: Option<String>,
}

/// The state of a phone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DeviceState {
    /// The phone, `PJSIP/anna`.
    pub name: String,
    /// `NOT_INUSE`, `INUSE`, `BUSY`, `UNAVAILABLE`, ...
    pub state: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_event_and_unknown_fields_do_no_harm() {
        let unknown = r#"{"type":"ChannelTalkingStarted","channel":{"id":"1"}}"#;
        assert_eq!(
            serde_json::from_str::<Event>(unknown).unwrap(),
            Event::Other
        );
        let more = r#"{"type":"StasisEnd","timestamp":"x","channel":{"id":"1","protocol_id":"y"}}"#;
        let channel = Channel {
            id: "1".into(),
            ..Channel::default()
        };
        assert_eq!(
            serde_json::from_str::<Event>(more).unwrap(),
            Event::StasisEnd { channel }
        );
    }

    #[test]
    fn a_log_of_an_event_shows_no_caller() {
        let event = r#"{"type":"StasisStart","args":["iban=DE1"],"channel":{"id":"1",
            "caller":{"number":"+49301234","name":"Erika"},"channelvars":{"IBAN":"DE1"},
            "dialplan":{"app_data":"acd,iban=DE1"}}}"#;
        let shown = format!("{:?}", serde_json::from_str::<Event>(event).unwrap());
        assert!(
            !["4930", "Erika", "DE1"].iter().any(|it| shown.contains(it)),
            "{shown}"
        );
    }
}

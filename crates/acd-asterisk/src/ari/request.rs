//! What Asterisk may be asked.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::event::WANTED;

/// How a request goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Do, or make.
    Post,
    /// Set.
    Put,
    /// End, or undo.
    Delete,
}

/// What a bridge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeKind {
    /// Who is in it hears music and nobody else.
    Holding,
    /// All hear each other.
    Mixing,
}

/// Which way a snoop channel speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whisper {
    /// It only listens.
    None,
    /// The one who is snooped on hears it.
    ToThem,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Answers a channel.
    Answer {
        /// The channel.
        channel: String,
    },
    /// Lets the caller hear that it rings.
    Ring {
        /// The channel.
        channel: String,
    },
    /// Hangs a channel up.
    HangUp {
        /// The channel.
        channel: String,
        /// The Q.850 cause that the other side is told.
        cause: u16,
    },
    /// Calls somebody; their channel comes to us when they answer.
    Originate {
        /// Where, `PJSIP/anna`.
        endpoint: String,
        /// The id of the new channel.
        channel: String,
        /// Whom the phone shows, `"name" <number>`; empty: nobody.
        caller: Shown,
        /// How long it may ring, in seconds.
        timeout_s: u32,
        /// Variables of the new channel.
        variables: Vec<(String, String)>,
    },
    /// Sets a variable of a channel.
    SetVariable {
        /// The channel.
        channel: String,
        /// The variable, or a dialplan function.
        name: String,
        /// Its value.
        value: Shown,
    },
    /// Lets a channel go on in the dialplan.
    Continue {
        /// The channel.
        channel: String,
        /// Where: context and extension; none: the next line.
        to: Option<(String, Shown)>,
    },
    /// Plays to a channel.
    Play {
        /// The channel.
        channel: String,
        /// The id of what is played.
        playback: String,
        /// What, one after the other, `sound:hello`.
        media: Vec<String>,
    },
    /// Stops what is played.
    StopPlayback {
        /// The id of what is played.
        playback: String,
    },
    /// Records what a channel says.
    RecordChannel {
        /// The channel.
        channel: String,
        /// Name of the recording.
        name: String,
        /// Format, `wav`.
        format: String,
        /// The longest, in seconds.
        length_max_s: u32,
        /// A silence of so many seconds ends it.
        silence_max_s: u32,
    },
    /// A channel that hears another one, and may speak to it.
    Snoop {
        /// The channel to hear.
        channel: String,
        /// The id of the new channel.
        snoop: String,
        /// Whether it speaks.
        whisper: Whisper,
    },
    /// Makes a bridge.
    CreateBridge {
        /// Its id.
        bridge: String,
        /// What it is for.
        kind: BridgeKind,
    },
    /// Ends a bridge; who is in it stays with us.
    DestroyBridge {
        /// The bridge.
        bridge: String,
    },
    /// Puts channels into a bridge, out of whichever they are in.
    AddToBridge {
        /// The bridge.
        bridge: String,
        /// The channels.
        channels: Vec<String>,
    },
    /// Takes a channel out of a bridge.
    RemoveFromBridge {
        /// The bridge.
        bridge: String,
        /// The channel.
        channel: String,
    },
    /// Records a bridge; what the recording holds already stays in it.
    RecordBridge {
        /// The bridge.
        bridge: String,
        /// Name of the recording.
        name: String,
        /// Format, `wav`.
        format: String,
    },
    /// Lets nothing more into a recording, or again.
    PauseRecording {
        /// The recording.
        name: String,
        /// Whether it pauses.
        paused: bool,
    },
    /// Ends a recording and keeps it.
    StopRecording {
        /// The recording.
        name: String,
    },
    /// Tells whoever watches a custom device its state: a lamp.
    SetLamp {
        /// The lamp, `Custom:acd-anna`.
        device: String,
        /// `INUSE`, `NOT_INUSE`, `RINGING`, ...
        state: &'static str,
    },
    /// Asks for the events of these sources, `deviceState:PJSIP/anna`.
    Subscribe {
        /// The application.
        app: String,
        /// The sources.
        sources: Vec<String>,
    },
    /// Asks for the events we know, and no others.
    FilterEvents {
        /// The application.
        app: String,
    },
}

/// Text that may name or reach a person; it is not shown in logs.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Shown(pub String);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() {
            "\"\""
        } else {
            "[redacted]"
        })
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// How a request looks on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// The method.
    pub method: Method,
    /// Path and query, below `/ari`.
    pub path: String,
    /// The body, if it has one.
    pub body: Option<Value>,
}

/// What stands as it is in a path or a query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One part of a path, or a value of a query.
pub fn escaped(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

impl Request {
    /// What it is, for metrics and logs: no names in it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "answer",
            Self::Ring { .. } => "ring",
            Self::HangUp { .. } => "hang_up",
            Self::Originate { .. } => "originate",
            Self::SetVariable { .. } => "set_variable",
            Self::Continue { .. } => "continue",
            Self::Play { .. } => "play",
            Self::StopPlayback { .. } => "stop_playback",
            Self::RecordChannel { .. } => "record_channel",
            Self::Snoop { .. } => "snoop",
            Self::CreateBridge { .. } => "create_bridge",
            Self::DestroyBridge { .. } => "destroy_bridge",
            Self::AddToBridge { .. } => "add_to_bridge",
            Self::RemoveFromBridge { .. } => "remove_from_bridge",
            Self::RecordBridge { .. } => "record_bridge",
            Self::PauseRecording { .. } => "pause_recording",
            Self::StopRecording { .. } => "stop_recording",
            Self::SetLamp { .. } => "set_lamp",
            Self::Subscribe { .. } => "subscribe",
            Self::FilterEvents { .. } => "filter_events",
        }
    }

    /// The same for the application `app`, as HTTP.
    pub fn wire(&self, app: &str) -> Wire {
        let post = |path: String| (Method::Post, path, None);
        let delete = |path: String| (Method::Delete, path, None);
        let (method, path, body) = match self {
            Self::Answer { channel } => post(format!("/channels/{}/answer", escaped(channel))),
            Self::Ring { channel } => post(format!("/channels/{}/ring", escaped(channel))),
            Self::HangUp { channel, cause } => delete(format!(
                "/channels/{}?reason_code={cause}",
                escaped(channel)
            )),
            Self::Originate {
                endpoint,
                channel,
                caller,
                timeout_s,
                variables,
            } => {
                let caller_id = match caller.0.as_str() {
                    "" => String::new(),
                    caller => format!("&callerId={}", escaped(caller)),
                };
                let path = format!(
                    "/channels?endpoint={}&app={}&channelId={}&timeout={timeout_s}{caller_id}",
                    escaped(endpoint),
                    escaped(app),
                    escaped(channel),
                );
                let variables: serde_json::Map<String, Value> = variables
                    .iter()
                    .map(|(name, value)| (name.clone(), json!(value)))
                    .collect();
                (Method::Post, path, Some(json!({ "variables": variables })))
            }
            Self::SetVariable {
                channel,
                name,
                value,
            } => post(format!(
                "/channels/{}/variable?variable={}&value={}",
                escaped(channel),
                escaped(name),
                escaped(&value.0)
            )),
            Self::Continue { channel, to } => {
                let to = to
                    .as_ref()
                    .map_or_else(String::new, |(context, extension)| {
                        format!(
                            "?context={}&extension={}&priority=1",
                            escaped(context),
                            escaped(&extension.0)
                        )
                    });
                post(format!("/channels/{}/continue{to}", escaped(channel)))
            }
            Self::Play {
                channel,
                playback,
                media,
            } => post(format!(
                "/channels/{}/play?media={}&playbackId={}",
                escaped(channel),
                escaped(&media.join(",")),
                escaped(playback)
            )),
            Self::StopPlayback { playback } => delete(format!("/playbacks/{}", escaped(playback))),
            Self::RecordChannel {
                channel,
                name,
                format,
                length_max_s,
                silence_max_s,
            } => post(format!(
                "/channels/{}/record?name={}&format={}&maxDurationSeconds={length_max_s}&maxSilenceSeconds={silence_max_s}&beep=true&terminateOn=%23&ifExists=overwrite",
                escaped(channel),
                escaped(name),
                escaped(format)
            )),
            Self::Snoop {
                channel,
                snoop,
                whisper,
            } => post(format!(
                "/channels/{}/snoop/{}?spy=both&whisper={}&app={}",
                escaped(channel),
                escaped(snoop),
                match whisper {
                    Whisper::None => "none",
                    Whisper::ToThem => "out",
                },
                escaped(app)
            )),
            Self::CreateBridge { bridge, kind } => post(format!(
                "/bridges/{}?type={}",
                escaped(bridge),
                match kind {
                    BridgeKind::Holding => "holding",
                    BridgeKind::Mixing => "mixing",
                }
            )),
            Self::DestroyBridge { bridge } => delete(format!("/bridges/{}", escaped(bridge))),
            Self::AddToBridge { bridge, channels } => post(format!(
                "/bridges/{}/addChannel?channel={}",
                escaped(bridge),
                escaped(&channels.join(","))
            )),
            Self::RemoveFromBridge { bridge, channel } => post(format!(
                "/bridges/{}/removeChannel?channel={}",
                escaped(bridge),
                escaped(channel)
            )),
            Self::RecordBridge {
                bridge,
                name,
                format,
            } => post(format!(
                "/bridges/{}/record?name={}&format={}&ifExists=append",
                escaped(bridge),
                escaped(name),
                escaped(format)
            )),
            Self::PauseRecording { name, paused } => {
                let path = format!("/recordings/live/{}/pause", escaped(name));
                if *paused { post(path) } else { delete(path) }
            }
            Self::StopRecording { name } => {
                post(format!("/recordings/live/{}/stop", escaped(name)))
            }
            Self::SetLamp { device, state } => post(format!(
                "/asterisk/variable?variable={}&value={state}",
                escaped(&format!("DEVICE_STATE({device})"))
            )),
            Self::Subscribe { app, sources } => post(format!(
                "/applications/{}/subscription?eventSource={}",
                escaped(app),
                escaped(&sources.join(","))
            )),
            Self::FilterEvents { app } => {
                let allowed: Vec<Value> =
                    WANTED.iter().map(|kind| json!({ "type": kind })).collect();
                let path = format!("/applications/{}/eventFilter", escaped(app));
                (Method::Put, path, Some(json!({ "allowed": allowed })))
            }
        };
        Wire { method, path, body }
    }
}

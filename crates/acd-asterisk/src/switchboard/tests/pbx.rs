//! A small Asterisk: channels, bridges, recordings and what plays, as far as the switchboard can tell the difference.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::ari::event::{Args, Channel, Dialplan, Playback, Recording};
use crate::ari::request::BridgeKind;
use crate::ari::snapshot::{AGENT_VARIABLE, CONTACT_VARIABLE, LINE_VARIABLE};
use crate::ari::snapshot::{Bridge, Carried};
use crate::ari::{Event, Request, Snapshot};
use crate::switchboard::{Lane, Ticket};

/// A channel.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// `Down`, `Ring`, `Ringing`, `Up`.
    pub(super) state: &'static str,
    /// With the application; one that is called comes to it when it is answered.
    pub(super) in_stasis: bool,
    /// Whether the application made it.
    pub(super) ours: bool,
    /// What the dialplan said.
    args: String,
    /// Which channel it hears.
    hears: Option<String>,
    pub(super) carried: Carried,
}

/// A bridge.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) channels: BTreeSet<String>,
    /// What is recorded, and whether it is paused.
    pub(super) recorded: Option<(String, bool)>,
}

/// Requests that wait for each other, and the answer of the one that was done.
#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<(Ticket, Request)>,
    answer: Option<(Ticket, bool)>,
}

#[derive(Debug, Default)]
pub(super) struct Pbx {
    pub(super) lines: BTreeMap<String, Line>,
    pub(super) rooms: BTreeMap<String, Room>,
    playing: BTreeMap<String, String>,
    messages: BTreeMap<String, String>,
    /// Names that were given once.
    used: BTreeSet<String>,
    /// What is under way on the websocket; none: there is none.
    pub(super) said: Option<VecDeque<Event>>,
    queues: BTreeMap<Lane, Queue>,
}

impl Pbx {
    pub(super) fn push(&mut self, lane: Lane, ticket: Ticket, request: Request) {
        let queue = self.queues.entry(lane).or_default();
        queue.waiting.push_back((ticket, request));
    }

    /// Whether requests are under way.
    pub(super) fn is_asked(&self) -> bool {
        !self.queues.is_empty()
    }

    /// Nothing is under way.
    pub(super) fn is_quiet(&self) -> bool {
        !self.is_asked() && self.said.as_ref().is_none_or(VecDeque::is_empty)
    }

    /// Whoever asks is gone, with all that was not asked yet.
    pub(super) fn forget_asked(&mut self) {
        self.queues.clear();
        self.said = None;
    }

    /// One of the lanes goes on: its request is done, or the answer of the one before comes.
    pub(super) fn work(&mut self, nth: usize, fails: bool) -> Option<(Ticket, bool)> {
        let lane = self
            .queues
            .keys()
            .nth(nth % self.queues.len().max(1))?
            .clone();
        let queue = self.queues.get_mut(&lane)?;
        if let Some(answer) = queue.answer.take() {
            if queue.waiting.is_empty() {
                self.queues.remove(&lane);
            }
            return Some(answer);
        }
        let (ticket, request) = queue.waiting.pop_front().expect("else it is not there");
        let done = !(fails && may_fail(&request)) && self.execute(&request);
        self.queues.get_mut(&lane)?.answer = Some((ticket, done));
        None
    }

    /// A caller whom the dialplan hands over.
    pub(super) fn call(&mut self, id: &str, args: &str, up: bool) {
        self.make(id);
        let line = Line {
            state: if up { "Up" } else { "Ring" },
            args: args.to_owned(),
            ..Line::default()
        };
        self.lines.insert(id.to_owned(), line);
        self.hand_over(id);
    }

    /// A phone that was called rings, or is answered.
    pub(super) fn answer(&mut self, id: &str) {
        let line = self.lines.get_mut(id).expect("a channel");
        if line.state == "Down" {
            line.state = "Ringing";
            let channel = self.channel(id);
            return self.say(Event::ChannelStateChange { channel });
        }
        line.state = "Up";
        self.hand_over(id);
    }

    /// A channel is hung up, by whomever.
    pub(super) fn end(&mut self, id: &str, cause: u16) {
        self.leave(id);
        let channel = self.channel(id);
        let line = self.lines.remove(id).expect("a channel");
        if line.in_stasis {
            self.say(Event::StasisEnd {
                channel: channel.clone(),
            });
        }
        if line.ours {
            self.say(Event::ChannelDestroyed { channel, cause });
        }
        let hearing = self
            .lines
            .iter()
            .find(|(_, line)| line.hears.as_deref() == Some(id));
        if let Some(hearing) = hearing.map(|(hearing, _)| hearing.clone()) {
            self.end(&hearing, cause);
        }
    }

    /// A phone says something by itself.
    pub(super) fn tells(&mut self, id: &str, event: impl FnOnce(Channel) -> Event) {
        let event = event(self.channel(id));
        self.say(event);
    }

    /// Something that plays or is recorded of a caller comes to its end, if there is any.
    pub(super) fn media_ends(&mut self, nth: usize) -> bool {
        let all = self.playing.keys().chain(self.messages.keys());
        let all: Vec<String> = all.cloned().collect();
        let Some(id) = all.get(nth % all.len().max(1)) else {
            return false;
        };
        if self.playing.remove(id).is_some() {
            let playback = Playback { id: id.clone() };
            self.say(Event::PlaybackFinished { playback });
        } else {
            self.messages.remove(id);
            self.recorded(id);
        }
        true
    }

    /// All that it holds.
    pub(super) fn snapshot(&self) -> Snapshot {
        let carried = self
            .lines
            .iter()
            .filter(|(_, line)| line.carried != Carried::default());
        let rooms = self.rooms.iter();
        let mut channels: Vec<_> = self.lines.keys().map(|id| self.channel(id)).collect();
        let mut bridges = Vec::new();
        for (id, room) in rooms {
            let mut inside: Vec<_> = room.channels.iter().cloned().collect();
            if room.recorded.is_some() {
                let recorder = Channel {
                    id: format!("recorder-{id}"),
                    name: "Recorder/ARI".to_owned(),
                    ..Channel::default()
                };
                inside.push(recorder.id.clone());
                channels.push(recorder);
            }
            bridges.push(Bridge {
                id: id.clone(),
                channels: inside,
            });
        }
        Snapshot {
            channels,
            bridges,
            carried: carried
                .map(|(id, line)| (id.clone(), line.carried.clone()))
                .collect(),
        }
    }

    fn channel(&self, id: &str) -> Channel {
        let line = &self.lines[id];
        let dialplan = Dialplan {
            app_name: if line.in_stasis { "Stasis" } else { "" }.to_owned(),
            app_data: match line.ours {
                true => String::new(),
                false => format!("acd,{}", line.args),
            },
        };
        Channel {
            id: id.to_owned(),
            state: line.state.to_owned(),
            dialplan,
            ..Channel::default()
        }
    }

    fn make(&mut self, id: &str) {
        assert!(self.used.insert(id.to_owned()), "{id} was there before");
    }

    fn say(&mut self, event: Event) {
        if let Some(said) = &mut self.said {
            said.push_back(event);
        }
    }

    fn hand_over(&mut self, id: &str) {
        let line = self.lines.get_mut(id).expect("a channel");
        line.in_stasis = true;
        let args = line.args.split(',').filter(|arg| !arg.is_empty());
        let args = Args(args.map(str::to_owned).collect());
        let channel = self.channel(id);
        self.say(Event::StasisStart {
            args,
            channel,
            replace_channel: None,
        });
    }

    /// Out of its bridge, and nothing plays to it.
    fn leave(&mut self, id: &str) {
        for room in self.rooms.values_mut() {
            room.channels.remove(id);
        }
        let playing: Vec<_> = self.playing.extract_if(.., |_, to| to == id).collect();
        for (id, _) in playing {
            self.say(Event::PlaybackFinished {
                playback: Playback { id },
            });
        }
        let messages: Vec<_> = self.messages.extract_if(.., |_, of| of == id).collect();
        for (name, _) in messages {
            self.recorded(&name);
        }
    }

    fn recorded(&mut self, name: &str) {
        let recording = Recording {
            name: name.to_owned(),
            format: "wav".to_owned(),
            cause: None,
        };
        self.say(Event::RecordingFinished { recording });
    }

    fn is_with_us(&self, id: &str) -> bool {
        self.lines.get(id).is_some_and(|line| line.in_stasis)
    }

    fn execute(&mut self, request: &Request) -> bool {
        match request {
            Request::Answer { channel } => {
                let line = self.lines.get_mut(channel);
                line.map(|line| line.state = "Up").is_some()
            }
            Request::Ring { channel } => self.is_with_us(channel),
            Request::HangUp { channel, .. } => {
                // A recorder is no channel of ours, and goes when it is told to.
                if let Some(bridge) = channel.strip_prefix("recorder-") {
                    let recorded = self
                        .rooms
                        .get_mut(bridge)
                        .and_then(|room| room.recorded.take());
                    recorded.iter().for_each(|(name, _)| self.recorded(name));
                    return recorded.is_some();
                }
                let is_there = self.lines.contains_key(channel);
                if is_there {
                    self.end(channel, 16);
                }
                is_there
            }
            Request::Originate {
                channel, variables, ..
            } => {
                if self.lines.contains_key(channel) {
                    return false;
                }
                let value = |name| variables.iter().find(|(known, _)| known == name);
                let value = |name| {
                    value(name)
                        .map(|(_, value)| value.clone())
                        .unwrap_or_default()
                };
                let line = Line {
                    state: "Down",
                    ours: true,
                    carried: Carried {
                        contact: value(CONTACT_VARIABLE),
                        agent: value(AGENT_VARIABLE),
                        line: String::new(),
                    },
                    ..Line::default()
                };
                self.lines.insert(channel.clone(), line);
                true
            }
            Request::SetVariable {
                channel,
                name,
                value,
            } => {
                let line = self.lines.get_mut(channel);
                line.map(|line| {
                    if name == LINE_VARIABLE {
                        line.carried.line.clone_from(&value.0);
                    }
                    if name == CONTACT_VARIABLE {
                        line.carried.contact.clone_from(&value.0);
                    }
                })
                .is_some()
            }
            Request::Continue { channel, .. } => {
                let is_there = self.is_with_us(channel);
                if is_there {
                    self.end(channel, 16);
                }
                is_there
            }
            Request::Play {
                channel, playback, ..
            } => {
                let is_there = self.is_with_us(channel);
                if is_there {
                    self.make(playback);
                    self.playing.insert(playback.clone(), channel.clone());
                }
                is_there
            }
            Request::StopPlayback { playback } => {
                let stopped = self.playing.remove(playback).is_some();
                if stopped {
                    let playback = Playback {
                        id: playback.clone(),
                    };
                    self.say(Event::PlaybackFinished { playback });
                }
                stopped
            }
            Request::RecordChannel { channel, name, .. } => {
                let is_there = self.is_with_us(channel);
                if is_there {
                    self.make(name);
                    self.messages.insert(name.clone(), channel.clone());
                }
                is_there
            }
            Request::Snoop { channel, snoop, .. } => {
                let is_there = self.is_with_us(channel);
                if is_there {
                    self.make(snoop);
                    let line = Line {
                        state: "Up",
                        ours: true,
                        hears: Some(channel.clone()),
                        ..Line::default()
                    };
                    self.lines.insert(snoop.clone(), line);
                    self.hand_over(snoop);
                }
                is_there
            }
            Request::CreateBridge { bridge, kind } => {
                assert_eq!(*kind == BridgeKind::Holding, bridge == "acd-wait");
                self.rooms.entry(bridge.clone()).or_default();
                true
            }
            Request::DestroyBridge { bridge } => {
                let room = self.rooms.remove(bridge);
                let recorded = room.as_ref().and_then(|room| room.recorded.as_ref());
                recorded.iter().for_each(|(name, _)| self.recorded(name));
                room.is_some()
            }
            Request::AddToBridge { bridge, channels } => {
                let can = self.rooms.contains_key(bridge)
                    && channels.iter().all(|channel| self.is_with_us(channel));
                for channel in channels.iter().filter(|_| can) {
                    for room in self.rooms.values_mut() {
                        room.channels.remove(channel);
                    }
                    let room = self.rooms.get_mut(bridge).expect("it is there");
                    room.channels.insert(channel.clone());
                }
                can
            }
            Request::RemoveFromBridge { bridge, channel } => {
                let room = self.rooms.get_mut(bridge);
                room.is_some_and(|room| room.channels.remove(channel))
            }
            Request::RecordBridge { bridge, name, .. } => {
                self.make(name);
                let room = self.rooms.get_mut(bridge);
                room.map(|room| {
                    assert_eq!(room.recorded, None, "recorded twice");
                    room.recorded = Some((name.clone(), false));
                })
                .is_some()
            }
            Request::PauseRecording { name, paused } => {
                let recorded = self.recording(name);
                recorded
                    .and_then(Option::as_mut)
                    .map(|recorded| recorded.1 = *paused)
                    .is_some()
            }
            Request::StopRecording { name } => {
                let stopped = self.recording(name).and_then(Option::take).is_some();
                if stopped {
                    self.recorded(name);
                }
                stopped
            }
            Request::SetLamp { .. } | Request::Subscribe { .. } | Request::FilterEvents { .. } => {
                true
            }
        }
    }

    fn recording(&mut self, name: &str) -> Option<&mut Option<(String, bool)>> {
        let mut recorded = self.rooms.values_mut().map(|room| &mut room.recorded);
        recorded.find(|recorded| recorded.as_ref().is_some_and(|(known, _)| known == name))
    }
}

/// What fails at Asterisk although all that it needs is there.
fn may_fail(request: &Request) -> bool {
    matches!(
        request,
        Request::Originate { .. }
            | Request::Play { .. }
            | Request::Snoop { .. }
            | Request::RecordChannel { .. }
            | Request::RecordBridge { .. }
            | Request::PauseRecording { .. }
    )
}

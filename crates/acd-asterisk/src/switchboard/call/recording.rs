//! The recording of a conversation. Nothing is recorded while the customer does not hear it, nor while it is paused: a
//! pause that fails ends the recording, because card data must never be in it.

use acd_client::v1::{self, RecordingState};

use super::{Around, Call, Purpose, Request};

/// The most keys of an agent that are remembered.
const KEYS_MAX: usize = 4;

/// The recording of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::switchboard) struct Recording {
    wanted: RecordingState,
    /// The one that is made.
    made: Option<Made>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Made {
    name: String,
    paused: bool,
}

impl Recording {
    /// Whether there is to be one, paused or not.
    fn is_wanted(&self) -> bool {
        matches!(self.wanted, RecordingState::On | RecordingState::Paused)
    }

    pub(super) fn set(&mut self, wanted: RecordingState) {
        self.wanted = wanted;
    }
}

impl Call {
    /// Begins, pauses, resumes or ends it, as it should be.
    pub(super) fn settle_recording(&mut self, customer_talks: bool, around: &mut Around) {
        let owner = self
            .legs
            .iter()
            .find(|leg| !leg.consult && leg.is_connected());
        let talks = customer_talks && owner.is_some();
        let offer = owner.map_or(0, |leg| leg.offer);
        let runs = talks && self.recording.wanted == RecordingState::On;
        let ends = !self.recording.is_wanted() || self.customer.is_none();
        match &mut self.recording.made {
            None if runs => {
                let name = around.ids.recording(&self.contact, offer);
                self.recording.made = Some(Made {
                    name: name.clone(),
                    paused: false,
                });
                let request = Request::RecordBridge {
                    bridge: around.ids.talk(&self.contact),
                    name: name.clone(),
                    format: around.options.recording.format.clone(),
                };
                self.ask(around, Purpose::RecordingBegun(name), request);
            }
            None => {}
            Some(made) if ends => {
                let name = std::mem::take(&mut made.name);
                self.recording.made = None;
                self.ask(around, Purpose::Nothing, Request::StopRecording { name });
            }
            Some(made) if made.paused == runs => {
                made.paused = !runs;
                let (name, paused) = (made.name.clone(), made.paused);
                let purpose = match paused {
                    true => Purpose::RecordingPaused(name.clone()),
                    false => Purpose::Nothing,
                };
                self.ask(around, purpose, Request::PauseRecording { name, paused });
            }
            Some(_) => {}
        }
    }

    /// A conversation was found, and maybe an adapter before us recorded it: that ends, and goes on in the same recording
    /// if the engine still wants it. Nobody knows whether it was paused.
    pub(in crate::switchboard) fn end_found_recording(&mut self, around: &mut Around) {
        let connected = self.legs.iter().filter(|leg| leg.is_connected());
        let names = connected.map(|leg| around.ids.recording(&self.contact, leg.offer));
        for name in names.collect::<Vec<_>>() {
            self.ask(around, Purpose::Nothing, Request::StopRecording { name });
        }
    }

    /// It could not be begun, or failed on the way; the desk is told.
    pub(in crate::switchboard) fn recording_failed(&mut self, name: &str, around: &mut Around) {
        if self
            .recording
            .made
            .take_if(|made| made.name == name)
            .is_some()
        {
            tracing::warn!(contact = %self.contact, recording = name, "the recording failed");
            self.recording.wanted = RecordingState::Off;
            self.tell_recording(around);
        }
    }

    /// A pause that Asterisk did not do: the recording ends rather than hears what it must not.
    pub(super) fn pause_failed(&mut self, name: &str, around: &mut Around) {
        if self
            .recording
            .made
            .as_ref()
            .is_some_and(|made| made.name == name)
        {
            let name = name.to_owned();
            self.ask(
                around,
                Purpose::Nothing,
                Request::StopRecording { name: name.clone() },
            );
            self.recording_failed(&name, around);
        }
    }

    fn tell_recording(&self, around: &mut Around) {
        around.tell(v1::RecordingChanged {
            contact_id: self.contact.to_string(),
            state: match self.recording.wanted {
                RecordingState::Unspecified => RecordingState::Off,
                wanted => wanted,
            }
            .into(),
        });
    }

    /// An agent pressed a key.
    pub(super) fn agent_key(&mut self, channel: &str, key: &str, around: &mut Around) {
        let Some(leg) = self
            .legs
            .iter_mut()
            .find(|leg| leg.channel == channel && leg.is_connected())
        else {
            return;
        };
        leg.keys.push_str(key);
        if leg.keys.len() > KEYS_MAX {
            leg.keys = leg.keys.chars().skip(1).collect();
        }
        let keys = &around.options.keys;
        let pressed = |wanted: &str| !wanted.is_empty() && leg.keys.ends_with(wanted);
        let state = if pressed(&keys.pause_recording) {
            RecordingState::Paused
        } else if pressed(&keys.resume_recording) {
            RecordingState::On
        } else {
            return;
        };
        leg.keys.clear();
        let is_made = self.recording.made.is_some();
        if is_made && state != self.recording.wanted {
            self.recording.wanted = state;
            self.tell_recording(around);
            self.settle(around);
        }
    }
}

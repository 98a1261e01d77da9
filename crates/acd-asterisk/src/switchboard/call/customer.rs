//! The customer's side of a call: waiting, hearing, leaving, being called.

use acd_client::v1;

use super::leg::Wanted;
use super::{
    Around, CONTACT_VARIABLE, Call, Heard, Lane, Originate, Purpose, Request, Shown, announced,
    cause, media, text,
};
use crate::options::Answer;

/// The customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::switchboard) struct Customer {
    /// Their channel.
    pub(in crate::switchboard) channel: String,
    /// Whether it was answered.
    pub(in crate::switchboard) up: bool,
    /// Where they are.
    pub(in crate::switchboard) place: Place,
    /// Whether we called them.
    pub(in crate::switchboard) called: bool,
    /// What is played to them besides music, by its id.
    playing: Option<String>,
    /// The class of music that is set for them; empty: Asterisk's default.
    music: String,
    /// The class they are to hear.
    music_wanted: String,
    /// How many keys they have pressed: nobody needs many, and each is an event.
    keys: u32,
}

/// Where a customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::switchboard) enum Place {
    /// With us, in no bridge.
    Nowhere,
    /// Among those who wait.
    Waiting,
    /// In the conversation.
    Talk,
}

/// The most keys of one caller that are told.
const KEYS_MAX: u32 = 50;
/// A silence of so many seconds ends a voice message.
const MESSAGE_SILENCE_S: u32 = 10;

impl Customer {
    /// At this channel, who came by themselves.
    pub(in crate::switchboard) fn at(channel: &str, up: bool, place: Place) -> Self {
        Self {
            channel: channel.to_owned(),
            up,
            place,
            called: false,
            playing: None,
            music: String::new(),
            music_wanted: String::new(),
            keys: 0,
        }
    }

    /// At this channel, whom we call.
    pub(in crate::switchboard) fn called(channel: &str, up: bool, place: Place) -> Self {
        Self {
            called: true,
            ..Self::at(channel, up, place)
        }
    }

    /// Whether they can talk: whom we call must have answered.
    pub(super) fn is_there(&self) -> bool {
        self.up || !self.called
    }
}

/// A customer who is being called for an offer.
#[derive(Debug)]
pub(super) struct Dialling {
    /// The offer.
    pub(super) offer: u64,
    number: String,
    timeout_s: u32,
    /// The agent's phone, if the customer is called before it.
    then: Option<(Wanted, Option<String>)>,
}

/// How a customer leaves, by a directive that is done when they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaving {
    directive: u64,
    how: How,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    /// Hung up, after a prompt if one is named.
    Release(Option<String>),
    /// To this destination, in the dialplan.
    Route(String),
    /// Records a message.
    Voicemail,
}

impl Leaving {
    pub(super) fn release(directive: u64, prompt: &str) -> Self {
        let prompt = (!prompt.is_empty()).then(|| media(prompt));
        Self {
            directive,
            how: How::Release(prompt),
        }
    }

    pub(super) fn route(directive: u64, to: String) -> Self {
        Self {
            directive,
            how: How::Route(to),
        }
    }

    pub(super) fn voicemail(directive: u64) -> Self {
        Self {
            directive,
            how: How::Voicemail,
        }
    }
}

/// Coming and going.
impl Call {
    /// A caller is here.
    pub(in crate::switchboard) fn arrive(&mut self, customer: Customer, around: &mut Around) {
        self.customer = Some(customer);
        around.tell(self.arrived.clone());
        self.receive(around);
    }

    /// Answers a caller, or lets them hear that it rings.
    pub(in crate::switchboard) fn receive(&mut self, around: &mut Around) {
        match (self.answer, &self.customer) {
            (Answer::Arrival, _) => self.pick_up(around),
            (Answer::Agent, Some(customer)) if !customer.up && !customer.called => {
                let channel = customer.channel.clone();
                self.ask(around, Purpose::Nothing, Request::Ring { channel });
            }
            (Answer::Agent, _) => {}
        }
        self.settle(around);
    }

    /// Answers a caller who has not been.
    fn pick_up(&mut self, around: &mut Around) {
        let waits = self
            .customer
            .as_mut()
            .filter(|customer| !customer.up && !customer.called);
        if let Some(customer) = waits {
            customer.up = true;
            let channel = customer.channel.clone();
            self.ask(around, Purpose::Nothing, Request::Answer { channel });
        }
    }

    /// Whom we called has answered. Of who came by themselves it says nothing.
    pub(super) fn customer_up(&mut self, around: &mut Around) {
        if let Some(customer) = self.customer.as_mut().filter(|customer| customer.called) {
            customer.up = true;
        }
        let then = self
            .dialling
            .as_mut()
            .and_then(|dialling| dialling.then.take());
        if let Some((wanted, line)) = then {
            self.connect(wanted, line, around);
        }
    }

    /// They are gone: hung up, or sent on.
    pub(super) fn customer_gone(&mut self, around: &mut Around) {
        let was_up = self.customer.take().is_some_and(|customer| customer.up);
        self.held = false;
        if let Some(leaving) = self.leaving.take() {
            around.done(leaving.directive);
        } else if let Some(dialling) = self.dialling.take_if(|_| !was_up) {
            // Not reached: the contact goes on.
            self.connect_failed(
                dialling.offer,
                v1::ConnectFailure::CustomerNotReached,
                around,
            );
        } else if !self.ended {
            self.ended = true;
            around.tell(v1::ContactEnded {
                contact_id: self.contact.to_string(),
                cause: v1::EndCause::Customer.into(),
            });
        }
        if self.ended {
            // The engine ends each consultation by its release.
            self.drop_own_legs(around);
            self.drop_parties(around);
        }
        self.settle(around);
    }

    pub(in crate::switchboard) fn hang_customer_up(&mut self, around: &mut Around) {
        if let Some(customer) = &self.customer {
            let channel = customer.channel.clone();
            // Whom we call is not hung up before they are called.
            let lane = match customer.called {
                true => Lane::Thing(channel.clone()),
                false => self.lane(),
            };
            let cause = cause::NORMAL;
            around.ask(lane, Purpose::Nothing, Request::HangUp { channel, cause });
        }
    }

    /// They are to leave; the directive is done when they have.
    pub(super) fn leave(&mut self, leaving: Leaving, around: &mut Around) {
        let directive = leaving.directive;
        self.ended = true;
        self.drop_own_legs(around);
        self.drop_parties(around);
        let Some(customer) = &self.customer else {
            self.settle(around);
            return around.done(directive);
        };
        let channel = customer.channel.clone();
        let how = leaving.how.clone();
        if self.leaving.replace(leaving).is_some() {
            // Told twice, over a new connection. What was begun goes on.
            return;
        }
        self.settle(around);
        match how {
            How::Release(Some(prompt)) => {
                self.alone(around);
                self.pick_up(around);
                self.play(vec![prompt], around);
            }
            How::Release(None) => self.hang_customer_up(around),
            How::Route(to) => {
                self.stop_playing(around);
                let context = around.options.servers[around.server].route_context.clone();
                let to = Some((context, Shown(to)));
                self.ask(around, Purpose::SentOn, Request::Continue { channel, to });
            }
            How::Voicemail => {
                self.alone(around);
                self.pick_up(around);
                if !self.play(around.options.prompts.voicemail.clone(), around) {
                    self.record_message(around);
                }
            }
        }
    }

    /// Out of whichever bridge they are in: no music, nobody else.
    fn alone(&mut self, around: &mut Around) {
        // What plays would be played to its end first.
        self.stop_playing(around);
        let Some(customer) = &mut self.customer else {
            return;
        };
        let bridge = match std::mem::replace(&mut customer.place, Place::Nowhere) {
            Place::Nowhere => return,
            Place::Waiting => around.ids.waiting(),
            Place::Talk => around.ids.talk(&self.contact),
        };
        let channel = customer.channel.clone();
        self.ask(
            around,
            Purpose::Nothing,
            Request::RemoveFromBridge { bridge, channel },
        );
    }

    /// A message is recorded; they leave when it is complete.
    fn record_message(&mut self, around: &mut Around) {
        let Some(customer) = &self.customer else {
            return;
        };
        let request = Request::RecordChannel {
            channel: customer.channel.clone(),
            name: around.ids.recording(&self.contact, 0),
            format: around.options.recording.format.clone(),
            length_max_s: around.options.calls.voicemail_max_s,
            silence_max_s: MESSAGE_SILENCE_S,
        };
        self.ask(around, Purpose::MessageBegun, request);
    }

    /// The directive by which the engine lets them go already.
    pub(in crate::switchboard) fn leaves_by(&self) -> Option<u64> {
        self.leaving.as_ref().map(|leaving| leaving.directive)
    }

    /// Whether what is recorded is a message of theirs.
    pub(in crate::switchboard) fn leaves_message(&self) -> bool {
        let leaving = self.leaving.as_ref().map(|leaving| &leaving.how);
        leaving == Some(&How::Voicemail)
    }
}

/// Being called.
impl Call {
    /// Customer and agent are both to be called, one after the other.
    pub(super) fn dial(
        &mut self,
        wanted: Wanted,
        dial: &v1::DialDirective,
        line: Option<String>,
        around: &mut Around,
    ) {
        let offer = wanted.offer;
        if self.customer.is_some() || self.dialling.is_some() {
            return self.connect(wanted, line, around);
        }
        let timeout_s = wanted.timeout_s;
        let dialling = Dialling {
            offer,
            number: text(dial.number.as_ref()),
            timeout_s,
            then: None,
        };
        if dial.customer_first {
            self.dialling = Some(Dialling {
                then: Some((wanted, line)),
                ..dialling
            });
            return self.call_customer(around);
        }
        self.dialling = Some(dialling);
        self.connect(wanted, line, around);
        self.agent_waits_for_customer(around);
    }

    /// The agent is on the line: the customer is called.
    pub(super) fn agent_waits_for_customer(&mut self, around: &mut Around) {
        let offer = self.dialling.as_ref().map(|dialling| dialling.offer);
        let is_ready = self
            .legs
            .iter()
            .any(|leg| Some(leg.offer) == offer && leg.is_together());
        if is_ready && self.customer.is_none() {
            self.call_customer(around);
        }
    }

    fn call_customer(&mut self, around: &mut Around) {
        let Some(Dialling {
            offer,
            number,
            timeout_s,
            ..
        }) = &self.dialling
        else {
            return;
        };
        let (offer, timeout_s) = (*offer, *timeout_s);
        let Some(endpoint) = around.outside_endpoint(number) else {
            tracing::warn!(contact = %self.contact, server = around.server, "outside_endpoint is not set: nobody can be called");
            self.dialling = None;
            return self.connect_failed(offer, v1::ConnectFailure::CustomerNotReached, around);
        };
        let channel = around.ids.outside(offer);
        let to = Originate {
            endpoint,
            caller: around.options.calls.shown_to_customers.clone(),
            timeout_s,
            variables: vec![(CONTACT_VARIABLE.to_owned(), self.contact.to_string())],
        };
        self.customer = Some(Customer::called(&channel, false, Place::Nowhere));
        around.originate(&channel, to);
    }

    /// The offer for which the customer is called is over.
    pub(super) fn stop_dialling(&mut self, offer: u64, around: &mut Around) {
        let stopped = self.dialling.take_if(|dialling| dialling.offer == offer);
        if stopped.is_some() && self.customer.as_ref().is_some_and(|customer| !customer.up) {
            // Their end is no news: the contact goes on without them.
            if let Some(customer) = self.customer.take() {
                around.hang_up(&customer.channel, cause::NORMAL);
            }
        }
    }
}

/// What they hear, and say by keys.
impl Call {
    /// They join the conversation, if they are not in it.
    pub(super) fn customer_joins(&mut self, together: &mut Vec<String>, around: &mut Around) {
        if self
            .customer
            .as_ref()
            .is_none_or(|customer| customer.place == Place::Talk)
        {
            return;
        }
        self.pick_up(around);
        // What plays would be played to its end first.
        self.stop_playing(around);
        if let Some(customer) = &mut self.customer {
            customer.place = Place::Talk;
            together.push(customer.channel.clone());
        }
    }

    /// They wait among others, if they do not and can.
    pub(super) fn customer_waits(&mut self, around: &mut Around) {
        let stays = self.leaving.is_none() && around.can_wait;
        let comes = |it: &Customer| stays && it.up && it.place != Place::Waiting;
        if !self.customer.as_ref().is_some_and(comes) {
            return;
        }
        self.set_music(around);
        if let Some(customer) = &mut self.customer {
            customer.place = Place::Waiting;
            let channels = vec![customer.channel.clone()];
            let bridge = around.ids.waiting();
            self.ask(
                around,
                Purpose::Nothing,
                Request::AddToBridge { bridge, channels },
            );
        }
    }

    pub(super) fn announce(&mut self, announce: &v1::AnnounceDirective, around: &mut Around) {
        match announced(announce.what.as_ref(), &around.options.prompts) {
            Heard::Nothing => {}
            Heard::Music(class) => self.play_music(class, around),
            Heard::Prompts(media) => {
                let hears = |customer: &Customer| customer.up && customer.place != Place::Talk;
                if self.leaving.is_none() && self.customer.as_ref().is_some_and(hears) {
                    self.play(media, around);
                }
            }
        }
    }

    fn play_music(&mut self, class: String, around: &mut Around) {
        if let Some(customer) = &mut self.customer {
            customer.music_wanted = class;
        }
        self.change_music(around);
    }

    /// The music becomes what it should be. Asterisk looks which it is when they join those who wait.
    fn change_music(&mut self, around: &mut Around) {
        let waits = |customer: &Customer| customer.place == Place::Waiting;
        if self.set_music(around) && self.customer.as_ref().is_some_and(waits) {
            self.alone(around);
            self.customer_waits(around);
        }
    }

    /// Sets the class of their music, if it is another one. While something plays Asterisk would do it, and all that is
    /// asked for behind it, when that is over; so it waits here.
    fn set_music(&mut self, around: &mut Around) -> bool {
        let is_due =
            |it: &&mut Customer| it.playing.is_none() && it.up && it.music != it.music_wanted;
        let Some(customer) = self.customer.as_mut().filter(is_due) else {
            return false;
        };
        customer.music.clone_from(&customer.music_wanted);
        let set = Request::SetVariable {
            channel: customer.channel.clone(),
            name: "CHANNEL(musicclass)".to_owned(),
            value: Shown(customer.music.clone()),
        };
        self.ask(around, Purpose::Nothing, set);
        true
    }

    fn play(&mut self, media: Vec<String>, around: &mut Around) -> bool {
        self.stop_playing(around);
        let Some(customer) = self.customer.as_mut().filter(|_| !media.is_empty()) else {
            return false;
        };
        self.made += 1;
        let playback = around
            .ids
            .playback(&customer.channel, around.now_ms, self.made);
        customer.playing = Some(playback.clone());
        let request = Request::Play {
            channel: customer.channel.clone(),
            playback: playback.clone(),
            media,
        };
        self.ask(around, Purpose::Played(playback), request);
        true
    }

    fn stop_playing(&mut self, around: &mut Around) {
        let playing = self
            .customer
            .as_mut()
            .and_then(|customer| customer.playing.take());
        if let Some(playback) = playing {
            self.ask(around, Purpose::Nothing, Request::StopPlayback { playback });
        }
    }

    /// What was played is over, or never began.
    pub(in crate::switchboard) fn played_out(&mut self, playback: &str, around: &mut Around) {
        let customer = self.customer.as_mut();
        let played =
            customer.and_then(|customer| customer.playing.take_if(|playing| playing == playback));
        if played.is_none() {
            return;
        }
        if self.leaving.is_none() {
            self.change_music(around);
        }
        match self.leaving.as_ref().map(|leaving| &leaving.how) {
            Some(How::Release(_)) => self.hang_customer_up(around),
            Some(How::Voicemail) => self.record_message(around),
            Some(How::Route(_)) | None => {}
        }
    }

    /// The end of what was played, or of a message, may not have been told.
    pub(in crate::switchboard) fn missed(&mut self, around: &mut Around) {
        let playing = self
            .customer
            .as_ref()
            .map(|customer| customer.playing.clone());
        match playing {
            Some(Some(playback)) => self.played_out(&playback, around),
            Some(None) if self.leaves_message() => self.hang_customer_up(around),
            _ => {}
        }
    }

    pub(super) fn customer_key(&mut self, key: &str, around: &mut Around) {
        let waits = |customer: &&mut Customer| customer.place == Place::Waiting;
        let Some(customer) = self.customer.as_mut().filter(waits) else {
            return;
        };
        customer.keys += 1;
        if customer.keys > KEYS_MAX || self.ended {
            return;
        }
        let contact_id = self.contact.to_string();
        let keys = &around.options.keys;
        if !keys.callback.is_empty() && key == keys.callback {
            let number = self.arrived.customer_key.clone();
            if number.is_some() {
                around.tell(v1::CallbackRequested {
                    contact_id,
                    number,
                    not_before_at_ms: 0,
                });
            }
        } else if keys.exits.contains(key) {
            let choice = key.to_owned();
            around.tell(v1::ExitChosen { contact_id, choice });
        }
    }
}

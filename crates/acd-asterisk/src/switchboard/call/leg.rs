//! Agents' phones: called, answered, connected, dropped.

use std::sync::Arc;

use acd_client::v1;

use super::{
    AGENT_VARIABLE, Around, CONTACT_VARIABLE, Call, Originate, Out, Purpose, RING_SPARE_S, Request,
    Shown, cause, text,
};

/// An agent's phone, called for an offer or connected by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::switchboard) struct Leg {
    /// The contact of the offer: the customer's, or that of a consultation.
    pub(in crate::switchboard) contact: Arc<str>,
    /// Whether it is a consultation's.
    pub(in crate::switchboard) consult: bool,
    /// The offer.
    pub(in crate::switchboard) offer: u64,
    /// The agent.
    pub(in crate::switchboard) agent: String,
    /// The channel.
    pub(in crate::switchboard) channel: String,
    /// Whether it is the agent's open line, which stays when the conversation is over.
    pub(in crate::switchboard) line: bool,
    /// How far it is.
    pub(in crate::switchboard) phase: Phase,
    /// Whether it was put into the bridge of the conversation.
    pub(in crate::switchboard) in_talk: bool,
    /// Of a consultation: whether it takes part in the customer's conversation.
    pub(in crate::switchboard) joined: bool,
    /// Of a consultation: whether this agent holds the one who asked.
    pub(super) holds: bool,
    /// Whether the phone is known to ring: one that does not is not there.
    pub(super) rings: bool,
    /// Whether the report of the connection waits for Asterisk.
    pub(super) reporting: bool,
    /// The keys the agent pressed last.
    pub(super) keys: String,
}

/// How far an agent's phone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::switchboard) enum Phase {
    /// It rings.
    Calling {
        /// Whether the agent has accepted already, so that it is connected when it is answered.
        accepted: bool,
    },
    /// The agent answered; the engine is asked whether the contact is theirs.
    Answered,
    /// To be connected.
    Connecting,
    /// They talk.
    Connected,
}

/// An agent's phone that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) contact: Arc<str>,
    pub(super) consult: bool,
    pub(super) offer: u64,
    pub(super) agent: String,
    pub(super) address: String,
    /// How long it may ring.
    pub(super) timeout_s: u32,
}

impl Leg {
    /// One that is there, as `phase` says.
    pub(in crate::switchboard) fn new(
        contact: Arc<str>,
        consult: bool,
        offer: u64,
        agent: String,
        channel: String,
        phase: Phase,
    ) -> Self {
        Self {
            contact,
            consult,
            offer,
            agent,
            channel,
            line: false,
            phase,
            in_talk: false,
            joined: false,
            holds: false,
            rings: false,
            reporting: false,
            keys: String::new(),
        }
    }

    fn phone_answered(&self) -> v1::PhoneAnswered {
        v1::PhoneAnswered {
            contact_id: self.contact.to_string(),
            offer_id: self.offer,
        }
    }

    fn contact_connected(&self) -> v1::ContactConnected {
        v1::ContactConnected {
            contact_id: self.contact.to_string(),
            offer_id: self.offer,
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.phase == Phase::Connected
    }

    /// Whether the agent is to talk.
    pub(super) fn is_together(&self) -> bool {
        matches!(self.phase, Phase::Connecting | Phase::Connected)
    }

    /// Whether it belongs into the conversation: a consultation only while the customer does not hear it, or when it
    /// was joined.
    pub(super) fn should_talk(&self, customer_held: bool, customer_there: bool) -> bool {
        let may_hear = match self.consult {
            true => (self.joined || customer_held) && !self.holds,
            false => customer_there,
        };
        may_hear && self.is_together()
    }
}

/// How long Asterisk lets a phone ring for whose end the engine looks itself, in seconds: this only cleans up.
pub(super) fn longer_s(engine_ms: i64) -> u32 {
    seconds(engine_ms).saturating_add(RING_SPARE_S)
}

/// How long Asterisk lets a phone ring of which the engine is to be told that nobody answered, in seconds: it must be
/// told before it has waited enough itself, or it knows no reason.
pub(super) fn shorter_s(engine_ms: i64) -> u32 {
    seconds(engine_ms).saturating_sub(1).max(1)
}

fn seconds(ms: i64) -> u32 {
    u32::try_from(ms.max(0) / 1_000).unwrap_or(u32::MAX)
}

impl Call {
    pub(in crate::switchboard) fn leg_of(&self, channel: &str) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.channel == channel)
    }

    fn leg_mut(&mut self, offer: u64) -> Option<&mut Leg> {
        self.legs.iter_mut().find(|leg| leg.offer == offer)
    }

    /// Lets a phone ring. Who keeps a line open hears a tone, and has answered.
    pub(super) fn ring(&mut self, wanted: Wanted, line: Option<String>, around: &mut Around) {
        let offer = wanted.offer;
        if self.leg_mut(offer).is_none() {
            if let Some(channel) = &line {
                self.sound(channel, around);
            }
            let has_line = line.is_some();
            self.call_agent(wanted, line, around);
            if has_line {
                self.answered(offer, around);
            }
        } else if let Some(leg) = self
            .leg_mut(offer)
            .filter(|leg| leg.phase == Phase::Answered)
        {
            // Told anew because an adapter before us may not have said it.
            around.tell(leg.phone_answered());
        }
    }

    /// What an agent with an open line hears before a caller whom they did not accept at a desk.
    fn sound(&mut self, channel: &str, around: &mut Around) {
        self.made += 1;
        let request = Request::Play {
            channel: channel.to_owned(),
            playback: around.ids.playback(channel, around.now_ms, self.made),
            media: vec![around.options.agents.line_tone.clone()],
        };
        self.ask(around, Purpose::Nothing, request);
    }

    /// Calls a phone, or takes the agent's open line.
    fn call_agent(&mut self, wanted: Wanted, line: Option<String>, around: &mut Around) {
        let opened = line.is_some();
        let channel = line.unwrap_or_else(|| around.ids.leg(wanted.offer));
        if opened {
            around.out.push(Out::Owns(channel.clone()));
            around.name_line(&channel, format!("{} {}", wanted.offer, wanted.contact));
        } else {
            let variables = [
                (CONTACT_VARIABLE, wanted.contact.to_string()),
                (AGENT_VARIABLE, wanted.agent.clone()),
            ];
            let to = Originate {
                endpoint: around.agent_endpoint(&wanted.address),
                caller: self.shown(around),
                timeout_s: wanted.timeout_s,
                variables: variables
                    .map(|(name, value)| (name.to_owned(), value))
                    .to_vec(),
            };
            around.originate(&channel, to);
        }
        let leg = Leg::new(
            wanted.contact,
            wanted.consult,
            wanted.offer,
            wanted.agent,
            channel,
            Phase::Calling { accepted: false },
        );
        self.legs.push(Leg {
            line: opened,
            ..leg
        });
        if !opened {
            around.out.push(Out::LookAt(
                around.now_ms + around.ring_within_ms(),
                wanted.offer,
            ));
        }
        // While it rings, so that nobody waits for it afterwards.
        self.make_bridge(around);
    }

    /// A phone rings.
    pub(in crate::switchboard) fn rings(&mut self, channel: &str) {
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.channel == channel) {
            leg.rings = true;
        }
    }

    /// A phone that does not ring by now is not there.
    pub(in crate::switchboard) fn look_at(&mut self, offer: u64, around: &mut Around) {
        let silent = |leg: &Leg| {
            leg.offer == offer && !leg.rings && matches!(leg.phase, Phase::Calling { .. })
        };
        if self.legs.iter().any(silent) {
            self.connect_failed(offer, v1::ConnectFailure::Unreachable, around);
            self.settle(around);
        }
    }

    /// Whom the agent's phone shows.
    fn shown(&self, around: &Around) -> String {
        let plain = |text: &str| text.replace(['"', '<', '>'], "");
        let number = plain(&text(self.arrived.customer_key.as_ref()));
        let template = &around.options.calls.shown_to_agents;
        template
            .replace("{number}", &number)
            .replace("{queue}", &plain(&self.arrived.queue))
    }

    /// The agent has accepted: their phone is to be connected, and rings first if it does not yet.
    pub(super) fn connect(&mut self, wanted: Wanted, line: Option<String>, around: &mut Around) {
        let offer = wanted.offer;
        // They talk already: a live list said so, and their conversation has another offer since.
        let talks = |leg: &&mut Leg| leg.contact == wanted.contact && leg.is_connected();
        let mut legs = self.legs.iter_mut().filter(talks);
        if let Some(leg) = legs.find(|leg| leg.agent == wanted.agent) {
            leg.offer = offer;
        }
        let Some(leg) = self.leg_mut(offer) else {
            let has_line = line.is_some();
            self.call_agent(wanted, line, around);
            self.accepted(offer);
            if has_line {
                self.answered(offer, around);
            }
            return;
        };
        if leg.is_connected() {
            around.tell(leg.contact_connected());
        }
        self.accepted(offer);
    }

    /// The engine says that the agent has it.
    fn accepted(&mut self, offer: u64) {
        if let Some(leg) = self.leg_mut(offer) {
            match leg.phase {
                Phase::Calling { .. } => leg.phase = Phase::Calling { accepted: true },
                Phase::Answered => leg.phase = Phase::Connecting,
                Phase::Connecting | Phase::Connected => {}
            }
        }
    }

    /// The agent's phone was answered.
    pub(super) fn answered(&mut self, offer: u64, around: &mut Around) {
        let Some(leg) = self.leg_mut(offer) else {
            return;
        };
        match leg.phase {
            Phase::Calling { accepted: true } => leg.phase = Phase::Connecting,
            Phase::Calling { accepted: false } => {
                leg.phase = Phase::Answered;
                around.tell(leg.phone_answered());
            }
            Phase::Answered | Phase::Connecting | Phase::Connected => {}
        }
        self.agent_waits_for_customer(around);
    }

    /// Asterisk has put them together.
    pub(super) fn connected(&mut self, offers: &[u64], around: &mut Around) {
        for offer in offers {
            let Some(leg) = self
                .leg_mut(*offer)
                .filter(|leg| leg.phase == Phase::Connecting)
            else {
                continue;
            };
            leg.phase = Phase::Connected;
            around.tell(leg.contact_connected());
            self.dialling.take_if(|dialling| dialling.offer == *offer);
        }
    }

    /// They could not be connected; the engine decides what becomes of the customer.
    pub(super) fn connect_failed(
        &mut self,
        offer: u64,
        cause: v1::ConnectFailure,
        around: &mut Around,
    ) {
        let contact = self.leg_mut(offer).map(|leg| leg.contact.clone());
        let contact_id = contact.unwrap_or_else(|| self.contact.clone()).to_string();
        around.tell(v1::ConnectFailed {
            contact_id,
            offer_id: offer,
            cause: cause.into(),
        });
        self.drop_leg(offer, around);
    }

    /// The agent is out of it: the offer is over, or the conversation.
    pub(super) fn drop_leg(&mut self, offer: u64, around: &mut Around) {
        self.stop_dialling(offer, around);
        let Some(at) = self.legs.iter().position(|leg| leg.offer == offer) else {
            return;
        };
        let leg = self.legs.remove(at);
        if !leg.consult && leg.is_connected() {
            self.talk_is_over();
        }
        if leg.line {
            if leg.in_talk {
                self.take_out(&leg.channel, around);
            }
            around.name_line(&leg.channel, String::new());
            return around.out.push(Out::LineFree(leg.channel));
        }
        if leg.consult && leg.in_talk && !leg.joined {
            // Before the customer comes back, who must not hear them.
            self.take_out(&leg.channel, around);
        }
        let rang = matches!(leg.phase, Phase::Calling { .. });
        let taken = self
            .legs
            .iter()
            .any(|other| !matches!(other.phase, Phase::Calling { .. }));
        let cause = if rang && taken {
            cause::ANSWERED_ELSEWHERE
        } else {
            cause::NORMAL
        };
        around.hang_up(&leg.channel, cause);
    }

    /// Agents who are there for a customer who is not: they hung up before this adapter knew them.
    pub(super) fn drop_legs_for_nobody(&mut self, around: &mut Around) {
        if self.customer.is_some() || self.dialling.is_some() {
            return;
        }
        let waits = |leg: &&Leg| !leg.consult && leg.phase == Phase::Connecting;
        let legs = self.legs.iter().filter(waits);
        for offer in legs.map(|leg| leg.offer).collect::<Vec<_>>() {
            self.connect_failed(offer, v1::ConnectFailure::System, around);
        }
    }

    /// The phones of the customer's own offers, not those of consultations.
    pub(super) fn drop_own_legs(&mut self, around: &mut Around) {
        let own = self
            .legs
            .iter()
            .filter(|leg| !leg.consult)
            .map(|leg| leg.offer);
        for offer in own.collect::<Vec<_>>() {
            self.drop_leg(offer, around);
        }
    }

    /// A consultation is over.
    pub(super) fn drop_consult(&mut self, contact: &str, around: &mut Around) {
        let theirs = self
            .legs
            .iter()
            .filter(|leg| leg.consult && &*leg.contact == contact);
        for offer in theirs.map(|leg| leg.offer).collect::<Vec<_>>() {
            self.drop_leg(offer, around);
        }
    }

    /// An agent's phone is gone by itself.
    pub(super) fn leg_gone(&mut self, at: usize, cause: u16, around: &mut Around) {
        let leg = self.legs.remove(at);
        let (contact_id, offer_id) = (leg.contact.to_string(), leg.offer);
        let failure = match leg.phase {
            // The engine decides what becomes of the customer, who stays where they are until then.
            Phase::Connected => {
                if !leg.consult {
                    self.talk_is_over();
                }
                return around.tell(v1::AgentLeft {
                    contact_id,
                    offer_id,
                });
            }
            Phase::Calling { .. } => cause::of_agent(cause, leg.rings),
            // They picked up, and hung up again.
            Phase::Answered | Phase::Connecting => v1::ConnectFailure::Rejected,
        };
        self.stop_dialling(offer_id, around);
        around.tell(v1::ConnectFailed {
            contact_id,
            offer_id,
            cause: failure.into(),
        });
        self.settle(around);
    }

    /// The agent whose customer it is has left: neither hold nor recording outlives their conversation.
    pub(super) fn talk_is_over(&mut self) {
        self.held = false;
        self.recording.set(v1::RecordingState::Off);
    }

    /// Agents who no longer belong into the conversation leave its bridge.
    pub(super) fn settle_legs_apart(&mut self, around: &mut Around) {
        let (held, there) = (self.held, self.is_customer_there());
        let mut apart = Vec::new();
        for leg in &mut self.legs {
            if leg.in_talk && leg.consult && !leg.should_talk(held, there) {
                leg.in_talk = false;
                apart.push(leg.channel.clone());
            }
        }
        for channel in apart {
            self.take_out(&channel, around);
        }
    }

    fn take_out(&self, channel: &str, around: &mut Around) {
        let request = Request::RemoveFromBridge {
            bridge: around.ids.talk(&self.contact),
            channel: channel.to_owned(),
        };
        self.ask(around, Purpose::Nothing, request);
    }

    /// The customer goes to the agent who was asked, or takes part; the one who had them is out of it.
    pub(super) fn hand_over(&mut self, agent: &str, around: &mut Around) {
        let Some(heir) = self
            .legs
            .iter()
            .find(|leg| leg.consult && leg.agent == agent)
        else {
            // Done before, and told again.
            return;
        };
        let (offer, channel) = (heir.offer, heir.channel.clone());
        let recording = self.recording.clone();
        self.drop_own_legs(around);
        // It goes on: the engine says how.
        self.recording = recording;
        // Whoever finds the phone later must not take it for a consultation.
        let named = Request::SetVariable {
            channel,
            name: CONTACT_VARIABLE.to_owned(),
            value: Shown(self.contact.to_string()),
        };
        self.ask(around, Purpose::Nothing, named);
        let contact = self.contact.clone();
        if let Some(leg) = self.leg_mut(offer) {
            leg.contact = contact;
            leg.consult = false;
            leg.joined = false;
            leg.holds = false;
        }
    }
}

//! One call: a customer, the agents' phones that ring for them or talk with them, and whoever else takes part.
//!
//! Pure: what happens goes in, what is to be done comes out through [`Out`]. A consultation is a contact of its own to
//! the engine, and part of the customer's call here, because its phones share a bridge with theirs.
//!
//! The machine keeps *who should be where* apart from *who is where*: each input changes what should be, and
//! [`Call::settle`] asks Asterisk for the difference.

mod customer;
mod leg;
mod party;
mod recording;

use std::sync::Arc;

use acd_client::v1::{self, directive::Instruction, event::Event};

use super::ids::Ids;
use super::media::{Heard, announced, media};
use super::{ServerNo, cause};
use crate::ari::Request;
use crate::ari::request::Shown;
use crate::ari::snapshot::{AGENT_VARIABLE, CONTACT_VARIABLE, LINE_VARIABLE};
use crate::options::{Answer, Options};

pub(super) use customer::{Customer, Place};
use customer::{Dialling, Leaving};
use leg::Wanted;
pub(super) use leg::{Leg, Phase};
pub(super) use party::Party;
pub(super) use recording::Recording;

/// What a call asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Out {
    /// Asterisk is to do this; the requests of one lane are done in their order, one after the other.
    Request {
        /// The lane.
        lane: Lane,
        /// What the answer is for.
        purpose: Purpose,
        /// What.
        request: Request,
    },
    /// The engine is told.
    Event(Event),
    /// A directive is done.
    Acknowledge(u64),
    /// An agent's open line is not needed any more.
    LineFree(String),
    /// The call has this channel from now on.
    Owns(String),
    /// A channel is let go: its end is no news.
    LetsGo(String),
    /// The phone of this offer is to be looked at then.
    LookAt(i64, u64),
}

/// Which requests wait for each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// Those about a contact's bridge and customer.
    Contact(Arc<str>),
    /// Those about one channel of our own making, or one thing.
    Thing(String),
}

/// What the answer of a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Nobody waits for it.
    Nothing,
    /// A phone was called.
    Called(String),
    /// These channels were put together; the offers are those whose agents are connected by it.
    Together {
        /// The channels.
        channels: Vec<String>,
        /// The offers.
        offers: Vec<u64>,
    },
    /// Something was begun to be played.
    Played(String),
    /// A message was begun to be recorded.
    MessageBegun,
    /// The customer was sent on.
    SentOn,
    /// The bridge of those who wait was made.
    WaitingMade(ServerNo),
    /// A recording of the conversation was begun.
    RecordingBegun(String),
    /// A recording was paused.
    RecordingPaused(String),
    /// A channel that hears another was made.
    Snooped(String),
}

impl Purpose {
    /// The channel that is made.
    pub(super) fn makes(&self) -> Option<&str> {
        match self {
            Self::Called(channel) | Self::Snooped(channel) => Some(channel),
            _ => None,
        }
    }
}

/// What surrounds a call, the same for all.
pub(super) struct Around<'a> {
    /// How calls are treated.
    pub(super) options: &'a Options,
    /// The server the call is at.
    pub(super) server: &'a str,
    /// Names there.
    pub(super) ids: &'a Ids,
    /// Whether there is a bridge there for those who wait.
    pub(super) can_wait: bool,
    /// Engine time, in milliseconds.
    pub(super) now_ms: i64,
    /// Where what is to be done goes.
    pub(super) out: &'a mut Vec<Out>,
}

impl Around<'_> {
    pub(super) fn tell(&mut self, event: impl Into<Event>) {
        self.out.push(Out::Event(event.into()));
    }

    pub(super) fn done(&mut self, directive: u64) {
        self.out.push(Out::Acknowledge(directive));
    }

    pub(super) fn ask(&mut self, lane: Lane, purpose: Purpose, request: Request) {
        self.out.push(Out::Request {
            lane,
            purpose,
            request,
        });
    }

    /// About a channel of our own making.
    pub(super) fn ask_channel(&mut self, channel: &str, request: Request) {
        self.ask(Lane::Thing(channel.to_owned()), Purpose::Nothing, request);
    }

    /// Hangs up a channel of our own making.
    pub(super) fn hang_up(&mut self, channel: &str, cause: u16) {
        self.out.push(Out::LetsGo(channel.to_owned()));
        let channel = channel.to_owned();
        self.ask_channel(&channel.clone(), Request::HangUp { channel, cause });
    }

    /// Writes on an agent's open line what it is used for.
    fn name_line(&mut self, channel: &str, value: String) {
        let request = Request::SetVariable {
            channel: channel.to_owned(),
            name: LINE_VARIABLE.to_owned(),
            value: Shown(value),
        };
        self.ask_channel(channel, request);
    }

    /// Calls somebody; the channel is the call's from now on.
    pub(super) fn originate(&mut self, channel: &str, to: Originate) {
        self.out.push(Out::Owns(channel.to_owned()));
        let request = Request::Originate {
            endpoint: to.endpoint,
            channel: channel.to_owned(),
            caller: Shown(to.caller),
            timeout_s: to.timeout_s,
            variables: to.variables,
        };
        let lane = Lane::Thing(channel.to_owned());
        self.ask(lane, Purpose::Called(channel.to_owned()), request);
    }

    /// A phone that does not ring after so long is not there.
    fn ring_within_ms(&self) -> i64 {
        i64::from(self.options.calls.ring_within_s) * 1_000
    }

    /// Where a phone of an agent or a supervisor is called.
    fn agent_endpoint(&self, address: &str) -> String {
        let here = &self.options.servers[self.server];
        if let Some((server, address)) = address.split_once(':')
            && self.options.servers.contains_key(server)
        {
            return match here.trunks.get(server) {
                Some(trunk) if server != self.server => trunk.replace("{}", last_part(address)),
                _ => with_template(&here.agent_endpoint, address),
            };
        }
        with_template(&here.agent_endpoint, address)
    }

    /// Where a number outside is called; none: this server calls nobody outside.
    fn outside_endpoint(&self, number: &str) -> Option<String> {
        if number.contains('/') {
            return Some(number.to_owned());
        }
        let template = self.options.servers[self.server]
            .outside_endpoint
            .as_ref()?;
        Some(template.replace("{}", number))
    }
}

fn with_template(template: &str, address: &str) -> String {
    if address.contains('/') {
        address.to_owned()
    } else {
        template.replace("{}", address)
    }
}

/// `anna` of `PJSIP/anna`.
fn last_part(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or(address)
}

/// A call to somebody.
pub(super) struct Originate {
    pub(super) endpoint: String,
    pub(super) caller: String,
    pub(super) timeout_s: u32,
    pub(super) variables: Vec<(String, String)>,
}

/// How long a phone may ring beyond what the engine allows, in seconds: the engine ends it, this only cleans up.
const RING_SPARE_S: u32 = 5;
/// How long a party outside, or a supervisor, is called.
const PARTY_RING_S: u32 = 60;

/// One call.
#[derive(Debug)]
pub(super) struct Call {
    /// The server it is at.
    pub(super) server: ServerNo,
    /// The customer's contact.
    pub(super) contact: Arc<str>,
    /// As it arrived, for a live list.
    pub(super) arrived: v1::ContactArrived,
    /// When it arrived.
    pub(super) arrived_at_ms: i64,
    /// The customer; none: gone, or not called yet.
    pub(super) customer: Option<Customer>,
    /// When they are answered.
    pub(super) answer: Answer,
    /// Agents' phones, by offer.
    pub(super) legs: Vec<Leg>,
    /// Parties outside and supervisors.
    pub(super) parties: Vec<Party>,
    /// Whether the agent holds the customer.
    held: bool,
    /// Whether the bridge of the conversation was made.
    pub(super) bridged: bool,
    /// The contact has ended, as the engine knows or is told.
    pub(super) ended: bool,
    dialling: Option<Dialling>,
    leaving: Option<Leaving>,
    pub(super) recording: Recording,
    /// How many playbacks and recordings were made: their names differ.
    made: u64,
}

impl Call {
    /// The call of this contact, without a customer yet.
    pub(super) fn new(
        server: ServerNo,
        contact: Arc<str>,
        arrived: v1::ContactArrived,
        arrived_at_ms: i64,
        answer: Answer,
    ) -> Self {
        Self {
            server,
            contact,
            arrived,
            arrived_at_ms,
            customer: None,
            answer,
            legs: Vec::new(),
            parties: Vec::new(),
            held: false,
            bridged: false,
            ended: false,
            dialling: None,
            leaving: None,
            recording: Recording::default(),
            made: 0,
        }
    }

    /// Whether nothing is left of it in Asterisk.
    pub(super) fn is_over(&self) -> bool {
        let nobody = self.customer.is_none() && self.legs.is_empty() && self.parties.is_empty();
        nobody && self.dialling.is_none()
    }

    fn is_customer_there(&self) -> bool {
        self.customer.as_ref().is_some_and(Customer::is_there)
    }

    /// Writes the contact's id on the customer's channel, where it does not follow from the channel's own.
    pub(super) fn name_channel(&self, around: &mut Around) {
        if let Some(customer) = &self.customer {
            let request = Request::SetVariable {
                channel: customer.channel.clone(),
                name: CONTACT_VARIABLE.to_owned(),
                value: Shown(self.contact.to_string()),
            };
            self.ask(around, Purpose::Nothing, request);
        }
    }

    /// The customer as they were found, where this adapter knew nothing of them.
    pub(super) fn found(&mut self, customer: Customer) {
        self.customer = Some(customer);
    }

    /// What was begun for the customer before they were found.
    pub(super) fn begun(&mut self, call: Self) {
        (self.legs, self.parties) = (call.legs, call.parties);
        (self.bridged, self.recording) = (call.bridged, call.recording);
    }

    /// A phone as it was found.
    pub(super) fn found_leg(&mut self, leg: Leg) {
        let customer_talks = self
            .customer
            .as_ref()
            .is_some_and(|customer| customer.place == Place::Talk);
        let joined = leg.consult && leg.in_talk && customer_talks;
        self.bridged |= leg.in_talk;
        self.held |= leg.in_talk && !leg.consult && !customer_talks;
        self.legs.push(Leg { joined, ..leg });
    }

    fn lane(&self) -> Lane {
        Lane::Contact(self.contact.clone())
    }

    fn ask(&self, around: &mut Around, purpose: Purpose, request: Request) {
        around.ask(self.lane(), purpose, request);
    }

    /// What the engine wants of the customer's contact, or of a consultation of theirs. `line` is the open line of the
    /// agent it names, if they have one that is free.
    pub(super) fn direct(
        &mut self,
        directive: &v1::Directive,
        line: Option<String>,
        around: &mut Around,
    ) {
        let id = directive.directive_id;
        let contact: Arc<str> = directive.contact_id.as_str().into();
        let consult = contact != self.contact;
        let wanted = |offer, agent: &str, address: Option<&v1::Personal>, timeout_s| Wanted {
            contact: contact.clone(),
            consult,
            offer,
            agent: agent.to_owned(),
            address: text(address),
            timeout_s,
        };
        // Both by the engine's clock, which may differ from ours.
        let length_ms = |until_ms: i64| until_ms - directive.decided_at_ms;
        let Some(instruction) = &directive.instruction else {
            return around.done(id);
        };
        match instruction {
            Instruction::Ring(ring) => {
                let timeout_s = leg::longer_s(length_ms(ring.ring_until_ms));
                let wanted = wanted(
                    ring.offer_id,
                    &ring.agent,
                    ring.agent_address.as_ref(),
                    timeout_s,
                );
                self.ring(wanted, line, around);
            }
            Instruction::Connect(connect) => {
                let timeout_s = leg::shorter_s(length_ms(connect.connect_until_ms));
                let wanted = wanted(
                    connect.offer_id,
                    &connect.agent,
                    connect.agent_address.as_ref(),
                    timeout_s,
                );
                self.connect(wanted, line, around);
            }
            Instruction::Dial(dial) => {
                let timeout_s = leg::shorter_s(length_ms(dial.connect_until_ms));
                let wanted = wanted(
                    dial.offer_id,
                    &dial.agent,
                    dial.agent_address.as_ref(),
                    timeout_s,
                );
                self.dial(wanted, dial, line, around);
            }
            Instruction::CancelRing(cancel) => self.drop_leg(cancel.offer_id, around),
            Instruction::CancelConnect(cancel) => self.drop_leg(cancel.offer_id, around),
            Instruction::Announce(announce) if !consult => self.announce(announce, around),
            Instruction::Announce(_) => {}
            Instruction::Hold(_) => self.hold(&contact, true),
            Instruction::Resume(_) => self.hold(&contact, false),
            Instruction::Bridge(bridge) => self.hand_over(&bridge.agent, around),
            Instruction::Conference(conference) => self.conference(id, conference, around),
            Instruction::Monitor(monitor) => self.monitor(id, monitor, around),
            Instruction::Record(record) => self.recording.set(record.state()),
            Instruction::Release(_) if consult => self.drop_consult(&contact, around),
            Instruction::Release(release) => {
                return self.leave(Leaving::release(id, &release.prompt), around);
            }
            Instruction::Route(route) => {
                let to = text(route.destination.as_ref());
                return self.leave(Leaving::route(id, to), around);
            }
            Instruction::Voicemail(_) => return self.leave(Leaving::voicemail(id), around),
        }
        self.settle(around);
        around.done(id);
    }

    /// A channel of the call was answered, and is ours to use.
    pub(super) fn up(&mut self, channel: &str, around: &mut Around) {
        if self
            .customer
            .as_ref()
            .is_some_and(|it| it.channel == channel)
        {
            self.customer_up(around);
        } else if let Some(offer) = self.leg_of(channel).map(|leg| leg.offer) {
            self.answered(offer, around);
        } else {
            self.party_up(channel, around);
        }
        self.settle(around);
    }

    /// A channel of the call is gone.
    pub(super) fn gone(&mut self, channel: &str, cause: u16, around: &mut Around) {
        if self
            .customer
            .as_ref()
            .is_some_and(|it| it.channel == channel)
        {
            self.customer_gone(around);
        } else if let Some(at) = self.legs.iter().position(|leg| leg.channel == channel) {
            self.leg_gone(at, cause, around);
        } else {
            self.party_gone(channel, around);
        }
    }

    /// A key was pressed.
    pub(super) fn key(&mut self, channel: &str, key: &str, around: &mut Around) {
        if self
            .customer
            .as_ref()
            .is_some_and(|it| it.channel == channel)
        {
            self.customer_key(key, around);
        } else {
            self.agent_key(channel, key, around);
        }
    }

    /// A phone put the other side on hold by itself, or took it off.
    pub(super) fn phone_holds(&mut self, channel: &str, holds: bool, around: &mut Around) {
        let Some(leg) = self
            .leg_of(channel)
            .filter(|leg| leg.phase == Phase::Connected)
        else {
            return;
        };
        let contact_id = leg.contact.to_string();
        match holds {
            true => around.tell(v1::ContactHeld { contact_id }),
            false => around.tell(v1::ContactResumed { contact_id }),
        }
    }

    /// Asterisk answered a request.
    pub(super) fn answer_of(&mut self, purpose: &Purpose, done: bool, around: &mut Around) {
        match purpose {
            Purpose::Together { offers, .. } if done => {
                self.connected(offers, around);
                // A recording may have waited for it.
                self.settle(around);
            }
            Purpose::Together { channels, offers } => {
                for channel in channels {
                    self.is_nowhere(channel);
                }
                for offer in offers {
                    self.connect_failed(*offer, v1::ConnectFailure::System, around);
                }
                self.settle(around);
            }
            Purpose::Called(channel) if !done => {
                // The endpoint does not exist, or its technology does not work: no event will say so.
                around.out.push(Out::LetsGo(channel.clone()));
                self.gone(channel, UNREACHABLE, around);
                self.settle(around);
            }
            Purpose::Played(playback) if !done => self.played_out(playback, around),
            Purpose::MessageBegun | Purpose::SentOn if !done => self.hang_customer_up(around),
            Purpose::RecordingBegun(name) if !done => self.recording_failed(name, around),
            Purpose::RecordingPaused(name) if !done => self.pause_failed(name, around),
            Purpose::Snooped(snoop) if !done => self.party_gone(snoop, around),
            _ => {}
        }
    }

    /// The engine refused an event about this offer: what it was about is over.
    pub(super) fn refused(&mut self, offer: u64, around: &mut Around) {
        self.drop_leg(offer, around);
        self.settle(around);
    }

    /// Asks for what differs between who should be where and who is.
    pub(super) fn settle(&mut self, around: &mut Around) {
        self.drop_legs_for_nobody(around);
        let there = self.is_customer_there();
        let has_agent = self
            .legs
            .iter()
            .any(|leg| !leg.consult && leg.is_together());
        // A phone has sent them elsewhere by itself: they talk with whoever that is.
        let talks = has_agent || (self.ended && self.parties.iter().any(Party::should_talk));
        let customer_talks = talks && there && !self.held && self.leaving.is_none();
        self.settle_legs_apart(around);
        let mut together = Vec::new();
        let mut offers = Vec::new();
        if customer_talks {
            self.customer_joins(&mut together, around);
        }
        for leg in &mut self.legs {
            if leg.should_talk(self.held, there) && !leg.in_talk {
                leg.in_talk = true;
                together.push(leg.channel.clone());
            }
            // A consultation is connected when its agent is on the line, also while nobody is there to hear them.
            let is_there = leg.in_talk || leg.consult;
            if leg.phase == Phase::Connecting && is_there && !leg.reporting {
                leg.reporting = true;
                offers.push(leg.offer);
            }
        }
        for party in &mut self.parties {
            if party.should_talk() && !party.in_talk {
                party.in_talk = true;
                together.push(party.channel.clone());
            }
        }
        if together.is_empty() {
            self.connected(&offers, around);
        } else {
            self.make_bridge(around);
            let request = Request::AddToBridge {
                bridge: around.ids.talk(&self.contact),
                channels: together.clone(),
            };
            let channels = together;
            self.ask(around, Purpose::Together { channels, offers }, request);
        }
        if !customer_talks {
            self.customer_waits(around);
        }
        self.settle_recording(customer_talks, around);
        self.end_bridge(around);
    }

    /// The bridge of the conversation, made while the phone rings so that nobody waits for it.
    fn make_bridge(&mut self, around: &mut Around) {
        if !self.bridged {
            self.bridged = true;
            let bridge = around.ids.talk(&self.contact);
            let kind = crate::ari::request::BridgeKind::Mixing;
            self.ask(
                around,
                Purpose::Nothing,
                Request::CreateBridge { bridge, kind },
            );
        }
    }

    fn end_bridge(&mut self, around: &mut Around) {
        if self.bridged && self.is_over() {
            self.bridged = false;
            let bridge = around.ids.talk(&self.contact);
            self.ask(around, Purpose::Nothing, Request::DestroyBridge { bridge });
        }
    }

    /// Everybody but the customer goes: to the engine the contact is over, or never was.
    pub(super) fn only_customer(&mut self, around: &mut Around) {
        for offer in self.legs.iter().map(|leg| leg.offer).collect::<Vec<_>>() {
            self.drop_leg(offer, around);
        }
        self.drop_parties(around);
        self.held = false;
        self.dialling = None;
        self.recording = Recording::default();
        if std::mem::take(&mut self.bridged) {
            let bridge = around.ids.talk(&self.contact);
            self.ask(around, Purpose::Nothing, Request::DestroyBridge { bridge });
        }
        if let Some(customer) = &mut self.customer
            && customer.place == Place::Talk
        {
            customer.place = Place::Nowhere;
        }
    }

    fn is_nowhere(&mut self, channel: &str) {
        if let Some(customer) = self.customer.as_mut().filter(|it| it.channel == channel) {
            customer.place = Place::Nowhere;
        }
        for leg in self.legs.iter_mut().filter(|leg| leg.channel == channel) {
            leg.in_talk = false;
        }
        self.parties
            .retain(|party| party.channel != channel || !party.in_talk);
    }

    /// The agent holds the customer, or in a consultation the one who asked.
    fn hold(&mut self, contact: &str, held: bool) {
        if contact == &*self.contact {
            // Whose hold comes when they are gone holds nobody.
            let mut legs = self.legs.iter();
            self.held = held && legs.any(|leg| !leg.consult && leg.is_connected());
        }
        for leg in self
            .legs
            .iter_mut()
            .filter(|leg| leg.consult && &*leg.contact == contact)
        {
            leg.holds = held;
        }
    }
}

/// Q.850: no route to the destination.
const UNREACHABLE: u16 = 3;

fn text(personal: Option<&v1::Personal>) -> String {
    personal
        .map(|personal| personal.value.clone())
        .unwrap_or_default()
}

//! What the engine knows of one tenant. All of it comes from events, and all of it goes into a snapshot.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::command::{Answer, Attribute, ConfigSource, Disposition};
use crate::config::{AgentConfig, Limits, QueueConfig, Settings, TenantConfig};
use crate::event::{Decision, Directive, Fault, Next, OfferEnd, Outcome, Party, PendingPresence};
use crate::figures::Figures;
use crate::ids::{
    AdapterName, AdapterNo, AgentNo, CallerName, Channel, ConnectionId, ContactId, ContactName,
    DirectiveId, DurationMs, HandlingId, OfferId, QueueNo, SessionId, SkillName, SkillNo, TimeMs,
    VisitId,
};
use crate::personal::Personal;
use crate::requirement::Requirement;

/// The most configuration versions whose description is kept.
pub const VERSIONS_KEPT: usize = 1_000;
/// The most ended offers an agent's desktop may still ask about.
pub const RECENT_OFFERS_KEPT: usize = 16;
/// The most offers of one contact whose records are kept; the oldest goes first.
pub const OFFER_RECORDS_KEPT: usize = 64;

/// Everything the engine knows of one tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Facts {
    /// The sequence of the last event.
    pub seq: u64,
    /// The instant of the last event.
    pub now: TimeMs,
    /// Whether the tenant was given up.
    pub deleted: bool,
    /// The version of the configuration in force; 0 before the first.
    pub config_version: u64,
    /// The last versions, oldest first.
    pub versions: VecDeque<VersionRecord>,
    /// What holds for the whole tenant.
    pub settings: Settings,
    /// How much of everything the tenant may use.
    pub limits: Limits,
    /// Every skill ever named, by number.
    pub skills: Vec<Skill>,
    /// Every queue ever named, by number.
    pub queues: Vec<Queue>,
    /// Every agent ever named, by number.
    pub agents: Vec<Agent>,
    /// Every adapter ever named, by number.
    pub adapters: Vec<Adapter>,
    /// The open contacts.
    pub contacts: BTreeMap<ContactId, Contact>,
    /// The open visits.
    pub visits: BTreeMap<VisitId, Visit>,
    /// The offers that are pending or accepted.
    pub offers: BTreeMap<OfferId, Offer>,
    /// The handlings that hold a slot.
    pub handlings: BTreeMap<HandlingId, Handling>,
    /// Ended contacts whose id is still refused, by the instant of their end.
    pub ended: BTreeMap<(TimeMs, ContactId), EndedContact>,
    /// Remembered answers, by the sequence of their event.
    pub answers: BTreeMap<u64, RememberedAnswer>,
}

/// What is said of a configuration version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VersionRecord {
    /// The version.
    pub version: u64,
    /// When it came into force.
    pub at_ms: TimeMs,
    /// Where it came from.
    pub source: ConfigSource,
    /// Who applied it.
    pub author: CallerName,
    /// Why, in the author's words.
    pub comment: Arc<str>,
    /// The sequence of its event.
    pub seq: u64,
}

/// A skill.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Skill {
    /// Its name.
    pub name: SkillName,
    /// Whether the configuration in force has it.
    pub in_config: bool,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Queue {
    /// Its configuration, the last one if it is no longer in force.
    pub config: QueueConfig,
    /// Whether the configuration in force has it.
    pub in_config: bool,
    /// Its figures, by channel.
    pub figures: BTreeMap<Channel, Figures>,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Agent {
    /// His configuration, the last one if it is no longer in force.
    pub config: AgentConfig,
    /// Whether the configuration in force has him.
    pub in_config: bool,
    /// The queues he serves.
    pub queues: Vec<QueueNo>,
    /// His skills with their levels.
    pub skills: BTreeMap<SkillNo, u8>,
    /// His login.
    pub session: Option<Session>,
    /// His presence.
    pub presence: Presence,
    /// Since when.
    pub presence_since: TimeMs,
    /// What becomes of his presence when the last slot clears.
    pub pending: Option<PendingPresence>,
    /// Since when his idle clock runs.
    pub idle_since: TimeMs,
    /// The slots in use, oldest lease first.
    pub leases: Vec<Lease>,
    /// Until when every contact is kept from him.
    pub back_off_until: Option<TimeMs>,
    /// His last offers that are over, and how they ended.
    pub recent_offers: VecDeque<(OfferId, OfferResult)>,
}

/// An agent's presence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Not logged in.
    Offline,
    /// Ready for offers.
    Ready,
    /// Not ready, with the reason code.
    NotReady(Arc<str>),
}

/// An agent's login.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// When it began.
    pub opened_at: TimeMs,
    /// Its stream; none while it is lost or has not begun.
    pub connection: Option<ConnectionId>,
    /// When the agent is logged out if no stream begins.
    pub grace_until: Option<TimeMs>,
}

/// A slot in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lease {
    /// The channel whose slot it is.
    pub channel: Channel,
    /// Who holds it.
    pub holder: LeaseHolder,
}

/// Who holds a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaseHolder {
    /// An offer, pending or accepted.
    Offer(OfferId),
    /// A handling, its wrap-up included.
    Handling(HandlingId),
}

/// An adapter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Adapter {
    /// Its configured name.
    pub name: AdapterName,
    /// Whether the configuration in force has it.
    pub in_config: bool,
    /// Its run.
    pub incarnation: Arc<str>,
    /// The highest sequence of that run that was applied.
    pub last_sequence: u64,
    /// Its stream; none while it is lost.
    pub connection: Option<ConnectionId>,
    /// When its contacts are given up if no stream begins.
    pub grace_until: Option<TimeMs>,
    /// The directives it has not acknowledged.
    pub directives: BTreeMap<DirectiveId, IssuedDirective>,
}

/// A directive that is not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IssuedDirective {
    /// The contact it is about.
    pub contact: ContactId,
    /// When it was issued.
    pub issued_at: TimeMs,
    /// What to do.
    pub directive: Directive,
}

/// An open contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// Its number.
    pub id: ContactId,
    /// The adapter's id of it.
    pub name: ContactName,
    /// The adapter that holds it.
    pub adapter: AdapterNo,
    /// The kind of work.
    pub channel: Channel,
    /// Higher goes first.
    pub priority: i32,
    /// Added to the virtual wait.
    pub head_start_ms: DurationMs,
    /// Added to the virtual wait, changed while it waits.
    pub age_offset_ms: DurationMs,
    /// What it asks of an agent; none: what its queue asks.
    pub requirement: Option<Requirement>,
    /// Which customer it is.
    pub customer: Option<Personal>,
    /// What the agent may want to see.
    pub attributes: Arc<[Attribute]>,
    /// When it arrived.
    pub accepted_at: TimeMs,
    /// The one place it is in.
    pub place: Place,
    /// How often it went from queue to queue.
    pub queue_hops: u32,
    /// Its unacknowledged directives.
    pub directives: Vec<DirectiveId>,
    /// Its visits, oldest first.
    pub visits: Vec<VisitRecord>,
    /// Its last offers, oldest first.
    pub offers: VecDeque<OfferRecord>,
    /// Its handlings, oldest first.
    pub handlings: Vec<HandlingRecord>,
}

/// The one place a contact is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// On its way in: accepted in this very step.
    Arriving,
    /// In a queue, waiting or offered.
    Queue(VisitId),
    /// In a conversation.
    Handling(HandlingId),
    /// Leaving: the adapter has been told and has not acknowledged.
    Leaving(DirectiveId),
}

/// A visit, open or over, as the contact's record tells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VisitRecord {
    /// Its number.
    pub visit: VisitId,
    /// The queue.
    pub queue: QueueNo,
    /// When it began.
    pub enqueued_at: TimeMs,
    /// How it ended; none while it is open.
    pub end: Option<VisitEnd>,
}

/// How a visit ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VisitEnd {
    /// When.
    pub at_ms: TimeMs,
    /// Its one outcome.
    pub outcome: Outcome,
    /// Where the contact went.
    pub next: Next,
}

/// An offer, open or over, as the contact's record tells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OfferRecord {
    /// Its number.
    pub offer: OfferId,
    /// The visit that was offered.
    pub visit: VisitId,
    /// The agent.
    pub agent: AgentNo,
    /// When it was made.
    pub made_at: TimeMs,
    /// Why this contact and this agent.
    pub decision: Arc<Decision>,
    /// When and how it ended; none while it is open.
    pub end: Option<(TimeMs, OfferResult)>,
}

/// How an offer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferResult {
    /// In a conversation.
    Connected,
    /// Without one.
    Ended {
        /// How.
        end: OfferEnd,
        /// Whose doing it was.
        fault: Fault,
    },
}

/// A handling as the contact's record tells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HandlingRecord {
    /// Its number.
    pub handling: HandlingId,
    /// The agent.
    pub agent: AgentNo,
    /// The queue of the visit that led here.
    pub queue: QueueNo,
    /// When it was connected.
    pub connected_at: TimeMs,
    /// When the conversation ended, and who ended it.
    pub talk_end: Option<(TimeMs, Party)>,
    /// When the slot was released.
    pub ended_at: Option<TimeMs>,
    /// How long it was held in all.
    pub held_ms: DurationMs,
    /// What became of it.
    pub disposition: Option<Disposition>,
}

/// An open visit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Visit {
    /// Its number, which is the enqueue sequence.
    pub id: VisitId,
    /// The contact.
    pub contact: ContactId,
    /// The queue.
    pub queue: QueueNo,
    /// When it began: every wait counts from here.
    pub enqueued_at: TimeMs,
    /// The instant that counts for ordering.
    pub order_time: TimeMs,
    /// When it ends if it is not answered.
    pub max_wait_until: Option<TimeMs>,
    /// The offer that is pending or accepted; none while it waits.
    pub offer: Option<OfferId>,
    /// The agents it is kept from, and until when.
    pub back_offs: Vec<(AgentNo, TimeMs)>,
}

/// An offer that is pending or accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Offer {
    /// Its number.
    pub id: OfferId,
    /// The visit.
    pub visit: VisitId,
    /// The contact.
    pub contact: ContactId,
    /// The agent.
    pub agent: AgentNo,
    /// When it was made.
    pub made_at: TimeMs,
    /// Where it stands.
    pub state: OfferState,
}

/// Where an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// It rings.
    Pending {
        /// Until when.
        ring_until: TimeMs,
    },
    /// The agent accepted, and the adapter connects.
    Connecting {
        /// When he accepted.
        accepted_at: TimeMs,
        /// Until when it must be reported connected.
        connect_until: TimeMs,
        /// The directive that asks for it; none until it is issued in the same step.
        directive: Option<DirectiveId>,
    },
}

/// A handling that holds a slot.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Handling {
    /// Its number.
    pub id: HandlingId,
    /// The contact; it may have ended while the agent wraps up.
    pub contact: ContactId,
    /// The contact's name, which outlives it.
    pub contact_name: ContactName,
    /// The offer that led here.
    pub offer: OfferId,
    /// The queue of the visit that led here.
    pub queue: QueueNo,
    /// The kind of work.
    pub channel: Channel,
    /// The agent.
    pub agent: AgentNo,
    /// When it was connected.
    pub connected_at: TimeMs,
    /// Where it stands.
    pub state: HandlingState,
    /// How long it was held, without the present hold.
    pub held_ms: DurationMs,
}

/// Where a handling stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandlingState {
    /// Talking.
    Connected,
    /// On hold.
    Held {
        /// Since when.
        since: TimeMs,
    },
    /// The conversation is over, the agent still busy with it.
    WrapUp {
        /// Since when.
        since: TimeMs,
        /// Until when; none: it ends in this very step.
        until: Option<TimeMs>,
    },
}

/// A contact that is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EndedContact {
    /// The adapter's id of it.
    pub name: ContactName,
    /// The whole record, while it is kept.
    pub record: Option<Box<Contact>>,
}

/// A remembered answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RememberedAnswer {
    /// Who asked.
    pub caller: CallerName,
    /// The caller's id of the request.
    pub request_id: Arc<str>,
    /// The hash of its content.
    pub fingerprint: u64,
    /// The answer.
    pub answer: Answer,
    /// From when on it is forgotten.
    pub forget_at: TimeMs,
}

impl Facts {
    /// The configuration in force, as it would be written.
    pub fn config(&self) -> TenantConfig {
        TenantConfig {
            settings: self.settings.clone(),
            limits: self.limits.clone(),
            skills: self
                .skills
                .iter()
                .filter(|skill| skill.in_config)
                .map(|skill| skill.name.clone())
                .collect(),
            adapters: self
                .adapters
                .iter()
                .filter(|a| a.in_config)
                .map(|adapter| adapter.name.clone())
                .collect(),
            queues: self
                .queues
                .iter()
                .filter(|queue| queue.in_config)
                .map(|queue| queue.config.clone())
                .collect(),
            agents: self
                .agents
                .iter()
                .filter(|agent| agent.in_config)
                .map(|agent| agent.config.clone())
                .collect(),
        }
    }

    /// What a visit asks of an agent.
    pub fn requirement_of(&self, visit: &Visit) -> &Requirement {
        let own = self.contacts[&visit.contact].requirement.as_ref();
        own.unwrap_or(&self.queues[visit.queue.index()].config.requirement)
    }
}

impl Contact {
    /// The instant from which the virtual wait of a visit with this order time counts:
    /// virtual wait = now - order time + head start + age offset.
    pub fn virtual_start(&self, order_time: TimeMs) -> TimeMs {
        order_time - self.head_start_ms - self.age_offset_ms
    }
}

impl Agent {
    /// How many slots of the channel are in use.
    pub fn leases_on(&self, channel: Channel) -> u32 {
        u32::try_from(
            self.leases
                .iter()
                .filter(|lease| lease.channel == channel)
                .count(),
        )
        .unwrap_or(u32::MAX)
    }

    /// Whether a slot of the channel is free and no other channel blocks it.
    pub fn has_room(&self, channel: Channel) -> bool {
        let slots = self.config.capacity.get(&channel).copied().unwrap_or(0);
        self.leases_on(channel) < slots
            && self
                .leases
                .iter()
                .all(|lease| channel.may_join(lease.channel))
    }

    /// Whether he may be offered a contact of the channel, as far as it depends on him alone.
    pub fn is_available(&self, channel: Channel) -> bool {
        self.in_config
            && self.presence == Presence::Ready
            && self.pending.is_none()
            && self
                .session
                .as_ref()
                .is_some_and(|session| session.connection.is_some())
            && self.back_off_until.is_none()
            && self.has_room(channel)
    }

    /// Whether one group of the requirement holds for him. `skill` finds the number of a skill's name.
    pub fn satisfies(
        &self,
        requirement: &Requirement,
        skill: impl Fn(&SkillName) -> Option<SkillNo>,
    ) -> bool {
        let holds = |term: &crate::requirement::Term| {
            skill(&term.skill)
                .and_then(|no| self.skills.get(&no))
                .is_some_and(|level| *level >= term.level)
        };
        requirement.is_none()
            || requirement
                .any_of
                .iter()
                .any(|group| group.iter().all(holds))
    }
}

impl Adapter {
    /// Whether its stream is up.
    pub fn is_present(&self) -> bool {
        self.connection.is_some()
    }
}

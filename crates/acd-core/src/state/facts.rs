//! What the engine knows of one tenant. All of it comes from events, and all of it goes into a snapshot.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::desk::AgentDay;
use super::expiry::Expiry;
use super::occupancy::Occupancy;
use crate::command::{
    Answer, Attribute, ConfigSource, Disposition, Opening, RecordingState, Reference,
};
use crate::config::{
    AgentConfig, Alerting, AttributeConfig, CalendarConfig, DispositionConfig, Limits, PlanConfig,
    Preferred, ProfileConfig, QueueConfig, ReasonConfig, ReviewFormConfig, RuleConfig, Settings,
    TargetConfig, TariffConfig, TeamConfig, TenantConfig, TierBounds, WrapUpBlocks,
};
use crate::event::{
    Behind, ChainPlace, ContactOrigin, Decision, Directive, Fault, JoinRefusal, MeantFor, Next,
    OfferEnd, Outcome, Party, PendingPresence, Prediction, SupervisorActed, Window, Work,
};
use crate::figures::Figures;
use crate::ids::{
    AdapterName, AdapterNo, AgentNo, CallerName, Channel, ConnectionId, ContactId, ContactName,
    DirectiveId, DurationMs, HandlingId, OfferId, PlanName, QueueNo, SessionId, SkillName, SkillNo,
    TimeMs, VisitId,
};
use crate::measures::Measures;
use crate::performance::Performance;
use crate::personal::Personal;
use crate::refusal::{Reason, Refusal};
use crate::requirement::Requirement;
use crate::table::Table;

/// The most references of one contact.
pub const REFERENCES_KEPT: usize = 64;

/// Everything the engine knows of one tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The sequence of the last event.
    pub seq: u64,
    /// The instant of the last event.
    pub now: TimeMs,
    /// Whether the tenant was given up.
    pub deleted: bool,
    /// The version of the configuration in force; 0 before the first.
    pub config_version: u64,
    /// The last version that was applied as a whole; what changed only skills came after it.
    pub applied_version: u64,
    /// The last versions, oldest first.
    pub versions: VecDeque<VersionRecord>,
    /// The configuration file as it was read last; none: it never had the tenant.
    pub config_file: Option<ConfigFile>,
    /// What holds for the whole tenant.
    pub settings: Settings,
    /// How much of everything the tenant may use.
    pub limits: Limits,
    /// What the program measured by when the configuration in force was applied.
    pub measures: Measures,
    /// Every skill ever named, by number.
    pub skills: Vec<Skill>,
    /// The teams of the configuration in force.
    pub teams: Vec<TeamConfig>,
    /// The reasons of the configuration in force that agents may choose from.
    pub reasons: Vec<ReasonConfig>,
    /// The dispositions of the configuration in force.
    pub dispositions: Vec<DispositionConfig>,
    /// The attributes that the configuration in force names.
    pub attributes: Vec<AttributeConfig>,
    /// The routing profiles of the configuration in force.
    pub profiles: Vec<ProfileConfig>,
    /// The routing plans of the configuration in force.
    pub plans: Vec<PlanConfig>,
    /// The class rules of the configuration in force.
    pub rules: Vec<RuleConfig>,
    /// What managers aim at; no decision depends on it.
    #[serde(default)]
    pub targets: Vec<TargetConfig>,
    /// What clients pay; no decision depends on it.
    #[serde(default)]
    pub tariffs: Vec<TariffConfig>,
    /// The forms by which conversations are reviewed; no decision depends on them.
    #[serde(default)]
    pub review_forms: Vec<ReviewFormConfig>,
    /// Every calendar ever named, by number.
    pub calendars: Vec<Calendar>,
    /// When the present day began; 0: before anything was known of days.
    pub day_began_at: TimeMs,
    /// The instants at which the next days begin.
    pub days: VecDeque<TimeMs>,
    /// Whether all queues are closed in an emergency.
    pub emergency: bool,
    /// Every queue ever named, by number.
    pub queues: Vec<Queue>,
    /// Every agent ever named, by number.
    pub agents: Vec<Agent>,
    /// How long they were busy and idle, since the tenant began.
    pub occupancy: Occupancy,
    /// Every adapter ever named, by number.
    pub adapters: Vec<Adapter>,
    /// The open contacts.
    pub contacts: Table<ContactId, Contact>,
    /// The open visits.
    pub visits: Table<VisitId, Visit>,
    /// The offers that are pending or accepted.
    pub offers: Table<OfferId, Offer>,
    /// The handlings that hold a slot.
    pub handlings: Table<HandlingId, Handling>,
    /// Ended contacts whose id is still refused, by the instant of their end.
    pub ended: BTreeMap<(TimeMs, ContactId), EndedContact>,
    /// Remembered answers, by the sequence of their event.
    pub answers: BTreeMap<u64, RememberedAnswer>,
    /// The places of customers who left unanswered and may come back, by the instant until which they are kept and the
    /// visit that ended.
    pub returns: BTreeMap<(TimeMs, VisitId), ReturnPlace>,
    /// What supervisors did.
    pub acts: Acts,
    /// The agent each customer last talked to, by the end of that conversation and its handling.
    pub last_agents: BTreeMap<(TimeMs, HandlingId), LastAgentRecord>,
    /// How far personal data is forgotten by age.
    #[serde(default)]
    pub expiry: Expiry,
    /// What slices have put off, oldest first.
    pub work: VecDeque<Work>,
    /// When the engine last came back after a stop.
    pub recovered_at: Option<TimeMs>,
}

/// The last acts of supervisors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acts {
    /// Those that are remembered, oldest first.
    pub kept: VecDeque<ActRecord>,
    /// When the newest one was done that is forgotten; none: all are remembered.
    pub forgotten_until: Option<TimeMs>,
}

/// Something a supervisor did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActRecord {
    /// The sequence of its event.
    pub seq: u64,
    /// When.
    pub at_ms: TimeMs,
    /// Who did what, and why; the values of attributes and addresses are left out.
    pub acted: SupervisorActed,
}

/// The place of a customer who left unanswered and may come back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReturnPlace {
    /// The queue.
    pub queue: QueueNo,
    /// The contact that left.
    pub contact: ContactId,
    /// The customer.
    pub customer: Personal,
    /// The order time of the visit.
    pub order_time: TimeMs,
}

/// The agent a customer last talked to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LastAgentRecord {
    /// The contact of that conversation.
    pub contact: ContactId,
    /// The customer.
    pub customer: Personal,
    /// The agent.
    pub agent: AgentNo,
}

/// A calendar.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Calendar {
    /// Its configuration, the last one if it is no longer in force.
    pub config: CalendarConfig,
    /// Whether the configuration in force has it.
    pub in_config: bool,
    /// What it is now.
    pub opening: Opening,
    /// When it becomes what.
    pub changes: VecDeque<(TimeMs, Opening)>,
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
    /// The hash of the document it was read from; none: it was made otherwise.
    pub document: Option<u64>,
}

/// What is remembered of the configuration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConfigFile {
    /// The hash of its document.
    pub document: u64,
    /// The version that was in force when it had been read.
    pub version: u64,
    /// Whether it said what that version says.
    pub in_force: bool,
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
    /// Whether it was removed while visits were open: these are served to their end.
    pub draining: bool,
    /// Whether it is closed in an emergency.
    pub emergency: bool,
    /// Whether its reserve agents have joined.
    pub reserve_joined: bool,
    /// The agent it offered last, for round robin.
    pub last_offered: Option<AgentNo>,
    /// How long its last handlings held their slot, oldest first.
    pub handling_times: VecDeque<DurationMs>,
    /// Upper edges of the wait buckets of new figures, rising.
    pub wait_edges_ms: Arc<[DurationMs]>,
    /// Its figures, by channel.
    pub figures: BTreeMap<Channel, Figures>,
    /// How it has done of late and today.
    pub performance: Performance,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Agent {
    /// Their configuration, the last one if it is no longer in force.
    pub config: AgentConfig,
    /// Whether the configuration in force has them.
    pub in_config: bool,
    /// The queues they serve, by number.
    pub queues: BTreeMap<QueueNo, Member>,
    /// Their skills with their levels, as they count while they are in training.
    pub skills: BTreeMap<SkillNo, u8>,
    /// The adapter that owns their phone and acts for them.
    pub adapter: Option<AdapterNo>,
    /// Their login.
    pub session: Option<Session>,
    /// Their presence.
    pub presence: Presence,
    /// Since when.
    pub presence_since: TimeMs,
    /// When they are made ready again by time alone.
    pub return_at: Option<TimeMs>,
    /// What becomes of their presence when the last slot clears.
    pub pending: Option<PendingPresence>,
    /// How long after that they are made ready again by time alone; none: as the tenant says for the reason.
    pub pending_return_ms: Option<DurationMs>,
    /// Whether that change is their own choice.
    pub pending_own: bool,
    /// The queues they take no contacts of.
    pub paused: BTreeMap<QueueNo, QueuePause>,
    /// Whether they are in a call that is no contact of a queue.
    pub busy_outside: bool,
    /// The adapters that say so.
    pub outside_adapters: BTreeSet<AdapterNo>,
    /// Whether they have asked for the next contact, if they work on demand.
    pub asked: bool,
    /// How many offers in a row they missed, in all queues.
    pub misses: u32,
    /// How many offers in a row they missed, by queue.
    pub misses_by_queue: BTreeMap<QueueNo, u32>,
    /// Handlings connected since their login.
    pub handled_since_login: u32,
    /// What they have done on this day of the tenant.
    pub today: AgentDay,
    /// Contacts of each queue that are or were theirs, for the percent order.
    pub allocated: BTreeMap<QueueNo, u64>,
    /// How long they held a lease since their login, without the present stretch; one that is suspended does not
    /// count.
    pub leased_ms: DurationMs,
    /// Since when they hold a lease.
    pub leased_since: Option<TimeMs>,
    /// When they logged in.
    pub logged_in_at: TimeMs,
    /// Since when their idle clock runs.
    pub idle_since: TimeMs,
    /// The slots in use, oldest lease first.
    pub leases: Vec<Lease>,
    /// Until when every contact is kept from them.
    pub back_off_until: Option<TimeMs>,
    /// Whether that is because their line is unreachable.
    pub unreachable: bool,
    /// Their last offers that are over, and how they ended.
    pub recent_offers: VecDeque<(OfferId, OfferResult)>,
    /// Their last handlings that are over.
    pub recent_handlings: VecDeque<Handling>,
}

/// How an agent serves a queue: their own membership and their profile together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Member {
    /// Their tier.
    pub tier: u32,
    /// Their place in the queue's list.
    pub position: u32,
    /// Their share.
    pub share: u32,
    /// Whether they join only with the reserve.
    pub reserve: bool,
    /// The queue's rank for them.
    pub rank: u32,
    /// How long a contact must have waited for them.
    pub delay_ms: DurationMs,
}

/// An agent takes no contacts of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QueuePause {
    /// Why.
    pub reason: Arc<str>,
    /// When they take them again by time alone.
    pub return_at: Option<TimeMs>,
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
    /// Its stream, or that of the adapter that acts for the agent; none while it is lost or has not begun.
    pub connection: Option<ConnectionId>,
    /// When the agent is logged out if no stream begins.
    pub grace_until: Option<TimeMs>,
    /// Whether the engine was restarted and the agent has not come back yet: no loss of their session.
    pub restarting: bool,
    /// Whether it was lost for longer than the grace: the agent is logged out when their last slot clears.
    pub given_up: bool,
}

/// A slot in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lease {
    /// The channel whose slot it is.
    pub channel: Channel,
    /// The queue whose contact holds it.
    pub queue: QueueNo,
    /// What it keeps from the agent.
    pub blocks: WrapUpBlocks,
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
    /// Since when it is there, or is not. One that never was: since the configuration named it first.
    pub since: TimeMs,
    /// When its contacts are given up if no stream begins.
    pub grace_until: Option<TimeMs>,
    /// The directives it has not acknowledged.
    pub directives: Table<DirectiveId, IssuedDirective>,
    /// The refused events of its run, by sequence, that it has not confirmed.
    pub refused: BTreeMap<u64, Refusal>,
    /// Up to which sequence refusals that it has not confirmed were forgotten; 0: none were.
    pub forgotten_up_to: u64,
    /// Whether it may hold other contacts than the engine knows of, until its complete list comes: it was given up, began
    /// a new run, or refusals were forgotten.
    pub list_due: bool,
    /// How many entries of its complete lists were not taken, by reason.
    pub live_refused: BTreeMap<Reason, u64>,
    /// Those it has acknowledged and that are still in force: a new incarnation gets them again.
    pub in_force: Table<DirectiveId, IssuedDirective>,
    /// Its runs before this one of which events were applied, the newest last: one may come back.
    pub past_runs: VecDeque<PastRun>,
}

/// A run of an adapter that another one took the place of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PastRun {
    /// Its incarnation.
    pub incarnation: Arc<str>,
    /// The highest sequence of it that was applied.
    pub last_sequence: u64,
    /// Up to which sequence it has not confirmed refusals; they are forgotten. 0: it has confirmed all.
    pub forgotten_up_to: u64,
}

/// A directive that stands.
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
    /// From when it counts as waiting: its arrival, or the instant at which it fell due.
    pub waits_since: TimeMs,
    /// Where it comes from.
    pub origin: ContactOrigin,
    /// The class rule that applied.
    pub rule: Option<Arc<str>>,
    /// A routing plan of the tenant; none: the queue's.
    pub plan: Option<PlanName>,
    /// Whom it waits for in each queue.
    pub preferred: Arc<[Preferred]>,
    /// Whether it is dedicated to the agents of `preferred`.
    pub dedicated: bool,
    /// By when it is to be answered.
    pub deadline: Option<TimeMs>,
    /// The number to dial when an agent has it.
    pub dial: Option<Personal>,
    /// The tiers it is for, besides what the step says.
    pub tiers: TierBounds,
    /// Where recordings and the like are found.
    pub references: Vec<Reference>,
    /// Whether the conversation with it is recorded, or was when it last talked.
    pub recording: RecordingState,
    /// Why it could not join the queue it arrived for.
    pub join_refused: Option<JoinRefusal>,
    /// How often it was offered.
    pub offers_made: u32,
    /// The one place it is in.
    pub place: Place,
    /// How often it went from queue to queue, but for the moves of supervisors.
    pub queue_hops: u32,
    /// Its directives that stand.
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
    /// Set aside by this agent.
    Parked(AgentNo),
    /// Waiting for its time, in no queue before it.
    Scheduled(Schedule),
    /// Leaving: the adapter has been told and has not acknowledged.
    Leaving(DirectiveId),
}

/// When a contact joins which queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Schedule {
    /// The queue it joins.
    pub queue: QueueNo,
    /// The instant at which it joins.
    pub due_at: TimeMs,
    /// The agent for whom alone it waits then; none: as any contact of the queue.
    pub agent: Option<AgentNo>,
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
    /// The instant that counted for ordering.
    pub order_time: TimeMs,
    /// How it ended; none while it is open.
    pub end: Option<Box<VisitEnd>>,
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
    /// How long it was suspended in all.
    pub suspended_ms: DurationMs,
    /// What became of it.
    pub disposition: Option<Disposition>,
    /// What it is.
    pub kind: HandlingKind,
    /// When the agent first answered the customer, as far as the adapter reports it.
    pub first_response_at: Option<TimeMs>,
}

/// What a handling is; only a conversation is counted as handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandlingKind {
    /// A conversation.
    #[default]
    Conversation,
    /// Taken back: the agent did not answer the customer in time.
    NoResponse,
    /// But the wrap-up of a dial that reached nobody.
    Attempt,
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
    /// The offers that are pending or accepted, oldest first; empty while it waits. Several only in a broadcast, and
    /// then none of them is accepted.
    pub offers: Vec<OfferId>,
    /// The agents it is kept from, and until when.
    pub back_offs: Vec<(AgentNo, TimeMs)>,
    /// The agents who come after all others, the longest ago first: who has just failed an offer of it, or given the
    /// contact away.
    pub behind: Vec<Behind>,
    /// The step of its routing plan, from 0.
    pub step: u16,
    /// When the step ends.
    pub step_until: Option<TimeMs>,
    /// The tiers that time or a missed offer has opened.
    pub tiers_open: BTreeSet<u32>,
    /// The longest profile delay that has passed.
    pub delay_open: DurationMs,
    /// Whom it waits for before it is open to all.
    pub windows: Arc<[Window]>,
    /// The window it is in, and its end; none: it is open to all.
    pub window: Option<(u16, Option<TimeMs>)>,
    /// What ties it to the agents of its windows.
    pub meant_for: MeantFor,
    /// The entry of a chain by which it was sent to its agent.
    pub sent_by: Option<ChainPlace>,
    /// Whether its contact was scheduled and its time has come.
    pub scheduled: bool,
    /// How often its customer was dialled in vain.
    pub attempts: u32,
    /// Before which instant its customer is not dialled again.
    pub next_attempt_at: Option<TimeMs>,
    /// How long it was thought to wait.
    pub predicted: Option<Prediction>,
    /// Whether, since it joined, some agent was not absent by the queue's list for leaving.
    pub staffed: bool,
    /// Whether its long wait was reported.
    pub alerted: bool,
    /// What its customer was told; none: nothing yet.
    pub announced: Option<Box<Announced>>,
}

/// What the customer of a visit was told, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Announced {
    /// The position they were told last.
    pub position: Option<u32>,
    /// When they were told anything.
    pub last_at: Option<TimeMs>,
    /// When they were told their position.
    pub position_at: Option<TimeMs>,
    /// When they were told the estimated wait.
    pub wait_at: Option<TimeMs>,
    /// When they were told what is repeated.
    pub periodic_at: Option<TimeMs>,
    /// The directive of the last announcement.
    pub directive: Option<DirectiveId>,
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
    /// How the agent is told of it.
    pub alerting: Alerting,
    /// Whether a supervisor made it.
    pub forced: bool,
    /// Whether the agent, who works on demand, had asked for it.
    pub asked: bool,
    /// The directive that rings the agent's phone.
    pub ring_directive: Option<DirectiveId>,
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
        /// When they accepted.
        accepted_at: TimeMs,
        /// Until when it must be reported connected.
        connect_until: TimeMs,
        /// Whether the customer is dialled.
        dials: bool,
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
    /// Whether its customer was dialled: it is synchronous then, whatever its channel.
    pub dialled: bool,
    /// Since when it is suspended: it is asynchronous, and its agent not ready or offline.
    pub suspended_since: Option<TimeMs>,
    /// How long it was suspended, without the present stretch.
    pub suspended_ms: DurationMs,
    /// Whether a supervisor had the contact offered, whatever the agent's capacity.
    pub forced: bool,
    /// Whether wrap-up was asked for.
    pub wrap_up_requested: bool,
    /// What it is.
    pub kind: HandlingKind,
    /// By when the agent must have answered the customer; none: no such time, or they have.
    pub respond_until: Option<TimeMs>,
    /// Whether the customer had an open callback in the queue when they were connected.
    pub callback_open: bool,
    /// Whether the agent keeps the customer's open callback.
    pub keeps_callback: bool,
    /// The contact by which the agent asks another one.
    pub consult: Option<ContactId>,
    /// Whether that consultation is joined as soon as the one who is asked is connected.
    pub joins: bool,
    /// The handlings of those who take part in the conversation, the longest first.
    pub participants: Vec<HandlingId>,
    /// The conversation in which this one, which is of a consultation, takes part.
    pub owner: Option<HandlingId>,
    /// Whether it is left out of its queue's figures: it takes, or took, part in a conversation of that very queue.
    pub uncounted: bool,
    /// Whether its contact was set aside.
    pub parked: bool,
    /// Whether it was over before, so that a wrap-up entered afterwards does not count it among the handled ones again.
    pub was_over: bool,
    /// What became of it. The contact's record has it, too, but may be given up before the wrap-up is over.
    pub disposition: Option<Disposition>,
    /// Whether it was reported as stuck.
    pub stuck: bool,
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
    /// Whether it ended only because its adapter was away.
    pub given_up: bool,
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
            calendars: self
                .calendars
                .iter()
                .filter(|calendar| calendar.in_config)
                .map(|calendar| calendar.config.clone())
                .collect(),
            teams: self.teams.clone(),
            reasons: self.reasons.clone(),
            dispositions: self.dispositions.clone(),
            attributes: self.attributes.clone(),
            profiles: self.profiles.clone(),
            plans: self.plans.clone(),
            rules: self.rules.clone(),
            targets: self.targets.clone(),
            tariffs: self.tariffs.clone(),
            review_forms: self.review_forms.clone(),
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
}

impl Adapter {
    /// Whether its stream is up.
    pub fn is_present(&self) -> bool {
        self.connection.is_some()
    }

    /// A directive that stands, acknowledged or not.
    pub fn directive(&self, id: DirectiveId) -> Option<&IssuedDirective> {
        self.directives.get(&id).or_else(|| self.in_force.get(&id))
    }
}

impl Visit {
    /// What its customer was told.
    pub fn told(&self) -> Announced {
        self.announced.as_deref().copied().unwrap_or_default()
    }
}

impl Contact {
    /// Whether its customer is yet to be dialled: they are not on the line, and the queue owes them the call.
    pub fn is_to_be_dialled(&self) -> bool {
        let asks = matches!(self.origin, ContactOrigin::ConsultOf(_));
        let is_talk = |handling: &HandlingRecord| handling.kind != HandlingKind::Attempt;
        let talked = self.handlings.iter().any(is_talk);
        (self.channel == Channel::Callback || self.dial.is_some()) && !asks && !talked
    }

    /// The queue that owes it as a callback, waiting, ringing or scheduled.
    pub(crate) fn owing_queue(&self, facts: &Facts) -> Option<QueueNo> {
        let queue = match self.place {
            Place::Queue(visit) => facts.visits.get(&visit)?.queue,
            Place::Scheduled(schedule) => schedule.queue,
            Place::Arriving | Place::Handling(_) | Place::Parked(_) | Place::Leaving(_) => {
                return None;
            }
        };
        self.is_callback().then_some(queue)
    }

    /// Whether it is a callback that is still owed.
    pub fn is_callback(&self) -> bool {
        self.channel == Channel::Callback && self.is_to_be_dialled()
    }

    /// By when it is to be answered; none: it has no such time, or was answered in an earlier visit.
    pub fn answer_until(&self) -> Option<TimeMs> {
        let answered = |end: &VisitEnd| end.outcome == Outcome::Answered;
        self.deadline.filter(|_| !self.visit_ends().any(answered))
    }

    /// Whether it was in a queue at its deadline, and not answered: an earlier visit ended after it.
    pub(crate) fn has_missed(&self, deadline: TimeMs) -> bool {
        self.visit_ends().any(|end| end.at_ms > deadline)
    }

    /// How its visits ended that are over, oldest first.
    fn visit_ends(&self) -> impl Iterator<Item = &VisitEnd> {
        self.visits.iter().filter_map(|visit| visit.end.as_deref())
    }

    /// Whether it is a customer's: no consultation of an agent.
    pub fn is_of_customer(&self) -> bool {
        !matches!(self.origin, ContactOrigin::ConsultOf(_))
    }

    /// Whether its customer is there and listens while it waits.
    pub fn is_attended(&self) -> bool {
        let called_back = self.channel == Channel::Callback;
        (self.channel.is_attended() || called_back) && !self.is_to_be_dialled()
    }
}

//! The rows. `docs/history.md` says the same table by table; a test compares it with this and with the stores.
//!
//! Instants (`_at`) are milliseconds since the Unix epoch, lengths (`_ms`) milliseconds. The number of a contact, visit,
//! offer, handling or session is the sequence of the event that began it, unique in its tenant for ever. Names are those
//! of the time; numbers of agents and queues stand nowhere.

use acd_core::personal::Personal;

use crate::table::tables;
use crate::value::Text;

tables! { TABLES:
    /// Contacts that were accepted.
    contacts: ContactRow {
        /// The contact's number.
        key contact: i64,
        /// The adapter's id of it.
        set name: Text,
        /// The adapter that holds it.
        set adapter: Text,
        /// The kind of work: `voice`, `chat`, ...
        set channel: Text,
        /// Where it comes from: `arrived`, `callback_of`, `consult_of`.
        set origin: Text,
        /// Of a callback the contact of its customer, of a consultation the handling of the agent who asks.
        set origin_of: Option<i64>,
        /// Which customer it is; personal. `erased:N` once they are erased, with the number of a contact of theirs; nothing
        /// once they are forgotten by age.
        keep customer: Option<Personal>,
        /// The number to dial when an agent has it; personal.
        keep dial: Option<Personal>,
        /// Higher goes first.
        set priority: i64,
        /// What it asks of an agent; none: what its queue asks.
        set requirement: Option<Text>,
        /// The class rule that applied.
        set rule: Option<Text>,
        /// The routing plan it named.
        set plan: Option<Text>,
        /// Whether it is dedicated to the agents it prefers.
        set dedicated: bool,
        /// When it arrived.
        set accepted_at: i64,
        /// From when it counts as waiting: its arrival, or when it fell due.
        set waits_since: i64,
        /// By when it is to be answered.
        set deadline_at: Option<i64>,
        /// Why it could not join the queue it arrived for.
        set join_refused: Option<Text>,
        /// The queue of its first visit, or the one it is scheduled for.
        set first_queue: Option<Text>,
        /// The queue of its last visit, or the one it is scheduled for.
        set last_queue: Option<Text>,
        /// The outcome of its last visit; none: there is none that has ended.
        set outcome: Option<Text>,
        /// Why, where the outcome has reasons.
        set outcome_reason: Option<Text>,
        /// When it was answered for the first time.
        set answered_at: Option<i64>,
        /// The agent who answered then.
        set answered_by: Option<Text>,
        /// The queue in which it was answered then.
        set answered_queue: Option<Text>,
        /// How long a customer who comes with it would have had to stay away: `resolved_after`, as it was then.
        keep resolved_after_ms: Option<i64>,
        /// When its customer came back before that time was over; none: they have not.
        keep returned_at: Option<i64>,
        /// When its conversation was last over at the adapter's side: the contact is at its end.
        set ended_at: Option<i64>,
        /// Whether it ended only because its adapter was away for too long.
        set given_up: bool,
        /// How long its visits that have ended waited, added up.
        set wait_ms: i64,
        /// How many visits it had.
        set visits: i64,
        /// How often it was offered.
        set offers: i64,
        /// In how many conversations it was.
        set handlings: i64,
        /// How often it was given away or sent elsewhere.
        add transfers: i64,
        /// How long agents talked to it, of handlings that have ended.
        add talk_ms: i64,
        /// How long it was held, of the same.
        add hold_ms: i64,
        /// How long its conversations were suspended, of the same.
        add suspended_ms: i64,
        /// How long agents wrapped it up, of the same.
        add wrap_up_ms: i64,
        /// The code of its last disposition.
        keep disposition: Option<Text>,
        /// The notes of its last disposition; personal.
        keep notes: Option<Personal>,
        /// Whether what became of it fell into a gap.
        set lost: bool,
    }

    /// The attributes of contacts, as they are now.
    contact_attributes: ContactAttributeRow {
        /// The contact.
        key contact: i64,
        /// The attribute's key.
        key attribute: Text,
        /// Its value; personal.
        set value: Personal,
        /// Whether only those who handle the contact may see the value.
        set sensitive: bool,
        /// When it was set last.
        set set_at: i64,
    }

    /// Where recordings, transcripts and the like of contacts are found.
    contact_references: ContactReferenceRow {
        /// The sequence of the event that added it.
        key seq: i64,
        /// The contact.
        set contact: i64,
        /// What it is: `recording`, `transcript`, ...
        set kind: Text,
        /// Where it is; personal.
        set location: Personal,
        /// When it was added.
        set added_at: i64,
    }

    /// What customers thought of how they were served: an answer to one question each.
    scores: ScoreRow {
        /// The sequence of the event that reported it.
        key seq: i64,
        /// The contact; none: the engine had forgotten it, and the view finds it by its name.
        set contact: Option<i64>,
        /// The adapter's id of the contact.
        set name: Text,
        /// The adapter that reported it; none: the agent did.
        set adapter: Option<Text>,
        /// The conversation it is about: the last one of the contact; none: there was none, or it is not known.
        set handling: Option<i64>,
        /// The queue whose service it is about; none: it is not known.
        set queue: Option<Text>,
        /// The kind of work; none: it is not known.
        set channel: Option<Text>,
        /// The agent of that conversation; none: there was none, or they are not known.
        set agent: Option<Text>,
        /// When it was reported.
        set reported_at: i64,
        /// How the customer was asked: `keypad`, `message`, `link`, `agent`.
        set asked_by: Text,
        /// Which question of several it was; empty: there is one.
        set question: Text,
        /// What they answered, from 0.
        set points: i64,
        /// The most that could be answered, and the best.
        set scale_max: i64,
        /// What they said besides; personal.
        set comment: Option<Personal>,
    }

    /// Reviews of conversations: what one reviewer said of one. Of several by the same reviewer, form and conversation the last
    /// one holds, and the first reviewer's counts; what others say of it is for comparison.
    reviews: ReviewRow {
        /// The sequence of the event that told it.
        key seq: i64,
        /// The conversation.
        set handling: i64,
        /// Its contact.
        set contact: i64,
        /// The adapter's id of the contact.
        set name: Text,
        /// The agent.
        set agent: Text,
        /// The queue.
        set queue: Text,
        /// The kind of work.
        set channel: Text,
        /// The form.
        set form: Text,
        /// Who reviewed it.
        set reviewer: Text,
        /// When.
        set reviewed_at: i64,
        /// What the answers add up to by the form as it was then, in millionths of the best.
        set score: i64,
        /// Whether it is 0 because of a question that knocks out.
        set knocked_out: bool,
        /// What the reviewer said of the whole; personal, for it may speak of customers.
        set comment: Option<Personal>,
    }

    /// Answers of reviews, each to one question.
    review_answers: ReviewAnswerRow {
        /// The review.
        key seq: i64,
        /// The place of the question in the form, from 1.
        key place: i64,
        /// The contact of the conversation.
        set contact: i64,
        /// The question.
        set question: Text,
        /// The points, from 0; none: it did not apply.
        set points: Option<i64>,
        /// The most points.
        set scale_max: i64,
        /// How much it counts beside the others.
        set weight: i64,
        /// Whether no point at all makes the whole worth 0.
        set knock_out: bool,
        /// Why; personal, for it may speak of customers.
        set note: Option<Personal>,
    }

    /// Contacts that did not join a queue: arrivals that never did, and accepted ones that went elsewhere.
    refusals: RefusalRow {
        /// The sequence of the event that refused it.
        key seq: i64,
        /// When.
        set refused_at: i64,
        /// The contact; none: it was never accepted.
        set contact: Option<i64>,
        /// The adapter's id of it.
        set name: Text,
        /// The queue.
        set queue: Text,
        /// The kind of work.
        set channel: Text,
        /// Why: `closed_hours`, `closed_holiday`, `closed_emergency`, `no_staff`, `full`, `diverted`, `predicted_wait`.
        set reason: Text,
        /// The configuration in force.
        set config_version: i64,
    }

    /// Visits: the time of a contact in a queue.
    visits: VisitRow {
        /// The visit's number.
        key visit: i64,
        /// The contact.
        set contact: i64,
        /// The queue.
        set queue: Text,
        /// The kind of work.
        set channel: Text,
        /// When it joined: its wait counts from here.
        set enqueued_at: i64,
        /// The instant that counted for ordering.
        set ordered_at: i64,
        /// The configuration in force when it joined, and from its end on the one at its end.
        set config_version: i64,
        /// The service-level threshold in force then.
        set service_level_ms: i64,
        /// The short-abandon threshold in force then.
        set short_abandon_ms: i64,
        /// Whether it counts towards the queue hops of the contact; none: it began in a gap.
        keep hop: Option<bool>,
        /// Whether it was scheduled, and its time had come.
        set scheduled: bool,
        /// What ties it to the agents it waits for: `all`, `dedicated`, `parked`, `sent`.
        set meant_for: Text,
        /// The visit that ended unanswered, whose place its customer took back.
        keep returned_visit: Option<i64>,
        /// Half of all such visits wait no longer, as predicted when it joined; none: nobody could serve it.
        set predicted_p50_ms: Option<i64>,
        /// Four of five such visits wait no longer, as predicted when it joined.
        set predicted_p80_ms: Option<i64>,
        /// When it left its queue; none: it has not.
        set ended_at: Option<i64>,
        /// Its one outcome: `answered`, `abandoned`, `timed_out`, `overflowed`, `exit_choice`, `callback`, `no_staff`,
        /// `transferred`, `withdrawn`.
        set outcome: Option<Text>,
        /// Why, where the outcome has reasons.
        set outcome_reason: Option<Text>,
        /// How long it waited, ringing included.
        set wait_ms: Option<i64>,
        /// Whether it waited no longer than the service-level threshold.
        set within_service_level: Option<bool>,
        /// Whether it was abandoned before the short-abandon threshold.
        set short_abandon: Option<bool>,
        /// The agent who answered.
        set agent: Option<Text>,
        /// The last step of its routing plan, from 0.
        set step: Option<i64>,
        /// How often its customer was dialled in vain.
        set attempts: Option<i64>,
        /// Whether its long wait was reported.
        set alerted: Option<bool>,
        /// Whether what became of it fell into a gap.
        set lost: bool,
    }

    /// Offers of visits to agents, with the decision behind each.
    offers: OfferRow {
        /// The offer's number.
        key offer: i64,
        /// The visit.
        set visit: i64,
        /// The contact.
        set contact: i64,
        /// The agent.
        set agent: Text,
        /// The queue.
        set queue: Text,
        /// The kind of work.
        set channel: Text,
        /// When it was made.
        set made_at: i64,
        /// How long it might ring at most, from then.
        keep ring_limit_ms: Option<i64>,
        /// How the agent was told: `desktop`, `phone`, `auto`.
        set alerting: Text,
        /// Whether a supervisor made it, whatever the agent's capacity.
        set forced: bool,
        /// The configuration in force.
        keep config_version: Option<i64>,
        /// The step of the routing plan, from 0.
        keep step: Option<i64>,
        /// How many agents were eligible.
        keep candidates: Option<i64>,
        /// What ranked them: the order of the queue, `longest_idle`, `most_skilled`, ...
        keep agent_order: Option<Text>,
        /// The agent who would have been next.
        keep runner_up: Option<Text>,
        /// The whole decision as JSON: `Decision` of the journal, agents by number.
        keep decision: Option<Text>,
        /// When the agent accepted.
        set accepted_at: Option<i64>,
        /// Whether the customer was dialled then.
        set dials: Option<bool>,
        /// When it ended; none: it is open.
        set ended_at: Option<i64>,
        /// How: `connected`, `rejected`, `timed_out`, `canceled`, `rescinded`, `connect_failed`.
        set outcome: Option<Text>,
        /// Why, where the outcome has reasons.
        set outcome_reason: Option<Text>,
        /// Whose doing the end was: `agent`, `none`, `system`; none if it was connected.
        set fault: Option<Text>,
        /// Whether it is one of the offers in a row that the agent missed.
        set missed: Option<bool>,
        /// How long it rang: until it was accepted, or ended.
        set ring_ms: Option<i64>,
        /// How long it took from the acceptance to the end.
        set connect_ms: Option<i64>,
        /// Whether what became of it fell into a gap.
        set lost: bool,
    }

    /// Handlings: conversations with their wrap-up, and wrap-ups of dials that reached nobody.
    handlings: HandlingRow {
        /// The handling's number.
        key handling: i64,
        /// The contact; after a consultation was completed that of the customer.
        set contact: i64,
        /// The contact of the consultation that it was at first.
        keep consult_contact: Option<i64>,
        /// The offer that led here.
        set offer: i64,
        /// The agent.
        set agent: Text,
        /// The queue of the visit that led here.
        set queue: Text,
        /// The kind of work.
        set channel: Text,
        /// What it is: `conversation`, `no_response`, `attempt`; only a conversation counts as handled.
        set kind: Text,
        /// When it was connected.
        set connected_at: i64,
        /// The configuration in force then.
        set config_version: i64,
        /// Whether a supervisor had the contact offered, whatever the agent's capacity.
        set forced: bool,
        /// Whether its customer was dialled.
        set dialled: bool,
        /// When the agent first answered the customer, as far as the adapter reports it.
        keep first_response_at: Option<i64>,
        /// When the conversation ended.
        keep talk_ended_at: Option<i64>,
        /// Who ended it: `customer`, `agent`, `system`.
        keep talk_ended_by: Option<Text>,
        /// Whether the contact was set aside.
        set parked: bool,
        /// Whether it counts in the figures of its queue.
        set counted: bool,
        /// When the slot was released for the first time, if it counts: it is handled then; none: it has not been, or does not
        /// count.
        keep handled_at: Option<i64>,
        /// When the slot was released, for the last time if its wrap-up was entered again; none: it is open.
        set ended_at: Option<i64>,
        /// How long the agent talked: connected, neither held nor suspended. Known at the end.
        add talk_ms: i64,
        /// How long it was held. Known at the end.
        add hold_ms: i64,
        /// How long it was suspended. Known at the end.
        add suspended_ms: i64,
        /// From the end of the conversation to the release of the slot, and every later wrap-up.
        add wrap_up_ms: i64,
        /// The disposition code.
        set disposition: Option<Text>,
        /// The agent's notes; personal.
        set notes: Option<Personal>,
        /// Whether what became of it fell into a gap.
        set lost: bool,
    }

    /// What a handling consisted of, one stretch after the other.
    handling_segments: SegmentRow {
        /// The handling.
        key handling: i64,
        /// The sequence of the event that began it.
        key began_seq: i64,
        /// What it is: `talk`, `hold`, `suspended`, `wrap_up`.
        set kind: Text,
        /// The agent.
        set agent: Text,
        /// When it began.
        set began_at: i64,
        /// When it ended; none: it goes on.
        set ended_at: Option<i64>,
        /// Whether its end fell into a gap.
        set lost: bool,
    }

    /// Who gave a contact away, or what sent it elsewhere, and where it went.
    transfers: TransferRow {
        /// The sequence of the event.
        key seq: i64,
        /// When.
        set transferred_at: i64,
        /// The contact.
        set contact: i64,
        /// How: by an agent `queue`, `agent`, `external`, `consult` (a consultation was completed), `requeue`, `escalate`;
        /// without one `no_response` (taken back), `moved` (by a supervisor or the adapter), `overflow`.
        set kind: Text,
        /// The queue it came from.
        set from_queue: Option<Text>,
        /// The agent who had it.
        set from_agent: Option<Text>,
        /// The handling it came from.
        set from_handling: Option<i64>,
        /// The queue it went to.
        set to_queue: Option<Text>,
        /// The agent it went to.
        set to_agent: Option<Text>,
        /// Where it went outside of queues: `external`, `voicemail`, `callback`, `announcement`, `end`.
        set to_other: Option<Text>,
        /// Why, of an overflow.
        set reason: Option<Text>,
    }

    /// Callbacks: what a queue owes its customers.
    callbacks: CallbackRow {
        /// The contact that is the callback.
        key contact: i64,
        /// The contact whose customer asked for it; none: an adapter brought it.
        set asked_by: Option<i64>,
        /// The queue.
        set queue: Option<Text>,
        /// The customer; personal.
        keep customer: Option<Personal>,
        /// The number; personal.
        keep number: Option<Personal>,
        /// When it was asked for.
        set asked_at: i64,
        /// From when it counts as waiting: when it was asked for, or when it fell due.
        set waits_since: i64,
        /// The instant for which it is scheduled, while it is.
        set due_at: Option<i64>,
        /// When its customer was reached.
        set reached_at: Option<i64>,
        /// When it ended.
        set ended_at: Option<i64>,
        /// Whether what became of it fell into a gap.
        set lost: bool,
    }

    /// Dials of customers.
    callback_attempts: AttemptRow {
        /// The offer that dialled.
        key offer: i64,
        /// The contact.
        set contact: i64,
        /// The visit.
        set visit: i64,
        /// The agent.
        set agent: Text,
        /// The queue.
        set queue: Text,
        /// Which attempt of the visit it is, from 1.
        set attempt: i64,
        /// When the customer was dialled.
        set dialled_at: i64,
        /// When that was over: connected, or given up.
        set ended_at: i64,
        /// What came of it: `connected`, or why not: `customer_not_reached`, `busy`, `no_answer`, ..., `canceled`,
        /// `rescinded`.
        set outcome: Text,
    }

    /// Logins of agents.
    agent_sessions: SessionRow {
        /// The session's number.
        key session: i64,
        /// The agent.
        set agent: Text,
        /// When it began.
        set began_at: i64,
        /// Whether it took over a session that was there, with its presence; none: it began in a gap.
        keep took_over: Option<bool>,
        /// When it ended; none: it goes on.
        set ended_at: Option<i64>,
        /// Why: `asked`, `session_lost`, `removed`, `forced`, `replaced` (a later login).
        set end_cause: Option<Text>,
        /// Whether its end fell into a gap.
        set lost: bool,
    }

    /// Stretches of what an agent was: ready or not, paused in a queue, busy outside.
    presence_intervals: PresenceRow {
        /// The agent.
        key agent: Text,
        /// What is told: `presence`, `pause` (in one queue), `outside` (a call that is no contact of a queue). Stretches of
        /// one kind (and queue) follow each other; those of different kinds overlap.
        key kind: Text,
        /// The queue of a pause; else empty.
        key queue: Text,
        /// The sequence of the event that began it.
        key began_seq: i64,
        /// `ready`, `not_ready`, `paused` or `busy`.
        set state: Text,
        /// The reason code.
        set reason: Option<Text>,
        /// When it began.
        set began_at: i64,
        /// When it ended; none: it goes on.
        set ended_at: Option<i64>,
        /// Whether its end fell into a gap.
        set lost: bool,
    }

    /// What supervisors did.
    acts: ActRow {
        /// The sequence of the event.
        key seq: i64,
        /// When.
        set acted_at: i64,
        /// Who.
        set author: Text,
        /// What: `change_contact`, `assign`, `withdraw`, ...
        set act: Text,
        /// The adapter's id of the contact it is about.
        set contact: Option<Text>,
        /// The agent it is about.
        set agent: Option<Text>,
        /// The queue it is about.
        set queue: Option<Text>,
        /// Why, as they said; empty if they did not.
        set reason: Text,
        /// The whole act as JSON, without values of attributes and addresses.
        set detail: Text,
    }

    /// The contacts of acts that name some by number: who read whose personal data, or erased it.
    act_contacts: ActContactRow {
        /// The act.
        key seq: i64,
        /// The contact.
        key contact: i64,
    }

    /// Versions of the routing configuration.
    config_versions: ConfigVersionRow {
        /// The version.
        key version: i64,
        /// When it came into force.
        set applied_at: i64,
        /// The sequence of its event.
        set seq: i64,
        /// Where it came from: `file`, `api`.
        set source: Text,
        /// Who applied it.
        set author: Text,
        /// Why, in the author's words.
        set comment: Text,
        /// Whether only the skills of this agent changed; none: it was applied as a whole.
        set skills_of: Option<Text>,
    }

    /// What happened in a quarter of an hour, by queue and channel: differences of the engine's own counters. An event
    /// counts in the interval in which it happened. Their sums are the counters.
    queue_intervals: QueueIntervalRow {
        /// The queue.
        key queue: Text,
        /// The kind of work.
        key channel: Text,
        /// When the interval began: a multiple of 15 minutes, UTC.
        key began_at: i64,
        /// The service-level threshold in force when it was last counted.
        set service_level_ms: i64,
        /// The short-abandon threshold in force when it was last counted.
        set short_abandon_ms: i64,
        /// Visits opened.
        add offered: i64,
        /// Visits that ended connected to an agent.
        add answered: i64,
        /// Visits the customer left.
        add abandoned_customer: i64,
        /// Visits a failure ended.
        add abandoned_system: i64,
        /// Abandoned visits shorter than the short-abandon threshold; in the abandoned ones, too.
        add short_abandons: i64,
        /// Flow-out: the longest wait was over.
        add flow_out_timed_out: i64,
        /// Flow-out: moved to another queue.
        add flow_out_transferred: i64,
        /// Flow-out: the queue closed.
        add flow_out_closed: i64,
        /// Flow-out: a limit of the contact or its queue was met.
        add flow_out_limit: i64,
        /// Flow-out: the customer made a choice.
        add flow_out_exit_choice: i64,
        /// Flow-out: the customer is called back.
        add flow_out_callback: i64,
        /// Of these, within the service-level threshold.
        add callbacks_within: i64,
        /// Flow-out: the last agent became absent.
        add flow_out_no_staff: i64,
        /// Flow-out: taken out of the queue.
        add flow_out_withdrawn: i64,
        /// Of these, put off to a date.
        add withdrawn_deferred: i64,
        /// Of these, callbacks whose customer was served meanwhile.
        add withdrawn_served: i64,
        /// Never joined: the queue was closed.
        add refused_closed: i64,
        /// Never joined: every agent was absent.
        add refused_no_staff: i64,
        /// Never joined: the queue was full.
        add refused_full: i64,
        /// Never joined: too many waited for the agents there were.
        add refused_diverted: i64,
        /// Never joined: the predicted wait was too long.
        add refused_predicted_wait: i64,
        /// Visits that waited for as long as the queue reports.
        add wait_alerts: i64,
        /// Contacts answered by their deadline.
        add deadlines_met: i64,
        /// Contacts not answered by their deadline.
        add deadlines_missed: i64,
        /// By how much these were missed.
        add deadlines_missed_by_ms: i64,
        /// Answered visits with a predicted wait.
        add predictions: i64,
        /// Answered visits for which nobody could serve when they joined.
        add predictions_unbounded: i64,
        /// The errors of predictions (predicted p50 - actual), added up.
        add prediction_error_ms: i64,
        /// The sizes of these errors, added up.
        add prediction_absolute_error_ms: i64,
        /// Predicted visits that waited no longer than their p50.
        add predictions_within_p50: i64,
        /// Predicted visits that waited no longer than their p80.
        add predictions_within_p80: i64,
        /// Answered within the service-level threshold.
        add answered_within: i64,
        /// Abandoned within the service-level threshold.
        add abandoned_within: i64,
        /// The waits of answered visits, added up.
        add answered_wait_ms: i64,
        /// The waits of abandoned visits, added up.
        add abandoned_wait_ms: i64,
        /// Offers made.
        add offers_made: i64,
        /// Offers that ended connected.
        add offers_connected: i64,
        /// Offers rejected by the agent.
        add offers_rejected: i64,
        /// Offers that rang as long as they may.
        add offers_timed_out: i64,
        /// Offers canceled: the visit was gone.
        add offers_canceled: i64,
        /// Offers taken back.
        add offers_rescinded: i64,
        /// Offers accepted, but not connected.
        add offers_connect_failed: i64,
        /// Conversations in which the agent answered the customer, as far as adapters report it.
        add first_responses: i64,
        /// Time from the connection to that answer, of these.
        add first_response_ms: i64,
        /// Contacts taken back from an agent who did not answer in time.
        add not_responded: i64,
        /// Handlings that ended.
        add handled: i64,
        /// Time connected, neither held nor suspended, of these.
        add talk_ms: i64,
        /// Time held, of these.
        add hold_ms: i64,
        /// Time from the end of the conversation to the release of the slot, of these.
        add wrap_up_ms: i64,
    }

    /// The waits of a quarter of an hour by their upper edge: how many fell into each bucket, not cumulated.
    queue_interval_waits: WaitRow {
        /// The queue.
        key queue: Text,
        /// The kind of work.
        key channel: Text,
        /// When the interval began.
        key began_at: i64,
        /// Of which visits: `answered`, `abandoned`.
        key outcome: Text,
        /// The upper edge; a wait equal to it is within. -1: beyond the last edge.
        key edge_ms: i64,
        /// How many.
        add waits: i64,
    }

    /// The same visits by the quarter of an hour in which they joined: offered = answered + abandoned + flow-out + open.
    cohort_intervals: CohortRow {
        /// The queue.
        key queue: Text,
        /// The kind of work.
        key channel: Text,
        /// When the interval began.
        key began_at: i64,
        /// Visits that joined.
        add offered: i64,
        /// Of these, answered.
        add answered: i64,
        /// Of these, left by the customer.
        add abandoned_customer: i64,
        /// Of these, ended by a failure.
        add abandoned_system: i64,
        /// Of the abandoned ones, shorter than the short-abandon threshold.
        add short_abandons: i64,
        /// Left unanswered and not abandoned, for any reason.
        add flow_out: i64,
        /// Of these, called back.
        add flow_out_callback: i64,
        /// Of these, within the service-level threshold.
        add callbacks_within: i64,
        /// Answered within the service-level threshold.
        add answered_within: i64,
        /// Abandoned within the service-level threshold.
        add abandoned_within: i64,
        /// The waits of the answered ones, added up.
        add answered_wait_ms: i64,
        /// The waits of the abandoned ones, added up.
        add abandoned_wait_ms: i64,
    }

    /// What agents did with the contacts of a queue in a quarter of an hour, counted as in `queue_intervals`.
    agent_intervals: AgentIntervalRow {
        /// The agent.
        key agent: Text,
        /// The queue.
        key queue: Text,
        /// The kind of work.
        key channel: Text,
        /// When the interval began.
        key began_at: i64,
        /// Offers made to them.
        add offers_made: i64,
        /// Offers that ended connected.
        add offers_connected: i64,
        /// Offers they rejected.
        add offers_rejected: i64,
        /// Offers that rang as long as they may.
        add offers_timed_out: i64,
        /// Offers canceled: the visit was gone.
        add offers_canceled: i64,
        /// Offers taken back.
        add offers_rescinded: i64,
        /// Offers accepted, but not connected.
        add offers_connect_failed: i64,
        /// How long the offers rang that ended: until accepted, or to the end.
        add ring_ms: i64,
        /// Contacts taken back because they did not answer the customer in time.
        add not_responded: i64,
        /// First answers to customers, as far as adapters report them.
        add first_responses: i64,
        /// Time from the connection to that answer, of these.
        add first_response_ms: i64,
        /// Handlings that ended and count in the figures of the queue.
        add handled: i64,
        /// Time connected, neither held nor suspended, of these.
        add talk_ms: i64,
        /// Time held, of these.
        add hold_ms: i64,
        /// Time wrapping up, of these.
        add wrap_up_ms: i64,
        /// Contacts with a customer key that they were the first to answer.
        add customers_answered: i64,
        /// Of these, those whose customer came back: first contact resolution. Known when that time is over.
        add customers_returned: i64,
    }

    /// How an agent's time passed, split at the ends of quarters of an hour. A quarter is complete when an event of the
    /// tenant has come after it (`began_at` + 900000 <= `applied_at` of the tenant). Before, the rows only serve to complete
    /// it: what goes on counts from the end of the quarter backwards, and the view leaves them out.
    agent_time_intervals: AgentTimeRow {
        /// The agent.
        key agent: Text,
        /// When the interval began.
        key began_at: i64,
        /// What: `logged_in` (ready + not_ready), `ready`, `not_ready`, `leased` (an offer, a conversation or a wrap-up that is
        /// not suspended), `idle` (ready, and nothing held, nor busy outside), `outside` (busy outside).
        key state: Text,
        /// The reason code of `not_ready`; else empty.
        key reason: Text,
        /// How long.
        add length_ms: i64,
    }

    /// Scores that were reported in a quarter of an hour, whenever their contacts were.
    score_intervals: ScoreIntervalRow {
        /// The queue; empty: it is not known.
        key queue: Text,
        /// The kind of work; empty: it is not known.
        key channel: Text,
        /// The agent; empty: they are not known.
        key agent: Text,
        /// When the interval began.
        key began_at: i64,
        /// How many.
        add scores: i64,
        /// Each as its share of its scale, in millionths, added up.
        add score_sum: i64,
    }

    /// The rows of `agent_intervals` of six hours, added up: of them long reports are made.
    agent_blocks: AgentBlockRow {
        /// The agent.
        key agent: Text,
        /// The queue.
        key queue: Text,
        /// The kind of work.
        key channel: Text,
        /// When the six hours began: a multiple of them, UTC.
        key began_at: i64,
        /// Offers made to them.
        add offers_made: i64,
        /// Offers that ended connected.
        add offers_connected: i64,
        /// Offers they rejected.
        add offers_rejected: i64,
        /// Offers that rang as long as they may.
        add offers_timed_out: i64,
        /// Offers canceled: the visit was gone.
        add offers_canceled: i64,
        /// Offers taken back.
        add offers_rescinded: i64,
        /// Offers accepted, but not connected.
        add offers_connect_failed: i64,
        /// How long the offers rang that ended: until accepted, or to the end.
        add ring_ms: i64,
        /// Contacts taken back because they did not answer the customer in time.
        add not_responded: i64,
        /// First answers to customers, as far as adapters report them.
        add first_responses: i64,
        /// Time from the connection to that answer, of these.
        add first_response_ms: i64,
        /// Handlings that ended and count in the figures of the queue.
        add handled: i64,
        /// Time connected, neither held nor suspended, of these.
        add talk_ms: i64,
        /// Time held, of these.
        add hold_ms: i64,
        /// Time wrapping up, of these.
        add wrap_up_ms: i64,
        /// Contacts with a customer key that they were the first to answer.
        add customers_answered: i64,
        /// Of these, those whose customer came back: first contact resolution. Known when that time is over.
        add customers_returned: i64,
    }

    /// The rows of `agent_time_intervals` of six hours, added up. Those in which a gap began are no longer whole.
    agent_time_blocks: AgentTimeBlockRow {
        /// The agent.
        key agent: Text,
        /// When the six hours began: a multiple of them, UTC.
        key began_at: i64,
        /// What, as there.
        key state: Text,
        /// The reason code of `not_ready`; else empty.
        key reason: Text,
        /// How long.
        add length_ms: i64,
    }

    /// Conversations that were handled on a day, by their length: of them long bills and distributions are made.
    conversation_days: ConversationDayRow {
        /// The queue.
        key queue: Text,
        /// The kind of work.
        key channel: Text,
        /// When the day began: midnight, UTC.
        key began_at: i64,
        /// How long each was, talk and hold, up to the next whole second.
        key length_s: i64,
        /// How many.
        add conversations: i64,
    }
}

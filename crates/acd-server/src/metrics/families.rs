//! Every metric family: its name, type, labels and meaning. `docs/metrics.md` says the same with the formulas.

/// What a family is to Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Values counted in buckets.
    Histogram,
}

impl Kind {
    /// The name of the type in the text format.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        }
    }
}

/// A metric family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name; ends in its unit, or in `_total` if it only grows.
    pub name: &'static str,
    /// What it is to Prometheus.
    pub kind: Kind,
    /// The labels of its series, in the order in which they are written.
    pub labels: &'static [&'static str],
    /// What it means, in a sentence.
    pub help: &'static str,
}

macro_rules! families {
    ($($konst:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal;)*) => {
        $(pub(super) const $konst: Family =
            Family { name: $name, kind: Kind::$kind, labels: &[$($label),*], help: $help };)*

        /// Every family.
        pub const ALL: &[Family] = &[$($konst),*];
    };
}

families! {
    // Figures of queues and tenants, read from the tenants' state.
    OFFERED = Counter "acd_visits_offered_total" ["tenant", "queue", "channel"]
        "Visits that began.";
    ENDED = Counter "acd_visits_ended_total" ["tenant", "queue", "channel", "outcome"]
        "Visits that ended, by their one outcome.";
    SHORT_ABANDONS = Counter "acd_short_abandons_total" ["tenant", "queue", "channel"]
        "Abandoned visits shorter than the queue's short-abandon threshold.";
    REFUSED_ARRIVALS = Counter "acd_arrivals_refused_total" ["tenant", "queue", "channel", "reason"]
        "Arrivals that never joined the queue; not part of the visits offered.";
    ANSWERED_WAIT = Histogram "acd_answered_wait_seconds" ["tenant", "queue", "channel"]
        "Wait of answered visits, ringing and connecting included.";
    ABANDONED_WAIT = Histogram "acd_abandoned_wait_seconds" ["tenant", "queue", "channel"]
        "Wait of abandoned visits, short ones included.";
    ANSWERED_WITHIN = Counter "acd_answered_within_service_level_total" ["tenant", "queue", "channel"]
        "Visits answered within the service-level threshold in force at that time.";
    ABANDONED_WITHIN = Counter "acd_abandoned_within_service_level_total" ["tenant", "queue", "channel"]
        "Visits abandoned within the service-level threshold in force at that time.";
    CALLBACKS_WITHIN = Counter "acd_callbacks_within_service_level_total" ["tenant", "queue", "channel"]
        "Visits that became a callback within the service-level threshold in force at that time.";
    WAIT_ALERTS = Counter "acd_wait_alerts_total" ["tenant", "queue", "channel"]
        "Visits that waited for as long as the queue reports.";
    DEADLINES_MET = Counter "acd_deadlines_met_total" ["tenant", "queue", "channel"]
        "Contacts that were answered by their deadline.";
    DEADLINES_MISSED = Counter "acd_deadlines_missed_total" ["tenant", "queue", "channel"]
        "Contacts that were not answered by their deadline, counted when they were answered or left the queue after it; each once.";
    DEADLINES_MISSED_BY = Counter "acd_deadlines_missed_by_seconds_total" ["tenant", "queue", "channel"]
        "Time from the deadline to that instant, of these.";
    PREDICTIONS = Counter "acd_predictions_total" ["tenant", "queue", "channel"]
        "Answered visits whose wait was predicted when they joined.";
    PREDICTIONS_UNBOUNDED = Counter "acd_predictions_unbounded_total" ["tenant", "queue", "channel"]
        "Answered visits for which nobody could serve when they joined.";
    PREDICTIONS_WITHIN = Counter "acd_predictions_within_total" ["tenant", "queue", "channel", "quantile"]
        "Predicted visits that waited no longer than the quantile predicted.";
    PREDICTION_ERROR = Gauge "acd_prediction_error_seconds" ["tenant", "queue", "channel"]
        "Sum of predicted p50 minus actual wait over all predicted visits; may be negative.";
    PREDICTION_ABSOLUTE_ERROR = Counter "acd_prediction_absolute_error_seconds_total" ["tenant", "queue", "channel"]
        "Sum of the sizes of these errors.";
    PREDICTED_WAIT = Gauge "acd_predicted_wait_seconds" ["tenant", "queue", "channel", "quantile"]
        "Predicted wait of a contact that joins now; +Inf when nobody can serve it.";
    OFFERS_MADE = Counter "acd_offers_made_total" ["tenant", "queue", "channel"]
        "Offers made to agents.";
    OFFERS_ENDED = Counter "acd_offers_ended_total" ["tenant", "queue", "channel", "outcome"]
        "Offers that ended, by their one end.";
    HANDLED = Counter "acd_handlings_ended_total" ["tenant", "queue", "channel"]
        "Handlings whose slot was released.";
    FIRST_RESPONSES = Counter "acd_first_responses_total" ["tenant", "queue", "channel"]
        "Conversations in which the agent answered the customer, as far as adapters report it.";
    FIRST_RESPONSE = Counter "acd_first_response_seconds_total" ["tenant", "queue", "channel"]
        "Time from the connection to the agent's first answer, of these conversations.";
    NOT_RESPONDED = Counter "acd_not_responded_total" ["tenant", "queue", "channel"]
        "Contacts taken back from an agent who did not answer the customer in time.";
    TALK = Counter "acd_talk_seconds_total" ["tenant", "queue", "channel"]
        "Time connected and not held, of ended handlings.";
    HOLD = Counter "acd_hold_seconds_total" ["tenant", "queue", "channel"]
        "Time held, of ended handlings.";
    WRAP_UP = Counter "acd_wrap_up_seconds_total" ["tenant", "queue", "channel"]
        "Time from the end of talk to the release of the slot, of ended handlings.";
    WAITING = Gauge "acd_visits_waiting" ["tenant", "queue", "channel"]
        "Visits in the queue without an open offer.";
    RINGING = Gauge "acd_visits_ringing" ["tenant", "queue", "channel"]
        "Visits in the queue with an open offer, ringing or connecting.";
    SCHEDULED = Gauge "acd_contacts_scheduled" ["tenant", "queue", "channel"]
        "Contacts that join the queue when their time has come; in no other figure of it before.";
    LONGEST_WAIT = Gauge "acd_longest_wait_seconds" ["tenant", "queue"]
        "Wait of the visit that waits longest now, counted from its enqueue time, callbacks that are still owed left out; 0 if none waits.";
    LONGEST_CONTACT = Gauge "acd_longest_contact_wait_seconds" ["tenant", "queue"]
        "Age of the oldest contact in the queue, counted from its arrival, callbacks that are still owed left out; 0 if none waits.";
    WAITS_ALERTED = Gauge "acd_visits_alerted" ["tenant", "queue"]
        "Visits in the queue that have waited for as long as it reports.";
    DEADLINES_WAITING = Gauge "acd_deadlines_waiting" ["tenant", "queue"]
        "Visits in the queue whose contacts are to be answered by a deadline.";
    NEAREST_DEADLINE = Gauge "acd_nearest_deadline_seconds" ["tenant", "queue"]
        "Time left until the nearest of these deadlines; negative when it has passed, +Inf if there is none.";
    QUEUE_AGENTS = Gauge "acd_queue_agents" ["tenant", "queue", "state"]
        "Agents who serve the queue, by what they do for it now.";
    CLOSED = Gauge "acd_queue_closed" ["tenant", "queue", "reason"]
        "1 for the reason for which the queue is closed now, otherwise 0.";
    RESERVE_JOINED = Gauge "acd_reserve_joined" ["tenant", "queue"]
        "1 while the queue's reserve agents have joined, otherwise 0.";
    PAUSED = Gauge "acd_agents_paused" ["tenant", "queue"]
        "Agents who are logged in and paused in the queue.";
    SERVICE_LEVEL = Gauge "acd_service_level_threshold_seconds" ["tenant", "queue"]
        "The queue's service-level threshold T, an edge of its wait histograms.";
    SERVICE_LEVEL_GOAL = Gauge "acd_service_level_goal_ratio" ["tenant", "queue"]
        "The share of contacts that the queue's configuration promises to answer within T; absent where it promises none.";
    SHORT_ABANDON = Gauge "acd_short_abandon_threshold_seconds" ["tenant", "queue"]
        "The queue's short-abandon threshold S.";
    AGENTS = Gauge "acd_agents" ["tenant", "state"]
        "Agents by what they do now.";
    AGENT_LEASED = Counter "acd_agent_leased_seconds_total" ["tenant"]
        "Time of agents with at least one lease, ringing and wrap-up included, suspended ones left out.";
    AGENT_IDLE = Counter "acd_agent_idle_seconds_total" ["tenant"]
        "Time of agents ready and idle.";
    OLDEST_OFFER = Gauge "acd_oldest_offer_seconds" ["tenant", "channel"]
        "Age of the oldest offer that is pending, or accepted and not connected yet; 0 if there is none.";
    FREE_SLOTS = Gauge "acd_free_slots" ["tenant", "channel"]
        "Slots on which a contact of the channel could be offered now, of agents who are ready and present.";
    STUCK = Gauge "acd_handlings_stuck" ["tenant"]
        "Conversations that have lasted for so long that they were reported as stuck.";
    EMERGENCY = Gauge "acd_emergency" ["tenant"]
        "1 while all queues are closed in an emergency, otherwise 0.";
    OPEN_CONTACTS = Gauge "acd_contacts_open" ["tenant"]
        "Contacts that are open, in a queue, in a conversation or leaving.";
    ADAPTERS = Gauge "acd_adapters_present" ["tenant"]
        "Adapters whose stream is open.";
    ADAPTER_PRESENT = Gauge "acd_adapter_present" ["tenant", "adapter"]
        "1 while the stream of the adapter is open, otherwise 0; each of the configuration in force.";
    ADAPTERS_CONFIGURED = Gauge "acd_adapters_configured" ["tenant"]
        "Adapters of the configuration in force.";
    DIRECTIVES = Gauge "acd_directives_unacknowledged" ["tenant"]
        "Directives that adapters have not acknowledged.";
    UNCONFIRMED_REFUSALS = Gauge "acd_refusals_unconfirmed" ["tenant"]
        "Refused events of adapters' streams that the adapters have not confirmed.";
    LIVE_REFUSED = Counter "acd_live_entries_refused_total" ["tenant", "adapter", "reason"]
        "Entries of adapters' live lists that were not taken: contacts that did not join, agents that are unknown.";
    CONFIG_VERSION = Gauge "acd_config_version" ["tenant"]
        "Version of the configuration in force.";
    TENANT_LIMIT = Gauge "acd_tenant_limit" ["tenant", "limit"]
        "The tenant's limits, by their configuration key.";
    UNREAD_TENANTS = Gauge "acd_scrape_unread_tenants" []
        "Tenants whose state could not be read in time for this scrape; their series are left out of it.";

    // The engine's health.
    MAILBOX = Gauge "acd_mailbox_calls" ["shard"]
        "Calls that waited in the mailbox after the last batch was taken.";
    MAILBOX_CAPACITY = Gauge "acd_mailbox_capacity_calls" ["shard"]
        "Places in the mailbox.";
    BUSY = Counter "acd_busy_total" ["shard"]
        "Calls refused because the mailbox was full.";
    SLICES = Counter "acd_slices_total" ["shard"]
        "Slices after which an instant was not done: more happened at once than limits.slice_events.";
    DEADLINE_PASSED = Counter "acd_deadline_passed_total" ["shard"]
        "Calls dropped because their deadline had passed before they were decided.";
    BATCH = Histogram "acd_batch_calls" ["shard"]
        "Calls decided and committed together.";
    DECISION = Histogram "acd_decision_seconds" ["shard"]
        "Time of one decision, the mean of each batch.";
    COMMIT = Histogram "acd_commit_seconds" ["shard"]
        "Time until a batch was durable.";
    COMMIT_WAITING = Gauge "acd_commit_waiting_seconds" ["shard"]
        "How long the batch at hand has been waiting to be durable; 0 if none waits.";
    FOLLOWER_LAG = Histogram "acd_follower_lag_seconds" ["shard"]
        "Time from when a batch was durable until it was shown.";
    FOLLOWER_BEHIND = Gauge "acd_follower_behind_events" ["shard"]
        "Events that are durable and not shown yet.";
    EVENTS = Counter "acd_events_total" ["shard"]
        "Events made durable.";
    JOURNAL_RETRIES = Counter "acd_journal_retries_total" ["shard"]
        "Appends to the journal that failed and were tried again.";
    SNAPSHOTS = Counter "acd_snapshots_total" ["shard"]
        "Snapshots written.";
    SNAPSHOT_FAILURES = Counter "acd_snapshot_failures_total" ["shard"]
        "Snapshots that could not be written.";
    JOURNAL_DAMAGE = Counter "acd_journal_damage_total" ["shard"]
        "Damaged places found in old entries of the journal.";
    HISTORY_EVENTS = Counter "acd_history_events_total" []
        "Events that became rows of the history.";
    HISTORY_FAILURES = Counter "acd_history_failures_total" []
        "Times that the history store could not be written, or the journal not be read for it.";
    HISTORY_GAPS = Counter "acd_history_gaps_total" []
        "Stretches of events that left the journal before they were in the history.";
    HISTORY_BEHIND = Gauge "acd_history_behind_events" []
        "Durable events that are not in the history yet.";
    HISTORY_LAG = Gauge "acd_history_lag_seconds" []
        "From the last event in the history to the last durable one, of the tenant furthest behind.";
    HISTORY_QUESTIONS = Counter "acd_history_questions_total" ["result"]
        "Questions to the history, by what came of them.";
    HISTORY_ASKED = Gauge "acd_history_questions" []
        "Questions to the history that are being answered or wait.";
    JOURNAL_BYTES = Gauge "acd_journal_bytes" ["shard"]
        "Bytes that the journal takes: the database, its write-ahead log, the snapshots.";
    DATA_FREE = Gauge "acd_data_free_bytes" []
        "Bytes that a user who is not root may still write to the file system of the data directory.";
    DATA_SIZE = Gauge "acd_data_size_bytes" []
        "Bytes that such a user may use of it in all.";
    RECOVERY = Gauge "acd_recovery_seconds" ["shard"]
        "How long the last recovery took.";
    STREAMS = Gauge "acd_streams" ["shard"]
        "Open subscriptions of agents, adapters and supervisors.";
    RESYNCS = Counter "acd_resyncs_total" ["shard"]
        "Streams that began with a snapshot because their resume token could not be honoured.";
    SLOW_READERS = Counter "acd_slow_readers_cut_total" ["shard"]
        "Streams cut off because their reader was too slow.";
    STREAM_BYTES = Gauge "acd_stream_waiting_bytes" ["tenant"]
        "Bytes that wait for the readers of a tenant's streams.";
    TURNED_AWAY = Counter "acd_connections_turned_away_total" ["limit"]
        "Connections that were closed because a limit was met before they had said what they want.";
    RATED_CALLERS = Gauge "acd_rated_callers" []
        "Callers whose rate of calls is remembered.";
    RELOADS = Counter "acd_credentials_reloaded_total" []
        "New certificates or keys that were taken while the server ran.";
    RELOAD_FAILURES = Counter "acd_credentials_reload_failures_total" []
        "New certificates or keys that could not be used; the old ones stay in use.";
    CERTIFICATE_EXPIRES = Gauge "acd_certificate_expires_timestamp_seconds" ["file"]
        "When the first certificate of the file ends, in seconds since the Unix epoch; the file by its configuration key.";
    REFUSED_CALLS = Counter "acd_calls_refused_total" ["reason"]
        "Calls and streams refused, by reason.";
    REFUSED_EVENTS = Counter "acd_adapter_events_refused_total" ["reason"]
        "Events on adapters' streams refused, by reason.";
    SLOWED_ADAPTERS = Counter "acd_adapter_streams_slowed_total" []
        "Events of adapters after which the stream rested, because its caller's rate was used up.";
    SPANS_DROPPED = Counter "acd_spans_dropped_total" []
        "Spans of traces that found no room in the backlog, or that no collector took.";
    CLOCK_BEHIND = Gauge "acd_wall_clock_behind_seconds" []
        "How far the wall clock was behind the journal when the server started.";
    SERVER_LIMIT = Gauge "acd_server_limit" ["limit"]
        "The server's limits, by their configuration key.";
    MEMORY = Gauge "process_resident_memory_bytes" []
        "Memory of the process that is in RAM.";
    BUILD = Gauge "acd_build_info" ["version"]
        "Always 1; the label tells the version that runs.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_their_unit_and_no_series_is_about_one_person() {
        for family in ALL {
            assert!(
                family.name.starts_with("acd_") || family.name.starts_with("process_"),
                "{}",
                family.name
            );
            assert_eq!(
                family.name.ends_with("_total"),
                family.kind == Kind::Counter,
                "{}",
                family.name
            );
            assert!(
                !family.labels.contains(&"agent") && !family.labels.contains(&"contact"),
                "{}",
                family.name
            );
            assert!(family.help.ends_with('.'), "{}", family.name);
        }
    }
}

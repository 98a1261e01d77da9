-- What happened, as rows: docs/history.md. The journal can make all of it anew.

-- One row for each life of a tenant, with how far its journal has been projected: written with the rows of those events.
CREATE TABLE tenants (
    tenant INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    journal_id TEXT NOT NULL,
    life INTEGER NOT NULL,
    applied_seq INTEGER NOT NULL,
    applied_at INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (name, journal_id, life)
);

-- Events of which there are no rows: they were no longer in the journal when they were due.
CREATE TABLE gaps (
    tenant INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq INTEGER,
    from_at INTEGER NOT NULL,
    to_at INTEGER,
    PRIMARY KEY (tenant, from_seq)
) WITHOUT ROWID;

-- The state of a tenant after an event, from which projection goes on after a restart.
CREATE TABLE states (
    tenant INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    state_at INTEGER NOT NULL,
    payload BLOB NOT NULL
);

-- Contacts that were accepted.
CREATE TABLE contacts (
    tenant INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    name TEXT NOT NULL,
    adapter TEXT NOT NULL,
    channel TEXT NOT NULL,
    origin TEXT NOT NULL,
    origin_of INTEGER,
    customer TEXT,
    dial TEXT,
    priority INTEGER NOT NULL,
    requirement TEXT,
    rule TEXT,
    plan TEXT,
    dedicated INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL,
    waits_since INTEGER NOT NULL,
    deadline_at INTEGER,
    join_refused TEXT,
    first_queue TEXT,
    last_queue TEXT,
    outcome TEXT,
    outcome_reason TEXT,
    answered_at INTEGER,
    answered_by TEXT,
    answered_queue TEXT,
    resolved_after_ms INTEGER,
    returned_at INTEGER,
    ended_at INTEGER,
    given_up INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    offers INTEGER NOT NULL,
    handlings INTEGER NOT NULL,
    transfers INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    hold_ms INTEGER NOT NULL,
    suspended_ms INTEGER NOT NULL,
    wrap_up_ms INTEGER NOT NULL,
    disposition TEXT,
    notes TEXT,
    lost INTEGER NOT NULL,
    PRIMARY KEY (tenant, contact)
) WITHOUT ROWID;

-- The attributes of contacts, as they are now.
CREATE TABLE contact_attributes (
    tenant INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    sensitive INTEGER NOT NULL,
    set_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, contact, attribute)
) WITHOUT ROWID;

-- Where recordings, transcripts and the like of contacts are found.
CREATE TABLE contact_references (
    tenant INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    kind TEXT NOT NULL,
    location TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, seq)
) WITHOUT ROWID;

-- What customers thought of how they were served: an answer to one question each.
CREATE TABLE scores (
    tenant INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    contact INTEGER,
    name TEXT NOT NULL,
    adapter TEXT,
    handling INTEGER,
    queue TEXT,
    channel TEXT,
    agent TEXT,
    reported_at INTEGER NOT NULL,
    asked_by TEXT NOT NULL,
    question TEXT NOT NULL,
    points INTEGER NOT NULL,
    scale_max INTEGER NOT NULL,
    comment TEXT,
    PRIMARY KEY (tenant, seq)
) WITHOUT ROWID;

-- Reviews of conversations: what one reviewer said of one.
CREATE TABLE reviews (
    tenant INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    handling INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    name TEXT NOT NULL,
    agent TEXT NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    form TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    reviewed_at INTEGER NOT NULL,
    score INTEGER NOT NULL,
    knocked_out INTEGER NOT NULL,
    comment TEXT,
    PRIMARY KEY (tenant, seq)
) WITHOUT ROWID;

-- Answers of reviews, each to one question.
CREATE TABLE review_answers (
    tenant INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    place INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    question TEXT NOT NULL,
    points INTEGER,
    scale_max INTEGER NOT NULL,
    weight INTEGER NOT NULL,
    knock_out INTEGER NOT NULL,
    note TEXT,
    PRIMARY KEY (tenant, seq, place)
) WITHOUT ROWID;

-- Contacts that did not join a queue: arrivals that never did, and accepted ones that went elsewhere.
CREATE TABLE refusals (
    tenant INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    refused_at INTEGER NOT NULL,
    contact INTEGER,
    name TEXT NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    config_version INTEGER NOT NULL,
    PRIMARY KEY (tenant, seq)
) WITHOUT ROWID;

-- Visits: the time of a contact in a queue.
CREATE TABLE visits (
    tenant INTEGER NOT NULL,
    visit INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    enqueued_at INTEGER NOT NULL,
    ordered_at INTEGER NOT NULL,
    config_version INTEGER NOT NULL,
    service_level_ms INTEGER NOT NULL,
    short_abandon_ms INTEGER NOT NULL,
    hop INTEGER,
    scheduled INTEGER NOT NULL,
    meant_for TEXT NOT NULL,
    returned_visit INTEGER,
    predicted_p50_ms INTEGER,
    predicted_p80_ms INTEGER,
    ended_at INTEGER,
    outcome TEXT,
    outcome_reason TEXT,
    wait_ms INTEGER,
    within_service_level INTEGER,
    short_abandon INTEGER,
    agent TEXT,
    step INTEGER,
    attempts INTEGER,
    alerted INTEGER,
    lost INTEGER NOT NULL,
    PRIMARY KEY (tenant, visit)
) WITHOUT ROWID;

-- Offers of visits to agents, with the decision behind each.
CREATE TABLE offers (
    tenant INTEGER NOT NULL,
    offer INTEGER NOT NULL,
    visit INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    agent TEXT NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    ring_limit_ms INTEGER,
    alerting TEXT NOT NULL,
    forced INTEGER NOT NULL,
    config_version INTEGER,
    step INTEGER,
    candidates INTEGER,
    agent_order TEXT,
    runner_up TEXT,
    decision TEXT,
    accepted_at INTEGER,
    dials INTEGER,
    ended_at INTEGER,
    outcome TEXT,
    outcome_reason TEXT,
    fault TEXT,
    missed INTEGER,
    ring_ms INTEGER,
    connect_ms INTEGER,
    lost INTEGER NOT NULL,
    PRIMARY KEY (tenant, offer)
) WITHOUT ROWID;

-- Handlings: conversations with their wrap-up, and wrap-ups of dials that reached nobody.
CREATE TABLE handlings (
    tenant INTEGER NOT NULL,
    handling INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    consult_contact INTEGER,
    offer INTEGER NOT NULL,
    agent TEXT NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    connected_at INTEGER NOT NULL,
    config_version INTEGER NOT NULL,
    forced INTEGER NOT NULL,
    dialled INTEGER NOT NULL,
    first_response_at INTEGER,
    talk_ended_at INTEGER,
    talk_ended_by TEXT,
    parked INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    handled_at INTEGER,
    ended_at INTEGER,
    talk_ms INTEGER NOT NULL,
    hold_ms INTEGER NOT NULL,
    suspended_ms INTEGER NOT NULL,
    wrap_up_ms INTEGER NOT NULL,
    disposition TEXT,
    notes TEXT,
    lost INTEGER NOT NULL,
    PRIMARY KEY (tenant, handling)
) WITHOUT ROWID;

-- What a handling consisted of, one stretch after the other.
CREATE TABLE handling_segments (
    tenant INTEGER NOT NULL,
    handling INTEGER NOT NULL,
    began_seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    agent TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    lost INTEGER NOT NULL,
    PRIMARY KEY (tenant, handling, began_seq)
) WITHOUT ROWID;

-- Who gave a contact away, or what sent it elsewhere, and where it went.
CREATE TABLE transfers (
    tenant INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    transferred_at INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    kind TEXT NOT NULL,
    from_queue TEXT,
    from_agent TEXT,
    from_handling INTEGER,
    to_queue TEXT,
    to_agent TEXT,
    to_other TEXT,
    reason TEXT,
    PRIMARY KEY (tenant, seq)
) WITHOUT ROWID;

-- Callbacks: what a queue owes its customers.
CREATE TABLE callbacks (
    tenant INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    asked_by INTEGER,
    queue TEXT,
    customer TEXT,
    number TEXT,
    asked_at INTEGER NOT NULL,
    waits_since INTEGER NOT NULL,
    due_at INTEGER,
    reached_at INTEGER,
    ended_at INTEGER,
    lost INTEGER NOT NULL,
    PRIMARY KEY (tenant, contact)
) WITHOUT ROWID;

-- Dials of customers.
CREATE TABLE callback_attempts (
    tenant INTEGER NOT NULL,
    offer INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    visit INTEGER NOT NULL,
    agent TEXT NOT NULL,
    queue TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    dialled_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (tenant, offer)
) WITHOUT ROWID;

-- Logins of agents.
CREATE TABLE agent_sessions (
    tenant INTEGER NOT NULL,
    session INTEGER NOT NULL,
    agent TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    took_over INTEGER,
    ended_at INTEGER,
    end_cause TEXT,
    lost INTEGER NOT NULL,
    PRIMARY KEY (tenant, session)
) WITHOUT ROWID;

-- Stretches of what an agent was: ready or not, paused in a queue, busy outside.
CREATE TABLE presence_intervals (
    tenant INTEGER NOT NULL,
    agent TEXT NOT NULL,
    kind TEXT NOT NULL,
    queue TEXT NOT NULL,
    began_seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    lost INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, kind, queue, began_seq)
) WITHOUT ROWID;

-- What supervisors did.
CREATE TABLE acts (
    tenant INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    acted_at INTEGER NOT NULL,
    author TEXT NOT NULL,
    act TEXT NOT NULL,
    contact TEXT,
    agent TEXT,
    queue TEXT,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (tenant, seq)
) WITHOUT ROWID;

-- The contacts of acts that name some by number: who read whose personal data, or erased it.
CREATE TABLE act_contacts (
    tenant INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    PRIMARY KEY (tenant, seq, contact)
) WITHOUT ROWID;

-- Versions of the routing configuration.
CREATE TABLE config_versions (
    tenant INTEGER NOT NULL,
    version INTEGER NOT NULL,
    applied_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    source TEXT NOT NULL,
    author TEXT NOT NULL,
    comment TEXT NOT NULL,
    skills_of TEXT,
    PRIMARY KEY (tenant, version)
) WITHOUT ROWID;

-- What happened in a quarter of an hour, by queue and channel: differences of the engine's own counters. An
-- event counts in the interval in which it happened. Their sums are the counters.
CREATE TABLE queue_intervals (
    tenant INTEGER NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    service_level_ms INTEGER NOT NULL,
    short_abandon_ms INTEGER NOT NULL,
    offered INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    abandoned_customer INTEGER NOT NULL,
    abandoned_system INTEGER NOT NULL,
    short_abandons INTEGER NOT NULL,
    flow_out_timed_out INTEGER NOT NULL,
    flow_out_transferred INTEGER NOT NULL,
    flow_out_closed INTEGER NOT NULL,
    flow_out_limit INTEGER NOT NULL,
    flow_out_exit_choice INTEGER NOT NULL,
    flow_out_callback INTEGER NOT NULL,
    callbacks_within INTEGER NOT NULL,
    flow_out_no_staff INTEGER NOT NULL,
    flow_out_withdrawn INTEGER NOT NULL,
    withdrawn_deferred INTEGER NOT NULL,
    withdrawn_served INTEGER NOT NULL,
    refused_closed INTEGER NOT NULL,
    refused_no_staff INTEGER NOT NULL,
    refused_full INTEGER NOT NULL,
    refused_diverted INTEGER NOT NULL,
    refused_predicted_wait INTEGER NOT NULL,
    wait_alerts INTEGER NOT NULL,
    deadlines_met INTEGER NOT NULL,
    deadlines_missed INTEGER NOT NULL,
    deadlines_missed_by_ms INTEGER NOT NULL,
    predictions INTEGER NOT NULL,
    predictions_unbounded INTEGER NOT NULL,
    prediction_error_ms INTEGER NOT NULL,
    prediction_absolute_error_ms INTEGER NOT NULL,
    predictions_within_p50 INTEGER NOT NULL,
    predictions_within_p80 INTEGER NOT NULL,
    answered_within INTEGER NOT NULL,
    abandoned_within INTEGER NOT NULL,
    answered_wait_ms INTEGER NOT NULL,
    abandoned_wait_ms INTEGER NOT NULL,
    offers_made INTEGER NOT NULL,
    offers_connected INTEGER NOT NULL,
    offers_rejected INTEGER NOT NULL,
    offers_timed_out INTEGER NOT NULL,
    offers_canceled INTEGER NOT NULL,
    offers_rescinded INTEGER NOT NULL,
    offers_connect_failed INTEGER NOT NULL,
    first_responses INTEGER NOT NULL,
    first_response_ms INTEGER NOT NULL,
    not_responded INTEGER NOT NULL,
    handled INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    hold_ms INTEGER NOT NULL,
    wrap_up_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, queue, channel, began_at)
) WITHOUT ROWID;

-- The waits of a quarter of an hour by their upper edge: how many fell into each bucket, not cumulated.
CREATE TABLE queue_interval_waits (
    tenant INTEGER NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    edge_ms INTEGER NOT NULL,
    waits INTEGER NOT NULL,
    PRIMARY KEY (tenant, queue, channel, began_at, outcome, edge_ms)
) WITHOUT ROWID;

-- The same visits by the quarter of an hour in which they joined: offered = answered + abandoned + flow-out +
-- open.
CREATE TABLE cohort_intervals (
    tenant INTEGER NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    offered INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    abandoned_customer INTEGER NOT NULL,
    abandoned_system INTEGER NOT NULL,
    short_abandons INTEGER NOT NULL,
    flow_out INTEGER NOT NULL,
    flow_out_callback INTEGER NOT NULL,
    callbacks_within INTEGER NOT NULL,
    answered_within INTEGER NOT NULL,
    abandoned_within INTEGER NOT NULL,
    answered_wait_ms INTEGER NOT NULL,
    abandoned_wait_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, queue, channel, began_at)
) WITHOUT ROWID;

-- What agents did with the contacts of a queue in a quarter of an hour, counted as in `queue_intervals`.
CREATE TABLE agent_intervals (
    tenant INTEGER NOT NULL,
    agent TEXT NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    offers_made INTEGER NOT NULL,
    offers_connected INTEGER NOT NULL,
    offers_rejected INTEGER NOT NULL,
    offers_timed_out INTEGER NOT NULL,
    offers_canceled INTEGER NOT NULL,
    offers_rescinded INTEGER NOT NULL,
    offers_connect_failed INTEGER NOT NULL,
    ring_ms INTEGER NOT NULL,
    not_responded INTEGER NOT NULL,
    first_responses INTEGER NOT NULL,
    first_response_ms INTEGER NOT NULL,
    handled INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    hold_ms INTEGER NOT NULL,
    wrap_up_ms INTEGER NOT NULL,
    customers_answered INTEGER NOT NULL,
    customers_returned INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, queue, channel, began_at)
) WITHOUT ROWID;

-- How an agent's time passed, split at the ends of quarters of an hour. A quarter is complete when an event
-- of the tenant has come after it (`began_at` + 900000 <= `applied_at` of the tenant). Before, the rows only
-- serve to complete it: what goes on counts from the end of the quarter backwards, and the view leaves them
-- out.
CREATE TABLE agent_time_intervals (
    tenant INTEGER NOT NULL,
    agent TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    length_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, began_at, state, reason)
) WITHOUT ROWID;

-- Scores that were reported in a quarter of an hour, whenever their contacts were.
CREATE TABLE score_intervals (
    tenant INTEGER NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    agent TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    scores INTEGER NOT NULL,
    score_sum INTEGER NOT NULL,
    PRIMARY KEY (tenant, queue, channel, agent, began_at)
) WITHOUT ROWID;

-- The rows of `agent_intervals` of six hours, added up: of them long reports are made.
CREATE TABLE agent_blocks (
    tenant INTEGER NOT NULL,
    agent TEXT NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    offers_made INTEGER NOT NULL,
    offers_connected INTEGER NOT NULL,
    offers_rejected INTEGER NOT NULL,
    offers_timed_out INTEGER NOT NULL,
    offers_canceled INTEGER NOT NULL,
    offers_rescinded INTEGER NOT NULL,
    offers_connect_failed INTEGER NOT NULL,
    ring_ms INTEGER NOT NULL,
    not_responded INTEGER NOT NULL,
    first_responses INTEGER NOT NULL,
    first_response_ms INTEGER NOT NULL,
    handled INTEGER NOT NULL,
    talk_ms INTEGER NOT NULL,
    hold_ms INTEGER NOT NULL,
    wrap_up_ms INTEGER NOT NULL,
    customers_answered INTEGER NOT NULL,
    customers_returned INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, queue, channel, began_at)
) WITHOUT ROWID;

-- The rows of `agent_time_intervals` of six hours, added up. Those in which a gap began are no longer whole.
CREATE TABLE agent_time_blocks (
    tenant INTEGER NOT NULL,
    agent TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    length_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, began_at, state, reason)
) WITHOUT ROWID;

-- Conversations that were handled on a day, by their length: of them long bills and distributions are made.
CREATE TABLE conversation_days (
    tenant INTEGER NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    length_s INTEGER NOT NULL,
    conversations INTEGER NOT NULL,
    PRIMARY KEY (tenant, queue, channel, began_at, length_s)
) WITHOUT ROWID;

CREATE INDEX contacts_by_time ON contacts (tenant, accepted_at, contact);
CREATE INDEX contacts_by_customer ON contacts (tenant, customer, accepted_at) WHERE customer IS NOT NULL;
CREATE INDEX contacts_by_origin ON contacts (tenant, origin_of) WHERE origin_of IS NOT NULL;
CREATE INDEX contacts_by_name ON contacts (tenant, name);
CREATE INDEX contacts_to_return ON contacts (tenant, customer, answered_at)
    WHERE customer IS NOT NULL AND answered_at IS NOT NULL AND returned_at IS NULL;
CREATE INDEX contact_attributes_by_value ON contact_attributes (tenant, attribute, substr(value, 1, 64));
CREATE INDEX contact_references_by_contact ON contact_references (tenant, contact);
CREATE INDEX scores_by_contact ON scores (tenant, contact) WHERE contact IS NOT NULL;
CREATE INDEX scores_by_name ON scores (tenant, name) WHERE contact IS NULL;
CREATE INDEX scores_by_time ON scores (tenant, reported_at);
CREATE INDEX scores_by_handling ON scores (tenant, handling) WHERE handling IS NOT NULL;
CREATE INDEX reviews_by_handling ON reviews (tenant, handling);
CREATE INDEX reviews_by_contact ON reviews (tenant, contact);
CREATE INDEX reviews_by_time ON reviews (tenant, reviewed_at);
CREATE INDEX reviews_by_agent ON reviews (tenant, agent, seq);
CREATE INDEX review_answers_by_contact ON review_answers (tenant, contact);
CREATE INDEX refusals_by_contact ON refusals (tenant, contact) WHERE contact IS NOT NULL;
CREATE INDEX visits_by_queue ON visits (tenant, queue, enqueued_at);
CREATE INDEX visits_by_contact ON visits (tenant, contact);
CREATE INDEX offers_by_agent ON offers (tenant, agent, made_at);
CREATE INDEX offers_by_contact ON offers (tenant, contact);
CREATE INDEX handlings_by_agent ON handlings (tenant, agent, connected_at);
CREATE INDEX handlings_by_contact ON handlings (tenant, contact);
CREATE INDEX handlings_by_time ON handlings (tenant, handled_at, queue, channel, talk_ms, hold_ms) WHERE handled_at IS NOT NULL;
CREATE INDEX transfers_by_contact ON transfers (tenant, contact);
CREATE INDEX callbacks_by_asker ON callbacks (tenant, asked_by) WHERE asked_by IS NOT NULL;
CREATE INDEX callbacks_by_time ON callbacks (tenant, asked_at);
CREATE INDEX callback_attempts_by_contact ON callback_attempts (tenant, contact);
CREATE INDEX agent_sessions_by_time ON agent_sessions (tenant, began_at);
CREATE INDEX agent_sessions_by_agent ON agent_sessions (tenant, agent, began_at);
CREATE INDEX presence_intervals_by_time ON presence_intervals (tenant, began_at);
CREATE INDEX acts_by_contact ON acts (tenant, contact) WHERE contact IS NOT NULL;
CREATE INDEX act_contacts_by_contact ON act_contacts (tenant, contact, seq);
CREATE INDEX queue_intervals_by_time ON queue_intervals (tenant, began_at);
CREATE INDEX cohort_intervals_by_time ON cohort_intervals (tenant, began_at);
CREATE INDEX agent_intervals_by_time ON agent_intervals (tenant, began_at);
CREATE INDEX score_intervals_by_time ON score_intervals (tenant, began_at);
CREATE INDEX agent_time_intervals_by_time ON agent_time_intervals (tenant, began_at);

-- How many rows have the same beginning of a key, as it is in a large centre. SQLite knows none of it by itself, and would
-- take a tenant for ten rows.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('gaps', 'gaps', '10000000 1000000 1'),
    ('contacts', 'contacts', '10000000 1000000 1'),
    ('contact_attributes', 'contact_attributes', '10000000 1000000 3 1'),
    ('contact_references', 'contact_references', '10000000 1000000 1'),
    ('scores', 'scores', '10000000 1000000 1'),
    ('reviews', 'reviews', '1000000 100000 1'),
    ('review_answers', 'review_answers', '10000000 1000000 10 1'),
    ('refusals', 'refusals', '10000000 1000000 1'),
    ('visits', 'visits', '10000000 1000000 1'),
    ('offers', 'offers', '10000000 1000000 1'),
    ('handlings', 'handlings', '10000000 1000000 1'),
    ('handling_segments', 'handling_segments', '10000000 1000000 1 1'),
    ('transfers', 'transfers', '10000000 1000000 1'),
    ('callbacks', 'callbacks', '10000000 1000000 1'),
    ('callback_attempts', 'callback_attempts', '10000000 1000000 1'),
    ('agent_sessions', 'agent_sessions', '10000000 1000000 1'),
    ('presence_intervals', 'presence_intervals', '10000000 1000000 2000 667 13 1'),
    ('acts', 'acts', '10000000 1000000 1'),
    ('act_contacts', 'act_contacts', '10000000 1000000 100 1'),
    ('config_versions', 'config_versions', '10000000 1000000 1'),
    ('queue_intervals', 'queue_intervals', '10000000 1000000 20000 10000 1'),
    ('queue_interval_waits', 'queue_interval_waits', '10000000 1000000 20000 10000 1 1 1'),
    ('cohort_intervals', 'cohort_intervals', '10000000 1000000 20000 10000 1'),
    ('agent_intervals', 'agent_intervals', '10000000 1000000 2000 40 20 1'),
    ('agent_time_intervals', 'agent_time_intervals', '10000000 1000000 2000 1 1 1'),
    ('score_intervals', 'score_intervals', '10000000 1000000 20000 10000 500 1'),
    ('agent_blocks', 'agent_blocks', '10000000 1000000 2000 40 20 1'),
    ('agent_time_blocks', 'agent_time_blocks', '10000000 1000000 2000 1 1 1'),
    ('conversation_days', 'conversation_days', '10000000 1000000 20000 10000 300 1'),
    ('contacts', 'contacts_by_time', '10000000 1000000 1 1'),
    ('contacts', 'contacts_by_customer', '10000000 1000000 10 1'),
    ('contacts', 'contacts_by_origin', '10000000 1000000 2'),
    ('contacts', 'contacts_by_name', '10000000 1000000 2'),
    ('contacts', 'contacts_to_return', '10000000 1000000 3 1'),
    ('contact_attributes', 'contact_attributes_by_value', '10000000 1000000 100000 2'),
    ('contact_references', 'contact_references_by_contact', '10000000 1000000 3'),
    ('scores', 'scores_by_contact', '10000000 1000000 3'),
    ('scores', 'scores_by_name', '10000000 1000000 2'),
    ('scores', 'scores_by_time', '10000000 1000000 1'),
    ('scores', 'scores_by_handling', '10000000 1000000 3'),
    ('reviews', 'reviews_by_handling', '1000000 100000 2'),
    ('reviews', 'reviews_by_contact', '1000000 100000 2'),
    ('reviews', 'reviews_by_time', '1000000 100000 1'),
    ('reviews', 'reviews_by_agent', '1000000 100000 200 1'),
    ('review_answers', 'review_answers_by_contact', '10000000 1000000 20'),
    ('refusals', 'refusals_by_contact', '10000000 1000000 3'),
    ('visits', 'visits_by_queue', '10000000 1000000 20000 1'),
    ('visits', 'visits_by_contact', '10000000 1000000 3'),
    ('offers', 'offers_by_agent', '10000000 1000000 2000 1'),
    ('offers', 'offers_by_contact', '10000000 1000000 3'),
    ('handlings', 'handlings_by_agent', '10000000 1000000 2000 1'),
    ('handlings', 'handlings_by_contact', '10000000 1000000 3'),
    ('handlings', 'handlings_by_time', '10000000 1000000 1 1 1 1 1'),
    ('transfers', 'transfers_by_contact', '10000000 1000000 3'),
    ('callbacks', 'callbacks_by_asker', '10000000 1000000 1'),
    ('callbacks', 'callbacks_by_time', '10000000 1000000 1'),
    ('callback_attempts', 'callback_attempts_by_contact', '10000000 1000000 3'),
    ('agent_sessions', 'agent_sessions_by_time', '10000000 1000000 1'),
    ('agent_sessions', 'agent_sessions_by_agent', '10000000 1000000 2000 1'),
    ('presence_intervals', 'presence_intervals_by_time', '10000000 1000000 1'),
    ('acts', 'acts_by_contact', '10000000 1000000 3'),
    ('act_contacts', 'act_contacts_by_contact', '10000000 1000000 3 1'),
    ('queue_intervals', 'queue_intervals_by_time', '10000000 1000000 100'),
    ('cohort_intervals', 'cohort_intervals_by_time', '10000000 1000000 100'),
    ('agent_intervals', 'agent_intervals_by_time', '10000000 1000000 100'),
    ('score_intervals', 'score_intervals_by_time', '10000000 1000000 100'),
    ('agent_time_intervals', 'agent_time_intervals_by_time', '10000000 1000000 100');
ANALYZE sqlite_master;

-- Views for programs that evaluate: the tenant by name, instants as time stamps, and no personal data.
CREATE VIEW v_contacts AS SELECT
    t.name AS tenant,
    t.life,
    r.contact,
    r.name,
    r.adapter,
    r.channel,
    r.origin,
    r.origin_of,
    r.priority,
    r.requirement,
    r.rule,
    r.plan,
    r.dedicated,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.accepted_at / 1000.0, 'unixepoch') AS accepted_at,
    r.waits_since,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.deadline_at / 1000.0, 'unixepoch') AS deadline_at,
    r.join_refused,
    r.first_queue,
    r.last_queue,
    r.outcome,
    r.outcome_reason,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.answered_at / 1000.0, 'unixepoch') AS answered_at,
    r.answered_by,
    r.answered_queue,
    r.resolved_after_ms,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.returned_at / 1000.0, 'unixepoch') AS returned_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.given_up,
    r.wait_ms,
    r.visits,
    r.offers,
    r.handlings,
    r.transfers,
    r.talk_ms,
    r.hold_ms,
    r.suspended_ms,
    r.wrap_up_ms,
    r.disposition,
    r.lost
FROM contacts AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_contact_references AS SELECT
    t.name AS tenant,
    t.life,
    r.seq,
    r.contact,
    r.kind,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.added_at / 1000.0, 'unixepoch') AS added_at
FROM contact_references AS r JOIN tenants AS t ON t.tenant = r.tenant;

-- Of a score whose contact was forgotten: the last contact of that name before it.
CREATE VIEW v_scores AS SELECT
    t.name AS tenant,
    t.life,
    r.seq,
    COALESCE(r.contact, (
        SELECT max(c.contact) FROM contacts AS c
        WHERE c.tenant = r.tenant AND c.name = r.name AND c.adapter = r.adapter AND c.contact < r.seq
    )) AS contact,
    r.name,
    r.adapter,
    r.handling,
    r.queue,
    r.channel,
    r.agent,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.reported_at / 1000.0, 'unixepoch') AS reported_at,
    r.asked_by,
    r.question,
    r.points,
    r.scale_max
FROM scores AS r JOIN tenants AS t ON t.tenant = r.tenant;

-- What holds is the last review by that reviewer, form and conversation; what counts is that of the first reviewer.
CREATE VIEW v_reviews AS SELECT
    t.name AS tenant,
    t.life,
    r.seq,
    r.handling,
    r.contact,
    r.name,
    r.agent,
    r.queue,
    r.channel,
    r.form,
    r.reviewer,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.reviewed_at / 1000.0, 'unixepoch') AS reviewed_at,
    r.score,
    r.knocked_out,
    NOT EXISTS (
        SELECT 1 FROM reviews AS o WHERE o.tenant = r.tenant AND o.handling = r.handling AND o.form = r.form
        AND o.reviewer = r.reviewer AND o.seq > r.seq
    ) AS holds,
    NOT EXISTS (
        SELECT 1 FROM reviews AS o WHERE o.tenant = r.tenant AND o.handling = r.handling AND o.form = r.form
        AND (CASE WHEN o.reviewer = r.reviewer THEN o.seq > r.seq ELSE o.seq < (
            SELECT min(f.seq) FROM reviews AS f WHERE f.tenant = r.tenant AND f.handling = r.handling
            AND f.form = r.form AND f.reviewer = r.reviewer
        ) END)
    ) AS counts
FROM reviews AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_review_answers AS SELECT
    t.name AS tenant,
    t.life,
    r.seq,
    r.place,
    r.contact,
    r.question,
    r.points,
    r.scale_max,
    r.weight,
    r.knock_out
FROM review_answers AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_refusals AS SELECT
    t.name AS tenant,
    t.life,
    r.seq,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.refused_at / 1000.0, 'unixepoch') AS refused_at,
    r.contact,
    r.name,
    r.queue,
    r.channel,
    r.reason,
    r.config_version
FROM refusals AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_visits AS SELECT
    t.name AS tenant,
    t.life,
    r.visit,
    r.contact,
    r.queue,
    r.channel,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.enqueued_at / 1000.0, 'unixepoch') AS enqueued_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ordered_at / 1000.0, 'unixepoch') AS ordered_at,
    r.config_version,
    r.service_level_ms,
    r.short_abandon_ms,
    r.hop,
    r.scheduled,
    r.meant_for,
    r.returned_visit,
    r.predicted_p50_ms,
    r.predicted_p80_ms,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.outcome,
    r.outcome_reason,
    r.wait_ms,
    r.within_service_level,
    r.short_abandon,
    r.agent,
    r.step,
    r.attempts,
    r.alerted,
    r.lost
FROM visits AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_offers AS SELECT
    t.name AS tenant,
    t.life,
    r.offer,
    r.visit,
    r.contact,
    r.agent,
    r.queue,
    r.channel,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.made_at / 1000.0, 'unixepoch') AS made_at,
    r.ring_limit_ms,
    r.alerting,
    r.forced,
    r.config_version,
    r.step,
    r.candidates,
    r.agent_order,
    r.runner_up,
    r.decision,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.accepted_at / 1000.0, 'unixepoch') AS accepted_at,
    r.dials,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.outcome,
    r.outcome_reason,
    r.fault,
    r.missed,
    r.ring_ms,
    r.connect_ms,
    r.lost
FROM offers AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_handlings AS SELECT
    t.name AS tenant,
    t.life,
    r.handling,
    r.contact,
    r.consult_contact,
    r.offer,
    r.agent,
    r.queue,
    r.channel,
    r.kind,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.connected_at / 1000.0, 'unixepoch') AS connected_at,
    r.config_version,
    r.forced,
    r.dialled,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.first_response_at / 1000.0, 'unixepoch') AS first_response_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.talk_ended_at / 1000.0, 'unixepoch') AS talk_ended_at,
    r.talk_ended_by,
    r.parked,
    r.counted,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.handled_at / 1000.0, 'unixepoch') AS handled_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.talk_ms,
    r.hold_ms,
    r.suspended_ms,
    r.wrap_up_ms,
    r.disposition,
    r.lost
FROM handlings AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_handling_segments AS SELECT
    t.name AS tenant,
    t.life,
    r.handling,
    r.began_seq,
    r.kind,
    r.agent,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.lost
FROM handling_segments AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_transfers AS SELECT
    t.name AS tenant,
    t.life,
    r.seq,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.transferred_at / 1000.0, 'unixepoch') AS transferred_at,
    r.contact,
    r.kind,
    r.from_queue,
    r.from_agent,
    r.from_handling,
    r.to_queue,
    r.to_agent,
    r.to_other,
    r.reason
FROM transfers AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_callbacks AS SELECT
    t.name AS tenant,
    t.life,
    r.contact,
    r.asked_by,
    r.queue,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.asked_at / 1000.0, 'unixepoch') AS asked_at,
    r.waits_since,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.due_at / 1000.0, 'unixepoch') AS due_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.reached_at / 1000.0, 'unixepoch') AS reached_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.lost
FROM callbacks AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_callback_attempts AS SELECT
    t.name AS tenant,
    t.life,
    r.offer,
    r.contact,
    r.visit,
    r.agent,
    r.queue,
    r.attempt,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.dialled_at / 1000.0, 'unixepoch') AS dialled_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.outcome
FROM callback_attempts AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_agent_sessions AS SELECT
    t.name AS tenant,
    t.life,
    r.session,
    r.agent,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.took_over,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.end_cause,
    r.lost
FROM agent_sessions AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_presence_intervals AS SELECT
    t.name AS tenant,
    t.life,
    r.agent,
    r.kind,
    r.queue,
    r.began_seq,
    r.state,
    r.reason,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended_at,
    r.lost
FROM presence_intervals AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_acts AS SELECT
    t.name AS tenant,
    t.life,
    r.seq,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.acted_at / 1000.0, 'unixepoch') AS acted_at,
    r.author,
    r.act,
    r.contact,
    r.agent,
    r.queue,
    r.reason,
    r.detail
FROM acts AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_act_contacts AS SELECT
    t.name AS tenant,
    t.life,
    r.seq,
    r.contact
FROM act_contacts AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_config_versions AS SELECT
    t.name AS tenant,
    t.life,
    r.version,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.applied_at / 1000.0, 'unixepoch') AS applied_at,
    r.seq,
    r.source,
    r.author,
    r.comment,
    r.skills_of
FROM config_versions AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_queue_intervals AS SELECT
    t.name AS tenant,
    t.life,
    r.queue,
    r.channel,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.service_level_ms,
    r.short_abandon_ms,
    r.offered,
    r.answered,
    r.abandoned_customer,
    r.abandoned_system,
    r.short_abandons,
    r.flow_out_timed_out,
    r.flow_out_transferred,
    r.flow_out_closed,
    r.flow_out_limit,
    r.flow_out_exit_choice,
    r.flow_out_callback,
    r.callbacks_within,
    r.flow_out_no_staff,
    r.flow_out_withdrawn,
    r.withdrawn_deferred,
    r.withdrawn_served,
    r.refused_closed,
    r.refused_no_staff,
    r.refused_full,
    r.refused_diverted,
    r.refused_predicted_wait,
    r.wait_alerts,
    r.deadlines_met,
    r.deadlines_missed,
    r.deadlines_missed_by_ms,
    r.predictions,
    r.predictions_unbounded,
    r.prediction_error_ms,
    r.prediction_absolute_error_ms,
    r.predictions_within_p50,
    r.predictions_within_p80,
    r.answered_within,
    r.abandoned_within,
    r.answered_wait_ms,
    r.abandoned_wait_ms,
    r.offers_made,
    r.offers_connected,
    r.offers_rejected,
    r.offers_timed_out,
    r.offers_canceled,
    r.offers_rescinded,
    r.offers_connect_failed,
    r.first_responses,
    r.first_response_ms,
    r.not_responded,
    r.handled,
    r.talk_ms,
    r.hold_ms,
    r.wrap_up_ms
FROM queue_intervals AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_queue_interval_waits AS SELECT
    t.name AS tenant,
    t.life,
    r.queue,
    r.channel,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.outcome,
    r.edge_ms,
    r.waits
FROM queue_interval_waits AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_cohort_intervals AS SELECT
    t.name AS tenant,
    t.life,
    r.queue,
    r.channel,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.offered,
    r.answered,
    r.abandoned_customer,
    r.abandoned_system,
    r.short_abandons,
    r.flow_out,
    r.flow_out_callback,
    r.callbacks_within,
    r.answered_within,
    r.abandoned_within,
    r.answered_wait_ms,
    r.abandoned_wait_ms
FROM cohort_intervals AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_agent_intervals AS SELECT
    t.name AS tenant,
    t.life,
    r.agent,
    r.queue,
    r.channel,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.offers_made,
    r.offers_connected,
    r.offers_rejected,
    r.offers_timed_out,
    r.offers_canceled,
    r.offers_rescinded,
    r.offers_connect_failed,
    r.ring_ms,
    r.not_responded,
    r.first_responses,
    r.first_response_ms,
    r.handled,
    r.talk_ms,
    r.hold_ms,
    r.wrap_up_ms,
    r.customers_answered,
    r.customers_returned
FROM agent_intervals AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_score_intervals AS SELECT
    t.name AS tenant,
    t.life,
    r.queue,
    r.channel,
    r.agent,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.scores,
    r.score_sum
FROM score_intervals AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_agent_time_intervals AS SELECT
    t.name AS tenant,
    t.life,
    r.agent,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.state,
    r.reason,
    r.length_ms
FROM agent_time_intervals AS r JOIN tenants AS t ON t.tenant = r.tenant
WHERE r.began_at + 900000 <= t.applied_at;

CREATE VIEW v_agent_blocks AS SELECT
    t.name AS tenant,
    t.life,
    r.agent,
    r.queue,
    r.channel,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.offers_made,
    r.offers_connected,
    r.offers_rejected,
    r.offers_timed_out,
    r.offers_canceled,
    r.offers_rescinded,
    r.offers_connect_failed,
    r.ring_ms,
    r.not_responded,
    r.first_responses,
    r.first_response_ms,
    r.handled,
    r.talk_ms,
    r.hold_ms,
    r.wrap_up_ms,
    r.customers_answered,
    r.customers_returned
FROM agent_blocks AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_agent_time_blocks AS SELECT
    t.name AS tenant,
    t.life,
    r.agent,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.state,
    r.reason,
    r.length_ms
FROM agent_time_blocks AS r JOIN tenants AS t ON t.tenant = r.tenant
WHERE r.began_at + 21600000 <= t.applied_at;

CREATE VIEW v_conversation_days AS SELECT
    t.name AS tenant,
    t.life,
    r.queue,
    r.channel,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.began_at / 1000.0, 'unixepoch') AS began_at,
    r.length_s,
    r.conversations
FROM conversation_days AS r JOIN tenants AS t ON t.tenant = r.tenant;

CREATE VIEW v_tenants AS SELECT
    t.name AS tenant,
    t.life,
    t.applied_seq,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.applied_at / 1000.0, 'unixepoch') AS applied_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.deleted_at / 1000.0, 'unixepoch') AS deleted_at
FROM tenants AS t;

CREATE VIEW v_gaps AS SELECT
    t.name AS tenant,
    t.life,
    r.from_seq,
    r.to_seq,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.from_at / 1000.0, 'unixepoch') AS from_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.to_at / 1000.0, 'unixepoch') AS to_at
FROM gaps AS r JOIN tenants AS t ON t.tenant = r.tenant;

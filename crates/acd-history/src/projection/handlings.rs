//! Handlings: conversations and wrap-up, stretch by stretch.

use acd_core::event::{
    ConsultCompleted, ConsultJoined, DispositionSet, Event, FirstResponded, HandlingEnded, Party,
    Recorded, ResponseMissed,
};
use acd_core::ids::{HandlingId, TimeMs};
use acd_core::state::{Handling, HandlingKind, HandlingState};

use super::{Projection, known, number};
use crate::schema::{ContactRow, HandlingRow, SegmentRow};
use crate::value::{Field, Text, Value, int};
use crate::words;

/// What a handling consists of at the moment.
pub(super) fn segment(handling: &Handling) -> &'static str {
    match handling.state {
        HandlingState::WrapUp { .. } => "wrap_up",
        _ if handling.suspended_since.is_some() => "suspended",
        HandlingState::Held { .. } => "hold",
        HandlingState::Connected => "talk",
    }
}

/// Whether it counts in the figures of its queue.
fn counts(handling: &Handling) -> bool {
    handling.kind == HandlingKind::Conversation && !handling.uncounted
}

impl Projection {
    /// Writes a handling that begins, or was open at the end of a gap.
    pub(super) fn write_handling(&mut self, id: HandlingId) {
        let handling = &self.state.facts().handlings[&id];
        let disposition = handling.disposition.as_ref();
        let row = HandlingRow {
            handling: int(id.0),
            contact: int(handling.contact.0),
            consult_contact: None,
            offer: int(handling.offer.0),
            agent: self.agent_name(handling.agent),
            queue: self.queue_name(handling.queue),
            channel: handling.channel.into(),
            kind: words::one_word(&handling.kind),
            connected_at: handling.connected_at,
            config_version: self.config_version(),
            forced: handling.forced,
            dialled: handling.dialled,
            first_response_at: None,
            talk_ended_at: None,
            talk_ended_by: None,
            parked: handling.parked,
            counted: counts(handling),
            ended_at: None,
            talk_ms: 0,
            hold_ms: 0,
            suspended_ms: 0,
            wrap_up_ms: 0,
            disposition: disposition.and_then(|it| code(&it.code)),
            notes: known(disposition.map(|it| &it.notes)),
            lost: false,
        };
        self.changes.put(row);
    }

    /// Takes note of what a handling consists of now.
    pub(super) fn see_handling(&mut self, id: HandlingId, recorded: &Recorded) {
        let before = self.segments.get(&id).copied();
        let handling = self.state.facts().handlings.get(&id);
        let begins_wrap_up = match &recorded.event {
            Event::TalkEnded(event) if event.handling == id => event.wrap_up.is_some(),
            Event::WrapUpEntered(event) if event.handling == id => true,
            Event::AttemptWrapUpBegan(_) if recorded.seq == id.0 => true,
            _ => before == Some("wrap_up"),
        };
        // Without a wrap-up the slot is released in the same step.
        let now = handling.map(|it| (segment(it), it.agent));
        let now = now.filter(|(kind, _)| *kind != "wrap_up" || begins_wrap_up);
        if before == now.map(|(kind, _)| kind) {
            return;
        }
        if before.is_some() {
            self.segments.remove(&id);
            let key = number(id.0).to_vec();
            self.changes.close::<SegmentRow>(key, recorded.at_ms);
        }
        if let Some((kind, agent)) = now {
            self.segments.insert(id, kind);
            self.changes.put(SegmentRow {
                handling: int(id.0),
                began_seq: int(recorded.seq),
                kind: Text::word(kind),
                agent: self.agent_name(agent),
                began_at: recorded.at_ms,
                ended_at: None,
                lost: false,
            });
        }
    }

    pub(super) fn first_responded(&mut self, event: &FirstResponded, recorded: &Recorded) {
        let handling = &self.state.facts().handlings[&event.handling];
        let about = (handling.agent, handling.queue, handling.channel);
        let took_ms = recorded.at_ms - handling.connected_at;
        let counts = [("first_responses", 1), ("first_response_ms", took_ms)];
        self.count_agent(about, recorded.at_ms, counts);
        let columns = [("first_response_at", Value::Int(recorded.at_ms))];
        self.change(event.handling, columns);
    }

    pub(super) fn response_missed(&mut self, event: &ResponseMissed, recorded: &Recorded) {
        let handling = &self.state.facts().handlings[&event.handling];
        let about = (handling.agent, handling.queue, handling.channel);
        self.count_agent(about, recorded.at_ms, [("not_responded", 1)]);
        let kind = words::one_word(&HandlingKind::NoResponse);
        let columns = [("kind", Value::Text(kind)), ("counted", Value::Bool(false))];
        self.change(event.handling, columns);
        self.talk_ended(event.handling, Party::System, recorded.at_ms);
    }

    pub(super) fn talk_ended(&mut self, id: HandlingId, by: Party, at: TimeMs) {
        let columns = [
            ("talk_ended_at", Value::Int(at)),
            ("talk_ended_by", Value::Text(words::one_word(&by))),
        ];
        self.change(id, columns);
    }

    pub(super) fn parked(&mut self, id: HandlingId, at: TimeMs) {
        self.change(id, [("parked", Value::Bool(true))]);
        self.talk_ended(id, Party::Agent, at);
    }

    /// Who takes part in a conversation of their own queue is not counted there.
    pub(super) fn consult_joined(&mut self, event: &ConsultJoined) {
        self.show_whether_counted(event.participant);
    }

    /// The customer goes over to the one who was asked: before it happens.
    pub(super) fn consult_completes(&mut self, event: &ConsultCompleted, recorded: &Recorded) {
        let facts = self.state.facts();
        let consult = facts.handlings[&event.to].contact;
        let customer = facts.handlings[&event.from].contact;
        let columns = [
            ("contact", Value::Int(int(customer.0))),
            ("consult_contact", Value::Int(int(consult.0))),
            ("disposition", Value::Null),
            ("notes", Value::Null),
        ];
        self.change(event.to, columns);
        self.consulted(event, recorded);
    }

    pub(super) fn consult_completed(&mut self, event: &ConsultCompleted) {
        self.show_whether_counted(event.to);
    }

    fn show_whether_counted(&mut self, id: HandlingId) {
        let counted = counts(&self.state.facts().handlings[&id]);
        self.change(id, [("counted", Value::Bool(counted))]);
    }

    pub(super) fn disposition_set(&mut self, event: &DispositionSet) {
        let disposition = code(&event.disposition.code).into_value();
        let notes = known(Some(&event.disposition.notes)).into_value();
        let columns = [
            // Whose they are, if they are to be erased before they are written.
            ("contact", Value::Int(int(event.contact.0))),
            ("disposition", disposition.clone()),
            ("notes", notes.clone()),
        ];
        self.change(event.handling, columns);
        let Some(contact) = self
            .state
            .known_handling(event.handling)
            .map(|it| it.contact)
        else {
            return;
        };
        let columns = [("disposition", disposition), ("notes", notes)];
        self.changes
            .update::<ContactRow, 2>(&number(contact.0), columns);
    }

    pub(super) fn wrap_up_entered(&mut self, id: HandlingId) {
        self.change(id, [("ended_at", Value::Null)]);
    }

    /// Writes what a handling that ends took. A wrap-up that was entered again adds to it.
    pub(super) fn handling_ends(&mut self, event: &HandlingEnded, recorded: &Recorded) {
        let at = recorded.at_ms;
        let handling = &self.state.facts().handlings[&event.handling];
        let about = (handling.agent, handling.queue, handling.channel);
        let (contact, counts) = (handling.contact, counts(handling));
        let HandlingState::WrapUp { since, .. } = handling.state else {
            return self.change(event.handling, [("ended_at", Value::Int(at))]);
        };
        let is_first = !handling.was_over;
        let talked = is_first && handling.kind != HandlingKind::Attempt;
        let once = |length_ms: i64| if talked { length_ms } else { 0 };
        let lengths = [
            ("talk_ms", once(handling.talked_ms(since))),
            ("hold_ms", once(handling.held_ms)),
            ("wrap_up_ms", at - since),
        ];
        let suspended_ms = once(handling.suspended_ms);
        let [talk, hold, wrap_up] = lengths;
        if counts {
            let handled = ("handled", i64::from(is_first));
            self.count_agent(about, at, [handled, talk, hold, wrap_up]);
        }
        let suspended = ("suspended_ms", suspended_ms);
        self.count_contact(contact, [talk, hold, suspended, wrap_up]);
        let columns = [talk, hold, suspended, wrap_up].map(|(name, ms)| (name, Value::Int(ms)));
        self.change(event.handling, columns);
        self.change(event.handling, [("ended_at", Value::Int(at))]);
    }

    fn change<const N: usize>(&mut self, id: HandlingId, columns: [(&str, Value); N]) {
        self.changes
            .update::<HandlingRow, N>(&number(id.0), columns);
    }
}

/// A disposition code; notes alone have none.
fn code(code: &std::sync::Arc<str>) -> Option<Text> {
    (!code.is_empty()).then(|| code.clone().into())
}

//! Handlings: conversations and wrap-up, stretch by stretch.

use acd_core::event::{
    ConsultCompleted, ConsultJoined, DispositionSet, Event, FirstResponded, HandlingEnded, Party,
    Recorded, ResponseMissed,
};
use acd_core::ids::{HandlingId, TimeMs};
use acd_core::state::{Handling, HandlingKind, HandlingState};

use super::figures::Work;
use super::{Projection, known, number};
use crate::schema::{ContactRow, HandlingRow, SegmentRow};
use crate::table::At;
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
            handled_at: None,
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
        let work = Work {
            first_responses: 1,
            first_response_ms: took_ms,
            ..Work::default()
        };
        self.count_agent(about, recorded.at_ms, work);
        let columns = [(HandlingRow::first_response_at, Value::Int(recorded.at_ms))];
        self.change(event.handling, columns);
    }

    pub(super) fn response_missed(&mut self, event: &ResponseMissed, recorded: &Recorded) {
        let handling = &self.state.facts().handlings[&event.handling];
        let about = (handling.agent, handling.queue, handling.channel);
        let work = Work {
            not_responded: 1,
            ..Work::default()
        };
        self.count_agent(about, recorded.at_ms, work);
        let kind = words::one_word(&HandlingKind::NoResponse);
        let columns = [
            (HandlingRow::kind, Value::Text(kind)),
            (HandlingRow::counted, Value::Bool(false)),
        ];
        self.change(event.handling, columns);
        self.talk_ended(event.handling, Party::System, recorded.at_ms);
    }

    pub(super) fn talk_ended(&mut self, id: HandlingId, by: Party, at: TimeMs) {
        let columns = [
            (HandlingRow::talk_ended_at, Value::Int(at)),
            (
                HandlingRow::talk_ended_by,
                words::one_word(&by).into_value(),
            ),
        ];
        self.change(id, columns);
    }

    pub(super) fn parked(&mut self, id: HandlingId, at: TimeMs) {
        self.change(id, [(HandlingRow::parked, Value::Bool(true))]);
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
            (HandlingRow::contact, Value::Int(int(customer.0))),
            (HandlingRow::consult_contact, Value::Int(int(consult.0))),
            (HandlingRow::disposition, Value::Null),
            (HandlingRow::notes, Value::Null),
        ];
        self.change(event.to, columns);
        self.consulted(event, recorded);
    }

    pub(super) fn consult_completed(&mut self, event: &ConsultCompleted) {
        self.show_whether_counted(event.to);
    }

    fn show_whether_counted(&mut self, id: HandlingId) {
        let counted = counts(&self.state.facts().handlings[&id]);
        self.change(id, [(HandlingRow::counted, Value::Bool(counted))]);
    }

    pub(super) fn disposition_set(&mut self, event: &DispositionSet) {
        let disposition = code(&event.disposition.code).into_value();
        let notes = known(Some(&event.disposition.notes)).into_value();
        let columns = [
            (HandlingRow::disposition, disposition.clone()),
            (HandlingRow::notes, notes.clone()),
        ];
        self.change(event.handling, columns);
        let Some(contact) = self
            .state
            .known_handling(event.handling)
            .map(|it| it.contact)
        else {
            return;
        };
        let columns = [
            (ContactRow::disposition, disposition),
            (ContactRow::notes, notes),
        ];
        self.changes
            .update::<ContactRow, 2>(&number(contact.0), columns);
    }

    pub(super) fn wrap_up_entered(&mut self, id: HandlingId) {
        self.change(id, [(HandlingRow::ended_at, Value::Null)]);
    }

    /// Writes what a handling that ends took. A wrap-up that was entered again adds to it.
    pub(super) fn handling_ends(&mut self, event: &HandlingEnded, recorded: &Recorded) {
        let at = recorded.at_ms;
        let handling = &self.state.facts().handlings[&event.handling];
        let about = (handling.agent, handling.queue, handling.channel);
        let (contact, counts) = (handling.contact, counts(handling));
        let HandlingState::WrapUp { since, .. } = handling.state else {
            return self.change(event.handling, [(HandlingRow::ended_at, Value::Int(at))]);
        };
        let is_first = !handling.was_over;
        let talked = is_first && handling.kind != HandlingKind::Attempt;
        let once = |length_ms: i64| if talked { length_ms } else { 0 };
        let talk_ms = once(handling.talked_ms(since));
        let hold_ms = once(handling.held_ms);
        let suspended_ms = once(handling.suspended_ms);
        let wrap_up_ms = at - since;
        if counts && is_first {
            self.change(event.handling, [(HandlingRow::handled_at, Value::Int(at))]);
            self.count_conversation(about, at, talk_ms + hold_ms);
        }
        if counts {
            let work = Work {
                handled: i64::from(is_first),
                talk_ms,
                hold_ms,
                wrap_up_ms,
                ..Work::default()
            };
            self.count_agent(about, at, work);
        }
        let columns = [
            (ContactRow::talk_ms, talk_ms),
            (ContactRow::hold_ms, hold_ms),
            (ContactRow::suspended_ms, suspended_ms),
            (ContactRow::wrap_up_ms, wrap_up_ms),
        ];
        self.count_contact(contact, columns);
        let columns = [
            (HandlingRow::talk_ms, Value::Int(talk_ms)),
            (HandlingRow::hold_ms, Value::Int(hold_ms)),
            (HandlingRow::suspended_ms, Value::Int(suspended_ms)),
            (HandlingRow::wrap_up_ms, Value::Int(wrap_up_ms)),
            (HandlingRow::ended_at, Value::Int(at)),
        ];
        self.change(event.handling, columns);
    }

    fn change<const N: usize>(&mut self, id: HandlingId, columns: [(At<HandlingRow>, Value); N]) {
        self.changes.update(&number(id.0), columns);
    }
}

/// A disposition code; notes alone have none.
fn code(code: &std::sync::Arc<str>) -> Option<Text> {
    (!code.is_empty()).then(|| code.clone().into())
}

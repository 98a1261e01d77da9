//! An event as a line: a sentence for people, JSON for programs.

use acd_core::event::Recorded;
use acd_core::ids::{AdapterNo, AgentNo, ContactId, HandlingId, OfferId, QueueNo, TimeMs, VisitId};
use acd_core::personal::Personal;
use acd_core::state::State;
use acd_journal::codec::EventForm;
use acd_narration::{Cast, Concern, Witness, narrated};
use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;

use super::civil::{ZoneArgs, rfc3339};
use super::filter::Told;

/// How the names of those are told whom an event concerns, and instants and personal data in sentences.
pub(crate) struct Teller<'t> {
    pub(crate) state: &'t State,
    pub(crate) zone: &'t ZoneArgs,
    /// Whether personal data is told.
    pub(crate) reveals: bool,
}

/// An event for programs; docs/journal.md says what stands where.
#[derive(Serialize)]
struct Line<'l> {
    tenant: &'l str,
    seq: u64,
    at: String,
    at_ms: TimeMs,
    event: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adapter: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    data: &'l Value,
}

/// Writes events as JSON.
pub(crate) struct JsonLines<'t> {
    teller: &'t Teller<'t>,
    form: EventForm,
    /// The entry that was read last, by its first event, and what its events hold.
    last: Option<(u64, Vec<serde_json::Map<String, Value>>)>,
}

impl<'t> JsonLines<'t> {
    pub(crate) fn new(teller: &'t Teller<'t>) -> anyhow::Result<Self> {
        let form = EventForm::new(teller.reveals);
        Ok(Self {
            teller,
            form: form.context("this acd was built without the definitions of the journal")?,
            last: None,
        })
    }

    /// An event as a line.
    pub(crate) fn line(&mut self, told: &Told<'_>, text: Option<String>) -> anyhow::Result<String> {
        let Told {
            entry,
            recorded,
            concern,
            ..
        } = told;
        let last = match self.last.take() {
            Some(last) if last.0 == entry.first_seq => last,
            _ => (entry.first_seq, self.form.events(entry)?),
        };
        let at = usize::try_from(recorded.seq - entry.first_seq)?;
        let name = recorded.event.name();
        let nothing = Value::Null;
        let data = last.1.get(at).and_then(|event| event.get(name));
        let names = Names::of(self.teller.state, concern);
        let line = Line {
            tenant: &entry.tenant,
            seq: recorded.seq,
            at: rfc3339(recorded.at_ms),
            at_ms: recorded.at_ms,
            event: name,
            contact: names.contact,
            agent: names.agent,
            queue: names.queue,
            adapter: names.adapter,
            text,
            data: data.unwrap_or(&nothing),
        };
        let line = serde_json::to_string(&line)?;
        self.last = Some(last);
        Ok(line)
    }
}

/// Whom an event concerns, by name.
struct Names<'n> {
    contact: Option<&'n str>,
    agent: Option<&'n str>,
    queue: Option<&'n str>,
    adapter: Option<&'n str>,
}

impl<'n> Names<'n> {
    fn of(state: &'n State, concern: &'n Concern) -> Self {
        let facts = state.facts();
        let agent = |no: AgentNo| Some(facts.agents.get(no.index())?.config.name.as_str());
        let queue = |no: QueueNo| Some(facts.queues.get(no.index())?.config.name.as_str());
        let adapter = |no: AdapterNo| Some(facts.adapters.get(no.index())?.name.as_str());
        Self {
            contact: concern.contact.as_deref(),
            agent: concern
                .agent_name
                .as_deref()
                .or(concern.agent.and_then(agent)),
            queue: concern
                .queue_name
                .as_deref()
                .or(concern.queue.and_then(queue)),
            adapter: concern.adapter.and_then(adapter),
        }
    }
}

impl Teller<'_> {
    /// What an event says; none for those that only keep the books.
    pub(crate) fn sentence(&self, recorded: &Recorded, witness: &Witness) -> Option<String> {
        let cast = CastAt {
            teller: self,
            witness,
            at_ms: recorded.at_ms,
        };
        narrated(&cast, recorded)
    }

    /// Why an offer went to its agent; none for other events.
    pub(crate) fn reason(&self, recorded: &Recorded, witness: &Witness) -> Option<String> {
        let cast = CastAt {
            teller: self,
            witness,
            at_ms: recorded.at_ms,
        };
        acd_narration::reason(&cast, recorded)
    }
}

/// Who is who at one event.
struct CastAt<'c> {
    teller: &'c Teller<'c>,
    witness: &'c Witness,
    at_ms: TimeMs,
}

impl Cast for CastAt<'_> {
    fn state(&self) -> &State {
        self.teller.state
    }

    fn contact(&self, contact: ContactId) -> Option<&str> {
        self.witness.contact(contact)
    }

    fn visit(&self, visit: VisitId) -> Option<(ContactId, QueueNo)> {
        self.witness.visit(visit)
    }

    fn offer(&self, offer: OfferId) -> Option<(ContactId, AgentNo)> {
        self.witness.offer(offer)
    }

    fn handling(&self, handling: HandlingId) -> Option<(ContactId, AgentNo)> {
        self.witness.handling(handling)
    }

    fn instant(&self, at_ms: TimeMs) -> String {
        self.teller.zone.shown_on(self.at_ms, at_ms)
    }

    fn personal(&self, data: &Personal) -> String {
        match self.teller.reveals {
            true => data.reveal().to_owned(),
            false => data.to_string(),
        }
    }
}

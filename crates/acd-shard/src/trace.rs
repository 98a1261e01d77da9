//! A contact's way through the server, for `server.log.filter` at level *debug*: the service that was asked, the decision
//! of the shard, and each event that was told to streams once it was durable. All of it stands in spans with the fields
//! `tenant` and `contact`, so that the way of one contact can be told from all others. Only that a contact was given up is
//! told at level *warn*.

use acd_core::command::{
    AgentAct, AgentCommand, Command, ContactCommand, Supervise, SupervisorAct,
};
use acd_core::event::Recorded;
use acd_core::ids::{AdapterName, ContactName, HandlingId, OfferId, TenantName};
use acd_core::state::State;
use tracing::field::{Empty, display};
use tracing::{Span, debug, debug_span, warn};

use crate::Answered;

/// How many contacts that were given up are told by name, of one batch.
const GIVEN_UP_TOLD: usize = 100;

/// The span of a request, from the service until the shard has decided it. Where only the engine knows the contact the
/// field is filled in by its decision.
pub fn request(tenant: &TenantName, command: &Command) -> Span {
    let span = debug_span!("request", %tenant, contact = Empty);
    if let Some(contact) = named(command).filter(|_| !span.is_disabled()) {
        span.record("contact", display(contact));
    }
    span
}

/// A request was decided; stands in the request's span.
pub(crate) fn decided(state: &State, command: &Command, answered: &Answered, events: usize) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    if let (None, Some(contact)) = (named(command), meant(state, command)) {
        span.record("contact", display(contact));
    }
    let sequence = answered.sequence;
    // Entered anew: a filter by contact looks at a span when it is entered.
    span.in_scope(|| match &answered.answer {
        Ok(reply) => debug!(
            command = command.name(),
            sequence,
            events,
            ?reply,
            "decided"
        ),
        Err(refusal) => debug!(
            command = command.name(),
            reason = refusal.reason.as_str(),
            "refused"
        ),
    });
}

/// A durable event about a contact was told to the streams that show it.
pub(crate) fn told(tenant: &TenantName, contact: &ContactName, recorded: &Recorded) {
    let Recorded { seq, at_ms, event } = recorded;
    let span = debug_span!("event", %tenant, %contact);
    span.in_scope(|| debug!(event = event.name(), sequence = seq, at_ms, "told"));
}

/// Tells of the contacts that a durable batch gave up with their lost adapter. A batch may give up hundreds: beyond the
/// first [`GIVEN_UP_TOLD`] it is told how many.
pub(crate) fn given_up(tenant: &TenantName, contacts: &[(ContactName, AdapterName)]) {
    for (contact, adapter) in contacts.iter().take(GIVEN_UP_TOLD) {
        warn!(%tenant, %contact, %adapter, "given up: its adapter was away for longer than its grace");
    }
    let suppressed = contacts.len().saturating_sub(GIVEN_UP_TOLD);
    if suppressed > 0 {
        warn!(%tenant, suppressed, "more contacts were given up with their adapter");
    }
}

/// The contact that a command names.
fn named(command: &Command) -> Option<&ContactName> {
    match command {
        Command::Arrive(arrival) => Some(&arrival.contact),
        Command::Contact(ContactCommand { contact, .. }) => Some(contact),
        Command::Agent(AgentCommand {
            act: AgentAct::Unpark(contact) | AgentAct::Reveal { contact, .. },
            ..
        }) => Some(contact),
        Command::Supervise(Supervise {
            act:
                SupervisorAct::ChangeContact(contact, _)
                | SupervisorAct::Assign(contact, _)
                | SupervisorAct::Withdraw(contact)
                | SupervisorAct::FreeContact(contact)
                | SupervisorAct::RecordContact(contact, _)
                | SupervisorAct::Reveal { contact, .. }
                | SupervisorAct::Monitor { contact, .. },
            ..
        }) => Some(contact),
        _ => None,
    }
}

/// The contact of the offer or handling that an agent's command names, if that is open.
fn meant<'s>(state: &'s State, command: &Command) -> Option<&'s ContactName> {
    let Command::Agent(AgentCommand { act, .. }) = command else {
        return None;
    };
    let facts = state.facts();
    let offer = |id: &OfferId| {
        let offer = facts.offers.get(id)?;
        Some(&facts.contacts.get(&offer.contact)?.name)
    };
    let handling = |id: &HandlingId| Some(&facts.handlings.get(id)?.contact_name);
    match act {
        AgentAct::Accept(id) | AgentAct::Reject(id) => offer(id),
        act => handling(&act.handling()?),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use acd_core::event::Event;
    use tracing_subscriber::EnvFilter;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The filter that docs/operations.md tells.
    #[test]
    fn one_contact_alone_can_be_followed() {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("info,acd[{contact=c1}]=debug"))
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            for contact in ["c1", "c2"] {
                let recorded = Recorded {
                    seq: 7,
                    at_ms: 0,
                    event: Event::DayBegan,
                };
                told(&"bank".into(), &contact.into(), &recorded);
            }
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(
            text.contains("contact=c1") && text.contains("day_began"),
            "{text}"
        );
        assert!(!text.contains("c2"), "{text}");
    }
}

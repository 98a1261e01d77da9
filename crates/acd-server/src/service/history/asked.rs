//! What is asked, as a question to the rows: every field is checked here.

use acd_core::command::Attribute;
use acd_core::config::Viewer;
use acd_core::ids::{AgentName, CallerName, ContactName, QueueName};
use acd_core::personal::Personal;
use acd_core::state::State;
use acd_history::{
    ActQuestion, AttributeFilter, ContactFilter, IntervalQuestion, Order, StretchQuestion, Wanted,
};
use acd_proto::v1::{self, ActKind, ErrorReason, IntervalKind, VisitOutcome};

use crate::error::ApiError;
use crate::service::{fields, page};

/// The most entries of one list of a filter.
const ENTRIES_MAX: usize = 100;
/// The longest value that is looked for, in bytes.
const VALUE_BYTES_MAX: usize = 16 * 1_024;
/// The longest text that is looked for in notes, in bytes.
const NOTES_BYTES_MAX: usize = 1_024;
/// The longest code that is looked for, in bytes.
const CODE_BYTES_MAX: usize = 64;

pub(super) fn order(oldest_first: bool) -> Order {
    match oldest_first {
        true => Order::OldestFirst,
        false => Order::NewestFirst,
    }
}

/// A filter of contacts. Attributes are not checked for who may see them.
pub(super) fn contacts(filter: v1::ContactFilter) -> Result<ContactFilter, ApiError> {
    let outcomes = list("filter.outcomes", &filter.outcomes, |field, number| {
        outcome(field, *number)
    })?;
    let channels = list("filter.channels", &filter.channels, |field, name| {
        let channel = fields::channel(field, name)?;
        Ok(channel.as_str().to_owned())
    })?;
    let dispositions = list(
        "filter.dispositions",
        &filter.dispositions,
        |field, code| {
            fields::code(field, code, CODE_BYTES_MAX)?;
            Ok(code.clone())
        },
    )?;
    let attributes = list("filter.attributes", &filter.attributes, |field, wanted| {
        let key: String = fields::name(&format!("{field}.key"), &wanted.key)?;
        fields::length(&format!("{field}.value"), &wanted.value, VALUE_BYTES_MAX)?;
        Ok(AttributeFilter {
            key,
            value: wanted.value.as_str().into(),
            open_only: false,
        })
    })?;
    let text = |field: &str, text: &str, most: usize| {
        fields::length(field, text, most)?;
        Ok::<_, ApiError>((!text.is_empty()).then(|| Personal::from(text)))
    };
    Ok(ContactFilter {
        from: fields::instant("filter.from_at_ms", filter.from_at_ms)?,
        to: fields::instant("filter.to_at_ms", filter.to_at_ms)?,
        queues: names::<QueueName>("filter.queues", &filter.queues)?,
        agents: names::<AgentName>("filter.agents", &filter.agents)?,
        offered_to: names::<AgentName>("filter.offered_to", &filter.offered_to)?,
        outcomes,
        dispositions,
        customer: text("filter.customer_key", &filter.customer_key, VALUE_BYTES_MAX)?,
        attributes,
        notes: text("filter.notes", &filter.notes, NOTES_BYTES_MAX)?,
        channels,
        name: name::<ContactName>("filter.contact_id", &filter.contact_id)?,
    })
}

/// Whether supervisors see the whole value of an attribute, where its adapter does not say that it is sensitive and where
/// it does.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    open: bool,
    sensitive: bool,
}

/// How much supervisors see of attributes with these keys.
pub(super) fn visibility(state: &State, keys: Vec<std::sync::Arc<str>>) -> Vec<Seen> {
    let seen = keys.into_iter().map(|key| {
        let is_seen = |sensitive| {
            let attribute = Attribute {
                key: key.clone(),
                value: Personal::from(""),
                sensitive,
            };
            let mask = state.attribute_mask(&attribute, Viewer::Supervisor);
            !mask.is_masked()
        };
        Seen {
            open: is_seen(false),
            sensitive: is_seen(true),
        }
    });
    seen.collect()
}

/// Lets attributes be looked for as far as supervisors see them: else whoever looks could try value after value.
pub(super) fn see(attributes: &mut [AttributeFilter], seen: &[Seen]) -> Result<(), ApiError> {
    for (at, (attribute, seen)) in attributes.iter_mut().zip(seen).enumerate() {
        if !seen.open {
            let detail = format!("attribute {:?} is masked to supervisors", attribute.key);
            let field = format!("filter.attributes[{at}]");
            let error = ApiError::new(ErrorReason::NotRevealed, field, detail);
            return Err(error.with_remedy("look for something else"));
        }
        attribute.open_only = !seen.sensitive;
    }
    Ok(())
}

/// Which contact is asked for.
pub(super) fn contact(message: &v1::GetContactRequest) -> Result<Wanted, ApiError> {
    match (message.contact_sequence, message.contact_id.as_str()) {
        (0, name) => {
            let name: ContactName = fields::name("contact_id", name)?;
            Ok(Wanted::Name(name.to_string()))
        }
        (number, "") => Ok(Wanted::Number(number)),
        _ => {
            let detail = "both a number and an id are given";
            let remedy = "give one of contact_id and contact_sequence";
            Err(ApiError::invalid("contact_sequence", detail, remedy))
        }
    }
}

/// Which intervals are asked for, if the caller may see them.
pub(super) fn interval_kind(
    message: &v1::ListIntervalsRequest,
    is_supervisor: bool,
) -> Result<IntervalKind, ApiError> {
    let kind = IntervalKind::try_from(message.kind).map_err(|_| {
        let remedy = "give one of INTERVAL_KIND_QUEUES, _COHORTS, _AGENTS, _AGENT_TIMES";
        ApiError::invalid("kind", "there is no such kind", remedy)
    })?;
    let of_agents = matches!(kind, IntervalKind::Agents | IntervalKind::AgentTimes);
    if of_agents && !is_supervisor {
        let detail = "a monitor sees queues, and nobody by name";
        let error = ApiError::new(ErrorReason::PermissionDenied, "kind", detail);
        return Err(error.with_remedy("ask for queues, or use credentials of a supervisor"));
    }
    let misplaced = [
        ("agent", !of_agents && !message.agent.is_empty()),
        (
            "queue",
            kind == IntervalKind::AgentTimes && !message.queue.is_empty(),
        ),
    ];
    match misplaced
        .into_iter()
        .find(|(_, is_misplaced)| *is_misplaced)
    {
        None => Ok(kind),
        Some((field, _)) => {
            let detail = "intervals of this kind have none";
            Err(ApiError::invalid(field, detail, "leave it empty"))
        }
    }
}

pub(super) fn intervals(message: &v1::ListIntervalsRequest) -> Result<IntervalQuestion, ApiError> {
    Ok(IntervalQuestion {
        from: fields::instant("from_at_ms", message.from_at_ms)?,
        to: fields::instant("to_at_ms", message.to_at_ms)?,
        queue: name::<QueueName>("queue", &message.queue)?,
        agent: name::<AgentName>("agent", &message.agent)?,
        size: page::size(message.page_size)?,
        after: page::begin(&message.page_token)?,
    })
}

pub(super) fn stretches(message: &v1::ListAgentDaysRequest) -> Result<StretchQuestion, ApiError> {
    Ok(StretchQuestion {
        from: fields::instant("from_at_ms", message.from_at_ms)?,
        to: fields::instant("to_at_ms", message.to_at_ms)?,
        agent: name::<AgentName>("agent", &message.agent)?,
        size: page::size(message.page_size)?,
        after: page::begin(&message.page_token)?,
    })
}

pub(super) fn acts(
    filter: &v1::ActFilter,
    size: usize,
    before: Option<u64>,
) -> Result<ActQuestion, ApiError> {
    let mut kinds = list("filter.kinds", &filter.kinds, |field, kind| {
        act_word(field, *kind)
    })?;
    kinds.sort_unstable();
    kinds.dedup();
    Ok(ActQuestion {
        from: fields::instant("filter.from_at_ms", filter.from_at_ms)?,
        to: fields::instant("filter.to_at_ms", filter.to_at_ms)?,
        author: name::<CallerName>("filter.author", &filter.author)?,
        agent: name::<AgentName>("filter.agent", &filter.agent)?,
        contact: name::<ContactName>("filter.contact_id", &filter.contact_id)?,
        queue: name::<QueueName>("filter.queue", &filter.queue)?,
        kinds,
        size,
        before,
    })
}

/// A name that may be left out.
pub(in crate::service) fn name<N: for<'n> From<&'n str> + ToString>(
    field: &str,
    text: &str,
) -> Result<Option<String>, ApiError> {
    match text {
        "" => Ok(None),
        text => Ok(Some(fields::name::<N>(field, text)?.to_string())),
    }
}

pub(in crate::service) fn names<N: for<'n> From<&'n str> + ToString>(
    field: &str,
    texts: &[String],
) -> Result<Vec<String>, ApiError> {
    list(field, texts, |field, text| {
        Ok(fields::name::<N>(field, text)?.to_string())
    })
}

/// A list of limited length, each entry checked.
pub(in crate::service) fn list<T, U>(
    field: &str,
    entries: &[T],
    mut check: impl FnMut(&str, &T) -> Result<U, ApiError>,
) -> Result<Vec<U>, ApiError> {
    fields::count(field, entries.len(), ENTRIES_MAX)?;
    let checked = entries.iter().enumerate();
    checked
        .map(|(at, entry)| check(&format!("{field}[{at}]"), entry))
        .collect()
}

/// An outcome as rows have it: a word, and why if that says more.
fn outcome(field: &str, number: i32) -> Result<(String, Option<String>), ApiError> {
    let (word, why) = match VisitOutcome::try_from(number) {
        Ok(VisitOutcome::Answered) => ("answered", None),
        Ok(VisitOutcome::AbandonedCustomer) => ("abandoned", Some("customer")),
        Ok(VisitOutcome::AbandonedSystem) => ("abandoned", Some("system")),
        Ok(VisitOutcome::TimedOut) => ("timed_out", None),
        Ok(VisitOutcome::Overflowed) => ("overflowed", None),
        Ok(VisitOutcome::ExitChoice) => ("exit_choice", None),
        Ok(VisitOutcome::Callback) => ("callback", None),
        Ok(VisitOutcome::NoStaff) => ("no_staff", None),
        Ok(VisitOutcome::Transferred) => ("transferred", None),
        Ok(VisitOutcome::Withdrawn) => ("withdrawn", Some("taken_out")),
        Ok(VisitOutcome::WithdrawnDeferred) => ("withdrawn", Some("deferred")),
        Ok(VisitOutcome::WithdrawnServed) => ("withdrawn", Some("served")),
        Ok(VisitOutcome::Unspecified) | Err(_) => {
            let detail = "there is no such outcome";
            return Err(ApiError::invalid(field, detail, "give a VisitOutcome"));
        }
    };
    Ok((word.to_owned(), why.map(str::to_owned)))
}

/// An act as rows call it.
fn act_word(field: &str, kind: i32) -> Result<String, ApiError> {
    let word = match ActKind::try_from(kind) {
        Ok(ActKind::AdjustContact) => "change_contact",
        Ok(ActKind::AssignContact) => "assign",
        Ok(ActKind::WithdrawContact) => "withdraw",
        Ok(ActKind::FreeContact) => "free_contact",
        Ok(ActKind::ForcePresence) => "set_presence",
        Ok(ActKind::ForceLogout) => "log_out",
        Ok(ActKind::FreeAgent) => "free_agent",
        Ok(ActKind::PauseAgent | ActKind::ResumeAgent) => "pause_queue",
        Ok(ActKind::Close | ActKind::Open) => "set_emergency",
        Ok(ActKind::MonitorContact) => "monitor",
        Ok(ActKind::RecordContact) => "record_contact",
        Ok(ActKind::Reveal) => "reveal",
        Ok(ActKind::ReadPersonal) => "read_personal",
        Ok(ActKind::ErasePersonal) => "erase_personal",
        Ok(ActKind::Unspecified) | Err(_) => {
            let detail = "there is no such kind of act";
            return Err(ApiError::invalid(field, detail, "give an ActKind"));
        }
    };
    Ok(word.to_owned())
}

#[cfg(test)]
mod tests {
    use acd_core::command::{Availability, MaskedItem, MonitorMode, RecordingState, SupervisorAct};
    use acd_core::event::SupervisorActed;
    use acd_core::ids::ContactId;

    use super::*;

    /// One act of each kind.
    fn acts() -> Vec<SupervisorAct> {
        let contact = || ContactName::from("c1");
        let agent = || AgentName::from("anna");
        let queue = || QueueName::from("sales");
        vec![
            SupervisorAct::ChangeContact(contact(), Default::default()),
            SupervisorAct::Assign(contact(), agent()),
            SupervisorAct::Withdraw(contact()),
            SupervisorAct::FreeContact(contact()),
            SupervisorAct::SetPresence(agent(), Availability::Ready),
            SupervisorAct::LogOut(agent()),
            SupervisorAct::FreeAgent(agent()),
            SupervisorAct::PauseQueue(agent(), queue(), None),
            SupervisorAct::PauseQueue(agent(), queue(), Some("lunch".into())),
            SupervisorAct::SetEmergency(None, false),
            SupervisorAct::SetEmergency(None, true),
            SupervisorAct::Monitor {
                mode: MonitorMode::Listen,
                contact: contact(),
                address: Personal::from("7"),
            },
            SupervisorAct::RecordContact(contact(), RecordingState::On),
            SupervisorAct::Reveal {
                item: MaskedItem::Dial,
                contact: contact(),
                agent: None,
            },
            SupervisorAct::ReadPersonal {
                contacts: [ContactId(7)].into(),
            },
            SupervisorAct::ErasePersonal {
                contacts: [ContactId(7)].into(),
                customer: None,
            },
        ]
    }

    #[test]
    fn acts_are_looked_for_by_the_words_that_rows_have() {
        let mut kinds = std::collections::BTreeSet::new();
        for act in acts() {
            let word: &'static str = (&act).into();
            let acted = SupervisorActed {
                author: "sven".into(),
                reason: "".into(),
                act,
            };
            let kind = acd_view::supervisor_act(1, 1, &acted).kind;
            assert_eq!(act_word("kind", kind).unwrap(), word);
            kinds.insert(kind);
        }
        let all = (1..).take_while(|kind| ActKind::try_from(*kind).is_ok());
        assert!(all.eq(kinds), "each kind is looked for");
    }

    #[test]
    fn outcomes_are_looked_for_by_the_words_that_rows_have() {
        for number in (1..).take_while(|number| VisitOutcome::try_from(*number).is_ok()) {
            let (word, why) = outcome("outcome", number).unwrap();
            // Of an overflow every reason is meant.
            let said = why.or_else(|| (word == "overflowed").then(|| "closed".to_owned()));
            let known = acd_history::meant(&word, said.as_deref());
            let known = known.map(acd_view::outcome).map(i32::from);
            assert_eq!(known, Some(number));
        }
        assert!(outcome("outcome", 0).is_err());
    }

    #[test]
    fn what_is_masked_is_refused_by_its_place() {
        let wanted = |key: &str| AttributeFilter {
            key: key.to_owned(),
            value: Personal::from("1"),
            open_only: false,
        };
        let seen = |open, sensitive| Seen { open, sensitive };
        let mut attributes = [wanted("order"), wanted("iban")];
        let error = see(&mut attributes, &[seen(true, true), seen(false, false)]).unwrap_err();
        assert_eq!(&*error.field, "filter.attributes[1]");
        see(&mut attributes, &[seen(true, true), seen(true, false)]).unwrap();
        assert_eq!(attributes.map(|it| it.open_only), [false, true]);
    }
}

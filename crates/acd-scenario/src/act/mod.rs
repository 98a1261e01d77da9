//! Everything that can happen in a scenario.

mod adapters;
mod agents;
mod arrivals;
mod configuration;
mod contacts;
mod handlings;
mod supervisors;

use std::sync::Arc;

use acd_core::command::{Origin, Reply};
use acd_core::ids::{AdapterName, CallerName};

use crate::acted::{Acted, Trouble};
use crate::expect::holds;
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;
use acd_narration::listed;
use acd_narration::word;

pub(super) use adapters::LIVE;
pub(super) use arrivals::ARRIVAL_OPTIONS;

/// What happens.
pub(super) const ACTIONS: &[Section] = &[
    arrivals::ARRIVALS,
    contacts::CUSTOMERS,
    contacts::REPORTS,
    agents::PRESENCE,
    agents::OFFERS,
    handlings::HANDLINGS,
    handlings::WRAP_UPS,
    handlings::TRANSFERS,
    supervisors::SUPERVISORS,
    adapters::ADAPTERS,
    configuration::CONFIGURATION,
];

/// The manner in which a configuration is only tried.
pub(super) const DRY_RUN: &str = "dry run:";

/// How an action is asked for.
pub(super) const MANNERS: &[Section] = &[Section {
    title: "How an action is asked for",
    statements: &[
        Statement {
            pattern: "request NAME:",
            help: "the request has this id: the same id again gets the first answer and does nothing, other content is refused",
            example: "request r1:",
            does: Does::Manner(with_request_id),
        },
        Statement {
            pattern: "event NUMBER of ADAPTER:",
            help: "it is the event of this sequence on the adapter's stream, from 1",
            example: "event 1 of pbx:",
            does: Does::Manner(in_sequence),
        },
        Statement {
            pattern: "for version NUMBER:",
            help: "of a change of the configuration: it is made for this version, and refused if another is in force",
            example: "for version 1:",
            does: Does::Manner(|world, said| {
                world.expected_version =
                    said.number().and_then(|number| u64::try_from(number).ok());
            }),
        },
        Statement {
            pattern: DRY_RUN,
            help: "of a change of the configuration: it is only tried; `would` expectations tell what it would change",
            example: "dry run:",
            does: Does::Manner(|world, _| world.only_tries = true),
        },
        Statement {
            pattern: "old session:",
            help: "the agent acts in the session before their last one, which a later login replaced",
            example: "old session:",
            does: Does::Manner(|world, _| world.in_old_session = true),
        },
    ],
}];

/// How an action is answered.
pub(super) const ANSWERS: &[Section] = &[Section {
    title: "How an action is answered",
    statements: &[
        Statement {
            pattern: "refused REASON [TEXT]",
            help: "refused with this reason; the detail contains the text",
            example: "refused OFFER_NOT_PENDING \"rang too long\"",
            does: Does::Answer(refused),
        },
        Statement {
            pattern: "joined",
            help: "of an arrival: it waits in a queue, be it by overflow. Without an answer, being sent elsewhere is in order, too",
            example: "joined",
            does: Does::Answer(joined),
        },
        Statement {
            pattern: "scheduled",
            help: "of an arrival or a wish for a callback: it waits for its time",
            example: "scheduled",
            does: Does::Answer(scheduled),
        },
        Statement {
            pattern: "sent OVERFLOW",
            help: "of an arrival: it could not join for this reason, and goes elsewhere outside of the queues",
            example: "sent closed",
            does: Does::Answer(sent),
        },
        Statement {
            pattern: "repeated",
            help: "an adapter's event that was applied before: acknowledged, and nothing else",
            example: "repeated",
            does: Does::Answer(repeated),
        },
    ],
}];

fn with_request_id(world: &mut World, said: &Arguments) {
    world.origin = Some(Origin::Unary {
        caller: CallerName::from("scenario"),
        request_id: Arc::from(said.name(Named::Other)),
        fingerprint: world.fingerprint,
    });
}

fn in_sequence(world: &mut World, said: &Arguments) {
    let adapter = AdapterName::from(said.name(Named::Adapter));
    let known = world
        .state()
        .adapter_no(&adapter)
        .map(|no| world.state().adapter(no));
    let connection = known.and_then(|adapter| adapter.connection);
    let sequence = said
        .number()
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or(0);
    world.origin = connection.map(|connection| Origin::Stream {
        adapter,
        connection,
        sequence,
        part: Arc::from(""),
    });
}

fn refused(acted: &Acted, said: &Arguments) -> Verdict {
    let refusals = refusals(acted);
    if refusals.is_empty() {
        return Err(told(acted));
    }
    let mut texts = said.texts();
    let code = texts.next().unwrap_or_default();
    let detail = texts.next().unwrap_or_default();
    let same = |(seen, why): &(&str, String)| *seen == code && why.contains(detail);
    holds(refusals.iter().any(same), || {
        let all = refusals
            .iter()
            .map(|(code, why)| format!("refused {code} {why:?}"));
        all.collect::<Vec<_>>().join(", ")
    })
}

/// Codes and details of what was refused: the whole action, or entries of an adapter's list.
fn refusals(acted: &Acted) -> Vec<(&'static str, String)> {
    match acted {
        Err(Trouble::Refused { code, detail }) => vec![(code, detail.clone())],
        Ok(Reply::Reconciled { refused }) => refused
            .iter()
            .map(|it| {
                let detail = format!("{}: {}", listed(&it.entry), it.refusal.detail);
                (it.refusal.reason.as_str(), detail)
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn joined(acted: &Acted, _: &Arguments) -> Verdict {
    match acted {
        Ok(Reply::Joined { .. }) => Ok(()),
        other => Err(told(other)),
    }
}

fn scheduled(acted: &Acted, _: &Arguments) -> Verdict {
    match acted {
        Ok(Reply::Scheduled { .. }) => Ok(()),
        other => Err(told(other)),
    }
}

fn sent(acted: &Acted, said: &Arguments) -> Verdict {
    match acted {
        Ok(Reply::Sent { reason, .. }) if Some(word(reason)) == said.text() => Ok(()),
        other => Err(told(other)),
    }
}

/// An answer in words.
fn told(acted: &Acted) -> String {
    match acted {
        Ok(Reply::Joined { .. }) => "it joined".to_owned(),
        Ok(Reply::Scheduled { .. }) => "it is scheduled".to_owned(),
        Ok(Reply::Sent { reason, .. }) => format!("it was sent elsewhere: {}", word(reason)),
        Ok(_) => "it was done".to_owned(),
        Err(trouble) => trouble.to_string(),
    }
}

fn repeated(acted: &Acted, _: &Arguments) -> Verdict {
    match acted {
        Ok(Reply::Repeated) => Ok(()),
        other => Err(told(other)),
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::Refused { code, detail } => write!(f, "refused {code}: {detail}"),
            Trouble::Cannot(why) => f.write_str(why),
        }
    }
}

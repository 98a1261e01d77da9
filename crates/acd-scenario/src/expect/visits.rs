//! How visits go and end.

use acd_core::event::{Awaited, ContactRefused, Event, JoinRefused, Next, VisitEnded};
use acd_core::ids::VisitId;
use acd_core::state::Place;

use super::history::HISTORY;
use super::places::{open, open_visit, seen};
use super::{equal, holds, is_word};
use crate::clock;
use crate::language::arguments::{Arguments, Named};
use crate::language::statement::{Does, Section, Statement, Verdict};
use crate::world::World;
use acd_narration::word;

pub(super) const ENDS: Section = Section {
    title: "What became of contacts",
    statements: &[
        Statement {
            pattern: "CONTACT outcome OUTCOME [in QUEUE]",
            help: "its last visit that is over (in this queue) ended so",
            example: "c1 outcome abandoned(customer)",
            does: Does::Expect(outcome),
        },
        Statement {
            pattern: "CONTACT went to queue QUEUE",
            help: "from its last visit that is over, or where it could not join, it went to this queue",
            example: "c1 went to queue support",
            does: Does::Expect(|world, said| {
                went_to(world, said, &format!("queue {}", said.queue()))
            }),
        },
        Statement {
            pattern: "CONTACT went to (agent|external|voicemail|announcement) TEXT",
            help: "the same for another overflow target: an agent, a destination outside, a mail box, a prompt",
            example: "c1 went to external \"+49301234567\"",
            does: Does::Expect(|world, said| {
                let target = format!(
                    "{} {}",
                    said.choice().unwrap_or_default(),
                    said.text().unwrap_or_default()
                );
                went_to(world, said, &target)
            }),
        },
        Statement {
            pattern: "CONTACT went to (callback|end)",
            help: "the same: it became a callback, or was ended",
            example: "c1 went to end",
            does: Does::Expect(|world, said| {
                went_to(world, said, said.choice().unwrap_or_default())
            }),
        },
        Statement {
            pattern: "CONTACT refused REFUSAL",
            help: "it could not join, for this reason",
            example: "c1 refused full",
            does: Does::Expect(refused),
        },
        Statement {
            pattern: "CONTACT visits NUMBER",
            help: "so many visits were opened for it",
            example: "c1 visits 2",
            does: Does::Expect(|world, said| {
                let id = seen(world, said.contact())?;
                let count = world.chronicle.visits_of(id).count();
                holds(i64::try_from(count).ok() == said.number(), || {
                    format!("{count} visits")
                })
            }),
        },
        HISTORY,
    ],
};

pub(super) const VISITS: Section = Section {
    title: "How contacts wait",
    statements: &[
        Statement {
            pattern: "CONTACT position NUMBER",
            help: "its true position among the waiting and ringing contacts of its queue, from 1",
            example: "c1 position 2",
            does: Does::Expect(|world, said| {
                let visit = open_visit(world, said.contact())?;
                equal(
                    i64::from(world.state().position(visit)),
                    said.number().unwrap_or(0),
                )
            }),
        },
        Statement {
            pattern: "CONTACT announced position NUMBER",
            help: "the position its customer was told last",
            example: "c1 announced position 2",
            does: Does::Expect(|world, said| {
                let announced = open_visit(world, said.contact())?.told().position;
                let seen = announced.map_or_else(
                    || "none was told".to_owned(),
                    |position| position.to_string(),
                );
                equal(seen, said.number().unwrap_or(0).to_string())
            }),
        },
        Statement {
            pattern: "CONTACT waited DURATION",
            help: "so long is its present visit, or was its last one",
            example: "c1 waited 20s",
            does: Does::Expect(waited),
        },
        Statement {
            pattern: "CONTACT order time INSTANT",
            help: "the instant that counts for its order; of a scheduled one, the instant at which it joins",
            example: "c1 order time 10s",
            does: Does::Expect(|world, said| {
                let order_time = order_time(world, said.contact())?;
                holds(said.time() == Some(order_time), || {
                    world.clock.shown(order_time)
                })
            }),
        },
        Statement {
            pattern: "CONTACT virtual wait DURATION",
            help: "now - order time + head start + age offset",
            example: "c1 virtual wait 80s",
            does: Does::Expect(|world, said| {
                let start = world
                    .state()
                    .virtual_start(open_visit(world, said.contact())?);
                same_length(world.now - start, said)
            }),
        },
        Statement {
            pattern: "CONTACT step NUMBER",
            help: "the step of its routing plan, from 1",
            example: "c1 step 2",
            does: Does::Expect(|world, said| {
                let step = open_visit(world, said.contact())?.step;
                equal(i64::from(step) + 1, said.number().unwrap_or(0))
            }),
        },
        Statement {
            pattern: "CONTACT reserved for AGENT",
            help: "the window of this preferred or dedicated agent lasts: it is open to them only",
            example: "c1 reserved for anna",
            does: Does::Expect(|world, said| {
                let whom = awaited(world, said)?;
                holds(whom == format!("agent {}", said.agent()), || whom.clone())
            }),
        },
        Statement {
            pattern: "CONTACT reserved for team TEAM",
            help: "the window of this team lasts",
            example: "c1 reserved for team gold",
            does: Does::Expect(|world, said| {
                let whom = awaited(world, said)?;
                holds(whom == format!("team {}", said.name(Named::Team)), || {
                    whom.clone()
                })
            }),
        },
        Statement {
            pattern: "CONTACT open to all",
            help: "no window of a preferred or dedicated agent lasts",
            example: "c1 open to all",
            does: Does::Expect(|world, said| {
                let whom = awaited(world, said)?;
                holds(whom == "open to all", || whom.clone())
            }),
        },
        Statement {
            pattern: "CONTACT estimated wait (bounded|unbounded)",
            help: "somebody who is logged in can serve it, or nobody",
            example: "c1 estimated wait unbounded",
            does: Does::Expect(|world, said| {
                let estimated = world
                    .state()
                    .predicted_for(open_visit(world, said.contact())?);
                let seen = if estimated.is_some() {
                    "bounded"
                } else {
                    "unbounded"
                };
                equal(seen, said.choice().unwrap_or_default())
            }),
        },
        Statement {
            pattern: "CONTACT estimated wait at (most|least) DURATION",
            help: "the median (p50) of its estimated wait now",
            example: "c1 estimated wait at most 2m",
            does: Does::Expect(estimated),
        },
    ],
};

fn order_time(world: &World, name: &str) -> Result<i64, String> {
    match open(world, name)?.place {
        Place::Scheduled(schedule) => Ok(schedule.due_at),
        _ => Ok(open_visit(world, name)?.order_time),
    }
}

fn outcome(world: &World, said: &Arguments) -> Verdict {
    let id = seen(world, said.contact())?;
    let queue = said.optional(Named::Queue);
    let visits = world.chronicle.visits_of(id).map(|(_, visit)| visit);
    let mut ended = visits
        .filter(|visit| queue.is_none_or(|queue| world.queue_name(visit.queue) == queue))
        .filter_map(|visit| visit.end.as_ref());
    let expected = said.text().unwrap_or_default();
    match ended.next_back() {
        Some((_, outcome, _)) => {
            let seen = word(outcome);
            holds(is_word(&seen, &expected), || seen.clone())
        }
        None => Err(format!("no visit of {} is over", said.contact())),
    }
}

/// Where the contact went last, when a visit ended or it could not join.
fn went_to(world: &World, said: &Arguments, expected: &str) -> Verdict {
    let id = seen(world, said.contact())?;
    let visits = &world.chronicle.visits;
    let last = world
        .chronicle
        .events
        .iter()
        .rev()
        .find_map(|recorded| match &recorded.event {
            Event::VisitEnded(VisitEnded { visit, next, .. }) if visits[visit].contact == id => {
                Some(next)
            }
            Event::JoinRefused(JoinRefused { contact, next, .. }) if *contact == id => Some(next),
            _ => None,
        });
    let seen = match last {
        None => "nowhere yet".to_owned(),
        Some(Next::Outcome) => "nowhere else".to_owned(),
        Some(Next::Moved(queue)) => format!("queue {}", world.queue_name(*queue)),
        Some(Next::Overflow(target)) => target_told(target),
    };
    holds(seen == expected, || seen.clone())
}

fn target_told(target: &acd_core::config::Target) -> String {
    use acd_core::config::Target;
    match target {
        Target::Queue(queue) => format!("queue {queue}"),
        Target::Agent(agent) => format!("agent {agent}"),
        Target::External(destination) => format!("external {}", destination.reveal()),
        Target::Voicemail(mailbox) => format!("voicemail {mailbox}"),
        Target::Announcement(prompt) => format!("announcement {prompt}"),
        Target::Callback => "callback".to_owned(),
        Target::End => "end".to_owned(),
    }
}

fn refused(world: &World, said: &Arguments) -> Verdict {
    let id = world.chronicle.contact(said.contact());
    let last = world
        .chronicle
        .events
        .iter()
        .rev()
        .find_map(|recorded| match &recorded.event {
            Event::ContactRefused(ContactRefused {
                contact, reason, ..
            }) if contact.as_str() == said.contact() => Some(word(reason)),
            Event::JoinRefused(JoinRefused {
                contact, reason, ..
            }) if Some(*contact) == id => Some(word(reason)),
            _ => None,
        });
    let expected = said.text().unwrap_or_default();
    match last {
        Some(seen) => holds(is_word(&seen, &expected), || format!("refused {seen}")),
        None => Err(format!("{} was not refused", said.contact())),
    }
}

fn waited(world: &World, said: &Arguments) -> Verdict {
    let id = seen(world, said.contact())?;
    let visits = world.chronicle.visits_of(id);
    let Some((_, visit)) = visits.max_by_key(|(id, _): &(&VisitId, _)| **id) else {
        return Err("it never joined a queue".to_owned());
    };
    let until = visit.end.as_ref().map_or(world.now, |(at, ..)| *at);
    same_length(until - visit.opened_at, said)
}

/// Whether a length of time is the one that is said.
pub(super) fn same_length(seen: i64, said: &Arguments) -> Verdict {
    holds(said.duration() == Some(seen), || clock::shown(seen))
}

/// For whom the visit waits.
fn awaited(world: &World, said: &Arguments) -> Result<String, String> {
    let visit = open_visit(world, said.contact())?;
    Ok(match visit.window {
        None => "open to all".to_owned(),
        Some((window, _)) => match &visit.windows[usize::from(window)].who {
            Awaited::Agent(agent) => format!("agent {}", world.agent_name(*agent)),
            Awaited::Team(team) => format!("team {team}"),
        },
    })
}

fn estimated(world: &World, said: &Arguments) -> Verdict {
    let Some(estimated) = world
        .state()
        .predicted_for(open_visit(world, said.contact())?)
    else {
        return Err("it is unbounded".to_owned());
    };
    let bound = said.duration().unwrap_or(0);
    let within = match said.choice() {
        Some("most") => estimated.p50_ms <= bound,
        _ => estimated.p50_ms >= bound,
    };
    holds(within, || clock::shown(estimated.p50_ms))
}

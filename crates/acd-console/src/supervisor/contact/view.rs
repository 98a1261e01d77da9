//! The story of one contact: where it is, why it waits, what happened, and why each agent was offered it.

use acd_client::v1::{
    AgentOrder, Attribute, ContactPlace, ContactState, Decision, EndCause, ExplainContactResponse,
    Handling, HandlingState, Offer, OfferRecord, OfferState, RankedAgent, ReasonClass,
    RecordingState, SupervisorAct, VisitRecord,
};

use crate::supervisor::{contacts::view::Place, words};

/// Where the contact is now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Now {
    /// In a queue, offered to nobody.
    Waiting {
        queue: String,
        position: u32,
        since_ms: i64,
    },
    /// Offered to these.
    Ringing { agents: Vec<String>, since_ms: i64 },
    /// In a conversation.
    Talking {
        agent: String,
        others: Vec<String>,
        since_ms: i64,
        held: bool,
        recording: RecordingState,
    },
    /// Set aside.
    Parked { agent: String },
    /// It waits for its time.
    Scheduled { queue: String, at_ms: i64 },
    /// Its adapter has been told to end it.
    Leaving,
    /// Over; the agent may still finish the work.
    Ended {
        at_ms: i64,
        cause: EndCause,
        wraps_up: Option<String>,
    },
}

/// Why it still waits.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Why {
    /// What keeps it from everybody.
    pub(crate) barred: Option<ReasonClass>,
    /// Those who could take it at another time, the largest class first.
    pub(crate) classes: Vec<ReasonClass>,
    /// Those who have nothing to do with it.
    pub(crate) outside: u32,
    /// How long such a contact at this place is thought to wait: half of them, four of five.
    pub(crate) predicted_ms: Option<(i64, i64)>,
}

/// What decided between the agent and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decided {
    /// A supervisor wanted it.
    Assigned,
    /// Nobody else could take it.
    OnlyOne,
    /// The others had failed it, or given it away.
    Behind,
    /// Their tier goes first.
    Tier,
    /// The order of the queue's agents.
    Order(AgentOrder),
    /// They held the least.
    Leases,
    /// They were idle the longest, so long in milliseconds.
    Idle(i64),
    /// Nothing: they were equal, and the list decides.
    Number,
}

/// Why this agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chosen {
    pub(crate) decided: Decided,
    /// How many could take it.
    pub(crate) candidates: u32,
    /// Who was next.
    pub(crate) next: Option<String>,
    /// All of it, for who wants the figures.
    pub(crate) decision: Decision,
}

/// One step of the story.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// It joined a queue, at the place of an earlier visit if it kept that.
    Joined { queue: String, order_ms: i64 },
    /// It was offered to somebody.
    Offered(Box<Offer>, Option<Box<Chosen>>),
    /// It was connected.
    Connected(Box<Handling>),
    /// It left the queue.
    Left(Box<VisitRecord>),
    /// Somebody stepped in.
    Act(Box<SupervisorAct>),
    /// It ended.
    Ended(EndCause),
}

/// The whole story.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Story {
    pub(crate) contact: ContactState,
    pub(crate) place: Place,
    pub(crate) now: Now,
    pub(crate) why: Option<Why>,
    /// What happened, oldest first, with its instant.
    pub(crate) steps: Vec<(i64, Step)>,
    /// Values that are hidden.
    pub(crate) hidden: usize,
}

/// The story that the engine tells, with the acts that concerned the contact.
pub(crate) fn story(told: ExplainContactResponse, acts: Vec<SupervisorAct>) -> Option<Story> {
    let contact = told.contact?;
    let now = now(&contact, &told.visits, &told.handlings);
    let why = told.waiting.map(|waiting| Why {
        barred: waiting.barred,
        outside: count(
            waiting
                .agents
                .iter()
                .filter(|it| words::is_outside(it.reason())),
        ),
        classes: waiting
            .agents
            .into_iter()
            .filter(|class| !words::is_outside(class.reason()))
            .collect(),
        predicted_ms: waiting.predicted.map(|it| (it.p50_ms, it.p80_ms)),
    });
    let mut steps = Vec::new();
    for visit in told.visits {
        visit_steps(visit, &mut steps);
    }
    let handlings = told.handlings.into_iter();
    steps.extend(handlings.map(|it| (it.connected_at_ms, Step::Connected(Box::new(it)))));
    steps.extend(
        acts.into_iter()
            .map(|it| (it.at_ms, Step::Act(Box::new(it)))),
    );
    if contact.ended_at_ms > 0 {
        steps.push((contact.ended_at_ms, Step::Ended(contact.end_cause())));
    }
    steps.sort_by_key(|(at_ms, step)| (*at_ms, rank(step)));
    Some(Story {
        place: Place::of(&contact),
        hidden: hidden(&contact),
        contact,
        now,
        why,
        steps,
    })
}

fn count<'c>(classes: impl Iterator<Item = &'c ReasonClass>) -> u32 {
    classes.map(|class| class.count).sum()
}

/// The order of what happened in one instant.
fn rank(step: &Step) -> u8 {
    match step {
        Step::Act(_) => 0,
        Step::Joined { .. } => 1,
        Step::Offered(..) => 2,
        Step::Left(_) => 3,
        Step::Connected(_) => 4,
        Step::Ended(_) => 5,
    }
}

fn visit_steps(mut visit: VisitRecord, steps: &mut Vec<(i64, Step)>) {
    steps.push((
        visit.enqueued_at_ms,
        Step::Joined {
            queue: visit.queue.clone(),
            order_ms: match visit.order_at_ms == visit.enqueued_at_ms {
                true => 0,
                false => visit.order_at_ms,
            },
        },
    ));
    for OfferRecord { offer, decision } in std::mem::take(&mut visit.offers) {
        let Some(offer) = offer else { continue };
        let chosen = decision.and_then(|it| chosen(&offer, it)).map(Box::new);
        steps.push((offer.made_at_ms, Step::Offered(Box::new(offer), chosen)));
    }
    if visit.ended_at_ms > 0 {
        steps.push((visit.ended_at_ms, Step::Left(Box::new(visit))));
    }
}

/// The value of one part of a sort key.
fn part(agent: &RankedAgent, name: &str) -> Option<i64> {
    let found = agent.key.iter().find(|part| part.name == name);
    found.map(|part| part.value)
}

fn chosen(offer: &Offer, decision: Decision) -> Option<Chosen> {
    let winner = decision.winner.as_ref()?;
    let decided = match decision.decided_by.as_str() {
        _ if offer.assigned => Decided::Assigned,
        _ if decision.runner_up.is_none() => Decided::OnlyOne,
        "place_behind" => Decided::Behind,
        "tier" => Decided::Tier,
        "order_rank" => Decided::Order(decision.order()),
        "leases" => Decided::Leases,
        "idle_since_at_ms" => {
            let idle_since = part(winner, "idle_since_at_ms")?;
            Decided::Idle(offer.made_at_ms - idle_since)
        }
        _ => Decided::Number,
    };
    Some(Chosen {
        decided,
        candidates: decision.candidates,
        next: decision.runner_up.as_ref().map(|next| next.agent.clone()),
        decision,
    })
}

fn now(contact: &ContactState, visits: &[VisitRecord], handlings: &[Handling]) -> Now {
    match contact.place() {
        ContactPlace::Queue if !contact.offered_to.is_empty() => {
            let offers = visits.iter().flat_map(|visit| &visit.offers);
            let open = offers.filter_map(|it| it.offer.as_ref()).filter(|offer| {
                matches!(
                    offer.state(),
                    OfferState::Pending | OfferState::Accepted | OfferState::Connecting
                )
            });
            Now::Ringing {
                agents: contact.offered_to.clone(),
                since_ms: open.map(|offer| offer.made_at_ms).min().unwrap_or(0),
            }
        }
        ContactPlace::Handling => {
            let live = handlings
                .iter()
                .find(|handling| handling.handling_id == contact.handling_id);
            Now::Talking {
                agent: contact.agent.clone(),
                others: contact.participants.clone(),
                since_ms: live.map_or(0, |live| live.state_since_at_ms),
                held: live.is_some_and(|live| live.state() == HandlingState::Held),
                recording: live.map_or(RecordingState::Unspecified, Handling::recording),
            }
        }
        ContactPlace::Parked => Now::Parked {
            agent: contact.agent.clone(),
        },
        ContactPlace::Scheduled => Now::Scheduled {
            queue: contact.queue.clone(),
            at_ms: contact.scheduled_at_ms,
        },
        ContactPlace::Leaving => Now::Leaving,
        ContactPlace::Unspecified if contact.ended_at_ms > 0 => Now::Ended {
            at_ms: contact.ended_at_ms,
            cause: contact.end_cause(),
            wraps_up: Some(contact.agent.clone()).filter(|agent| !agent.is_empty()),
        },
        ContactPlace::Queue | ContactPlace::Unspecified => Now::Waiting {
            queue: contact.queue.clone(),
            position: contact.position,
            since_ms: contact.enqueued_at_ms,
        },
    }
}

/// How many values are not shown, or not in full.
fn hidden(contact: &ContactState) -> usize {
    let attributes = contact.attributes.iter();
    let masked = attributes.filter(|attribute: &&Attribute| attribute.masked);
    let personal = [&contact.customer_key, &contact.dial];
    let personal = personal.into_iter().flatten().filter(|it| it.masked);
    masked.count() + personal.count()
}

#[cfg(test)]
mod tests {
    use acd_client::v1::{NotEligibleReason, SortKeyPart, WaitExplanation};

    use super::*;

    fn ranked(agent: &str, key: &[(&str, i64)]) -> RankedAgent {
        RankedAgent {
            agent: agent.to_owned(),
            key: key
                .iter()
                .map(|(name, value)| SortKeyPart {
                    name: (*name).to_owned(),
                    value: *value,
                })
                .collect(),
        }
    }

    fn decision(decided_by: &str, next: bool) -> Decision {
        Decision {
            candidates: 6,
            winner: Some(ranked("bert", &[("tier", 1), ("idle_since_at_ms", 4_000)])),
            runner_up: next.then(|| ranked("anna", &[("tier", 1), ("idle_since_at_ms", 5_000)])),
            decided_by: decided_by.to_owned(),
            order: AgentOrder::MostSkilled.into(),
            ..Decision::default()
        }
    }

    fn offer(agent: &str, at_ms: i64) -> Offer {
        Offer {
            agent: agent.to_owned(),
            made_at_ms: at_ms,
            state: OfferState::TimedOut.into(),
            ..Offer::default()
        }
    }

    #[test]
    fn why_this_agent_comes_from_the_structure() {
        let decided = |by: &str, next| chosen(&offer("bert", 9_000), decision(by, next));
        let idle = decided("idle_since_at_ms", true).expect("one");
        assert_eq!(
            (idle.decided, idle.candidates, idle.next.as_deref()),
            (Decided::Idle(5_000), 6, Some("anna"))
        );
        let order = decided("order_rank", true).expect("one").decided;
        assert_eq!(order, Decided::Order(AgentOrder::MostSkilled));
        assert_eq!(decided("", false).expect("one").decided, Decided::OnlyOne);
        let assigned = Offer {
            assigned: true,
            ..offer("bert", 9_000)
        };
        let assigned = chosen(&assigned, decision("tier", true)).expect("one");
        assert_eq!(assigned.decided, Decided::Assigned);
    }

    #[test]
    fn the_story_is_told_in_the_order_in_which_it_happened() {
        let visit = VisitRecord {
            queue: "service".to_owned(),
            enqueued_at_ms: 1_000,
            order_at_ms: 500,
            ended_at_ms: 30_000,
            offers: [(9_000, "bert"), (20_000, "anna")]
                .map(|(at, agent)| OfferRecord {
                    offer: Some(offer(agent, at)),
                    decision: None,
                })
                .to_vec(),
            ..VisitRecord::default()
        };
        let talk = Handling {
            agent: "anna".to_owned(),
            connected_at_ms: 30_000,
            ..Handling::default()
        };
        let told = ExplainContactResponse {
            contact: Some(ContactState {
                ended_at_ms: 90_000,
                ..ContactState::default()
            }),
            visits: vec![visit],
            handlings: vec![talk],
            ..ExplainContactResponse::default()
        };
        let act = SupervisorAct {
            at_ms: 15_000,
            ..SupervisorAct::default()
        };
        let story = story(told, vec![act]).expect("a story");
        let at: Vec<_> = story
            .steps
            .iter()
            .map(|(at, step)| (*at, rank(step)))
            .collect();
        assert_eq!(
            at,
            [
                (1_000, 1),
                (9_000, 2),
                (15_000, 0),
                (20_000, 2),
                (30_000, 3),
                (30_000, 4),
                (90_000, 5)
            ]
        );
        assert!(matches!(
            &story.steps[0].1,
            Step::Joined { order_ms: 500, .. }
        ));
        assert!(matches!(story.now, Now::Ended { at_ms: 90_000, .. }));
    }

    #[test]
    fn who_has_nothing_to_do_with_it_is_only_counted() {
        let class = |reason: NotEligibleReason, count| ReasonClass {
            reason: reason.into(),
            count,
            ..ReasonClass::default()
        };
        let told = ExplainContactResponse {
            contact: Some(ContactState::default()),
            waiting: Some(WaitExplanation {
                agents: vec![
                    class(NotEligibleReason::NotInQueue, 9_900),
                    class(NotEligibleReason::WrapUp, 12),
                    class(NotEligibleReason::Offline, 3),
                ],
                ..WaitExplanation::default()
            }),
            ..ExplainContactResponse::default()
        };
        let why = story(told, Vec::new())
            .expect("a story")
            .why
            .expect("it waits");
        assert_eq!(why.outside, 9_900);
        let counts: Vec<_> = why.classes.iter().map(|class| class.count).collect();
        assert_eq!(counts, [12, 3]);
    }

    #[test]
    fn hidden_values_are_counted() {
        let masked = Attribute {
            key: "iban".to_owned(),
            masked: true,
            ..Attribute::default()
        };
        let contact = ContactState {
            attributes: vec![masked, Attribute::default()],
            ..ContactState::default()
        };
        assert_eq!(hidden(&contact), 1);
    }
}

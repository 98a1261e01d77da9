//! What supervisors see, in every language, of names and values that mean harm.

use acd_client::{
    Error,
    v1::{
        ActKind, AgentOrder, AgentState, Attribute, Awaited, ChannelPrediction, ChannelSlots,
        ContactAdjustment, ContactPlace, ContactState, Decision, ExplainAgentResponse,
        ExplainContactResponse, Handling, HandlingState, Lease, LeaseState, MaskedItem,
        MonitorMode, NextPlace, NotEligibleReason, Offer, OfferEndReason, OfferRecord, OfferState,
        Personal, Prediction, Presence, QueueOpening, QueuePause, QueuePerformance, QueueReasons,
        QueueState, RankedAgent, ReasonClass, RecordingState, Requirement, SessionState,
        SkillLevel, SortKeyPart, StepState, SupervisorAct, Term, TermGroup, VisitOutcome,
        VisitRecord, VisitState, WaitExplanation, awaited::Who, lease::Holder, reason_class::About,
    },
};
use maud::Markup;

use super::{
    acting::{self, Choices, Filled, Results, Target, Verb},
    acts, agent, agents, contact, contacts, queues,
    table::{Part, Query},
};
use crate::{
    live::Fragments,
    mirror::TenantView,
    session::{Role, Visitor},
    texts::Language,
};

/// Markup, an override of direction, a control character, emoji, and more than a screen of it.
const HARM: &str = "<script>alert(1)</script>\"'&\u{202E}evil\u{0}\u{2066}😀";
const NOW: i64 = 1_795_948_532_000;

fn visitors(roles: &[Role]) -> [Visitor; 3] {
    Language::ALL.map(|language| Visitor::sample(language, roles))
}

fn text(parts: Fragments) -> String {
    parts
        .into_iter()
        .map(|(_, part): (String, Markup)| part.0)
        .collect()
}

/// What is seen: values of fields are sent back as they came.
fn without_values(html: &str) -> String {
    let mut seen = html.to_owned();
    for name in [" value=\"", " data-must=\""] {
        let parts = seen.split(name).enumerate();
        let parts = parts.map(|(at, part)| match (at, part.split_once('"')) {
            (0, _) | (_, None) => part,
            (_, Some((_, rest))) => rest,
        });
        seen = parts.collect();
    }
    seen
}

/// Shows it in each language, and sees that it is harmless and complete.
fn shown(show: impl Fn(&Visitor) -> String) -> [String; 3] {
    visitors(&[Role::Supervisor]).map(|visitor| {
        let html = show(&visitor);
        let seen = without_values(&html);
        let language = visitor.locale.language;
        assert!(!html.contains("<script>alert"), "{language:?}: {html}");
        assert!(
            !seen.contains(['\u{202E}', '\u{0}', '\u{2066}']),
            "{language:?}: {seen}"
        );
        assert!(
            !html.contains("\"'&"),
            "{language:?}: an attribute ends early"
        );
        let missing = html
            .find("supervisor-")
            .map(|at| &html[at..(at + 40).min(html.len())]);
        assert_eq!(missing, None, "{language:?}: a text is missing");
        html
    })
}

fn part<T>(row: T) -> Part<T> {
    Part {
        rows: vec![row],
        found: 250,
        page: 2,
        pages: 3,
    }
}

fn harmful() -> String {
    format!("{HARM}{}", "x".repeat(10_000))
}

fn an_agent() -> AgentState {
    let lease = |state: LeaseState| Lease {
        holder: Some(Holder::HandlingId(1)),
        contact_id: HARM.to_owned(),
        queue: HARM.to_owned(),
        since_at_ms: NOW - 60_000,
        state: state.into(),
        state_since_at_ms: NOW - 60_000,
        stuck: true,
    };
    AgentState {
        agent: HARM.to_owned(),
        presence: Presence::NotReady.into(),
        reason_code: HARM.to_owned(),
        pending_presence: Presence::NotReady.into(),
        pending_reason_code: HARM.to_owned(),
        presence_since_at_ms: NOW - 100_000,
        session_state: SessionState::Present.into(),
        slots: vec![ChannelSlots {
            channel: HARM.to_owned(),
            capacity: 2,
            leases: vec![lease(LeaseState::Talking)],
        }],
        queue_wrap_ups: vec![lease(LeaseState::WrapUp)],
        skills: vec![SkillLevel {
            skill: HARM.to_owned(),
            level: 4,
        }],
        queues: vec![HARM.to_owned()],
        paused: vec![QueuePause {
            queue: HARM.to_owned(),
            reason_code: HARM.to_owned(),
            return_at_ms: NOW + 60_000,
        }],
        return_at_ms: NOW - 1_000,
        misses: 2,
        back_off_until_ms: NOW + 5_000,
        teams: vec![HARM.to_owned(), HARM.to_owned()],
        site: HARM.to_owned(),
        on_demand: true,
        logged_in_at_ms: NOW - 900_000,
        ..AgentState::default()
    }
}

fn a_contact(place: ContactPlace) -> ContactState {
    ContactState {
        contact_id: HARM.to_owned(),
        channel: "voice".to_owned(),
        queue: HARM.to_owned(),
        place: place.into(),
        visit_state: VisitState::Waiting.into(),
        arrived_at_ms: NOW - 90_000,
        enqueued_at_ms: NOW - 90_000,
        agent: match place {
            ContactPlace::Handling | ContactPlace::Parked => HARM.to_owned(),
            _ => String::new(),
        },
        participants: vec![HARM.to_owned()],
        handling_id: 5,
        position: 3,
        step: 1,
        priority: -2,
        alerted: true,
        answer_until_ms: NOW - 1_000,
        scheduled_at_ms: NOW + 90_000,
        requirement: Some(Requirement {
            any_of: vec![
                TermGroup {
                    all_of: vec![term(), term()],
                },
                TermGroup {
                    all_of: vec![term()],
                },
            ],
        }),
        awaited: Some(Awaited {
            who: Some(Who::Team(HARM.to_owned())),
            until_ms: 0,
        }),
        attributes: vec![
            Attribute {
                key: harmful(),
                value: harmful(),
                ..Attribute::default()
            },
            Attribute {
                key: HARM.to_owned(),
                value: "…".to_owned(),
                masked: true,
                revealable: true,
                ..Attribute::default()
            },
        ],
        customer_key: Some(Personal {
            value: HARM.to_owned(),
            masked: true,
            revealable: false,
        }),
        attempts: 2,
        ..ContactState::default()
    }
}

fn term() -> Term {
    Term {
        skill: HARM.to_owned(),
        min_level: 4,
    }
}

fn every_reason() -> Vec<ReasonClass> {
    let reasons = (0..60).filter_map(|number| NotEligibleReason::try_from(number).ok());
    let abouts = [
        About::Channel(HARM.to_owned()),
        About::ReasonCode(HARM.to_owned()),
        About::Team(HARM.to_owned()),
        About::Term(term()),
        About::Tier(3),
    ];
    let classes = reasons.zip(abouts.into_iter().cycle());
    classes
        .map(|(reason, about)| ReasonClass {
            reason: reason.into(),
            count: 12,
            examples: vec![HARM.to_owned(), HARM.to_owned()],
            until_ms: NOW + 60_000,
            about: Some(about),
            ..ReasonClass::default()
        })
        .collect()
}

fn a_decision(decided_by: &str, order: AgentOrder) -> Decision {
    let ranked = || RankedAgent {
        agent: HARM.to_owned(),
        key: vec![SortKeyPart {
            name: "idle_since_at_ms".to_owned(),
            value: NOW - 50_000,
        }],
    };
    Decision {
        candidates: 6,
        winner: Some(ranked()),
        runner_up: Some(ranked()),
        decided_by: decided_by.to_owned(),
        order: order.into(),
        ..Decision::default()
    }
}

/// A contact with every kind of offer, decision, outcome and act behind it.
fn a_long_story() -> ExplainContactResponse {
    let decided = [
        "place_behind",
        "tier",
        "leases",
        "idle_since_at_ms",
        "agent_number",
    ];
    let orders = (0..20).filter_map(|number| AgentOrder::try_from(number).ok());
    let decisions = decided
        .map(|by| a_decision(by, AgentOrder::LongestIdle))
        .into_iter()
        .chain(orders.map(|order| a_decision("order_rank", order)));
    let states = (0..20).filter_map(|number| OfferState::try_from(number).ok());
    let ends = (0..30).filter_map(|number| OfferEndReason::try_from(number).ok());
    let ends: Vec<_> = ends.map(|end| (OfferState::Rescinded, end)).collect();
    let states = states.map(|state| (state, OfferEndReason::Unspecified));
    let offers = states.chain(ends).zip(decisions.cycle());
    let offers = offers.map(|((state, end), decision)| OfferRecord {
        offer: Some(Offer {
            agent: HARM.to_owned(),
            state: state.into(),
            end_reason: end.into(),
            made_at_ms: NOW - 80_000,
            ended_at_ms: NOW - 70_000,
            ..Offer::default()
        }),
        decision: Some(decision),
    });
    let mut visits = vec![VisitRecord {
        queue: HARM.to_owned(),
        enqueued_at_ms: NOW - 90_000,
        order_at_ms: NOW - 99_000,
        offers: offers.collect(),
        ..VisitRecord::default()
    }];
    let outcomes = (0..20).filter_map(|number| VisitOutcome::try_from(number).ok());
    let nexts = (0..9).filter_map(|number| NextPlace::try_from(number).ok());
    let nexts: Vec<_> = nexts.collect();
    visits.extend(
        outcomes
            .zip(nexts.iter().cycle())
            .map(|(outcome, next)| VisitRecord {
                queue: HARM.to_owned(),
                outcome: outcome.into(),
                next: (*next).into(),
                next_name: HARM.to_owned(),
                enqueued_at_ms: NOW - 60_000,
                ended_at_ms: NOW - 50_000,
                ..VisitRecord::default()
            }),
    );
    let handling = Handling {
        handling_id: 5,
        agent: HARM.to_owned(),
        state: HandlingState::Connected.into(),
        connected_at_ms: NOW - 40_000,
        talk_ended_at_ms: NOW - 20_000,
        talk_ms: 20_000,
        hold_ms: 1_000,
        stuck: true,
        recording: RecordingState::Paused.into(),
        disposition: Some(acd_client::v1::Disposition {
            code: HARM.to_owned(),
            notes: None,
        }),
        ..Handling::default()
    };
    ExplainContactResponse {
        contact: Some(a_contact(ContactPlace::Queue)),
        visits,
        handlings: vec![
            handling.clone(),
            Handling {
                attempt: true,
                ..handling.clone()
            },
            Handling {
                no_response: true,
                ..handling
            },
        ],
        waiting: Some(WaitExplanation {
            agents: every_reason(),
            predicted: Some(Prediction {
                p50_ms: 30_000,
                p80_ms: 90_000,
            }),
            barred: every_reason().pop(),
            ..WaitExplanation::default()
        }),
        ..ExplainContactResponse::default()
    }
}

/// One act of each kind.
fn every_act() -> Vec<SupervisorAct> {
    let kinds = (0..30).filter_map(|number| ActKind::try_from(number).ok());
    kinds
        .map(|kind| SupervisorAct {
            kind: kind.into(),
            at_ms: NOW - 5_000,
            author: HARM.to_owned(),
            reason: HARM.to_owned(),
            contact_id: HARM.to_owned(),
            agent: HARM.to_owned(),
            queue: HARM.to_owned(),
            reason_code: HARM.to_owned(),
            attribute: HARM.to_owned(),
            presence: Presence::NotReady.into(),
            monitor: MonitorMode::Whisper.into(),
            recording: RecordingState::Off.into(),
            item: MaskedItem::Attribute.into(),
            adjustment: Some(ContactAdjustment {
                priority: Some(3),
                requirement: a_contact(ContactPlace::Queue).requirement,
                age_offset_ms: Some(-5_000),
                attribute_keys: vec![HARM.to_owned()],
                not_before_at_ms: NOW,
            }),
            ..SupervisorAct::default()
        })
        .collect()
}

#[test]
fn agents_are_shown_harmlessly_in_every_language() {
    let query = Query::of(vec![
        ("q".to_owned(), HARM.to_owned()),
        ("f".to_owned(), format!("team:{HARM}")),
        ("sort".to_owned(), "-name".to_owned()),
    ]);
    let choices = agents::render::Choices {
        teams: vec![HARM.to_owned()],
        queues: vec![HARM.to_owned()],
    };
    let row = agents::view::Row::of(&an_agent(), NOW);
    shown(|visitor| agents::render::table(visitor, &query, &choices, &part(row.clone())).0);
    let empty = Part {
        rows: Vec::new(),
        found: 0,
        page: 1,
        pages: 1,
    };
    shown(|visitor| agents::render::table(visitor, &query, &choices, &empty).0);
}

#[test]
fn what_a_row_shows_does_not_change_because_time_passes() {
    let visitor = Visitor::sample(Language::En, &[Role::Supervisor]);
    let query = Query::default();
    let at = |now| {
        let row = agents::view::Row::of(&an_agent(), now);
        text(agents::render::rows(&visitor, &query, &part(row)))
    };
    assert_eq!(at(NOW), at(NOW + 3_000));
}

#[test]
fn contacts_are_shown_harmlessly_in_every_language_wherever_they_are() {
    let places = [
        ContactPlace::Queue,
        ContactPlace::Handling,
        ContactPlace::Parked,
        ContactPlace::Scheduled,
        ContactPlace::Leaving,
        ContactPlace::Unspecified,
    ];
    let choices = contacts::render::Choices {
        queues: vec![HARM.to_owned()],
        channels: vec![HARM.to_owned(), "chat".to_owned()],
    };
    for place in places {
        let row = contacts::view::Row::of(&a_contact(place), NOW);
        let query = Query::default();
        shown(|visitor| contacts::render::table(visitor, &query, &choices, &part(row.clone())).0);
        let told = || ExplainContactResponse {
            contact: Some(a_contact(place)),
            ..a_long_story()
        };
        shown(|visitor| {
            let story = contact::view::story(told(), every_act()).expect("a story");
            contact::render::page(visitor, &story).0
        });
    }
}

#[test]
fn queues_are_shown_harmlessly_in_every_language() {
    let queue = QueueState {
        queue: HARM.to_owned(),
        opening: QueueOpening::Emergency.into(),
        waiting: 7,
        offered: 1,
        connected: 3,
        oldest_enqueued_at_ms: NOW - 58_000,
        service_level_goal: 80,
        service_level_ms: 20_000,
        agents_paused: 1,
        callbacks: 2,
        scheduled: 1,
        reserve_joined: true,
        predicted: vec![
            ChannelPrediction {
                channel: "voice".to_owned(),
                wait: Some(Prediction {
                    p50_ms: 30_000,
                    p80_ms: 70_000,
                }),
            },
            ChannelPrediction {
                channel: HARM.to_owned(),
                wait: None,
            },
        ],
        steps: vec![
            StepState { step: 0, visits: 4 },
            StepState { step: 1, visits: 3 },
        ],
        ..QueueState::default()
    };
    let performance = QueuePerformance {
        recent_in_time: 61,
        recent_ended: 100,
        ..QueuePerformance::default()
    };
    let mut tenant = TenantView::default();
    tenant.queues.insert(HARM.to_owned(), queue.clone());
    tenant.performance.insert(HARM.to_owned(), performance);
    let stands = tenant.stands(HARM).expect("it is there");
    let row = queues::view::Row::of(&queue, stands);
    let query = Query::default();
    let [english, ..] =
        shown(|visitor| queues::render::table(visitor, &query, true, &part(row.clone())).0);
    assert!(english.contains("Open again"), "a supervisor may open it");
    // Who only watches sees the figures, and nothing to press.
    let monitor = Visitor::sample(Language::En, &[Role::Monitor]);
    let seen = queues::render::table(&monitor, &query, true, &part(row)).0;
    assert!(seen.contains("61"));
    assert!(!seen.contains("data-panel") && !seen.contains("/contacts"));
}

#[test]
fn an_agent_is_shown_harmlessly_in_every_language() {
    let told = || ExplainAgentResponse {
        agent: Some(an_agent()),
        queues: vec![QueueReasons {
            queue: HARM.to_owned(),
            contacts: 5,
            reasons: every_reason(),
        }],
        barred: every_reason().into_iter().nth(5),
        ..ExplainAgentResponse::default()
    };
    shown(|visitor| {
        let view = agent::view::view(told(), NOW).expect("a view");
        agent::render::page(visitor, &view, "/agents").0
    });
    shown(|visitor| agent::render::gone(visitor, HARM, "/agents").0);
}

#[test]
fn acts_are_told_harmlessly_in_every_language() {
    let listed = acts::render::Listed {
        acts: every_act(),
        older: HARM.to_owned(),
        forgotten_until_ms: 0,
    };
    shown(|visitor| acts::render::page(visitor, &Query::default(), &listed).0);
}

#[test]
fn every_panel_says_what_follows_and_names_its_act() {
    let choices = Choices {
        queues: vec![HARM.to_owned()],
        codes: vec![HARM.to_owned()],
        agents: vec![(HARM.to_owned(), agents::view::Doing::Idle)],
        address: HARM.to_owned(),
    };
    for verb in Verb::ALL {
        for targets in [0, 1, 24] {
            let filled = Filled {
                targets: (0..targets).map(|n| format!("{HARM}{n}")).collect(),
                ..Filled::default()
            };
            shown(|visitor| acting::panel(visitor, verb, &filled, &choices, None).0);
        }
    }
    let visitor = Visitor::sample(Language::En, &[Role::Supervisor]);
    let filled = Filled {
        targets: (0..24).map(|n| format!("a{n}")).collect(),
        ..Filled::default()
    };
    let panel = acting::panel(&visitor, Verb::LogOut, &filled, &choices, None).0;
    assert!(panel.contains("Log out 24 agents"), "{panel}");
}

#[test]
fn results_say_how_many_were_done_and_why_the_others_were_not() {
    let results = Results {
        done: (0..22).map(|n| format!("a{n}")).collect(),
        refused: vec![
            (HARM.to_owned(), Error::Unreachable(HARM.to_owned())),
            ("bert".to_owned(), Error::Closed),
        ],
    };
    let [english, russian, persian] =
        shown(|visitor| acting::results(visitor, Verb::LogOut, &results).0);
    assert!(english.contains("22 done, 2 refused."), "{english}");
    assert!(russian.contains("Сделано: 22, отказано: 2."), "{russian}");
    assert!(
        persian.contains("۲۲ مورد انجام شد، ۲ مورد رد شد."),
        "{persian}"
    );
    assert!(Verb::of(Target::Agent, "log-out").is_some());
}

#[test]
fn why_this_agent_is_one_sentence_with_links() {
    let visitor = Visitor::sample(Language::En, &[Role::Supervisor]);
    let mut decision = a_decision("idle_since_at_ms", AgentOrder::LongestIdle);
    decision.runner_up.as_mut().expect("one").agent = "anna".to_owned();
    decision.winner.as_mut().expect("one").agent = "bert".to_owned();
    let told = ExplainContactResponse {
        contact: Some(a_contact(ContactPlace::Queue)),
        visits: vec![VisitRecord {
            offers: vec![OfferRecord {
                offer: Some(Offer {
                    agent: "bert".to_owned(),
                    made_at_ms: NOW,
                    ..Offer::default()
                }),
                decision: Some(decision),
            }],
            ..VisitRecord::default()
        }],
        ..ExplainContactResponse::default()
    };
    let story = contact::view::story(told, Vec::new()).expect("a story");
    let chosen = story.steps.iter().find_map(|(_, step)| match step {
        contact::view::Step::Offered(_, Some(chosen)) => Some(chosen),
        _ => None,
    });
    let because = contact::render::because(&visitor, "bert", chosen.expect("a decision"));
    assert_eq!(
        because.0,
        "<a href=\"/agents/bert\"><bdi>bert</bdi></a>: idle longest of 6, 0:50; \
         next was <a href=\"/agents/anna\"><bdi>anna</bdi></a>"
    );
}

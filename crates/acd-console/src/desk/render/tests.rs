//! A desk with everything on it, as in the drawings, and one whose contacts mean harm.

use std::{collections::BTreeSet, sync::Arc};

use acd_client::v1::{
    AgentDay, AgentSnapshot, AgentState, AgentTarget, Attribute, ChannelSlots, ConsultState,
    DeskAttribute, DeskDisposition, DeskQueue, DeskReason, Disposition, Fault, FindTargetsResponse,
    GetDeskResponse, Handling, HandlingState, Lease, NotReadyTime, Occupation, Offer,
    OfferEndReason, OfferState, Participant, Personal, Presence, QueueTarget, RecordingState,
    RefusedReason, WrapUpMode,
};

use super::{Desk, Kind, targets};
use crate::{
    desk::{
        hub::{Held, Seat, Standing},
        view::{View, view},
    },
    layout::outside_fields,
    live::EngineTime,
    texts::{Digits, Language, Locale},
};

/// 29 November 2026, 14:05:32 in Tehran.
const NOW: i64 = 1_795_948_532_000;

fn personal(text: &str) -> Option<Personal> {
    Some(Personal {
        value: text.into(),
        ..Personal::default()
    })
}

fn attribute(key: &str, value: &str) -> Attribute {
    Attribute {
        key: key.into(),
        value: value.into(),
        sensitive: key == "born",
        ..Attribute::default()
    }
}

fn offer(offer_id: u64, state: OfferState) -> Offer {
    Offer {
        offer_id,
        contact_id: format!("chat-{offer_id}"),
        queue: "service".into(),
        channel: "chat".into(),
        state: state.into(),
        made_at_ms: NOW - 6_000,
        ring_until_ms: NOW + 14_000,
        waited_ms: 112_000,
        attributes: vec![
            attribute("name", "Mariam Haddad"),
            attribute("topic", "Card declined abroad"),
        ],
        ..Offer::default()
    }
}

fn handling(
    handling_id: u64,
    channel: &str,
    queue: &str,
    name: &str,
    state: HandlingState,
) -> Handling {
    Handling {
        handling_id,
        contact_id: format!("contact-{handling_id}"),
        queue: queue.into(),
        channel: channel.into(),
        state: state.into(),
        state_since_at_ms: NOW - 60_000,
        connected_at_ms: NOW - 252_000,
        hold_ms: 35_000,
        waited_ms: 9_000,
        wrap_up_mode: WrapUpMode::Timed.into(),
        customer_key: personal("+98 21 5550 0142"),
        attributes: vec![
            attribute("name", name),
            attribute("card", "4417"),
            attribute("born", "14 March 1979"),
        ],
        recording: RecordingState::On.into(),
        ..Handling::default()
    }
}

fn held() -> Held {
    let queue = |queue: &str, label: &str| DeskQueue {
        queue: queue.into(),
        label: label.into(),
        dispositions: vec![
            DeskDisposition {
                code: "blocked".into(),
                label: "Card blocked".into(),
            },
            DeskDisposition {
                code: "found".into(),
                label: "Card found again".into(),
            },
        ],
        disposition_required: true,
        has_script: true,
        wrap_up_mode: WrapUpMode::Timed.into(),
        wrap_up_ms: 45_000,
        wrap_up_ceiling_ms: 180_000,
        ..DeskQueue::default()
    };
    let reason = |code: &str, label: &str| DeskReason {
        code: code.into(),
        label: label.into(),
        ..DeskReason::default()
    };
    let desk = GetDeskResponse {
        sequence: 1,
        reasons: vec![reason("break", "Break"), reason("training", "Training")],
        queues: vec![queue("loss", "Card loss"), queue("service", "Service")],
        attributes: vec![DeskAttribute {
            key: "card".into(),
            label: "Card".into(),
        }],
        zone: "Asia/Tehran".into(),
        note_bytes: 4_096,
        ..GetDeskResponse::default()
    };
    let lease = |handling_id| Lease {
        holder: Some(acd_client::v1::lease::Holder::HandlingId(handling_id)),
        ..Lease::default()
    };
    let mut held = Held {
        agent: "leyla".into(),
        standing: Standing::In,
        time: Some(EngineTime::new(NOW)),
        desk: Arc::new(desk),
        scripts: Arc::new(
            [(
                "loss".into(),
                "> Good afternoon, {{name}}.\n\n1. Block {{card}}.".into(),
            )]
            .into(),
        ),
        told: AgentSnapshot {
            agent: Some(AgentState {
                agent: "leyla".into(),
                presence: Presence::Ready.into(),
                presence_since_at_ms: NOW - 1_452_000,
                session_id: 7,
                slots: vec![ChannelSlots {
                    channel: "voice".into(),
                    capacity: 6,
                    leases: vec![lease(1), lease(2), lease(3), lease(4)],
                }],
                ..AgentState::default()
            }),
            offers: vec![offer(90, OfferState::Pending)],
            handlings: vec![
                Handling {
                    disposition: Some(Disposition {
                        code: "blocked".into(),
                        notes: personal("Lost it on the tram."),
                    }),
                    ..handling(
                        1,
                        "voice",
                        "loss",
                        "Tomás Oliveira",
                        HandlingState::Connected,
                    )
                },
                handling(
                    2,
                    "chat",
                    "service",
                    "Anneke de Vries",
                    HandlingState::Connected,
                ),
                Handling {
                    wrap_up_until_ms: NOW + 31_000,
                    ..handling(3, "chat", "service", "Pavel Novák", HandlingState::WrapUp)
                },
                Handling {
                    consult_state: ConsultState::Connected.into(),
                    consult_contact_id: "ask-1".into(),
                    consulted_agent: "bert".into(),
                    ..handling(
                        4,
                        "voice",
                        "service",
                        "Ingrid Sørensen",
                        HandlingState::Held,
                    )
                },
            ],
            parked: vec![Handling {
                parked: true,
                ..handling(
                    5,
                    "voice",
                    "service",
                    "Rasheed Okafor",
                    HandlingState::Ended,
                )
            }],
            unfinished: vec![Handling {
                unfinished: true,
                ..handling(6, "voice", "service", "", HandlingState::Ended)
            }],
            day: Some(AgentDay {
                handled: 23,
                talk_ms: 9_667_000,
                not_ready: vec![NotReadyTime {
                    reason_code: "break".into(),
                    total_ms: 1_380_000,
                    allowed_ms: 2_700_000,
                }],
                ..AgentDay::default()
            }),
            ..AgentSnapshot::default()
        }
        .into(),
        ..Held::default()
    };
    held.number();
    held
}

fn locale(language: Language) -> Locale {
    Locale::new(language, Digits::Own).in_zone("Asia/Tehran")
}

fn desk<'d>(locale: &'d Locale, view: &'d View) -> Desk<'d> {
    Desk {
        locale,
        path: "/desk",
        csrf: "mark",
        view,
        embedded: true,
    }
}

fn page(language: Language, held: &Held, seat: Seat) -> String {
    let (locale, view) = (locale(language), view(held, seat));
    desk(&locale, &view)
        .body(None, maud::html! {}, maud::html! {})
        .0
}

/// All that the desk can say, in one text.
fn whole(language: Language, held: &Held) -> String {
    let locale = locale(language);
    let mut all = String::new();
    for seat in [
        Seat::Here,
        Seat::LoggedOut,
        Seat::Slept(NOW, NOW),
        Seat::Elsewhere(NOW),
        Seat::Returning,
    ] {
        let view = view(held, seat);
        let desk = desk(&locale, &view);
        all += &page(language, held, seat);
        for (_, part) in desk.fragments() {
            all += &part.0;
        }
        for (_, text) in desk.texts_for_script(&[]) {
            all += &text;
        }
    }
    all
}

/// Tags are closed in the order in which they were opened.
#[track_caller]
fn assert_well_formed(html: &str) {
    const VOID: [&str; 5] = ["input", "meta", "br", "hr", "link"];
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let (inside, _) = tag.split_once('>').expect("a tag ends");
        let name = inside
            .split([' ', '/'])
            .find(|part| !part.is_empty())
            .expect("a name");
        if inside.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "in {html}");
        } else if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
}

fn ids(html: &str) -> Vec<&str> {
    html.split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn the_desk_is_told_whole_in_each_language() {
    for language in Language::ALL {
        let html = whole(language, &held());
        let missing: Vec<_> = html
            .split(['>', '<', '"', ' '])
            .filter(|text| {
                text.starts_with("desk-") && text.len() > 6 && !["desk-texts"].contains(text)
            })
            .collect();
        assert_eq!(missing, [""; 0], "{language:?}");
        assert_well_formed(&page(language, &held(), Seat::Here));
    }
}

#[test]
fn ids_are_unique_and_each_part_of_the_stream_is_a_part_of_the_page() {
    let held = held();
    let html = page(Language::En, &held, Seat::Here);
    let ids = ids(&html);
    assert_eq!(
        ids.len(),
        ids.iter().collect::<BTreeSet<_>>().len(),
        "{ids:?}"
    );

    let (locale, view) = (locale(Language::En), view(&held, Seat::Here));
    let fragments = desk(&locale, &view).fragments();
    for (id, part) in &fragments {
        assert!(
            part.0.contains(&format!(" id=\"{id}\"")),
            "{id}: {}",
            part.0
        );
        assert!(ids.contains(&id.as_str()), "{id} is not in the page");
        let is_frame = part.0.contains(" data-in=");
        assert!(
            is_frame || html.contains(&part.0),
            "{id} is another one in the page"
        );
    }
}

#[test]
fn parts_stand_still_while_nothing_but_time_changes() {
    let (locale, held) = (locale(Language::En), held());
    let later = Held {
        time: Some(EngineTime::new(NOW + 61_000)),
        ..held.clone()
    };
    let told = |held: &Held| {
        let view = view(held, Seat::Here);
        desk(&locale, &view)
            .fragments()
            .into_iter()
            .map(|(_, part)| part.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&held), told(&later));
}

#[test]
fn an_offer_says_who_what_and_until_when_and_its_tab_nothing_personal() {
    let html = page(Language::En, &held(), Seat::Here);
    assert!(html.contains("<bdi>Mariam Haddad</bdi>") && html.contains(">1:52<"));
    let title = html
        .split("data-title=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let title = title
        .expect("a title")
        .replace(['\u{2068}', '\u{2069}'], "");
    assert_eq!(title, "Ringing: Chat, Service");
    let alert = html
        .split("data-alert=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let alert = alert
        .expect("an alert")
        .replace(['\u{2068}', '\u{2069}'], "");
    assert_eq!(
        alert,
        "Ringing: Chat, Service, Mariam Haddad. F2 accepts. 20 seconds."
    );
    assert_eq!(html.matches("data-key=\"F2\"").count(), 1);
}

#[test]
fn what_ended_otherwise_says_why() {
    let ended = |state: OfferState, end_reason: OfferEndReason, fault: Fault| {
        let passed = Offer {
            end_reason: end_reason.into(),
            fault: fault.into(),
            ..offer(91, state)
        };
        page(
            Language::En,
            &Held {
                passed: vec![passed],
                ..held()
            },
            Seat::Here,
        )
    };
    use OfferEndReason as Reason;
    for (state, reason, fault, text) in [
        (
            OfferState::Rescinded,
            Reason::LostRace,
            Fault::None,
            "Someone else took it.",
        ),
        (
            OfferState::Canceled,
            Reason::CustomerGone,
            Fault::None,
            "The customer left.",
        ),
        (
            OfferState::TimedOut,
            Reason::Unspecified,
            Fault::Agent,
            "It rang out: counts as missed.",
        ),
        (
            OfferState::Rescinded,
            Reason::SessionLost,
            Fault::System,
            "Taken back: does not count.",
        ),
        (
            OfferState::ConnectFailed,
            Reason::Unreachable,
            Fault::System,
            "Your phone could not be reached: does not count.",
        ),
    ] {
        assert!(ended(state, reason, fault).contains(text), "{text}");
    }
}

#[test]
fn each_stage_allows_what_belongs_to_it() {
    let html = page(Language::En, &held(), Seat::Here);
    let has = |id: &str| html.contains(&format!(" id=\"{id}\""));
    for id in [
        "hold-1",
        "open-transfer-1",
        "open-consult-1",
        "park-1",
        "end-1",
        "finish-3",
        "longer-3",
        "back-4",
        "join-4",
        "complete-4",
        "unpark-contact-5",
    ] {
        assert!(has(id), "{id} is missing");
    }
    for id in [
        "hold-2",
        "hold-3",
        "end-3",
        "hold-4",
        "open-transfer-4",
        "end-5",
        "end-6",
        "finish-6",
    ] {
        assert!(!has(id), "{id} is there");
    }
    // What is pressed too late for the contact before does not end this one.
    assert!(html.contains(&format!("data-dead-until=\"{}\"", NOW - 252_000 + 2_000)));
}

#[test]
fn who_takes_part_can_only_leave_and_a_forced_wrap_up_only_wait() {
    let with = |handling: Handling| {
        let told = AgentSnapshot {
            agent: Some(AgentState {
                presence: Presence::Ready.into(),
                ..AgentState::default()
            }),
            handlings: vec![handling],
            ..AgentSnapshot::default()
        };
        page(
            Language::En,
            &Held {
                told: told.into(),
                ..held()
            },
            Seat::Here,
        )
    };
    let guest = with(Handling {
        takes_part_in_handling_id: 8,
        consult_of_handling_id: 8,
        ..handling(1, "voice", "loss", "A", HandlingState::Connected)
    });
    assert!(
        guest.contains(">Leave<")
            && !guest.contains("open-transfer-1")
            && !guest.contains("hold-1")
    );
    let owner = with(Handling {
        participants: vec![Participant {
            agent: "bert".into(),
            ..Participant::default()
        }],
        ..handling(1, "voice", "loss", "A", HandlingState::Connected)
    });
    assert!(owner.contains("complete-1") && owner.contains("Takes part"));
    let forced = with(Handling {
        wrap_up_mode: WrapUpMode::Forced.into(),
        wrap_up_until_ms: NOW + 20_000,
        ..handling(1, "voice", "loss", "A", HandlingState::WrapUp)
    });
    assert!(!forced.contains("finish-1") && forced.contains("Wrap-up until 14:05:52"));
}

#[test]
fn presence_says_what_waits_and_who_made_it() {
    let with = |agent: AgentState, made_not_ready| {
        let told = AgentSnapshot {
            agent: Some(agent),
            ..AgentSnapshot::default()
        };
        page(
            Language::En,
            &Held {
                told: told.into(),
                made_not_ready,
                ..held()
            },
            Seat::Here,
        )
        .replace(['\u{2068}', '\u{2069}'], "")
    };
    let waits = with(
        AgentState {
            presence: Presence::Ready.into(),
            pending_presence: Presence::NotReady.into(),
            pending_reason_code: "break".into(),
            ..AgentState::default()
        },
        false,
    );
    assert!(
        waits.contains("presence is-ready waits")
            && waits.contains("Break after this contact")
            && waits.contains("Stay ready")
    );
    let made = with(
        AgentState {
            presence: Presence::NotReady.into(),
            reason_code: "missed".into(),
            presence_since_at_ms: NOW,
            ..AgentState::default()
        },
        true,
    );
    assert!(
        made.contains("data-alert=\"You were made not ready: missed, at 14:05.\"")
            && made.contains("Go ready")
    );
    let demand = with(
        AgentState {
            presence: Presence::Ready.into(),
            on_demand: true,
            ..AgentState::default()
        },
        false,
    );
    assert!(demand.contains("Next contact"));
}

#[test]
fn a_page_keeps_what_it_shows_until_the_engine_has_spoken() {
    let locale = locale(Language::En);
    let fragments = |held: &Held| desk(&locale, &view(held, Seat::Here)).fragments().len();
    assert!(fragments(&held()) > 0);
    let opening = Held {
        standing: Standing::Opening,
        ..Held::default()
    };
    assert_eq!(fragments(&opening), 0, "an empty list would take all away");
}

#[test]
fn a_desk_that_is_elsewhere_shows_nothing_of_the_contacts() {
    for (seat, text) in [
        (
            Seat::Elsewhere(NOW),
            "Your desk is open elsewhere since 14:05",
        ),
        (Seat::LoggedOut, "Start shift"),
        (
            Seat::Slept(NOW - 420_000, NOW),
            "This tab slept from 13:58 to 14:05.",
        ),
    ] {
        let html = page(Language::En, &held(), seat);
        assert!(html.contains(text), "{text}");
        assert!(!html.contains("Oliveira") && !html.contains("Haddad"));
    }
    let returning = page(Language::En, &held(), Seat::Returning);
    assert!(!returning.contains("Haddad") && returning.contains("Oliveira"));
}

#[test]
fn persian_is_written_with_its_own_figures_and_a_number_of_a_line_is_not() {
    let html = page(Language::Fa, &held(), Seat::Here);
    assert!(html.contains("۲:۴۱:۰۷") && html.contains(">۲۳<"));
    assert!(html.contains("<bdi class=\"num\" dir=\"ltr\">+98 21 5550 0142</bdi>"));
}

/// A page without what nobody sees: values that go back with a form, or that the script and the pages around it read.
fn without_data(html: &str) -> String {
    let mut shown = String::new();
    for (at, part) in html.split(['<', '>']).enumerate() {
        let tag = at % 2 == 1;
        if !tag {
            shown += part;
            continue;
        }
        let mut name = "";
        for (at, piece) in part.split('"').enumerate() {
            if at % 2 == 0 {
                name = piece.rsplit(' ').next().unwrap_or_default();
            } else if name != "value=" && !name.starts_with("data-") {
                shown += piece;
            }
        }
    }
    shown
}

#[test]
fn a_hostile_contact_is_shown_as_text() {
    let evil = "<img src=x onerror=alert(1)>\u{202E}\u{2066}txet<script>alert(2)</script>\" onmouseover=\"alert(3) 👩‍👩‍👧‍👦 {{card}} **b**";
    let long = "ж👍".repeat(5_000);
    let attributes = vec![
        attribute("name", evil),
        attribute(evil, evil),
        attribute("long", &long),
        attribute("</textarea></template>", "]]>"),
    ];
    let offer = Offer {
        attributes: attributes.clone(),
        customer_key: personal(evil),
        dial: personal(evil),
        queue: evil.into(),
        consult_of_handling_id: 3,
        consult_of_agent: evil.into(),
        ..offer(90, OfferState::Pending)
    };
    let handling = Handling {
        attributes,
        customer_key: personal(evil),
        queue: evil.into(),
        contact_id: evil.into(),
        disposition: Some(Disposition {
            code: evil.into(),
            notes: personal(&format!("\n</textarea>{evil}")),
        }),
        references: vec![acd_client::v1::Reference {
            kind: evil.into(),
            location: personal(evil),
        }],
        participants: vec![Participant {
            agent: evil.into(),
            ..Participant::default()
        }],
        parked: true,
        ..handling(1, "<b>voice</b>", "loss", evil, HandlingState::Connected)
    };
    let agent = AgentState {
        presence: Presence::NotReady.into(),
        reason_code: evil.into(),
        ..AgentState::default()
    };
    let told = AgentSnapshot {
        agent: Some(agent),
        offers: vec![offer],
        handlings: vec![handling],
        ..AgentSnapshot::default()
    };
    let scripts = Arc::new([(evil.to_owned(), "{{name}} {{long}}".to_owned())].into());
    let held = Held {
        told: told.into(),
        scripts,
        made_not_ready: true,
        agent: evil.into(),
        ..held()
    };
    for language in Language::ALL {
        let html = whole(language, &held);
        // In a field the notes are as they were written.
        let html = outside_fields(&html);
        for made in [
            "<img",
            "<script",
            "<b>voice",
            "<strong",
            "\" onmouseover",
            "</textarea></template>",
        ] {
            assert!(!html.contains(made), "{made:?} in {language:?}");
        }
        let shown = without_data(&html);
        for turns in ["\u{202E}", "\u{2066}"] {
            assert!(!shown.contains(turns), "{turns:?} in {language:?}");
        }
        assert_well_formed(&page(language, &held, Seat::Here));
        // The offer cuts what is long, the facts clip it.
        assert!(html.contains(&long));
    }
}

#[test]
fn a_draft_that_begins_with_a_line_feed_keeps_it() {
    let told = AgentSnapshot {
        handlings: vec![Handling {
            disposition: Some(Disposition {
                code: String::new(),
                notes: personal("\nsecond line"),
            }),
            ..handling(1, "voice", "loss", "A", HandlingState::Connected)
        }],
        ..AgentSnapshot::default()
    };
    let html = page(
        Language::En,
        &Held {
            told: told.into(),
            ..held()
        },
        Seat::Here,
    );
    assert!(html.contains(">\n\nsecond line</textarea>"));
}

#[test]
fn targets_say_who_is_free_and_why_a_queue_takes_nothing() {
    let found = FindTargetsResponse {
        at_ms: NOW,
        queues: vec![
            QueueTarget {
                queue: "service".into(),
                label: "Service".into(),
                agents_free: 2,
                ..QueueTarget::default()
            },
            QueueTarget {
                queue: "night".into(),
                label: "Night".into(),
                refused: RefusedReason::Closed.into(),
                ..QueueTarget::default()
            },
        ],
        agents: vec![AgentTarget {
            agent: "bert".into(),
            teams: vec!["cards".into()],
            occupation: Occupation::Free.into(),
            since_at_ms: NOW - 42_000,
            ..AgentTarget::default()
        }],
        queues_found: 2,
        agents_found: 9,
        ..FindTargetsResponse::default()
    };
    let locale = locale(Language::En);
    let html = targets(&locale, "/desk", "mark", (1, Kind::Consult), "", &found).0;
    assert!(
        html.contains("2 free")
            && html.contains("Closed")
            && html.contains("Free 0:42")
            && html.contains("8 more match.")
    );
    assert_eq!(html.matches("data-takes").count(), 2);
    assert_eq!(html.matches("action=\"/desk/consult\"").count(), 3);
    // A number may be dialled.
    let none = FindTargetsResponse::default();
    let html = targets(
        &locale,
        "/desk",
        "mark",
        (1, Kind::Transfer),
        "+49 30 1234",
        &none,
    )
    .0;
    assert!(html.contains("name=\"external\" value=\"+49 30 1234\""));
    assert_well_formed(&html);
}

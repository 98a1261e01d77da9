//! The story of one contact as HTML.

use acd_client::v1::{
    AgentOrder, Attribute, AttributeKind, ContactState, Decision, Handling, HandlingState,
    MaskedItem, NextPlace, Offer, Personal, RankedAgent, ReasonClass, RecordingState, VisitRecord,
};
use maud::{Markup, html};

use super::view::{Chosen, Decided, Now, Step, Story, Why};
use crate::{
    layout::{self, icon},
    live::Fragments,
    session::Visitor,
    supervisor::{
        acting::{Verb, acts_allowed, opener},
        acts, parts,
        parts::{
            agent, channel, clock, contact_address, elapsed, key, place, queue, to_the_second,
        },
        words,
    },
    texts::{Arg, Locale, outside},
};

/// The page of a contact.
pub(crate) fn page(visitor: &Visitor, story: &Story) -> Markup {
    let locale = &visitor.locale;
    html! {
        div.story {
            nav.crumbs aria-label=(locale.text("supervisor-crumbs")) {
                a href=(visitor.path("/contacts")) { (icon("back")) (locale.text("supervisor-to-contacts")) }
            }
            @for (_, part) in fragments(visitor, story) { (part) }
        }
    }
}

/// Its live elements.
pub(crate) fn fragments(visitor: &Visitor, story: &Story) -> Fragments {
    vec![
        ("head".to_owned(), head(visitor, story)),
        ("acts".to_owned(), buttons(visitor, story)),
        ("why".to_owned(), why(visitor, story)),
        (
            "facts".to_owned(),
            facts(visitor, &story.contact, story.hidden),
        ),
        ("timeline".to_owned(), timeline(visitor, story)),
    ]
}

fn head(visitor: &Visitor, story: &Story) -> Markup {
    let locale = &visitor.locale;
    let contact = &story.contact;
    html! {
        header #head.head {
            h1 { (channel(locale, &contact.channel)) " " (key(&contact.contact_id)) }
            p.now { (place(locale, story.place)) " " (now(visitor, &story.now)) }
        }
    }
}

/// Where it is, in a sentence.
fn now(visitor: &Visitor, now: &Now) -> Markup {
    let locale = &visitor.locale;
    let text = |id, parts: &[(&str, Markup)]| locale.rich(id, &[], parts);
    match now {
        Now::Waiting {
            queue: name,
            position,
            since_ms,
        } => {
            let parts = [
                ("queue", queue(visitor, name)),
                ("time", elapsed(locale, *since_ms)),
            ];
            let args = [("position", Arg::from(*position))];
            let id = match position {
                0 => "supervisor-now-waiting",
                _ => "supervisor-now-waiting-at",
            };
            locale.rich(id, &args, &parts)
        }
        Now::Ringing { agents, since_ms } => text(
            "supervisor-now-ringing",
            &[
                ("agents", parts::names(visitor, agents)),
                ("time", elapsed(locale, *since_ms)),
            ],
        ),
        Now::Talking {
            agent: name,
            others,
            since_ms,
            held,
            recording,
        } => {
            let id = if *held {
                "supervisor-now-held"
            } else {
                "supervisor-now-talking"
            };
            let told = text(
                id,
                &[
                    ("agent", agent(visitor, name)),
                    ("time", elapsed(locale, *since_ms)),
                ],
            );
            html! {
                (told)
                @if !others.is_empty() {
                    " " (text("supervisor-now-with", &[("agents", parts::names(visitor, others))]))
                }
                @if let Some(recording) = words::recording(*recording) { " " (locale.text(recording)) }
            }
        }
        Now::Parked { agent: name } => {
            text("supervisor-now-parked", &[("agent", agent(visitor, name))])
        }
        Now::Scheduled { queue: name, at_ms } => text(
            "supervisor-now-scheduled",
            &[
                ("queue", queue(visitor, name)),
                ("time", html! { time { (locale.moment(*at_ms)) } }),
            ],
        ),
        Now::Leaving => html! { (locale.text("supervisor-now-leaving")) },
        Now::Ended {
            at_ms,
            cause,
            wraps_up,
        } => html! {
            (locale.rich(words::ended_by(*cause), &[], &[("time", clock(locale, *at_ms))]))
            @if let Some(name) = wraps_up {
                " " (text("supervisor-now-wraps-up", &[("agent", agent(visitor, name))]))
            }
        },
    }
}

/// What may be done with it where it is now.
fn buttons(visitor: &Visitor, story: &Story) -> Markup {
    let locale = &visitor.locale;
    let id = &story.contact.contact_id;
    let mut verbs: Vec<Verb> = Vec::new();
    match &story.now {
        Now::Waiting { .. } | Now::Ringing { .. } => {
            verbs.extend([Verb::Assign, Verb::Move, Verb::Priority, Verb::Withdraw]);
        }
        Now::Talking { recording, .. } => {
            verbs.extend([Verb::Listen, Verb::Whisper, Verb::Barge]);
            match recording {
                RecordingState::On => verbs.extend([Verb::PauseRecording, Verb::StopRecording]),
                RecordingState::Paused => verbs.extend([Verb::Record, Verb::StopRecording]),
                RecordingState::Off => verbs.push(Verb::Record),
                RecordingState::Unspecified => {}
            }
        }
        Now::Parked { .. } | Now::Scheduled { .. } | Now::Leaving | Now::Ended { .. } => {}
    }
    if !matches!(story.now, Now::Ended { .. }) {
        verbs.push(Verb::FreeContact);
    }
    html! {
        div #acts.acts role="group" aria-label=(locale.text("supervisor-acts")) {
            @if acts_allowed(visitor) {
                @for verb in verbs { (opener(visitor, "contact", verb, Some(id), verb.label())) }
            }
        }
    }
}

/// Why it still waits.
fn why(visitor: &Visitor, story: &Story) -> Markup {
    let locale = &visitor.locale;
    html! {
        section #why.card hidden[story.why.is_none()] {
            @if let Some(why) = &story.why {
                h2 { (locale.text("supervisor-why-waits")) }
                (reasons(visitor, why))
            }
        }
    }
}

fn reasons(visitor: &Visitor, why: &Why) -> Markup {
    let locale = &visitor.locale;
    html! {
        @if let Some(barred) = &why.barred {
            p.barred { (icon("warn")) span { (until(locale, barred, words::reason(locale, barred))) } }
        }
        @if why.classes.is_empty() && why.barred.is_none() {
            p { (locale.text("supervisor-why-nobody")) }
        }
        ul.reasons {
            @for class in &why.classes {
                li {
                    b.n { (locale.number(class.count.into())) } " "
                    (until(locale, class, words::reason(locale, class)))
                    (examples(visitor, class, |name| agent(visitor, name)))
                }
            }
        }
        @if why.outside > 0 {
            p.quiet.small { (locale.text_with("supervisor-why-outside", &[("n", why.outside.into())])) }
        }
        @if let Some((p50, p80)) = why.predicted_ms {
            p.quiet.small {
                (locale.text_with("supervisor-predicted-at-place", &[
                    ("half", Arg::Ours(&locale.duration(p50))),
                    ("most", Arg::Ours(&locale.duration(p80))),
                ]))
            }
        }
    }
}

/// A reason with the instant at which it ends by itself for the first of them.
pub(crate) fn until(locale: &Locale, class: &ReasonClass, reason: String) -> String {
    match class.until_ms {
        0 => reason,
        until_ms => {
            let time = locale.time_of_day(until_ms);
            let args = [("reason", Arg::Ours(&reason)), ("time", Arg::Ours(&time))];
            let id = match class.count {
                0 | 1 => "supervisor-reason-until",
                _ => "supervisor-reason-first-until",
            };
            locale.text_with(id, &args)
        }
    }
}

/// Some of them by name, and how many there are besides.
pub(crate) fn examples(
    visitor: &Visitor,
    class: &ReasonClass,
    link: impl Fn(&str) -> Markup,
) -> Markup {
    let locale = &visitor.locale;
    let more = usize::try_from(class.count)
        .unwrap_or(0)
        .saturating_sub(class.examples.len());
    let comma = locale.text("supervisor-comma");
    html! {
        @if !class.examples.is_empty() {
            span.examples {
                @for (at, name) in class.examples.iter().enumerate() {
                    @if at > 0 { (comma) }
                    (link(name))
                }
                @if more > 0 { " " (locale.text_with("supervisor-and-more", &[("n", more.into())])) }
            }
        }
    }
}

/// What is known of it: attributes, customer, number; which of it is hidden, and how it is shown.
fn facts(visitor: &Visitor, contact: &ContactState, hidden: usize) -> Markup {
    let locale = &visitor.locale;
    let needs = contact
        .requirement
        .as_ref()
        .filter(|it| !it.any_of.is_empty());
    html! {
        section #facts.card.facts {
            h2 { (locale.text("supervisor-facts")) }
            @if hidden > 0 {
                p.quiet.small { (icon("lock")) span { (locale.text_with("supervisor-hidden", &[("n", hidden.into())])) } }
            }
            dl {
                (fact(locale, "supervisor-queue", queue(visitor, &contact.queue)))
                (fact(locale, "supervisor-arrived", to_the_second(locale, contact.arrived_at_ms)))
                (fact(locale, "supervisor-priority", parts::signed(locale, contact.priority)))
                @if let Some(needs) = needs {
                    (fact(locale, "supervisor-needs", html! { (words::needs(locale, needs)) }))
                }
                @if contact.answer_until_ms > 0 {
                    (fact(locale, "supervisor-answer-by", clock(locale, contact.answer_until_ms)))
                }
                @if contact.attempts > 0 {
                    (fact(locale, "supervisor-attempts", html! { (locale.number(contact.attempts.into())) }))
                }
                (personal(visitor, contact, MaskedItem::CustomerKey, contact.customer_key.as_ref(), "supervisor-customer"))
                (personal(visitor, contact, MaskedItem::Dial, contact.dial.as_ref(), "supervisor-dial"))
                @for attribute in &contact.attributes { (one(visitor, contact, attribute)) }
            }
        }
    }
}

fn fact(locale: &Locale, label: &str, value: Markup) -> Markup {
    html! { div { dt { (locale.text(label)) } dd { (value) } } }
}

fn one(visitor: &Visitor, contact: &ContactState, attribute: &Attribute) -> Markup {
    let locale = &visitor.locale;
    let ltr = matches!(
        attribute.kind(),
        AttributeKind::Phone | AttributeKind::Email | AttributeKind::Link | AttributeKind::Card
    );
    html! {
        div {
            dt { @if attribute.masked { (icon("lock")) } (outside(&locale.attribute(&attribute.key))) }
            dd {
                @if ltr && attribute.value.len() <= 200 { (key(&attribute.value)) }
                @else { (layout::outside(locale, &attribute.value)) }
                @if attribute.masked { (reveal(visitor, contact, MaskedItem::Attribute, &attribute.key, attribute.revealable)) }
            }
        }
    }
}

fn personal(
    visitor: &Visitor,
    contact: &ContactState,
    item: MaskedItem,
    value: Option<&Personal>,
    label: &str,
) -> Markup {
    let locale = &visitor.locale;
    html! {
        @if let Some(value) = value {
            div {
                dt { @if value.masked { (icon("lock")) } (locale.text(label)) }
                dd {
                    (key(&value.value))
                    @if value.masked { (reveal(visitor, contact, item, "", value.revealable)) }
                }
            }
        }
    }
}

/// How a hidden value is had: by asking, with a reason that is recorded.
fn reveal(
    visitor: &Visitor,
    contact: &ContactState,
    item: MaskedItem,
    attribute: &str,
    revealable: bool,
) -> Markup {
    let locale = &visitor.locale;
    html! {
        @if revealable {
            a.btn.small href={
                (contact_address(visitor, &contact.contact_id)) "/reveal?item=" (item.as_str_name())
                "&attribute=" (crate::supervisor::table::in_address(attribute))
            } data-panel { (locale.text("supervisor-reveal")) }
        } @else {
            span.quiet.small { (locale.text("supervisor-not-shown")) }
        }
    }
}

/// The panel that asks why a hidden value is to be shown, or shows it.
pub(crate) fn reveal_panel(
    visitor: &Visitor,
    contact: &str,
    (item, attribute): (MaskedItem, &str),
    shown: Option<Result<String, String>>,
) -> Markup {
    let locale = &visitor.locale;
    let name = match item {
        MaskedItem::CustomerKey => locale.text("supervisor-customer"),
        MaskedItem::Dial => locale.text("supervisor-dial"),
        MaskedItem::Attribute | MaskedItem::Unspecified => crate::texts::shown(attribute),
    };
    let address = contact_address(visitor, contact);
    html! {
        section #doing.panel aria-labelledby="panel-title" data-open {
            form method="post" action={ (address) "/reveal" } data-act {
                h2 #panel-title tabindex="-1" { (locale.text_with("supervisor-reveal-title", &[("name", Arg::from(&name))])) }
                @match shown {
                    Some(Ok(value)) => {
                        p.revealed { (layout::outside(locale, &value)) }
                        p.quiet.small { (locale.text("supervisor-revealed")) }
                        div.go { a.btn href=(address) data-close { (locale.text("common-close")) } }
                    }
                    other => {
                        @if let Some(Err(refused)) = other {
                            p.lacks role="alert" { (icon("warn")) span { (refused) } }
                        }
                        p { (locale.text("supervisor-follows-reveal")) }
                        (layout::hidden(visitor))
                        input type="hidden" name="item" value=(item.as_str_name());
                        input type="hidden" name="attribute" value=(attribute);
                        label.field for="panel-reason" {
                            span { (locale.text("supervisor-why")) }
                            input #panel-reason name="reason" required maxlength="500" autocomplete="off";
                        }
                        div.go {
                            button.btn.primary type="submit" { (locale.text("supervisor-reveal")) }
                            a.btn href=(address) data-close { (locale.text("common-cancel")) }
                        }
                    }
                }
            }
        }
    }
}

/// What happened, oldest first.
fn timeline(visitor: &Visitor, story: &Story) -> Markup {
    let locale = &visitor.locale;
    html! {
        section #timeline.card {
            h2 { (locale.text("supervisor-timeline")) }
            ol.timeline {
                @for (at_ms, step) in &story.steps {
                    li { (to_the_second(locale, *at_ms)) div { (self::step(visitor, step)) } }
                }
            }
        }
    }
}

fn step(visitor: &Visitor, step: &Step) -> Markup {
    let locale = &visitor.locale;
    match step {
        Step::Joined {
            queue: name,
            order_ms,
        } => html! {
            p { (icon("give")) span {
                (locale.rich("supervisor-step-joined", &[], &[("queue", queue(visitor, name))]))
                @if *order_ms > 0 {
                    " " (locale.text_with("supervisor-step-keeps-place", &[("time", Arg::Ours(&locale.time_of_day(*order_ms)))]))
                }
            } }
        },
        Step::Offered(offer, chosen) => offered(visitor, offer, chosen.as_deref()),
        Step::Connected(handling) => connected(visitor, handling),
        Step::Left(visit) => left(visitor, visit),
        Step::Act(act) => html! {
            p { (icon("people")) span {
                (locale.rich("supervisor-step-act", &[("author", Arg::from(&act.author))], &[("act", acts::render::sentence(visitor, act))]))
                @if !act.reason.is_empty() { " " q { (outside(&act.reason)) } }
            } }
        },
        Step::Ended(cause) => html! {
            p { (icon("check")) span { (locale.rich(words::ended_by(*cause), &[], &[("time", html! {})])) } }
        },
    }
}

fn offered(visitor: &Visitor, offer: &Offer, chosen: Option<&Chosen>) -> Markup {
    let locale = &visitor.locale;
    html! {
        p { (icon("ringing")) span {
            (locale.rich("supervisor-step-offered", &[], &[("agent", agent(visitor, &offer.agent))]))
            " " (locale.text(words::offer_end(offer)))
            @if offer.ended_at_ms > 0 {
                " " span.quiet { "· " (locale.duration(offer.ended_at_ms - offer.made_at_ms)) }
            }
        } }
        @if let Some(chosen) = chosen {
            p.because { (because(visitor, &offer.agent, chosen)) }
            (details(locale, &chosen.decision))
        }
    }
}

/// Why this agent: "Bert: idle longest of 6; next was Anna".
pub(crate) fn because(visitor: &Visitor, winner: &str, chosen: &Chosen) -> Markup {
    let locale = &visitor.locale;
    let args = [("n", Arg::from(chosen.candidates))];
    let why = match chosen.decided {
        Decided::Assigned => locale.text("supervisor-because-assigned"),
        Decided::OnlyOne => locale.text("supervisor-because-only-one"),
        Decided::Behind => locale.text("supervisor-because-behind"),
        Decided::Tier => locale.text("supervisor-because-tier"),
        Decided::Leases => locale.text_with("supervisor-because-leases", &args),
        Decided::Number => locale.text_with("supervisor-because-number", &args),
        Decided::Idle(ms) => {
            let time = locale.duration(ms);
            let args = [args[0], ("time", Arg::Ours(&time))];
            locale.text_with("supervisor-because-idle", &args)
        }
        Decided::Order(order) => locale.text_with(by_order(order), &args),
    };
    html! {
        (agent(visitor, winner)) ": " (why)
        @if let Some(next) = &chosen.next {
            "; " (locale.rich("supervisor-next-was", &[], &[("agent", agent(visitor, next))]))
        }
    }
}

fn by_order(order: AgentOrder) -> &'static str {
    match order {
        AgentOrder::Unspecified | AgentOrder::LongestIdle => "supervisor-because-order",
        AgentOrder::MostSkilled => "supervisor-because-most-skilled",
        AgentOrder::LeastSkilled => "supervisor-because-least-skilled",
        AgentOrder::LeastOccupied => "supervisor-because-least-occupied",
        AgentOrder::FewestContacts => "supervisor-because-fewest-contacts",
        AgentOrder::RoundRobin => "supervisor-because-round-robin",
        AgentOrder::Linear => "supervisor-because-linear",
        AgentOrder::MostSpareCapacity => "supervisor-because-most-spare",
        AgentOrder::LeastLoaded => "supervisor-because-least-loaded",
        AgentOrder::Percent => "supervisor-because-percent",
        AgentOrder::Random => "supervisor-because-random",
    }
}

/// The figures behind it: the parts of the sort keys by their names, for who knows them.
fn details(locale: &Locale, decision: &Decision) -> Markup {
    let all = [decision.winner.as_ref(), decision.runner_up.as_ref()];
    let all: Vec<&RankedAgent> = all.into_iter().flatten().collect();
    let Some(first) = all.first() else {
        return html! {};
    };
    html! {
        details.code {
            summary { (locale.text("supervisor-details")) }
            div.scroll tabindex="0" {
                table dir="ltr" {
                    thead {
                        tr {
                            th scope="col" { "config " (decision.config_version) ", step " (decision.step) }
                            @for ranked in &all { th scope="col" { (outside(&ranked.agent)) } }
                        }
                    }
                    tbody {
                        @for (at, part) in first.key.iter().enumerate() {
                            tr.hot[part.name == decision.decided_by] {
                                th scope="row" { (part.name) }
                                @for ranked in &all {
                                    td.n { @if let Some(part) = ranked.key.get(at) { (part.value) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn connected(visitor: &Visitor, handling: &Handling) -> Markup {
    let locale = &visitor.locale;
    let lengths = [
        (handling.talk_ms, "supervisor-length-talk"),
        (handling.hold_ms, "supervisor-length-hold"),
        (wrapped_up(handling), "supervisor-length-wrap-up"),
    ];
    let lengths = lengths.into_iter().filter(|(ms, _)| *ms > 0);
    let lengths: Vec<_> = lengths
        .map(|(ms, id)| locale.text_with(id, &[("time", Arg::Ours(&locale.duration(ms)))]))
        .collect();
    let began = match (handling.attempt, handling.no_response) {
        (true, _) => "supervisor-step-attempt",
        (_, true) => "supervisor-step-no-response",
        _ => "supervisor-step-connected",
    };
    html! {
        p { (icon("talk")) span {
            (locale.rich(began, &[], &[("agent", agent(visitor, &handling.agent))]))
            @if !lengths.is_empty() { " " span.quiet { (lengths.join(&locale.text("supervisor-comma"))) } }
            @if handling.talk_ended_at_ms > 0 {
                " " (locale.rich(words::ended_by(handling.end_cause()), &[], &[("time", clock(locale, handling.talk_ended_at_ms))]))
            }
        } }
        @if handling.stuck { p { (icon("warn")) span { (locale.text("supervisor-unusual-stuck")) } } }
        @if let Some(disposition) = handling.disposition.as_ref().filter(|it| !it.code.is_empty()) {
            p.because { (locale.rich("supervisor-step-outcome", &[], &[("code", outside(&locale.disposition(&disposition.code)))])) }
        }
    }
}

/// How long the wrap-up lasted, if it is over.
fn wrapped_up(handling: &Handling) -> i64 {
    match handling.state() {
        HandlingState::Ended if handling.talk_ended_at_ms > 0 => {
            handling.ended_at_ms - handling.talk_ended_at_ms
        }
        _ => 0,
    }
}

fn left(visitor: &Visitor, visit: &VisitRecord) -> Markup {
    let locale = &visitor.locale;
    let waited = locale.duration(visit.ended_at_ms - visit.enqueued_at_ms);
    html! {
        p { (icon("next")) span {
            (locale.text(words::outcome(visit)))
            " " span.quiet { "· " (waited) }
            @if let Some(next) = words::next(visit.next()) {
                " " (locale.rich(next, &[], &[("name", match visit.next() {
                    NextPlace::Queue => queue(visitor, &visit.next_name),
                    NextPlace::Agent => agent(visitor, &visit.next_name),
                    _ => outside(&visit.next_name),
                })]))
            }
        } }
    }
}

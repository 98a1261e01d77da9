//! One agent as HTML: on a page of their own, and beside the list.

use acd_client::v1::{AgentState, Presence};
use maud::{Markup, html};

use super::view::{Served, View};
use crate::{
    layout::icon,
    live::Fragments,
    session::Visitor,
    supervisor::{
        acting::{Verb, acts_allowed, opener},
        acts,
        agents::{
            render::{hands, presence, slots},
            view::Doing,
        },
        contact::render::{examples, until},
        parts::{agent_address, clock, contact, doing, elapsed, queue, unusual},
        table::Query,
        words,
    },
    texts::{Arg, Locale, outside},
};

/// All of the agent, with the way back to the list.
pub(crate) fn page(visitor: &Visitor, view: &View, back: &str) -> Markup {
    let locale = &visitor.locale;
    html! {
        div.story.agent {
            nav.crumbs aria-label=(locale.text("supervisor-crumbs")) {
                a href=(back) data-soft { (icon("back")) (locale.text("supervisor-to-agents")) }
            }
            @for (_, part) in fragments(visitor, view) { (part) }
        }
    }
}

/// What is said where there is no such agent any more.
pub(crate) fn gone(visitor: &Visitor, name: &str, back: &str) -> Markup {
    let locale = &visitor.locale;
    html! {
        div.story.agent {
            nav.crumbs aria-label=(locale.text("supervisor-crumbs")) {
                a href=(back) data-soft { (icon("back")) (locale.text("supervisor-to-agents")) }
            }
            p.empty { (locale.text_with("supervisor-refused-unknown-agent", &[("name", Arg::from(name))])) }
        }
    }
}

/// The live elements.
pub(crate) fn fragments(visitor: &Visitor, view: &View) -> Fragments {
    vec![
        ("agent-head".to_owned(), head(visitor, view)),
        ("agent-acts".to_owned(), buttons(visitor, view)),
        ("agent-why".to_owned(), why(visitor, view)),
        ("agent-facts".to_owned(), facts(visitor, view)),
    ]
}

fn head(visitor: &Visitor, view: &View) -> Markup {
    let locale = &visitor.locale;
    let row = &view.row;
    html! {
        header #agent-head.head {
            h1 { a href=(agent_address(visitor, &row.name)) { (outside(&row.name)) } }
            p.now {
                (doing(locale, row.doing)) " " (elapsed(locale, row.since_ms))
                (presence(locale, row))
            }
            @if view.state.return_at_ms > 0 && row.doing == Doing::NotReady {
                p.small { (locale.rich("supervisor-returns-at", &[], &[("time", clock(locale, view.state.return_at_ms))])) }
            }
            @if !row.unusual.is_empty() {
                p { @for mark in &row.unusual { (unusual(locale, mark)) " " } }
            }
            @if !row.held.is_empty() { div.hand { (hands(visitor, &row.held)) } }
        }
    }
}

fn buttons(visitor: &Visitor, view: &View) -> Markup {
    let locale = &visitor.locale;
    let name = &view.row.name;
    let is_in = view.state.presence() != Presence::Offline;
    let mut verbs = Vec::new();
    if is_in {
        if view.state.presence() != Presence::Ready || view.row.pending.is_some() {
            verbs.push(Verb::Ready);
        }
        verbs.extend([Verb::NotReady, Verb::Pause]);
        if !view.row.paused.is_empty() {
            verbs.push(Verb::Resume);
        }
        verbs.push(Verb::LogOut);
    }
    if !view.row.held.is_empty() {
        verbs.push(Verb::FreeAgent);
    }
    html! {
        div #agent-acts.acts role="group" aria-label=(locale.text("supervisor-acts")) {
            @if acts_allowed(visitor) {
                @for verb in verbs { (opener(visitor, "agent", verb, Some(name), verb.label())) }
            }
        }
    }
}

/// Why nothing comes, by queue.
fn why(visitor: &Visitor, view: &View) -> Markup {
    let locale = &visitor.locale;
    let waits = view.queues.iter().any(|served| served.contacts > 0);
    html! {
        section #agent-why.card {
            h2 { (locale.text("supervisor-why-nothing")) }
            @if !view.is_explained {
                p.quiet { (locale.text("common-loading")) }
            } @else if let Some(barred) = &view.barred {
                p.barred { (icon("warn")) span { (until(locale, barred, words::reason(locale, barred))) } }
            } @else if view.queues.is_empty() {
                p { (locale.text("supervisor-serves-nothing")) }
            } @else if !waits {
                p { (locale.text("supervisor-nobody-waits-for-them")) }
            }
            @if view.is_explained {
                ul.queues { @for served in &view.queues { (self::served(visitor, served)) } }
            }
            @if view.outside > 0 {
                p.quiet.small { (locale.text_with("supervisor-contacts-outside", &[("n", view.outside.into())])) }
            }
        }
    }
}

fn served(visitor: &Visitor, served: &Served) -> Markup {
    let locale = &visitor.locale;
    html! {
        li {
            p {
                (queue(visitor, &served.queue)) " "
                span.quiet { (locale.text_with("supervisor-in-queue-count", &[("n", served.contacts.into())])) }
                @if let Some((code, until_ms)) = &served.paused {
                    " " span.unusual { (icon("pause")) span {
                        (locale.rich("supervisor-paused-because", &[], &[("reason", outside(&locale.reason(code)))]))
                        @if *until_ms > 0 {
                            " " (locale.text_with("supervisor-until", &[("time", Arg::Ours(&locale.time_of_day(*until_ms)))]))
                        }
                    } }
                }
            }
            @if !served.reasons.is_empty() {
                ul.reasons {
                    @for class in &served.reasons {
                        li {
                            b.n { (locale.number(class.count.into())) } " "
                            (until(locale, class, words::reason(locale, class)))
                            (examples(visitor, class, |id| contact(visitor, id)))
                        }
                    }
                }
            }
        }
    }
}

fn facts(visitor: &Visitor, view: &View) -> Markup {
    let locale = &visitor.locale;
    let state = &view.state;
    html! {
        section #agent-facts.card.facts {
            h2 { (locale.text("supervisor-facts")) }
            dl {
                div { dt { (locale.text("supervisor-slots")) } dd.slots { (slots(locale, &view.row)) } }
                div { dt { (locale.text("supervisor-today")) } dd { (locale.number(state.handled_today.into())) } }
                @if state.logged_in_at_ms > 0 {
                    div { dt { (locale.text("supervisor-logged-in-since")) } dd { (clock(locale, state.logged_in_at_ms)) } }
                }
                @if !state.skills.is_empty() {
                    div { dt { (locale.text("supervisor-skills")) } dd { (skills(locale, state)) } }
                }
                @if !state.teams.is_empty() {
                    div { dt { (locale.text("supervisor-team")) } dd { (list(locale, &state.teams)) } }
                }
                @if !state.site.is_empty() {
                    div { dt { (locale.text("supervisor-site")) } dd { (outside(&state.site)) } }
                }
                div {
                    dt { (locale.text("supervisor-acts")) }
                    dd {
                        a href={
                            (visitor.path(acts::render::PATH))
                            (Query::default().filtered("agent", &state.agent).address())
                        } { (locale.text("supervisor-acts-to-them")) }
                    }
                }
                @if state.on_demand {
                    div {
                        dt { (locale.text("supervisor-on-demand")) }
                        dd { (locale.text(match state.next_requested {
                            true => "supervisor-has-asked",
                            false => "supervisor-has-not-asked",
                        })) }
                    }
                }
            }
        }
    }
}

fn skills(locale: &Locale, state: &AgentState) -> Markup {
    html! {
        @for skill in &state.skills {
            span.slot { (outside(&skill.skill)) " " b { (locale.number(skill.level.into())) } }
        }
    }
}

fn list(locale: &Locale, names: &[String]) -> Markup {
    let comma = locale.text("supervisor-comma");
    html! {
        @for (at, name) in names.iter().enumerate() {
            @if at > 0 { (comma) }
            (outside(name))
        }
    }
}

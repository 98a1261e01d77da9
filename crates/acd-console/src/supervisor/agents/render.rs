//! The table of agents as HTML.

use acd_client::v1::Presence;
use maud::{Markup, html};

use super::view::{Column, Doing, Held, Row};
use crate::{
    layout::icon,
    live::Fragments,
    session::Visitor,
    supervisor::{
        acting::{Verb, chooser},
        parts::{
            channel, column, contact, doing, elapsed, filter, id, nothing, queue_choices, search,
            turn, unusual,
        },
        table::{Part, Query},
        words,
    },
    texts::{Arg, Locale, outside},
};

/// Where the table is.
pub(crate) const PATH: &str = "/agents";
const COLUMNS: usize = 6;

/// What agents may be filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choices {
    pub(crate) teams: Vec<String>,
    pub(crate) queues: Vec<String>,
}

/// Search, filters and table.
pub(crate) fn table(
    visitor: &Visitor,
    query: &Query,
    choices: &Choices,
    part: &Part<Row>,
) -> Markup {
    let locale = &visitor.locale;
    let (sorted, down) = Column::of(query);
    let head = |by: Column, label, starts_down, class| {
        let sorted = (by == sorted).then_some(down);
        column(
            visitor,
            PATH,
            query,
            (by.name(), label),
            sorted,
            starts_down,
            class,
        )
    };
    let filters = filters(locale, query, choices);
    html! {
        (search(visitor, PATH, query, "supervisor-search-agents", &filters))
        div.above { (count(locale, query, part)) }
        table.rows data-live="agents" {
            thead {
                tr {
                    th.pick scope="col" {
                        input type="checkbox" data-all aria-label=(locale.text("supervisor-choose-all"));
                    }
                    (head(Column::Name, "supervisor-agent", false, ""))
                    (head(Column::Since, "supervisor-state", true, ""))
                    th scope="col" { (locale.text("supervisor-in-hand")) }
                    th.wide scope="col" { (locale.text("supervisor-slots")) }
                    (head(Column::Today, "supervisor-today", true, "n"))
                }
            }
            tbody #agents {
                @for (_, row) in rows(visitor, query, part) { (row) }
            }
        }
        (turn(visitor, PATH, query, part))
        (chooser(visitor, "agent", &[Verb::Ready, Verb::NotReady, Verb::Pause, Verb::Resume, Verb::LogOut]))
    }
}

/// The rows of the page, each with its id; one that says that there are none, if there are none.
pub(crate) fn rows(visitor: &Visitor, query: &Query, part: &Part<Row>) -> Fragments {
    if part.rows.is_empty() {
        let none = nothing(visitor, PATH, query, COLUMNS, "supervisor-no-agents");
        return vec![("nothing".to_owned(), none)];
    }
    let rows = part.rows.iter();
    rows.map(|agent| (id("agent", &agent.name), row(visitor, query, agent)))
        .collect()
}

/// What is live besides the rows.
pub(crate) fn around(visitor: &Visitor, query: &Query, part: &Part<Row>) -> Fragments {
    vec![
        ("count".to_owned(), count(&visitor.locale, query, part)),
        ("turn".to_owned(), turn(visitor, PATH, query, part)),
    ]
}

fn filters(locale: &Locale, query: &Query, choices: &Choices) -> Markup {
    let mut states = vec![
        ("all".to_owned(), locale.text("supervisor-filter-anyone")),
        (
            "unusual".to_owned(),
            locale.text("supervisor-filter-unusual"),
        ),
    ];
    let doings = Doing::ALL.into_iter();
    states.extend(doings.map(|it| (it.name().to_owned(), locale.text(words::doing(it)))));
    let teams: Vec<_> = choices
        .teams
        .iter()
        .map(|it| (it.clone(), it.clone()))
        .collect();
    let queues = queue_choices(locale, &choices.queues);
    html! {
        (filter(locale, query, "state", "supervisor-state", "supervisor-filter-logged-in", &states))
        (filter(locale, query, "team", "supervisor-team", "supervisor-filter-any-team", &teams))
        (filter(locale, query, "queue", "supervisor-queue", "supervisor-filter-any-queue", &queues))
    }
}

fn count(locale: &Locale, query: &Query, part: &Part<Row>) -> Markup {
    let (sorted, down) = Column::of(query);
    let order = match (sorted, down) {
        (Column::Since, true) => "supervisor-order-longest",
        (Column::Since, false) => "supervisor-order-shortest",
        (Column::Name, _) => "supervisor-order-name",
        (Column::State, _) => "supervisor-order-state",
        (Column::Today, _) => "supervisor-order-today",
    };
    let order = locale.text(order);
    let args = [("n", Arg::from(part.found)), ("order", Arg::Ours(&order))];
    html! { p #count.count { (locale.text_with("supervisor-count-agents", &args)) } }
}

/// One agent.
pub(crate) fn row(visitor: &Visitor, query: &Query, agent: &Row) -> Markup {
    let locale = &visitor.locale;
    let is_open = query.open.as_deref() == Some(&agent.name);
    let open = query.opening((!is_open).then_some(&agent.name));
    let address = visitor.path(&format!("{PATH}{}", open.address()));
    let choose = locale.text_with("supervisor-choose-one", &[("name", Arg::from(&agent.name))]);
    html! {
        tr id=(id("agent", &agent.name)) data-open[is_open] {
            td.pick {
                input type="checkbox" form="chosen" name="agent" value=(agent.name) aria-label=(choose);
            }
            th scope="row" {
                a.open href=(address) data-soft aria-current=[is_open.then_some("true")] { (outside(&agent.name)) }
                @if let Some(team) = &agent.team { small { (outside(team)) } }
            }
            td.state {
                (doing(locale, agent.doing)) " " (elapsed(locale, agent.since_ms))
                (presence(locale, agent))
                @for mark in &agent.unusual { (unusual(locale, mark)) }
            }
            td.hand { (hands(visitor, &agent.held)) }
            td.wide.slots data-label=(locale.text("supervisor-slots")) { (slots(locale, agent)) }
            td.n data-label=(locale.text("supervisor-today")) { (locale.number(agent.today.into())) }
        }
    }
}

/// Why they are not ready, and what will be once their hands are free.
pub(crate) fn presence(locale: &Locale, agent: &Row) -> Markup {
    html! {
        @if !agent.reason.is_empty() {
            small.reason {
                @if agent.doing != Doing::NotReady { (locale.text("supervisor-doing-not-ready")) ": " }
                (outside(&locale.reason(&agent.reason)))
            }
        }
        @match &agent.pending {
            Some((Presence::Offline, _)) => small.reason { (locale.text("supervisor-leaves-after")) },
            Some((_, reason)) => small.reason {
                (locale.rich("supervisor-then", &[], &[("reason", outside(&locale.reason(reason)))]))
            },
            None => {},
        }
    }
}

/// What they have in hand.
pub(crate) fn hands(visitor: &Visitor, held: &[Held]) -> Markup {
    let locale = &visitor.locale;
    html! {
        @for one in held {
            span.one {
                @if !one.channel.is_empty() { (channel(locale, &one.channel)) }
                (contact(visitor, &one.contact)) " " span.quiet { (outside(&locale.queue(&one.queue))) }
                @if one.stuck { " " (icon("warn")) span.unseen { (locale.text("supervisor-unusual-stuck")) } }
            }
        }
    }
}

/// How many of their slots are taken.
pub(crate) fn slots(locale: &Locale, agent: &Row) -> Markup {
    html! {
        @for on in &agent.slots {
            span.slot {
                (channel(locale, &on.channel))
                bdi dir="ltr" { (locale.number(on.taken as u64)) "/" (locale.number(on.capacity.into())) }
            }
        }
    }
}

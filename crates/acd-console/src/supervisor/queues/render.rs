//! The table of queues as HTML.

use acd_client::v1::QueueOpening;
use maud::{Markup, html};

use super::view::{Column, Row};
use crate::{
    layout::icon,
    live::Fragments,
    mirror::Standing,
    session::Visitor,
    supervisor::{
        acting::{Verb, acts_allowed, opener},
        agents, parts,
        parts::{column, elapsed, filter, id, nothing, search, turn},
        table::{Part, Query},
        words,
    },
    texts::{Arg, Locale, outside},
};

/// Where the table is.
pub(crate) const PATH: &str = "/queues";
const COLUMNS: usize = 9;

/// Search, filter and table.
pub(crate) fn table(visitor: &Visitor, query: &Query, emergency: bool, part: &Part<Row>) -> Markup {
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
    let states = [
        ("help", "supervisor-filter-help"),
        (Standing::Late.name(), "supervisor-late"),
        (Standing::AtRisk.name(), "supervisor-at-risk"),
        (Standing::Closed.name(), "supervisor-closed"),
        (Standing::Draining.name(), "supervisor-draining"),
    ]
    .map(|(name, label)| (name.to_owned(), locale.text(label)));
    let filters = filter(
        locale,
        query,
        "state",
        "supervisor-state",
        "supervisor-filter-any-state",
        &states,
    );
    html! {
        (search(visitor, PATH, query, "supervisor-search-queues", &filters))
        (emergency_bar(visitor, emergency))
        div.above { (count(locale, part)) }
        table.rows data-live="queues" {
            thead {
                tr {
                    (head(Column::Standing, "supervisor-state", false, ""))
                    (head(Column::Name, "supervisor-queue", false, ""))
                    (head(Column::Waiting, "supervisor-waiting", true, "n"))
                    (head(Column::Longest, "supervisor-longest", true, "n"))
                    (head(Column::Level, "supervisor-level", false, "n"))
                    th.n.wide scope="col" { (locale.text("supervisor-predicted")) }
                    (head(Column::Free, "supervisor-free", true, "n"))
                    th.wide scope="col" { (locale.text("supervisor-steps")) }
                    th scope="col" { span.unseen { (locale.text("supervisor-acts")) } }
                }
            }
            tbody #queues {
                @for (_, row) in rows(visitor, query, part) { (row) }
            }
        }
        (turn(visitor, PATH, query, part))
    }
}

/// The rows of the page, each with its id; one that says that there are none, if there are none.
pub(crate) fn rows(visitor: &Visitor, query: &Query, part: &Part<Row>) -> Fragments {
    if part.rows.is_empty() {
        let none = nothing(visitor, PATH, query, COLUMNS, "supervisor-no-queues");
        return vec![("nothing".to_owned(), none)];
    }
    let rows = part.rows.iter();
    rows.map(|queue| (id("queue", &queue.name), row(visitor, queue)))
        .collect()
}

/// What is live besides the rows.
pub(crate) fn around(
    visitor: &Visitor,
    query: &Query,
    emergency: bool,
    part: &Part<Row>,
) -> Fragments {
    vec![
        ("count".to_owned(), count(&visitor.locale, part)),
        ("turn".to_owned(), turn(visitor, PATH, query, part)),
        ("emergency".to_owned(), emergency_bar(visitor, emergency)),
    ]
}

fn count(locale: &Locale, part: &Part<Row>) -> Markup {
    let args = [("n", Arg::from(part.found))];
    html! { p #count.count { (locale.text_with("supervisor-count-queues", &args)) } }
}

/// Whether all queues are closed in an emergency, and what to do about it.
fn emergency_bar(visitor: &Visitor, emergency: bool) -> Markup {
    let locale = &visitor.locale;
    html! {
        div #emergency.emergency data-on[emergency] {
            @if !acts_allowed(visitor) {
                @if emergency { p { (icon("late")) (locale.text("supervisor-emergency-on")) } }
            } @else if emergency {
                p { (icon("late")) (locale.text("supervisor-emergency-on")) }
                (opener(visitor, "queue", Verb::Open, None, "supervisor-act-open-all"))
            } @else {
                (opener(visitor, "queue", Verb::Close, None, "supervisor-act-close-all"))
            }
        }
    }
}

/// How a queue stands: shape, word and colour.
fn standing(locale: &Locale, queue: &Row) -> Markup {
    let (drawn, word) = match queue.standing {
        Standing::Late => ("late", "supervisor-late"),
        Standing::AtRisk => ("risk", "supervisor-at-risk"),
        Standing::Fine if queue.level.is_none() => ("offline", "supervisor-open"),
        Standing::Fine => ("ok", "supervisor-on-target"),
        Standing::Closed => ("closed", words::closed(queue.opening)),
        Standing::Draining => ("aside", "supervisor-draining"),
    };
    html! { span.mark.(queue.standing.name()) { (icon(drawn)) span { (locale.text(word)) } } }
}

/// One queue.
pub(crate) fn row(visitor: &Visitor, queue: &Row) -> Markup {
    let locale = &visitor.locale;
    let agents = Query::default().filtered("queue", &queue.name);
    let agents = visitor.path(&format!("{}{}", agents::render::PATH, agents.address()));
    let hot = |is: bool| if is { "n hot" } else { "n" };
    html! {
        tr id=(id("queue", &queue.name)) class=(queue.standing.name()) {
            td { (standing(locale, queue)) }
            th scope="row" {
                @if acts_allowed(visitor) {
                    a.open href=(parts::queue_address(visitor, &queue.name)) { (outside(&locale.queue(&queue.name))) }
                } @else { (outside(&locale.queue(&queue.name))) }
                (beside(locale, queue))
            }
            td.n data-label=(locale.text("supervisor-waiting")) {
                b { (locale.number(queue.waiting.into())) }
                @if queue.ringing > 0 {
                    small { (locale.text_with("supervisor-ringing-too", &[("n", queue.ringing.into())])) }
                }
            }
            td class=(hot(queue.reasons.waited)) data-label=(locale.text("supervisor-longest")) {
                @if queue.longest_since_ms > 0 { b { (elapsed(locale, queue.longest_since_ms)) } }
                @else { span.quiet { "–" } }
            }
            td class=(hot(queue.reasons.level)) data-label=(locale.text("supervisor-level")) { (level(locale, queue)) }
            td.n.wide data-label=(locale.text("supervisor-predicted")) { (predicted(locale, queue)) }
            td class=(hot(queue.reasons.nobody)) data-label=(locale.text("supervisor-free")) {
                @if acts_allowed(visitor) { a href=(agents) { b { (locale.number(queue.free.into())) } } }
                @else { b { (locale.number(queue.free.into())) } }
                small {
                    (locale.text_with("supervisor-of-staff", &[
                        ("ready", queue.ready.into()),
                        ("all", queue.logged_in.into()),
                    ]))
                    @if queue.paused > 0 {
                        (locale.text("supervisor-comma"))
                        (locale.text_with("supervisor-paused-count", &[("n", queue.paused.into())]))
                    }
                }
            }
            td.wide.steps {
                @for step in queue.steps.iter().filter(|_| queue.steps.len() > 1) {
                    span.slot {
                        (locale.text_with("supervisor-step-count", &[
                            ("step", (step.step + 1).into()),
                            ("n", step.visits.into()),
                        ]))
                    }
                }
            }
            td.do {
                @if !acts_allowed(visitor) {
                } @else if queue.opening == QueueOpening::Emergency {
                    (opener(visitor, "queue", Verb::Open, Some(&queue.name), "supervisor-act-open"))
                } @else {
                    (opener(visitor, "queue", Verb::Close, Some(&queue.name), "supervisor-act-close"))
                }
            }
        }
    }
}

/// What stands small beside the name.
fn beside(locale: &Locale, queue: &Row) -> Markup {
    let counted = [
        (queue.talking, "supervisor-talking-count"),
        (queue.callbacks, "supervisor-callback-count"),
        (queue.scheduled, "supervisor-scheduled-count"),
    ];
    let counted = counted.into_iter().filter(|(n, _)| *n > 0);
    let counted = counted.map(|(n, id)| locale.text_with(id, &[("n", n.into())]));
    let reserve = queue
        .reserve
        .then(|| locale.text("supervisor-reserve-joined"));
    let all: Vec<_> = counted.chain(reserve).collect();
    html! {
        @if !all.is_empty() { small { (all.join(&locale.text("supervisor-comma"))) } }
    }
}

/// The level of the last half hour against its goal.
fn level(locale: &Locale, queue: &Row) -> Markup {
    html! {
        @match queue.level {
            Some(level) => b { (locale.percent(f64::from(level.percent()) / 100.0)) },
            None => span.quiet title=(locale.text("supervisor-level-too-few")) { "–" },
        }
        @if queue.goal > 0 {
            small {
                (locale.text_with("supervisor-goal", &[
                    ("goal", Arg::Ours(&locale.percent(f64::from(queue.goal) / 100.0))),
                    ("time", Arg::Ours(&locale.duration(queue.in_ms))),
                ]))
            }
        }
    }
}

/// How long one who joins now is thought to wait: half of them, four of five.
fn predicted(locale: &Locale, queue: &Row) -> Markup {
    html! {
        @for on in &queue.predicted {
            span.one {
                @if queue.predicted.len() > 1 { (parts::channel(locale, &on.channel)) }
                @match &on.wait {
                    Some(wait) => bdi dir="ltr" {
                        (locale.duration(wait.p50_ms)) "–" (locale.duration(wait.p80_ms))
                    },
                    None => span.quiet { (locale.text("supervisor-nobody-serves")) },
                }
            }
        }
    }
}

//! The table of contacts as HTML.

use acd_client::v1::awaited::Who;
use maud::{Markup, html};

use super::view::{Column, Place, Row};
use crate::{
    layout::icon,
    live::Fragments,
    session::Visitor,
    supervisor::{
        acting::{Verb, chooser},
        parts::{
            agent, channel, clock, column, contact_address, elapsed, filter, id, key, names,
            nothing, place, queue_choices, remaining, search, signed, turn,
        },
        table::{Part, Query},
        words,
    },
    texts::{Arg, Locale, outside},
};

/// Where the table is.
pub(crate) const PATH: &str = "/contacts";
const COLUMNS: usize = 9;

/// What contacts may be filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choices {
    pub(crate) queues: Vec<String>,
    pub(crate) channels: Vec<String>,
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
        (search(visitor, PATH, query, "supervisor-search-contacts", &filters))
        div.above { (count(locale, part)) }
        table.rows data-live="contacts" {
            thead {
                tr {
                    th.pick scope="col" {
                        input type="checkbox" data-all aria-label=(locale.text("supervisor-choose-all"));
                    }
                    th scope="col" { (locale.text("supervisor-contact")) }
                    (head(Column::Waited, "supervisor-waited", true, ""))
                    (head(Column::Queue, "supervisor-queue", false, ""))
                    (head(Column::Position, "supervisor-position", false, "n"))
                    th.wide scope="col" { (locale.text("supervisor-needs")) }
                    (head(Column::Priority, "supervisor-priority", true, "n"))
                    (head(Column::AnswerBy, "supervisor-answer-by", false, "wide"))
                    (head(Column::Offers, "supervisor-offers", true, "n wide"))
                }
            }
            tbody #contacts {
                @for (_, row) in rows(visitor, query, part) { (row) }
            }
        }
        (turn(visitor, PATH, query, part))
        (chooser(visitor, "contact", &[Verb::Move, Verb::Priority, Verb::Withdraw]))
    }
}

/// The rows of the page, each with its id; one that says that there are none, if there are none.
pub(crate) fn rows(visitor: &Visitor, query: &Query, part: &Part<Row>) -> Fragments {
    if part.rows.is_empty() {
        let none = nothing(visitor, PATH, query, COLUMNS, "supervisor-no-contacts");
        return vec![("nothing".to_owned(), none)];
    }
    let rows = part.rows.iter();
    rows.map(|contact| (id("contact", &contact.id), row(visitor, contact)))
        .collect()
}

/// What is live besides the rows.
pub(crate) fn around(visitor: &Visitor, query: &Query, part: &Part<Row>) -> Fragments {
    vec![
        ("count".to_owned(), count(&visitor.locale, part)),
        ("turn".to_owned(), turn(visitor, PATH, query, part)),
    ]
}

fn filters(locale: &Locale, query: &Query, choices: &Choices) -> Markup {
    let mut places = vec![
        ("all".to_owned(), locale.text("supervisor-filter-anywhere")),
        (
            "alerted".to_owned(),
            locale.text("supervisor-filter-alerted"),
        ),
    ];
    let open = [
        Place::Waiting,
        Place::Ringing,
        Place::Talking,
        Place::Parked,
        Place::Scheduled,
        Place::Leaving,
    ];
    places.extend(open.map(|it| (it.name().to_owned(), locale.text(words::place(it)))));
    let queues = queue_choices(locale, &choices.queues);
    let channels = choices.channels.iter();
    let channels: Vec<_> = channels
        .map(|name| (name.clone(), words::channel(locale, name)))
        .collect();
    html! {
        (filter(locale, query, "place", "supervisor-place", "supervisor-filter-in-queue", &places))
        (filter(locale, query, "queue", "supervisor-queue", "supervisor-filter-any-queue", &queues))
        (filter(locale, query, "channel", "supervisor-channel", "supervisor-filter-any-channel", &channels))
    }
}

fn count(locale: &Locale, part: &Part<Row>) -> Markup {
    let args = [("n", Arg::from(part.found))];
    html! { p #count.count { (locale.text_with("supervisor-count-contacts", &args)) } }
}

/// One contact.
pub(crate) fn row(visitor: &Visitor, contact: &Row) -> Markup {
    let locale = &visitor.locale;
    let choose = locale.text_with("supervisor-choose-one", &[("name", Arg::from(&contact.id))]);
    let page = contact_address(visitor, &contact.id);
    html! {
        tr id=(id("contact", &contact.id)) class=[contact.alerted.then_some("late")] {
            td.pick {
                input type="checkbox" form="chosen" name="contact" value=(contact.id) aria-label=(choose);
            }
            th scope="row" {
                (channel(locale, &contact.channel)) " "
                a.open href=(page) { (key(&contact.id)) }
            }
            td.state {
                (place(locale, contact.place)) " "
                @match contact.place {
                    Place::Scheduled => (clock(locale, contact.scheduled_at_ms)),
                    _ => (elapsed(locale, contact.since_ms)),
                }
                @if contact.alerted {
                    span.unusual { (icon("late")) span { (locale.text("supervisor-alerted")) } }
                }
                @if !contact.agents.is_empty() { small { (names(visitor, &contact.agents)) } }
            }
            td {
                (outside(&locale.queue(&contact.queue)))
                @if contact.place.is_queue() && contact.step > 0 {
                    small { (locale.text_with("supervisor-in-step", &[("step", (contact.step + 1).into())])) }
                }
            }
            @if contact.position > 0 {
                td.n data-label=(locale.text("supervisor-position")) { (locale.number(contact.position.into())) }
            } @else { td.n {} }
            td.wide { (needs(visitor, contact)) }
            td.n data-label=(locale.text("supervisor-priority")) { (signed(locale, contact.priority)) }
            td.wide.hot[contact.late] {
                (remaining(locale, contact.answer_until_ms))
                @if contact.late { small { (locale.text("supervisor-answer-late")) } }
            }
            td.n.wide data-label=(locale.text("supervisor-offers")) { (locale.number(contact.offers.into())) }
        }
    }
}

/// What it asks for, and whom it waits for.
fn needs(visitor: &Visitor, contact: &Row) -> Markup {
    let locale = &visitor.locale;
    html! {
        @if let Some(needs) = &contact.needs { (words::needs(locale, needs)) }
        @match &contact.awaited {
            Some(Who::Agent(name)) => small {
                (locale.rich("supervisor-awaits-agent", &[], &[("agent", agent(visitor, name))]))
            },
            Some(Who::Team(team)) => small {
                (locale.text_with("supervisor-awaits-team", &[("team", Arg::from(team))]))
            },
            None => {},
        }
    }
}

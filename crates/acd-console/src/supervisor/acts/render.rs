//! Who did what to whom, as HTML.

use acd_client::v1::{ActKind, MaskedItem, Presence, RecordingState, SupervisorAct};
use maud::{Markup, html};

use super::view::Group;
use crate::{
    layout::icon,
    live::Fragments,
    session::Visitor,
    supervisor::{
        parts::{agent, contact, filter, queue, search, to_the_second},
        table::Query,
        words,
    },
    texts::{Arg, Locale, outside},
};

/// Where the page is.
pub(crate) const PATH: &str = "/acts";

/// One page of acts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Listed {
    /// The newest first.
    pub(crate) acts: Vec<SupervisorAct>,
    /// Where older ones are; empty: there are none.
    pub(crate) older: String,
    /// The instant of the newest one that was forgotten; 0: none was.
    pub(crate) forgotten_until_ms: i64,
}

/// Search, filter and list.
pub(crate) fn page(visitor: &Visitor, query: &Query, listed: &Listed) -> Markup {
    let locale = &visitor.locale;
    let kinds = Group::ALL.map(|group| (group.name().to_owned(), locale.text(label(group))));
    let filters = filter(
        locale,
        query,
        "kind",
        "supervisor-kind",
        "supervisor-filter-any-kind",
        &kinds,
    );
    html! {
        (search(visitor, PATH, query, "supervisor-search-acts", &filters))
        @for (_, part) in fragments(visitor, query, listed) { (part) }
        @if !listed.older.is_empty() {
            p.turn {
                a.btn href={
                    (visitor.path(PATH)) (joined(&query.address())) "older=" (crate::supervisor::table::in_address(&listed.older))
                } data-soft { (locale.text("supervisor-older")) (icon("next")) }
            }
        } @else if listed.forgotten_until_ms > 0 {
            p.quiet.small {
                (locale.text_with("supervisor-acts-forgotten", &[("time", Arg::Ours(&locale.moment(listed.forgotten_until_ms)))]))
            }
        }
    }
}

/// An address to which a further part can be added.
fn joined(address: &str) -> String {
    match address.is_empty() {
        true => "?".to_owned(),
        false => format!("{address}&"),
    }
}

/// The list, which is live as a whole: acts are few.
pub(crate) fn fragments(visitor: &Visitor, query: &Query, listed: &Listed) -> Fragments {
    let locale = &visitor.locale;
    let list = html! {
        div #list {
            @if listed.acts.is_empty() {
                p.empty {
                    (locale.text(match query.narrows() {
                        true => "supervisor-no-acts-found",
                        false => "supervisor-no-acts",
                    }))
                    @if query.narrows() {
                        " " a href=(visitor.path(PATH)) data-soft { (locale.text("supervisor-clear")) }
                    }
                }
            } @else {
                table.rows.acts-list {
                    thead {
                        tr {
                            th scope="col" { (locale.text("supervisor-when")) }
                            th scope="col" { (locale.text("supervisor-who")) }
                            th scope="col" { (locale.text("supervisor-what")) }
                            th scope="col" { (locale.text("supervisor-why")) }
                        }
                    }
                    tbody { @for act in &listed.acts { (row(visitor, act)) } }
                }
            }
        }
    };
    vec![("list".to_owned(), list)]
}

fn label(group: Group) -> &'static str {
    match group {
        Group::Contacts => "supervisor-kind-contacts",
        Group::Agents => "supervisor-kind-agents",
        Group::Queues => "supervisor-kind-queues",
        Group::Conversations => "supervisor-kind-conversations",
        Group::Reveals => "supervisor-kind-reveals",
    }
}

fn row(visitor: &Visitor, act: &SupervisorAct) -> Markup {
    let locale = &visitor.locale;
    html! {
        tr {
            td { (to_the_second(locale, act.at_ms)) small { (locale.date(act.at_ms)) } }
            th scope="row" { (outside(&act.author)) }
            td { (sentence(visitor, act)) }
            td { (outside(&act.reason)) }
        }
    }
}

/// What was done, from its structure.
pub(crate) fn sentence(visitor: &Visitor, act: &SupervisorAct) -> Markup {
    let locale = &visitor.locale;
    let whom = [
        ("agent", agent(visitor, &act.agent)),
        ("contact", contact(visitor, &act.contact_id)),
        ("queue", queue(visitor, &act.queue)),
        ("code", outside(&locale.reason(&act.reason_code))),
    ];
    let id = match act.kind() {
        ActKind::Unspecified => "supervisor-did-something",
        ActKind::AdjustContact => return adjusted(visitor, act),
        ActKind::AssignContact => "supervisor-did-assign",
        ActKind::WithdrawContact => "supervisor-did-withdraw",
        ActKind::FreeContact => "supervisor-did-free-contact",
        ActKind::ForcePresence if act.presence() == Presence::Ready => "supervisor-did-ready",
        ActKind::ForcePresence => "supervisor-did-not-ready",
        ActKind::ForceLogout => "supervisor-did-log-out",
        ActKind::FreeAgent => "supervisor-did-free-agent",
        ActKind::PauseAgent => "supervisor-did-pause",
        ActKind::ResumeAgent => "supervisor-did-resume",
        ActKind::Close if act.queue.is_empty() => "supervisor-did-close-all",
        ActKind::Close => "supervisor-did-close",
        ActKind::Open if act.queue.is_empty() => "supervisor-did-open-all",
        ActKind::Open => "supervisor-did-open",
        ActKind::MonitorContact => {
            let how = locale.text(words::monitor(act.monitor()));
            let args = [("how", Arg::Ours(&how))];
            return locale.rich("supervisor-did-monitor", &args, &whom);
        }
        ActKind::RecordContact => match act.recording() {
            RecordingState::On => "supervisor-did-record",
            RecordingState::Paused => "supervisor-did-pause-recording",
            RecordingState::Off | RecordingState::Unspecified => "supervisor-did-stop-recording",
        },
        ActKind::ReadPersonal => "supervisor-did-read-personal",
        ActKind::ErasePersonal => "supervisor-did-erase-personal",
        ActKind::Reveal => {
            let item = match act.item() {
                MaskedItem::CustomerKey => locale.text("supervisor-customer"),
                MaskedItem::Dial => locale.text("supervisor-dial"),
                MaskedItem::Attribute | MaskedItem::Unspecified => act.attribute.clone(),
            };
            let args = [("item", Arg::from(&item))];
            return locale.rich("supervisor-did-reveal", &args, &whom);
        }
    };
    locale.rich(id, &[], &whom)
}

/// What was changed of a contact.
fn adjusted(visitor: &Visitor, act: &SupervisorAct) -> Markup {
    let locale = &visitor.locale;
    let mut changes: Vec<Markup> = Vec::new();
    if !act.queue.is_empty() {
        let whom = [("queue", queue(visitor, &act.queue))];
        changes.push(locale.rich("supervisor-changed-queue", &[], &whom));
    }
    if let Some(change) = &act.adjustment {
        changes.extend(
            change_texts(locale, change)
                .into_iter()
                .map(|text| html! { (text) }),
        );
    }
    let comma = locale.text("supervisor-comma");
    let changes = html! {
        @for (at, change) in changes.iter().enumerate() {
            @if at > 0 { (comma) }
            (change)
        }
    };
    let parts = [
        ("contact", contact(visitor, &act.contact_id)),
        ("changes", changes),
    ];
    locale.rich("supervisor-did-adjust", &[], &parts)
}

fn change_texts(locale: &Locale, change: &acd_client::v1::ContactAdjustment) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(priority) = change.priority {
        texts.push(locale.text_with("supervisor-changed-priority", &[("n", priority.into())]));
    }
    if let Some(needs) = &change.requirement {
        let needs = words::needs(locale, needs);
        texts.push(locale.text_with("supervisor-changed-needs", &[("needs", Arg::Ours(&needs))]));
    }
    if let Some(ms) = change.age_offset_ms {
        let time = locale.duration(ms.abs());
        texts.push(locale.text_with("supervisor-changed-age", &[("time", Arg::Ours(&time))]));
    }
    if !change.attribute_keys.is_empty() {
        let keys = change.attribute_keys.join(&locale.text("supervisor-comma"));
        texts.push(locale.text_with(
            "supervisor-changed-attributes",
            &[("keys", Arg::from(&keys))],
        ));
    }
    if change.not_before_at_ms > 0 {
        let time = locale.moment(change.not_before_at_ms);
        texts.push(locale.text_with("supervisor-changed-date", &[("time", Arg::Ours(&time))]));
    }
    texts
}

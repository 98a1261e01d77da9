//! What a draft would change, and applying the very text that was tried.

use acd_client::configurator::Change;
use acd_client::v1::{
    ConfigChange, ConfigChangeKind, ConfigEffect, ConfigEffectKind, ConfigVersion, ContactEffect,
    DryRunResponse, ErrorReason, VisitOutcome,
};
use axum::{
    Form,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::difference::{self, Difference};
use super::document::{made_from, problems_part};
use super::{Looker, admit, confirmed, engine_words, has_errors, with_plain_ends};
use crate::{
    layout::{icon, outside},
    live::{self, Fragments},
    problem::Problem,
    session::Visitor,
    texts::Arg,
};

/// The most changes and contacts that are shown of each.
const SHOWN_MAX: usize = 200;

/// A draft to be tried, or applied.
#[derive(Deserialize)]
pub(super) struct Draft {
    document: String,
    /// The version it was made from.
    from: u64,
    /// The tenant's name, typed to confirm.
    #[serde(default)]
    name: String,
    /// Why, for the history.
    #[serde(default)]
    comment: String,
}

/// What came of a trial.
pub(super) struct Trial {
    /// The text that was tried.
    pub(super) document: String,
    /// The version it was made from.
    pub(super) from: u64,
    /// What the engine says.
    pub(super) run: DryRunResponse,
    /// The version in force, and how it differs from the draft, if the draft was made from another one.
    pub(super) other: Option<(ConfigVersion, Difference)>,
}

/// `POST /config/dry-run`
pub(super) async fn run(visitor: Visitor, Form(draft): Form<Draft>) -> Result<Response, Problem> {
    admit(&visitor)?;
    let it = Looker::of(&visitor);
    let trial = tried(&visitor, draft).await?;
    Ok(live::parts(0, &parts(&it, &trial)))
}

/// `POST /config/apply`: the text that was tried, whole or not at all.
pub(super) async fn apply(visitor: Visitor, Form(draft): Form<Draft>) -> Result<Response, Problem> {
    admit(&visitor)?;
    confirmed(&visitor, &draft.name, &draft.comment)?;
    let change = Change {
        document: with_plain_ends(&draft.document),
        expected_version: Some(draft.from),
        create: false,
        comment: draft.comment.clone(),
    };
    let applied = visitor.configurator().apply(&visitor.tenant, change).await;
    match applied {
        Ok(applied) => {
            let path = visitor.path(&format!("/config?applied={}", applied.version));
            Ok(Redirect::to(&path).into_response())
        }
        // Somebody was faster, or the document is valid no longer: what is so now is shown instead.
        Err(error)
            if matches!(
                error.reason(),
                Some(ErrorReason::ConfigVersionConflict | ErrorReason::ConfigInvalid)
            ) =>
        {
            let it = Looker::of(&visitor);
            let trial = tried(&visitor, draft).await?;
            Ok(live::parts(0, &parts(&it, &trial)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn tried(visitor: &Visitor, draft: Draft) -> Result<Trial, Problem> {
    let (configurator, tenant) = (visitor.configurator(), &visitor.tenant);
    let document = with_plain_ends(&draft.document);
    let run = configurator
        .dry_run(tenant, document.clone(), false)
        .await?;
    let is_other = !has_errors(&run.problems) && run.compared_version != draft.from;
    let other = match is_other {
        true => {
            let version = Some(run.compared_version);
            let known = configurator.get(tenant, version).await?;
            let difference = Difference::of(&known.document, &document);
            Some((known.version.unwrap_or_default(), difference))
        }
        false => None,
    };
    Ok(Trial {
        document,
        from: draft.from,
        run,
        other,
    })
}

/// The parts of the page that tell it.
pub(super) fn parts(it: &Looker<'_>, trial: &Trial) -> Fragments {
    vec![
        (
            "problems".to_owned(),
            problems_part(it, Some(&trial.run.problems)),
        ),
        ("from".to_owned(), made_from(trial.from)),
        ("trial".to_owned(), render(it, trial)),
    ]
}

/// The place of a trial before there is one.
pub(super) fn nothing_tried(it: &Looker<'_>) -> Markup {
    html! {
        section #trial.card aria-labelledby="trial-head" {
            h2 #trial-head { (it.text("administrator-trial")) }
            p.quiet { (it.text("administrator-nothing-tried")) }
        }
    }
}

/// What would change, for whom who waits, and how to apply it.
pub(super) fn render(it: &Looker<'_>, trial: &Trial) -> Markup {
    let run = &trial.run;
    html! {
        section #trial.card aria-labelledby="trial-head" {
            h2 #trial-head { (it.text("administrator-trial")) }
            @if has_errors(&run.problems) {
                p.error { (icon("late")) (it.text("administrator-not-applicable")) }
            } @else if let Some((other, difference)) = &trial.other {
                (conflict(it, trial, other, difference))
            } @else if run.changes.is_empty() {
                p.empty { (it.text("administrator-changes-nothing")) }
            } @else {
                div.columns {
                    (changes(it, &run.changes))
                    (effects(it, &run.effects))
                }
                (contacts(it, run))
                (apply_form(it, trial))
            }
        }
    }
}

fn changes(it: &Looker<'_>, changes: &[ConfigChange]) -> Markup {
    html! {
        div {
            h3 { (it.text("administrator-changes")) " " span.quiet { (it.locale.number(changes.len() as u64)) } }
            ul.changes {
                @for change in changes.iter().take(SHOWN_MAX) {
                    li { code { (outside(it.locale, &change.path)) } p { (what_changes(it, change)) } }
                }
            }
            (more(it, changes.len()))
        }
    }
}

fn effects(it: &Looker<'_>, effects: &[ConfigEffect]) -> Markup {
    html! {
        div {
            h3 { (it.text("administrator-effects")) }
            @if effects.is_empty() { p.empty { (it.text("administrator-no-effects")) } }
            ul.changes {
                @for effect in effects.iter().take(SHOWN_MAX) { li { (what_it_means(it, effect)) } }
            }
            (more(it, effects.len()))
        }
    }
}

/// How one thing differs: a word, and the values that are known.
fn what_changes(it: &Looker<'_>, change: &ConfigChange) -> Markup {
    let word = match change.kind() {
        ConfigChangeKind::Added => "administrator-change-added",
        ConfigChangeKind::Removed => "administrator-change-removed",
        ConfigChangeKind::Changed => "administrator-change-changed",
        ConfigChangeKind::Reordered => "administrator-change-reordered",
        ConfigChangeKind::Unspecified => return engine_words(it, &change.sentence),
    };
    let value =
        |value: &str| html! { bdi lang="en" dir="ltr" { code { (outside(it.locale, value)) } } };
    html! {
        span.quiet { (it.text(word)) } " "
        @if !change.before.is_empty() { (value(&change.before)) }
        @if !change.before.is_empty() && !change.after.is_empty() {
            " " (icon("give")) span.unseen { (it.text("administrator-then")) } " "
        }
        @if !change.after.is_empty() { (value(&change.after)) }
    }
}

/// What a change would mean for a queue, an agent or those who wait.
fn what_it_means(it: &Looker<'_>, effect: &ConfigEffect) -> Markup {
    let text = match effect.kind() {
        ConfigEffectKind::QueueDrains => "administrator-effect-drains",
        ConfigEffectKind::AgentLeaves => "administrator-effect-agent-leaves",
        ConfigEffectKind::ContactsLeave => "administrator-effect-leave",
        ConfigEffectKind::ContactsOffered => "administrator-effect-offered",
        ConfigEffectKind::ContactsLost => "administrator-effect-lost",
        ConfigEffectKind::ContactsFound => "administrator-effect-found",
        ConfigEffectKind::ContactsMoved => "administrator-effect-moved",
        ConfigEffectKind::Unspecified => return engine_words(it, &effect.sentence),
    };
    let args = [
        ("queue", Arg::Outside(effect.queue.as_str())),
        ("agent", Arg::Outside(&effect.agent)),
        ("n", effect.count.into()),
    ];
    html! { (it.locale.text_with(text, &args)) }
}

fn more(it: &Looker<'_>, count: usize) -> Markup {
    let args = [("n", count.saturating_sub(SHOWN_MAX).into())];
    html! {
        @if count > SHOWN_MAX { p.quiet { (it.locale.text_with("administrator-more", &args)) } }
    }
}

/// Those who wait now, and what it would mean for each.
fn contacts(it: &Looker<'_>, run: &DryRunResponse) -> Markup {
    let args = [("n", run.contacts_affected.into())];
    let shown = run.contacts.len().min(SHOWN_MAX);
    let affected = usize::try_from(run.contacts_affected).unwrap_or(usize::MAX);
    html! {
        h3 { (it.locale.text_with("administrator-contacts-affected", &args)) }
        @if !run.contacts.is_empty() {
            div.table-scroll tabindex="0" role="region" aria-label=(it.text("administrator-contacts")) {
                table {
                    thead { tr {
                        th scope="col" { (it.text("administrator-contact")) }
                        th scope="col" { (it.text("administrator-queue")) }
                        th.n scope="col" { (it.text("administrator-place")) }
                        th.n scope="col" { (it.text("administrator-matching")) }
                        th scope="col" { (it.text("administrator-becomes")) }
                    } }
                    tbody {
                        @for contact in run.contacts.iter().take(SHOWN_MAX) { (contact_row(it, contact)) }
                    }
                }
            }
            @if affected > shown {
                p.quiet { (it.locale.text_with("administrator-more", &[("n", (affected - shown).into())])) }
            }
        }
    }
}

fn contact_row(it: &Looker<'_>, contact: &ContactEffect) -> Markup {
    html! {
        tr {
            th scope="row" { (outside(it.locale, &contact.contact_id)) }
            td { (outside(it.locale, &contact.queue)) }
            td.n {
                @if contact.position_after == 0 { (it.locale.number(contact.position_before.into())) }
                @else { (from_to(it, contact.position_before, contact.position_after)) }
            }
            td.n { (from_to(it, contact.matching_agents_before, contact.matching_agents_after)) }
            td { (becomes(it, contact)) }
        }
    }
}

/// "3 → 1", mirrored with the text around it; one number if it stays.
fn from_to(it: &Looker<'_>, before: u32, after: u32) -> Markup {
    let (before_text, after_text) = (
        it.locale.number(before.into()),
        it.locale.number(after.into()),
    );
    html! {
        (before_text)
        @if before != after { " " (icon("give")) span.unseen { (it.text("administrator-then")) } " " b { (after_text) } }
    }
}

/// What becomes of a contact at once.
fn becomes(it: &Looker<'_>, contact: &ContactEffect) -> Markup {
    let ends = match contact.outcome() {
        VisitOutcome::Unspecified => None,
        VisitOutcome::Overflowed => Some("administrator-ends-overflowed"),
        VisitOutcome::NoStaff => Some("administrator-ends-no-staff"),
        VisitOutcome::TimedOut => Some("administrator-ends-timed-out"),
        VisitOutcome::Transferred => Some("administrator-ends-transferred"),
        _ => Some("administrator-ends-otherwise"),
    };
    html! {
        @if let Some(ends) = ends {
            span.state.is-lost { (icon("late")) (it.text(ends)) }
        } @else if !contact.offered_to.is_empty() {
            @let agent = html! { (outside(it.locale, &contact.offered_to)) };
            span.state.is-ringing { (icon("bell")) (it.locale.rich("administrator-offered-to", &[], &[("agent", agent)])) }
        } @else {
            span.quiet { (it.text("administrator-waits-on")) }
        }
    }
}

/// The form that applies the text that was tried, and no other.
fn apply_form(it: &Looker<'_>, trial: &Trial) -> Markup {
    let args = [
        ("changes", trial.run.changes.len().into()),
        ("contacts", trial.run.contacts_affected.into()),
    ];
    html! {
        p.stale hidden { (icon("warn")) (it.text("administrator-changed-since")) }
        form #apply method="post" action=(it.path("/config/apply")) data-act {
            (it.hidden)
            input type="hidden" name="from" value=(trial.from);
            textarea name="document" hidden readonly { "\n" (trial.document) }
            template.panel {
                p { (it.locale.text_with("administrator-apply-means", &args)) }
                (comment_field(it))
            }
            (without_script(it))
            button.btn.bad type="submit" data-confirm="3" data-name=(it.tenant) { (it.text("administrator-apply")) }
        }
    }
}

/// Why, for the history.
pub(super) fn comment_field(it: &Looker<'_>) -> Markup {
    html! {
        label.field {
            span { (it.text("administrator-comment")) }
            textarea name="comment" rows="3" maxlength="500" required {}
        }
    }
}

/// What is asked for where no script asks for it.
pub(super) fn without_script(it: &Looker<'_>) -> Markup {
    let args = [("name", Arg::Ours(it.tenant))];
    html! {
        noscript {
            (comment_field(it))
            label.field {
                span { (it.locale.text_with("common-type-name", &args)) }
                input name="name" required autocomplete="off";
            }
        }
    }
}

/// Another version is in force than the draft was made from.
fn conflict(
    it: &Looker<'_>,
    trial: &Trial,
    other: &ConfigVersion,
    difference: &Difference,
) -> Markup {
    let (version, from, at) = (
        it.locale.number(other.version),
        it.locale.number(trial.from),
        it.locale.moment(other.applied_at_ms),
    );
    let args = [
        ("version", Arg::Ours(version.as_str())),
        ("from", Arg::Ours(&from)),
        ("at", Arg::Ours(&at)),
        ("author", Arg::Outside(&other.author)),
    ];
    let version_args = [("version", Arg::Ours(version.as_str()))];
    html! {
        p.note { (icon("warn")) span { (it.locale.text_with("administrator-other-in-force", &args)) } }
        @if !other.comment.is_empty() { blockquote { (outside(it.locale, &other.comment)) } }
        h3 { (it.locale.text_with("administrator-against-yours", &version_args)) }
        (difference::render(it.locale, difference))
        form method="post" action=(it.path("/config/dry-run")) data-act {
            (it.hidden)
            input type="hidden" name="from" value=(other.version);
            textarea name="document" hidden readonly { "\n" (trial.document) }
            button.btn type="submit" { (it.locale.text_with("administrator-go-on-from", &version_args)) }
        }
    }
}

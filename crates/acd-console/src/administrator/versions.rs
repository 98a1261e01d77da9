//! `/config/versions`: who changed what, when and why; differences; going back.

use acd_client::v1::{ConfigSource, ConfigVersion};
use axum::{
    Form,
    extract::Query,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::difference::{self, Difference};
use super::trial::{comment_field, without_script};
use super::{Looker, Tab, admit, confirmed, tabs};
use crate::{
    layout::{self, Area, Page, icon, outside},
    problem::Problem,
    session::Visitor,
    texts::Arg,
};

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Show the difference from this version ...
    from: Option<u64>,
    /// ... to this one.
    to: Option<u64>,
    /// The page of the list.
    page: Option<String>,
    /// The version that was just put in force.
    applied: Option<u64>,
}

/// Going back.
#[derive(Deserialize)]
pub(super) struct Back {
    version: u64,
    expected_version: u64,
    /// The tenant's, typed to confirm.
    #[serde(default)]
    name: String,
    #[serde(default)]
    comment: String,
}

/// What the page shows.
pub(super) struct Versions {
    /// Newest first.
    pub(super) versions: Vec<ConfigVersion>,
    /// The version in force.
    pub(super) in_force: u64,
    /// The next page of the list; empty: this is the last.
    pub(super) next_page: String,
    /// A difference, from one version to another.
    pub(super) difference: Option<(u64, u64, Difference)>,
    /// The version that was just put in force.
    pub(super) applied: Option<u64>,
}

/// `GET /config/versions`
pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    admit(&visitor)?;
    let (configurator, tenant) = (visitor.configurator(), &visitor.tenant);
    let page = asked.page.unwrap_or_default();
    let is_first = page.is_empty();
    let history = configurator.history(tenant, page).await?;
    let in_force = match (is_first, history.versions.first()) {
        (true, Some(newest)) => newest.version,
        _ => {
            let known = configurator.get(tenant, None).await?;
            known.version.map_or(0, |version| version.version)
        }
    };
    let difference = match asked.from.zip(asked.to) {
        Some((from, to)) => {
            let before = configurator.get(tenant, Some(from)).await?;
            let after = configurator.get(tenant, Some(to)).await?;
            let difference = Difference::of(&before.document, &after.document);
            Some((from, to, difference))
        }
        None => None,
    };
    let shown = Versions {
        versions: history.versions,
        in_force,
        next_page: history.next_page_token,
        difference,
        applied: asked.applied,
    };
    let it = Looker::of(&visitor);
    let title = it.text("administrator-tab-versions");
    let page = Page {
        assets: &["administrator.css"],
        ..Page::new(title, Area::Config, render(&it, &shown))
    };
    Ok(layout::page(&visitor, page))
}

/// `POST /config/versions/rollback`
pub(super) async fn roll_back(
    visitor: Visitor,
    Form(back): Form<Back>,
) -> Result<Response, Problem> {
    admit(&visitor)?;
    confirmed(&visitor, &back.name, &back.comment)?;
    let (version, expected) = (back.version, Some(back.expected_version));
    let configurator = visitor.configurator();
    let done = configurator
        .rollback(&visitor.tenant, version, expected, &back.comment)
        .await?;
    let path = visitor.path(&format!("/config/versions?applied={}", done.version));
    Ok(Redirect::to(&path).into_response())
}

/// The page.
pub(super) fn render(it: &Looker<'_>, shown: &Versions) -> Markup {
    html! {
        (tabs(it, Tab::Versions))
        header.page-head { h1 { (it.text("administrator-tab-versions")) } }
        @if let Some(applied) = shown.applied {
            @let no = it.locale.number(applied);
            p.note.done role="status" {
                (icon("check"))
                span { (it.locale.text_with("administrator-applied", &[("version", Arg::Ours(&no))])) }
            }
        }
        @if let Some((from, to, difference)) = &shown.difference {
            (difference_card(it, *from, *to, difference))
        }
        section.card {
            div.table-scroll {
                table.versions {
                    thead { tr {
                        th.n scope="col" { (it.text("administrator-version")) }
                        th scope="col" { (it.text("administrator-when")) }
                        th scope="col" { (it.text("administrator-who")) }
                        th scope="col" { (it.text("administrator-why")) }
                        th scope="col" { span.unseen { (it.text("administrator-acts")) } }
                    } }
                    tbody { @for version in &shown.versions { (row(it, shown, version)) } }
                }
            }
            @if !shown.next_page.is_empty() {
                p { a.btn href={ (it.path("/config/versions")) "?page=" (shown.next_page) } { (it.text("administrator-older")) } }
            }
        }
    }
}

fn difference_card(it: &Looker<'_>, from: u64, to: u64, difference: &Difference) -> Markup {
    let (from, to) = (it.locale.number(from), it.locale.number(to));
    let args = [("from", Arg::Ours(from.as_str())), ("to", Arg::Ours(&to))];
    html! {
        section.card aria-labelledby="difference-head" {
            h2 #difference-head { (it.locale.text_with("administrator-from-to", &args)) }
            (difference::render(it.locale, difference))
        }
    }
}

fn row(it: &Looker<'_>, shown: &Versions, version: &ConfigVersion) -> Markup {
    let no = version.version;
    let is_in_force = no == shown.in_force;
    let versions = it.path("/config/versions");
    html! {
        tr aria-current=[is_in_force.then_some("true")] {
            th.n scope="row" { (it.locale.number(no)) }
            td { (it.locale.moment(version.applied_at_ms)) }
            td {
                (outside(it.locale, &version.author))
                @if version.source() == ConfigSource::File { " " span.tag { (it.text("administrator-by-file")) } }
            }
            td {
                @if is_in_force { span.state.is-ready { (icon("check")) (it.text("administrator-now")) } " " }
                (outside(it.locale, &version.comment))
            }
            td {
                div.acts {
                    @if no > 1 {
                        a.btn href={ (versions) "?from=" (no - 1) "&to=" (no) } {
                            (it.text("administrator-difference")) span.unseen { " " (it.locale.number(no)) }
                        }
                    }
                    @if !is_in_force {
                        a.btn href={ (versions) "?from=" (shown.in_force) "&to=" (no) } {
                            (it.text("administrator-against-now")) span.unseen { " " (it.locale.number(no)) }
                        }
                        (back_form(it, shown.in_force, no))
                    }
                }
            }
        }
    }
}

fn back_form(it: &Looker<'_>, in_force: u64, version: u64) -> Markup {
    let (no, now) = (it.locale.number(version), it.locale.number(in_force));
    let args = [
        ("version", Arg::Ours(no.as_str())),
        ("now", Arg::Ours(&now)),
    ];
    html! {
        form.act method="post" action=(it.path("/config/versions/rollback")) data-act {
            (it.hidden)
            input type="hidden" name="version" value=(version);
            input type="hidden" name="expected_version" value=(in_force);
            template.panel {
                p { (it.locale.text_with("administrator-roll-back-means", &args)) }
                (comment_field(it))
            }
            (without_script(it))
            button.btn type="submit" data-confirm="3" data-name=(it.tenant) {
                (it.text("administrator-roll-back")) span.unseen { " " (no) }
            }
        }
    }
}

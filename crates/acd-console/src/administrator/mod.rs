//! The configuration: its text, what a change would do, versions, scenarios. It is changed without surprise: checked while
//! it is typed, tried on a copy, run against scenario files, and applied as the very text that was tried.

mod difference;
mod document;
mod scenarios;
mod trial;
mod versions;

#[cfg(test)]
mod tests;

use acd_client::v1::{ConfigProblem, ConfigVersion, Severity};
use axum::{
    Router,
    routing::{get, post},
};
use maud::{Markup, html};

use crate::{
    app::App,
    layout::{self, icon, outside},
    problem::Problem,
    session::{Role, Visitor},
    texts::{Arg, Locale, shown},
};

/// The pages of the area.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/config", get(document::show))
        .route("/config/check", post(document::check))
        .route("/config/dry-run", post(trial::run))
        .route("/config/apply", post(trial::apply))
        .route("/config/versions", get(versions::show))
        .route("/config/versions/rollback", post(versions::roll_back))
        .route("/config/scenarios", get(scenarios::show))
        .route("/config/scenarios/run", post(scenarios::run))
}

/// What rendering needs of whoever looks.
struct Looker<'a> {
    locale: &'a Locale,
    tenant: &'a str,
    /// Who they are: drafts are kept by it.
    subject: &'a str,
    /// What the addresses of the tenant's pages begin with.
    prefix: String,
    /// The hidden fields of every form.
    hidden: Markup,
}

impl<'a> Looker<'a> {
    fn of(visitor: &'a Visitor) -> Self {
        Self {
            locale: &visitor.locale,
            tenant: &visitor.tenant,
            subject: &visitor.subject,
            prefix: visitor.path(""),
            hidden: layout::hidden(visitor),
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.prefix)
    }

    /// Under what the browser keeps their draft.
    fn draft(&self) -> String {
        format!("{}/{}", shown(self.tenant), shown(self.subject))
    }

    fn text(&self, id: &str) -> String {
        self.locale.text(id)
    }
}

/// Lets administrators pass.
fn admit(visitor: &Visitor) -> Result<(), Problem> {
    visitor.needs(&[Role::Administrator])
}

/// Lets an act on the whole tenant pass whose form has its name, typed, and says why.
fn confirmed(visitor: &Visitor, name: &str, comment: &str) -> Result<(), Problem> {
    match () {
        () if name.trim() != visitor.tenant => Err(Problem::Lacks("administrator-lacks-name")),
        () if comment.trim().is_empty() => Err(Problem::Lacks("administrator-lacks-comment")),
        () => Ok(()),
    }
}

/// Which of the three pages it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Document,
    Versions,
    Scenarios,
}

/// The way to the other pages of the area.
fn tabs(it: &Looker<'_>, here: Tab) -> Markup {
    let tabs = [
        (Tab::Document, "/config", "administrator-tab-document"),
        (
            Tab::Versions,
            "/config/versions",
            "administrator-tab-versions",
        ),
        (
            Tab::Scenarios,
            "/config/scenarios",
            "administrator-tab-scenarios",
        ),
    ];
    html! {
        nav.tabs aria-label=(it.text("administrator-tabs")) {
            @for (tab, path, text) in tabs {
                a href=(it.path(path)) aria-current=[(tab == here).then_some("page")] { (it.text(text)) }
            }
        }
    }
}

/// A text as documents are written: a browser that sends a form ends lines otherwise.
fn with_plain_ends(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Which version it is, since when, by whom and why.
fn version_sentence(it: &Looker<'_>, version: &ConfigVersion) -> String {
    let (no, at) = (
        it.locale.number(version.version),
        it.locale.moment(version.applied_at_ms),
    );
    let args = [
        ("version", Arg::Ours(&no)),
        ("at", Arg::Ours(&at)),
        ("author", Arg::Outside(&version.author)),
    ];
    it.locale.text_with("administrator-in-force", &args)
}

/// What the engine says in its own words: English, from left to right, with names from outside in it.
fn engine_words(it: &Looker<'_>, words: &str) -> Markup {
    html! { span lang="en" dir="ltr" { (outside(it.locale, words)) } }
}

/// What is wrong with a text, each at its line.
fn problem_list(it: &Looker<'_>, problems: &[ConfigProblem]) -> Markup {
    html! {
        ol.problems {
            @for problem in problems { (problem_item(it, problem)) }
        }
    }
}

fn problem_item(it: &Looker<'_>, problem: &ConfigProblem) -> Markup {
    let is_error = problem.severity() != Severity::Warning;
    let (class, shape, word) = match is_error {
        true => ("is-lost", "late", "administrator-error"),
        false => ("is-away", "risk", "administrator-warning"),
    };
    let no = it.locale.number(problem.line.into());
    let line = it
        .locale
        .text_with("administrator-line", &[("line", Arg::Ours(&no))]);
    html! {
        li data-line=[(problem.line > 0).then_some(problem.line)] data-severity=(if is_error { "error" } else { "warning" }) {
            p.head {
                span.state class=(class) { (icon(shape)) (it.text(word)) }
                @if problem.line > 0 { a href={ "#line-" (problem.line) } { (line) } }
                @if !problem.path.is_empty() { code { (outside(it.locale, &problem.path)) } }
            }
            p { (engine_words(it, &problem.message)) }
            @if !problem.remedy.is_empty() { p.quiet { (engine_words(it, &problem.remedy)) } }
        }
    }
}

fn has_errors(problems: &[ConfigProblem]) -> bool {
    problems
        .iter()
        .any(|problem| problem.severity() != Severity::Warning)
}

//! `/config`: the document as text, with what is wrong at its lines.

use acd_client::v1::{ConfigProblem, ConfigVersion};
use axum::{Form, extract::Query, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Looker, Tab, admit, has_errors, problem_list, tabs, trial, version_sentence, with_plain_ends,
};
use crate::{
    layout::{self, Area, Page},
    live,
    problem::Problem,
    session::Visitor,
    texts::Arg,
};

/// What was just done.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// The version that was applied.
    applied: Option<u64>,
}

/// A text to be checked.
#[derive(Deserialize)]
pub(super) struct Draft {
    document: String,
}

/// What the page shows.
pub(super) struct Editor {
    /// The version in force.
    pub(super) in_force: ConfigVersion,
    /// Its text.
    pub(super) document: String,
    /// The version that was just applied.
    pub(super) applied: Option<u64>,
}

/// `GET /config`
pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    admit(&visitor)?;
    let configurator = visitor.configurator();
    let known = configurator.get(&visitor.tenant, None).await?;
    let editor = Editor {
        in_force: known.version.unwrap_or_default(),
        document: known.document,
        applied: asked.applied,
    };
    let it = Looker::of(&visitor);
    let title = it.text("administrator-title");
    let page = Page {
        assets: &["administrator.css", "administrator.js"],
        texts: for_the_script(&it),
        ..Page::new(title, Area::Config, render(&it, &editor))
    };
    Ok(layout::page(&visitor, page))
}

/// `POST /config/check`: what is wrong with a text, while it is typed.
pub(super) async fn check(
    visitor: Visitor,
    Form(Draft { document }): Form<Draft>,
) -> Result<Response, Problem> {
    admit(&visitor)?;
    let document = with_plain_ends(&document);
    let problems = visitor.configurator().validate(document).await?;
    let found = problems_part(&Looker::of(&visitor), Some(&problems));
    Ok(live::parts(0, &vec![("problems".to_owned(), found)]))
}

/// What the script says.
pub(super) fn for_the_script(it: &Looker<'_>) -> Vec<(&'static str, String)> {
    let time = [
        ("time", Arg::Ours("%time")),
        ("version", Arg::Ours("%version")),
    ];
    let draft = it.locale.text_with("administrator-draft-kept", &time);
    vec![
        ("draft-kept", draft),
        ("unreachable", it.text("administrator-not-checked")),
    ]
}

/// The page.
pub(super) fn render(it: &Looker<'_>, editor: &Editor) -> Markup {
    let version = editor.in_force.version;
    html! {
        (tabs(it, Tab::Document))
        header.page-head {
            h1 { (it.text("administrator-title")) }
            p.quiet { (version_sentence(it, &editor.in_force)) }
        }
        @if let Some(applied) = editor.applied {
            @let no = it.locale.number(applied);
            p.note.done role="status" data-applied=(applied) {
                (layout::icon("check"))
                span { (it.locale.text_with("administrator-applied", &[("version", Arg::Ours(&no))])) }
            }
        }
        p #draft-note.note hidden {
            (layout::icon("pen"))
            span {}
            button.plain type="button" data-discard { (it.text("administrator-discard")) }
        }
        div.workshop {
            form #draft method="post" action=(it.path("/config/dry-run")) data-act data-check=(it.path("/config/check"))
                data-draft=(it.draft()) data-version=(version) {
                (it.hidden)
                (made_from(version))
                label.label for="document" { (it.text("administrator-document")) }
                div.editor dir="ltr" {
                    pre.numbers aria-hidden="true" { (numbers(&editor.document)) }
                    textarea #document name="document" rows="28" spellcheck="false" autocapitalize="off" autocomplete="off"
                        wrap="off" lang="en" aria-describedby="problems-head" {
                        // A browser drops the first line end of a text area.
                        "\n" (editor.document)
                    }
                }
                div.acts {
                    button.btn.primary type="submit" data-key="D" { (it.text("administrator-dry-run")) kbd { "D" } }
                    a.btn href=(it.path("/config/scenarios")) { (it.text("administrator-to-scenarios")) }
                }
            }
            (problems_part(it, None))
        }
        (trial::nothing_tried(it))
    }
}

/// The version that the draft was made from.
pub(super) fn made_from(version: u64) -> Markup {
    html! { input #from type="hidden" name="from" value=(version); }
}

/// The numbers of the lines, one under the other.
fn numbers(document: &str) -> String {
    let lines = document.split('\n').count();
    let numbers: Vec<String> = (1..=lines).map(|no| no.to_string()).collect();
    numbers.join("\n")
}

/// What is wrong with the text; none: it has not been checked yet.
pub(super) fn problems_part(it: &Looker<'_>, problems: Option<&[ConfigProblem]>) -> Markup {
    html! {
        section #problems.card aria-labelledby="problems-head" {
            h2 #problems-head { (it.text("administrator-problems")) }
            @match problems {
                None => p.quiet { (it.text("administrator-checked-as-you-type")) },
                Some([]) => p.state.is-ready { (layout::icon("check")) (it.text("administrator-no-problems")) },
                Some(problems) => {
                    @if !has_errors(problems) { p { (it.text("administrator-only-warnings")) } }
                    (problem_list(it, problems))
                }
            }
        }
    }
}

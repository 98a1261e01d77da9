//! `/config/scenarios`: scenario files against the draft, before it goes live.

use acd_client::v1::{ConfigProblem, ConfigVersion, ScenarioFile, ScenarioOutcome, ScenarioResult};
use acd_client::{Configurator, Error};
use axum::{extract::RawForm, response::Response};
use maud::{Markup, html};

use super::{
    Looker, Tab, admit, document, has_errors, problem_list, tabs, version_sentence, with_plain_ends,
};
use crate::{
    layout::{self, Area, Page, icon, outside},
    live,
    problem::Problem,
    session::Visitor,
    texts::{Arg, shown},
};

/// How often files for which the time of a call did not suffice are sent again.
const ROUNDS_MAX: usize = 6;
/// The most files of one call of the engine.
const FILES_AT_ONCE: usize = 200;
/// What a new file is called.
const NEW_FILE: &str = "scenario.acd";
/// What a scenario file looks like.
const EXAMPLE: &str = "# A call is offered to whoever is ready\ntimeline:\n  0s ANNA ready\n  1s call c1 arrives for QUEUE\n  1s expect c1 offered to ANNA\n";

/// `GET /config/scenarios`
pub(super) async fn show(visitor: Visitor) -> Result<Markup, Problem> {
    admit(&visitor)?;
    let known = visitor.configurator().get(&visitor.tenant, None).await?;
    let it = Looker::of(&visitor);
    let in_force = known.version.unwrap_or_default();
    let page = Page {
        assets: &["administrator.css", "administrator.js"],
        texts: document::for_the_script(&it),
        ..Page::new(
            it.text("administrator-tab-scenarios"),
            Area::Config,
            render(&it, &in_force),
        )
    };
    Ok(layout::page(&visitor, page))
}

/// `POST /config/scenarios/run`
pub(super) async fn run(visitor: Visitor, RawForm(form): RawForm) -> Result<Response, Problem> {
    admit(&visitor)?;
    let sent = Sent::read(&form);
    let configurator = visitor.configurator();
    let document = match sent.document {
        Some(document) => document,
        None => configurator.get(&visitor.tenant, None).await?.document,
    };
    let problems = configurator.validate(document.clone()).await?;
    let ran = match has_errors(&problems) || sent.files.is_empty() {
        true => Vec::new(),
        false => ran(&configurator, &document, &sent.files).await?,
    };
    let it = Looker::of(&visitor);
    let results = results_part(
        &it,
        &Results {
            problems: &problems,
            files: &sent.files,
            ran: &ran,
        },
    );
    Ok(live::parts(0, &vec![("results".to_owned(), results)]))
}

/// Runs the files, again and again those that were not begun for lack of time.
async fn ran(
    configurator: &Configurator,
    document: &str,
    files: &[ScenarioFile],
) -> Result<Vec<ScenarioResult>, Error> {
    let mut results: Vec<ScenarioResult> = Vec::new();
    let mut left = files.to_vec();
    for _ in 0..ROUNDS_MAX {
        let rest = left.split_off(left.len().min(FILES_AT_ONCE));
        let sent = std::mem::replace(&mut left, rest);
        if sent.is_empty() {
            break;
        }
        let answered = configurator
            .run_scenarios(document.to_owned(), sent.clone())
            .await?;
        let begun = answered
            .iter()
            .take_while(|result| was_begun(result))
            .count();
        results.extend(answered.into_iter().take(begun));
        left.splice(0..0, sent.into_iter().skip(begun));
        if begun == 0 {
            break;
        }
    }
    let given_up = left.into_iter().map(|file| ScenarioResult {
        name: file.name,
        outcome: ScenarioOutcome::GivenUp.into(),
        ..Default::default()
    });
    results.extend(given_up);
    Ok(results)
}

fn was_begun(result: &ScenarioResult) -> bool {
    result.outcome() != ScenarioOutcome::GivenUp || result.line > 0
}

/// What the form holds: a document, and files with name and text.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// None: against the version in force.
    pub(super) document: Option<String>,
    pub(super) files: Vec<ScenarioFile>,
}

impl Sent {
    pub(super) fn read(form: &[u8]) -> Self {
        let mut sent = Self::default();
        let mut against_draft = false;
        for (name, value) in form_urlencoded::parse(form) {
            match &*name {
                "against" => against_draft = value == "draft",
                "document" if !value.trim().is_empty() => {
                    sent.document = Some(with_plain_ends(&value));
                }
                "name" => sent.files.push(ScenarioFile {
                    name: value.trim().to_owned(),
                    text: String::new(),
                }),
                "text" => {
                    if let Some(file) = sent.files.last_mut() {
                        file.text = with_plain_ends(&value);
                    }
                }
                _ => {}
            }
        }
        sent.document = sent.document.filter(|_| against_draft);
        sent.files.retain(|file| !file.text.trim().is_empty());
        for at in 0..sent.files.len() {
            let name = unique(&sent.files, at);
            sent.files[at].name = name;
        }
        sent
    }
}

/// A name that no file before this one has.
fn unique(files: &[ScenarioFile], at: usize) -> String {
    let wanted = match files[at].name.as_str() {
        "" => NEW_FILE,
        name => name,
    };
    let is_taken = |name: &str| files[..at].iter().any(|file| file.name == name);
    let mut name = wanted.to_owned();
    for no in 2.. {
        if !is_taken(&name) {
            break;
        }
        name = format!("{no}-{wanted}");
    }
    name
}

/// The page.
pub(super) fn render(it: &Looker<'_>, in_force: &ConfigVersion) -> Markup {
    html! {
        (tabs(it, Tab::Scenarios))
        header.page-head {
            h1 { (it.text("administrator-tab-scenarios")) }
            p.quiet { (it.text("administrator-scenarios-are")) }
        }
        form #scenarios.card method="post" action=(it.path("/config/scenarios/run")) data-act
            data-draft=(it.draft()) {
            (it.hidden)
            fieldset.choice {
                legend { (it.text("administrator-against")) }
                label.opt {
                    input type="radio" name="against" value="force" checked;
                    span { (version_sentence(it, in_force)) }
                }
                label.opt #against-draft hidden {
                    input type="radio" name="against" value="draft";
                    span {}
                }
            }
            textarea #draft-document name="document" hidden {}
            ol #files { (file_row(it, NEW_FILE, "")) }
            template #file-row { (file_row(it, "", "")) }
            div.acts {
                label.btn { (it.text("administrator-open-files"))
                    input.unseen #open-files type="file" multiple accept=".acd,text/plain"; }
                button.btn type="button" data-add-file { (it.text("administrator-add-file")) }
                button.btn.primary type="submit" data-key="R" { (it.text("administrator-run")) kbd { "R" } }
            }
        }
        section #results.card aria-labelledby="results-head" {
            h2 #results-head { (it.text("administrator-results")) }
            p.quiet { (it.text("administrator-nothing-run")) }
        }
    }
}

fn file_row(it: &Looker<'_>, name: &str, text: &str) -> Markup {
    html! {
        li.file {
            label.field {
                span.unseen { (it.text("administrator-file-name")) }
                input name="name" value=(name) dir="ltr" autocomplete="off" spellcheck="false" maxlength="250";
            }
            label.field {
                span.unseen { (it.text("administrator-file-text")) }
                textarea name="text" rows="10" dir="ltr" lang="en" spellcheck="false" wrap="off" placeholder=(EXAMPLE) { (text) }
            }
            button.btn type="button" data-remove-file { (it.text("administrator-remove-file")) }
        }
    }
}

/// What came of a run.
pub(super) struct Results<'a> {
    /// What is wrong with the document.
    pub(super) problems: &'a [ConfigProblem],
    /// The files.
    pub(super) files: &'a [ScenarioFile],
    /// Their results.
    pub(super) ran: &'a [ScenarioResult],
}

/// The results, those that need a hand first.
pub(super) fn results_part(it: &Looker<'_>, results: &Results<'_>) -> Markup {
    let count = |outcome| {
        let ran = results.ran.iter();
        ran.filter(|result| result.outcome() == outcome).count()
    };
    let passed = count(ScenarioOutcome::Passed);
    let others = results.ran.len() - passed;
    let args = [("passed", passed.into()), ("others", others.into())];
    let mut sorted: Vec<&ScenarioResult> = results.ran.iter().collect();
    sorted.sort_by_key(|result| result.outcome() == ScenarioOutcome::Passed);
    html! {
        section #results.card aria-labelledby="results-head" {
            h2 #results-head { (it.text("administrator-results")) }
            @if has_errors(results.problems) {
                p.error { (icon("late")) (it.text("administrator-not-runnable")) }
                (problem_list(it, results.problems))
            } @else if results.ran.is_empty() {
                p.empty { (it.text("administrator-no-file")) }
            } @else {
                p.summary { (it.locale.text_with("administrator-ran", &args)) }
                ol.results {
                    @for result in sorted { (result_item(it, results.files, result)) }
                }
            }
        }
    }
}

fn result_item(it: &Looker<'_>, files: &[ScenarioFile], result: &ScenarioResult) -> Markup {
    let (class, shape, word) = match result.outcome() {
        ScenarioOutcome::Passed => ("is-ready", "check", "administrator-passed"),
        ScenarioOutcome::Failed => ("is-lost", "late", "administrator-failed"),
        ScenarioOutcome::GivenUp => ("is-away", "risk", "administrator-given-up"),
        ScenarioOutcome::Invalid | ScenarioOutcome::Unspecified => {
            ("is-lost", "late", "administrator-invalid")
        }
    };
    let text = files.iter().find(|file| file.name == result.name);
    let line = text.and_then(|file| {
        let before = usize::try_from(result.line.checked_sub(1)?).ok()?;
        file.text.lines().nth(before)
    });
    html! {
        li.result {
            p.head {
                span.state class=(class) { (icon(shape)) (it.text(word)) }
                b dir="ltr" { (outside(it.locale, &result.name)) }
                @if !result.title.is_empty() { span.quiet { (outside(it.locale, &result.title)) } }
            }
            @if result.outcome() == ScenarioOutcome::GivenUp { p { (it.text("administrator-given-up-why")) } }
            @if result.outcome() == ScenarioOutcome::Failed {
                (difference(it, result, line))
            }
            @if !result.problems.is_empty() { (problem_list(it, &result.problems)) }
        }
    }
}

/// The first difference: what was expected, what was seen, and what happened before.
fn difference(it: &Looker<'_>, result: &ScenarioResult, line: Option<&str>) -> Markup {
    let no = it.locale.number(result.line.into());
    let args = [("line", Arg::Ours(no.as_str()))];
    html! {
        dl.first-difference {
            dt { (it.locale.text_with("administrator-line", &args)) }
            dd dir="ltr" { @if let Some(line) = line { code { (shown(line.trim())) } } }
            dt { (it.text("administrator-expected")) }
            dd { code { (engine_text(&result.expected)) } }
            dt { (it.text("administrator-seen")) }
            dd { code { (engine_text(&result.seen)) } }
        }
        @if !result.timeline.is_empty() {
            details {
                summary { (it.text("administrator-timeline")) }
                pre.timeline dir="ltr" lang="en" tabindex="0" { (shown(&result.timeline)) }
            }
        }
    }
}

fn engine_text(text: &str) -> Markup {
    html! { bdi lang="en" dir="ltr" { (shown(text)) } }
}

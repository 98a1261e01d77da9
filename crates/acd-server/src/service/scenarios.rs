//! Scenario files that are run for an administrator: their text comes from outside, so work, memory and time are bounded,
//! and no file of this machine is read.

use std::collections::BTreeSet;
use std::sync::Arc;

use acd_core::ids::{DurationMs, TimeMs};
use acd_proto::v1::{self, ErrorReason, ScenarioOutcome};
use acd_scenario::{GivenConfig, Patience, Problems, Run, Scenario, Tried};
use acd_shard::Shards;
use acd_shard::clock::Deadline;
use tokio::sync::Semaphore;

use super::fields;
use crate::error::ApiError;

/// The most files of one call.
const FILES_MAX: usize = 200;
/// The longest name of a file, in bytes.
const NAME_BYTES_MAX: usize = 256;
/// How long the files of one call may run together.
const RUN_MAX_MS: DurationMs = 8_000;
/// How long before the caller's deadline the answer is on its way.
const ANSWER_MS: DurationMs = 500;
/// The most events of one file: it holds them all.
const EVENTS_MAX: usize = 200_000;
/// The longest text of a result, in bytes; a timeline may be longer. The results of all files must fit into a message.
const TEXT_BYTES_MAX: usize = 500;
/// The longest timeline of a result, in bytes.
const TIMELINE_BYTES_MAX: usize = 8_000;
/// The most problems that are told of one file.
const PROBLEMS_MAX: usize = 20;

/// Runs scenario files, those of one call at a time: they are heavy work, and the threads that do it have other work too.
#[derive(Debug)]
pub(super) struct Scenarios {
    turn: Semaphore,
}

impl Scenarios {
    pub(super) fn new() -> Self {
        Self {
            turn: Semaphore::const_new(1),
        }
    }

    /// Runs the files against a document that can be read. Whoever hangs up ends it.
    pub(super) async fn run(
        &self,
        shards: &Shards,
        request: v1::RunScenariosRequest,
        deadline: Option<Deadline>,
    ) -> Result<Vec<v1::ScenarioResult>, ApiError> {
        check(&request.files)?;
        let _turn = self.turn.acquire().await.map_err(|_| defect())?;
        let clock = shards.clock().clone();
        let until = clock.now() + RUN_MAX_MS;
        // Dropped with this future: then nobody waits for the results any more.
        let caller = Arc::new(());
        let waits = Arc::downgrade(&caller);
        let in_time = move |now: TimeMs| {
            let asked = deadline.is_none_or(|deadline| !deadline.has_passed(now + ANSWER_MS));
            now < until && asked && waits.strong_count() > 0
        };
        let work = move || run_all(request, move || in_time(clock.now()));
        let ran = shards.background().run(work).await;
        drop(caller);
        ran.map_err(|_| defect())?
    }
}

fn defect() -> ApiError {
    let detail = "a defect in running the scenarios; nothing was changed";
    ApiError::new(ErrorReason::Internal, "", detail)
}

fn check(files: &[v1::ScenarioFile]) -> Result<(), ApiError> {
    fields::count("files", files.len(), FILES_MAX)?;
    if files.is_empty() {
        let detail = "there is no file to run";
        return Err(ApiError::invalid("files", detail, "give at least one"));
    }
    let mut names = BTreeSet::new();
    for (at, file) in files.iter().enumerate() {
        let field = format!("files[{at}].name");
        fields::code(&field, &file.name, NAME_BYTES_MAX)?;
        if !names.insert(&file.name) {
            let detail = format!("there are two files of the name {:?}", file.name);
            return Err(ApiError::invalid(field, detail, "give each its own name"));
        }
    }
    Ok(())
}

fn run_all(
    request: v1::RunScenariosRequest,
    in_time: impl Fn() -> bool + Clone + 'static,
) -> Result<Vec<v1::ScenarioResult>, ApiError> {
    let given = GivenConfig::read(&request.document, "document", None);
    let given =
        given.map_err(|wrong| ApiError::new(ErrorReason::ConfigInvalid, "document", wrong))?;
    let patience = Patience::new(move |events| events <= EVENTS_MAX && in_time());
    let files = request.files.into_iter();
    let results = files.map(|v1::ScenarioFile { name, text }| {
        let tried = Scenario::try_out(&text, &name, &given, &patience);
        result(name, tried)
    });
    Ok(results.collect())
}

fn result(name: String, tried: Tried) -> v1::ScenarioResult {
    let result = v1::ScenarioResult {
        name,
        ..Default::default()
    };
    match tried {
        Tried::Ran(run) => ran(result, run),
        Tried::Invalid(problems) => v1::ScenarioResult {
            outcome: ScenarioOutcome::Invalid.into(),
            problems: told(problems),
            ..result
        },
        Tried::GivenUp(run) => {
            let run = run.as_ref();
            v1::ScenarioResult {
                outcome: ScenarioOutcome::GivenUp.into(),
                title: run.map_or_else(String::new, |run| {
                    clipped(run.title.clone(), TEXT_BYTES_MAX)
                }),
                lines_run: run.map_or(0, |run| count(run.steps)),
                line: run.map_or(0, |run| run.last_line),
                ..result
            }
        }
    }
}

fn ran(result: v1::ScenarioResult, run: Run) -> v1::ScenarioResult {
    let result = v1::ScenarioResult {
        title: clipped(run.title, TEXT_BYTES_MAX),
        lines_run: count(run.steps),
        ..result
    };
    match run.failure {
        None => v1::ScenarioResult {
            outcome: ScenarioOutcome::Passed.into(),
            ..result
        },
        Some(failure) => v1::ScenarioResult {
            outcome: ScenarioOutcome::Failed.into(),
            line: failure.line,
            expected: clipped(failure.expected, TEXT_BYTES_MAX),
            seen: clipped(failure.seen, TEXT_BYTES_MAX),
            timeline: clipped(failure.timeline, TIMELINE_BYTES_MAX),
            ..result
        },
    }
}

fn told(Problems(problems): Problems) -> Vec<v1::ConfigProblem> {
    let told = problems.into_iter().take(PROBLEMS_MAX);
    let told = told.map(|problem| v1::ConfigProblem {
        severity: v1::Severity::Error.into(),
        path: String::new(),
        line: problem.line,
        column: problem.column,
        message: clipped(problem.message, TEXT_BYTES_MAX),
        remedy: clipped(problem.remedy, TEXT_BYTES_MAX),
    });
    told.collect()
}

fn count(steps: usize) -> u32 {
    u32::try_from(steps).unwrap_or(u32::MAX)
}

/// What a result shows of a text.
fn clipped(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        text.truncate(text.floor_char_boundary(bytes_max));
        text.push('…');
    }
    text
}

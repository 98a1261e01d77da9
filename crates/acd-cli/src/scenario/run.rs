//! `acd scenario run`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use acd_scenario::{GivenConfig, Problems, Run, Scenario};
use anyhow::{Context as _, anyhow, bail};

use crate::output;

/// Run scenario files and tell of each failure the first difference, with the timeline around it
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd scenario run tests/                              every .acd file in and below the folder
  acd scenario run --explain tests/vip.acd             all that happened, and the decision behind each offer
  acd scenario run --config acd.toml --tenant bank tests/
                                                       the same scenarios against another configuration")]
pub(crate) struct Args {
    /// Scenario files, and folders that are searched for *.acd
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Run against this configuration instead of the scenarios' own: the file of `acd serve`, or the document of one
    /// tenant
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which tenant of that file
    #[arg(long, value_name = "NAME", requires = "config")]
    tenant: Option<String>,
    /// Show all that happened, the decision behind each offer, and at a failure why each contact waits
    #[arg(long)]
    explain: bool,
    /// Write a JUnit report for continuous integration
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// How one file went, and how long it took.
type Outcome = (String, Result<Run, Problems>, Duration);

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let given = args
        .config
        .as_deref()
        .map(|path| given_config(path, args.tenant.as_deref()))
        .transpose()?;
    let files = acd_scenario::find(&args.paths).map_err(|(path, error)| {
        anyhow!("cannot read {}: {error}; check the path", path.display())
    })?;
    if files.is_empty() {
        bail!("no scenario found: name files, or folders with *.acd files");
    }
    let mut outcomes = Vec::with_capacity(files.len());
    for file in &files {
        let outcome = run_file(file, given.as_ref(), args.explain)?;
        tell(&outcome)?;
        outcomes.push(outcome);
    }
    if let Some(path) = &args.junit {
        let report =
            acd_scenario::junit(&outcomes).map_err(|error| anyhow!("no report: {error}"))?;
        std::fs::write(path, report).with_context(|| format!("cannot write {}", path.display()))?;
    }
    summary(&outcomes)
}

fn given_config(path: &Path, tenant: Option<&str>) -> anyhow::Result<GivenConfig> {
    let text = read(path)?;
    GivenConfig::read(&text, &path.display().to_string(), tenant).map_err(|wrong| anyhow!(wrong))
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| {
        format!(
            "cannot read {}; check the path and its permissions",
            path.display()
        )
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a stop-watch for the report; no decision depends on it"
)]
fn run_file(file: &Path, given: Option<&GivenConfig>, explain: bool) -> anyhow::Result<Outcome> {
    let text = read(file)?;
    let name = file.display().to_string();
    let begun = Instant::now();
    let result = Scenario::read(&text, &name, given).map(|scenario| scenario.run(explain));
    Ok((name, result, begun.elapsed()))
}

fn tell((file, result, _): &Outcome) -> anyhow::Result<()> {
    match result {
        Ok(run) => {
            let verdict = if run.failure.is_none() {
                "pass"
            } else {
                "FAIL"
            };
            output::line(format!("{verdict}  {file}"))?;
            if let Some(explained) = &run.explained {
                output::line(explained)?;
            }
            run.failure
                .iter()
                .try_for_each(|failure| output::line(format!("\n{failure}\n")))
        }
        Err(problems) => output::line(format!("ERROR {file}\n\n{problems}\n")),
    }
}

fn summary(outcomes: &[Outcome]) -> anyhow::Result<()> {
    let passed = |outcome: &&Outcome| matches!(&outcome.1, Ok(Run { failure: None, .. }));
    let broken = outcomes.iter().filter(|outcome| outcome.1.is_err()).count();
    let passed = outcomes.iter().filter(passed).count();
    let failed = outcomes.len() - passed - broken;
    let took: Duration = outcomes.iter().map(|outcome| outcome.2).sum();
    output::line(format!(
        "{} scenarios: {passed} passed, {failed} failed, {broken} cannot be read, in {:.3} s",
        outcomes.len(),
        took.as_secs_f64()
    ))?;
    if failed + broken > 0 {
        bail!(
            "{} of {} scenarios are not in order",
            failed + broken,
            outcomes.len()
        );
    }
    Ok(())
}

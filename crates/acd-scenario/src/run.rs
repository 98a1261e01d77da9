//! Running a scenario and telling how it went.

use std::fmt;

use acd_core::explain;
use acd_core::refusal::Reason;
use acd_core::state::Place;

use crate::acted::{Acted, Trouble};
use crate::configuration::GivenConfig;
use crate::file::{Scenario, Step};
use crate::language::arguments::Arguments;
use crate::language::statement::Does;
use crate::patience::Patience;
use crate::problem::Problems;
use crate::world::World;
use acd_narration::{narrated, reason};

/// How many lines of the timeline before a failure are shown with it.
const LINES_BEFORE: usize = 16;

/// How a scenario went.
#[derive(Clone, Debug)]
pub struct Run {
    /// The file's name.
    pub file: String,
    /// What the scenario shows.
    pub title: String,
    /// How many lines of the timeline were run.
    pub steps: usize,
    /// The last of these lines, from 1; 0: none was.
    pub last_line: u32,
    /// The first difference, if there was one.
    pub failure: Option<Failure>,
    /// Everything that happened and why, if that was asked for.
    pub explained: Option<String>,
}

/// The first difference between what was expected and what was seen.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub seen: String,
    /// What happened before, and why contacts wait.
    pub timeline: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: expected {}", self.file, self.line, self.expected)?;
        writeln!(f, "  seen: {}", self.seen)?;
        write!(f, "{}", self.timeline)
    }
}

/// What came of a file that was read and run as long as there was patience.
#[derive(Clone, Debug)]
pub enum Tried {
    /// It was run to its end, or to its first difference.
    Ran(Run),
    /// It cannot be read, or speaks of what the configuration has not.
    Invalid(Problems),
    /// There was no more patience: how far it was run, if it was read.
    GivenUp(Option<Run>),
}

/// What was expected and what was seen.
type Difference = (String, String);

impl Scenario {
    /// Runs the scenario. `explain`: keep the whole timeline with the decision behind each offer.
    pub fn run(&self, explain: bool) -> Run {
        self.run_with(explain, Patience::without_end()).0
    }

    /// Reads a file and runs it, as long as there is patience: for whoever runs the files of others. No other file is read:
    /// `given` takes the place of the configuration that it names.
    pub fn try_out(text: &str, file: &str, given: &GivenConfig, patience: &Patience) -> Tried {
        let read = Self::read_with(text, file, Some(given), patience);
        if patience.is_over(0) {
            return Tried::GivenUp(None);
        }
        match read.map(|scenario| scenario.run_with(false, patience.clone())) {
            Err(problems) => Tried::Invalid(problems),
            Ok((run, false)) => Tried::Ran(run),
            Ok((run, true)) => Tried::GivenUp(Some(run)),
        }
    }

    /// Runs the scenario as long as there is patience, and says whether it was given up.
    fn run_with(&self, explain: bool, patience: Patience) -> (Run, bool) {
        let mut run = Run {
            file: self.file.clone(),
            title: self.title.clone(),
            steps: 0,
            last_line: 0,
            failure: None,
            explained: None,
        };
        let mut ran = Vec::new();
        let times = self.steps.iter().filter_map(|step| step.at_ms);
        let until_ms = times.max().unwrap_or(self.clock.zero_ms);
        let world = World::new(self.clock.clone(), until_ms, &self.config.config, patience);
        let mut world = match world {
            Ok(world) => world,
            Err(wrong) => {
                let expected = "a configuration that the engine takes".to_owned();
                run.failure = Some(self.failure(1, (expected, wrong), String::new()));
                return (run, false);
            }
        };
        for step in &self.steps {
            run.steps += 1;
            run.last_line = step.line;
            let failed = self.step(&mut world, step, &mut ran);
            if world.is_given_up() {
                return (run, true);
            }
            if let Err(difference) = failed {
                let timeline = timeline(&world, &ran, Some(LINES_BEFORE), explain);
                run.failure = Some(self.failure(step.line, difference, timeline));
                break;
            }
        }
        if let (None, Err(wrong)) = (&run.failure, world.check_snapshot()) {
            let line = self.steps.last().map_or(1, |step| step.line);
            run.failure =
                Some(self.failure(line, ("a whole snapshot".to_owned(), wrong), String::new()));
        }
        run.explained = explain.then(|| timeline(&world, &ran, None, true));
        (run, false)
    }

    fn failure(&self, line: u32, (expected, seen): Difference, timeline: String) -> Failure {
        Failure {
            file: self.file.clone(),
            line,
            expected,
            seen,
            timeline,
        }
    }

    /// Lets time pass, then does or checks what the line says.
    fn step<'a>(
        &self,
        world: &mut World,
        step: &'a Step,
        ran: &mut Vec<RunLine<'a>>,
    ) -> Result<(), Difference> {
        let intact = |broken: String| ("an engine in order".to_owned(), broken);
        if let Some(at_ms) = step.at_ms {
            if at_ms < world.now {
                let expected = format!(
                    "a time that is not over; the restart lasted until {}",
                    world.clock.shown(world.now)
                );
                return Err((expected, world.clock.shown(at_ms)));
            }
            if at_ms > world.now {
                world.begin_line();
            }
            let passed = world.advance(at_ms);
            passed.map_err(intact)?;
        }
        ran.push(RunLine {
            before: world.chronicle.events.len(),
            at_ms: world.now,
            step,
        });
        match step.statement.does {
            Does::Expect(check) => {
                check(world, &step.arguments)
                    .map_err(|seen| (step.text.trim_start_matches("expect ").to_owned(), seen))?;
                world.spoken_of.extend(step.arguments.pairs());
                Ok(())
            }
            _ => {
                world.begin_line();
                let acted = act(world, step);
                answered(step, &acted)?;
                world.check().map_err(intact)
            }
        }
    }
}

fn act(world: &mut World, step: &Step) -> Acted {
    world.fingerprint = step.fingerprint;
    for (manner, said) in &step.manners {
        if let Does::Manner(set) = manner.does {
            set(world, said);
        }
    }
    let acted = match step.statement.does {
        Does::Act(act) => act(world, &step.arguments),
        _ => configure(world, &step.arguments),
    };
    (world.origin, world.in_old_session) = (None, false);
    (world.expected_version, world.only_tries) = (None, false);
    acted
}

/// Brings the configuration into force that was worked out when the line was read; one that is invalid never comes to
/// the engine.
fn configure(world: &mut World, said: &Arguments) -> Acted {
    if let Some(detail) = said.invalid() {
        return Err(Trouble::Refused {
            code: Reason::ConfigInvalid.as_str(),
            detail,
        });
    }
    let config = said.config();
    let config = config.expect("a change was worked out when it was read");
    Ok(world.apply_config(config)?)
}

/// Whether an action was answered as the line says: without an answer, it must be done.
fn answered(step: &Step, acted: &Acted) -> Result<(), Difference> {
    let Some((answer, said)) = &step.answer else {
        let done = acted.as_ref().map(drop);
        return done.map_err(|trouble| (step.text.clone(), trouble.to_string()));
    };
    let Does::Answer(check) = answer.does else {
        return Ok(());
    };
    check(acted, said).map_err(|seen| (step.text.clone(), seen))
}

/// A line of the timeline that was run, and how many events there were before it.
struct RunLine<'a> {
    before: usize,
    at_ms: i64,
    step: &'a Step,
}

/// The timeline: what was said, what happened, at which instant; only the last lines if so many are asked for, the last
/// thing said being marked. With `why`: the decision behind each offer and, at the end, why each contact waits.
fn timeline(world: &World, ran: &[RunLine<'_>], last: Option<usize>, why: bool) -> String {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut next = ran.iter().peekable();
    let mut marked = 0;
    let mut say = |lines: &mut Vec<(String, String)>, up_to: usize| {
        while let Some(line) = next.next_if(|line| line.before <= up_to) {
            marked = lines.len();
            lines.push((world.clock.shown(line.at_ms), line.step.text.clone()));
        }
    };
    for (no, recorded) in world.chronicle.events.iter().enumerate() {
        say(&mut lines, no);
        if let Some(event) = narrated(world, recorded) {
            lines.push((world.clock.shown(recorded.at_ms), format!("  . {event}")));
        }
        if let Some(reason) = reason(world, recorded).filter(|_| why) {
            lines.push((String::new(), format!("    because: {reason}")));
        }
    }
    say(&mut lines, usize::MAX);
    let mark = last.map(|_| marked);
    let skipped = last.map_or(0, |last| (marked + 1).saturating_sub(last));
    let width = lines.iter().map(|(at, _)| at.len()).max().unwrap_or(0);
    let shown = lines
        .iter()
        .enumerate()
        .skip(skipped)
        .map(|(no, (at, line))| {
            let sign = if mark == Some(no) { '>' } else { ' ' };
            format!("{sign} {at:>width$}  {line}")
        });
    let mut text = shown.collect::<Vec<_>>().join("\n");
    if why && last.is_some() {
        text.push_str(&waiting(world));
    }
    text
}

/// Why each contact waits.
fn waiting(world: &World) -> String {
    let contacts = world.state().facts().contacts.values();
    let waiting = contacts.filter(|contact| matches!(contact.place, Place::Queue(_)));
    waiting
        .map(|contact| {
            let tell = |at| world.clock.shown(at);
            let explained = explain::contact(world.state(), contact, world.now, &tell);
            format!("\n  {}", explained.sentence)
        })
        .collect()
}

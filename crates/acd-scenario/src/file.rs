//! Reading a scenario file.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use acd_config::nearest::nearest;
use acd_core::ids::DurationMs;
use acd_core::measures::WAIT_EDGES_MS;
use acd_core::refusal::Reason;

use crate::act::DRY_RUN;
use crate::clock::{self, Clock};
use crate::configuration::{self, Block, Configuration, GivenConfig};
use crate::language::arguments::{Argument, Arguments, Named};
use crate::language::pattern::{Furthest, rest_of};
use crate::language::slot::{Reading, spelt_out};
use crate::language::statement::{Change, Does, Statement, Table, longest_match};
use crate::patience::Patience;
use crate::problem::{Problem, Problems};
use crate::tables::TABLES;
use crate::tokens::{Token, tokens};

/// The most lines of one file.
const LINES_MAX: usize = 100_000;
/// The most problems of one file that are told.
const PROBLEMS_MAX: usize = 100;
/// The most words that an error says are possible.
const POSSIBLE_MAX: usize = 12;

/// A scenario, ready to run.
#[derive(Debug)]
pub struct Scenario {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// Its first comment line: what it shows.
    pub title: String,
    /// The lines of the catalogue that it covers.
    pub covers: Vec<String>,
    pub(crate) clock: Clock,
    pub(crate) config: Configuration,
    pub(crate) steps: Vec<Step>,
}

/// One line of a timeline.
#[derive(Debug)]
pub(crate) struct Step {
    /// The line, from 1.
    pub(crate) line: u32,
    /// Its instant; none: that of the line before.
    pub(crate) at_ms: Option<i64>,
    /// What it says, for people.
    pub(crate) text: String,
    /// How it is said: the prefixes.
    pub(crate) manners: Vec<(&'static Statement, Arguments)>,
    /// A hash of what is said, without how.
    pub(crate) fingerprint: u64,
    /// What is said.
    pub(crate) statement: &'static Statement,
    pub(crate) arguments: Arguments,
    /// What an action is answered; none: that it is done.
    pub(crate) answer: Option<(&'static Statement, Arguments)>,
    /// Whether it may name what does not exist: what is refused may.
    names_anything: bool,
}

impl Scenario {
    /// Reads a file. `file` is its name: problems show it, and the files it names are looked for beside it. `given`
    /// takes the place of its configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(text: &str, file: &str, given: Option<&GivenConfig>) -> Result<Self, Problems> {
        Self::read_with(text, file, given, &Patience::without_end())
    }

    /// The same as long as there is patience; where it ends, the timeline ends.
    pub(crate) fn read_with(
        text: &str,
        file: &str,
        given: Option<&GivenConfig>,
        patience: &Patience,
    ) -> Result<Self, Problems> {
        let mut reader = Reader::new(text, file);
        if reader.lines.len() > LINES_MAX {
            reader.wrong(
                1,
                1,
                format!("the file has more than {LINES_MAX} lines"),
                "split it",
            );
            return Err(Problems(reader.problems));
        }
        let scenario = reader.scenario(given, patience);
        match scenario {
            Some(scenario) if reader.problems.is_empty() => Ok(scenario),
            _ => Err(reader.told()),
        }
    }
}

/// A file as it is read.
struct Reader<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
    problems: Vec<Problem>,
}

/// The headers of a file, with the lines below each.
struct Header<'a> {
    key: &'a str,
    value: &'a str,
    /// The line of the header, from 1.
    line: u32,
    /// The indices of the lines below it.
    below: std::ops::Range<usize>,
}

const HEADERS: [&str; 4] = ["covers", "start", "config", "timeline"];

impl<'a> Reader<'a> {
    fn new(text: &'a str, file: &'a str) -> Self {
        Self {
            file,
            lines: text.lines().collect(),
            problems: Vec::new(),
        }
    }

    fn wrong(
        &mut self,
        line: u32,
        column: u32,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let snippet = self
            .lines
            .get(line as usize - 1)
            .copied()
            .unwrap_or_default();
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line,
            column,
            message: message.into(),
            remedy: remedy.into(),
            snippet: snippet.to_owned(),
        });
    }

    /// The problems in the order of the file, the first ones if there are very many.
    fn told(mut self) -> Problems {
        self.problems.sort_by_key(|problem| problem.line);
        let more = self.problems.len().saturating_sub(PROBLEMS_MAX);
        self.problems.truncate(PROBLEMS_MAX);
        if let Some(last) = self.problems.last().filter(|_| more > 0) {
            let (line, message) = (last.line, format!("{more} more problems from here on"));
            self.wrong(line, 1, message, "correct these first");
        }
        Problems(self.problems)
    }

    fn scenario(&mut self, given: Option<&GivenConfig>, patience: &Patience) -> Option<Scenario> {
        let title = self.lines.iter().find_map(|line| line.strip_prefix('#'));
        let title = title.unwrap_or_default().trim().to_owned();
        let (mut covers, mut clock, mut config, mut timeline) =
            (Vec::new(), Clock::default(), None, None);
        for header in self.headers() {
            match header.key {
                "covers" => {
                    covers = header
                        .value
                        .split(',')
                        .map(|id| id.trim().to_owned())
                        .collect()
                }
                "start" => match Clock::starting(header.value) {
                    Ok(starting) => clock = starting,
                    Err(wrong) => self.wrong(
                        header.line,
                        1,
                        wrong,
                        "write it as in: start: 2026-03-29 01:30 Europe/Berlin",
                    ),
                },
                "config" if given.is_some() => {}
                "config" => config = self.config(&header),
                _ => timeline = Some(header),
            }
        }
        let config = given.map(|given| given.configuration().clone()).or(config);
        if config.is_none() && self.problems.is_empty() {
            self.wrong(
                1,
                1,
                "there is no config",
                "write config: with the tenant's document below it, or a file's name after it",
            );
        }
        let Some(timeline) = timeline else {
            self.wrong(
                1,
                1,
                "there is no timeline",
                "write timeline: with what happens below it",
            );
            return None;
        };
        let steps = Timeline::new(self, &clock, config.clone()).read(timeline.below, patience);
        Some(Scenario {
            file: self.file.to_owned(),
            title,
            covers,
            clock,
            config: config?,
            steps,
        })
    }

    fn headers(&mut self) -> Vec<Header<'a>> {
        let mut headers: Vec<Header<'a>> = Vec::new();
        for at in 0..self.lines.len() {
            let line = self.lines[at];
            let number = number(at);
            if line.trim().is_empty() || line.starts_with('#') || line.starts_with([' ', '\t']) {
                continue;
            }
            if let Some(last) = headers.last_mut() {
                last.below.end = at;
            }
            let (key, value) = line.split_once(':').unwrap_or((line.trim(), ""));
            if !HEADERS.contains(&key) {
                let meant = nearest(key, HEADERS)
                    .map_or_else(String::new, |near| format!("; did you mean {near}?"));
                self.wrong(number, 1, format!("{key:?} is no part of a scenario{meant}"), "the parts are covers:, start:, config: and timeline:; what belongs to one is indented");
            }
            headers.push(Header {
                key,
                value: value.split('#').next().unwrap_or_default().trim(),
                line: number,
                below: at + 1..self.lines.len(),
            });
        }
        headers.retain(|header| HEADERS.contains(&header.key));
        headers
    }

    fn config(&mut self, header: &Header<'_>) -> Option<Configuration> {
        if header.value.is_empty() {
            let block = Block {
                file: self.file,
                lines: &self.lines[header.below.clone()],
                first_line: header.line + 1,
            };
            return Configuration::embedded(block)
                .map_err(|wrong| self.problems.extend(wrong))
                .ok();
        }
        let (path, tenant) = match header.value.split_once(" tenant ") {
            Some((path, tenant)) => (path.trim(), Some(tenant.trim())),
            None => (header.value, None),
        };
        let read = configuration::beside(self.file, path.trim_matches('"'))
            .and_then(|(text, name)| configuration::from_file(&text, &name, tenant));
        match read {
            Ok(configuration) => Some(configuration),
            Err(wrong) => {
                self.wrong(header.line, 1, wrong, "name a configuration file by its path from here; of several tenants choose one: config: ../bank.toml tenant NAME");
                None
            }
        }
    }
}

/// The timeline as it is read.
struct Timeline<'r, 'a> {
    reader: &'r mut Reader<'a>,
    clock: &'r Clock,
    /// The configuration as changed up to here; none if the file's cannot be read.
    config: Option<Configuration>,
    known: Known,
    /// The words of lines that cannot be read: contacts may arrive there.
    unread: BTreeSet<String>,
    now_ms: i64,
    /// The time that the next line stands at, if it was said.
    at_ms: Option<i64>,
    steps: Vec<Step>,
}

/// The names that lines may speak of.
#[derive(Default)]
struct Known {
    agents: BTreeSet<String>,
    queues: BTreeSet<String>,
    adapters: BTreeSet<String>,
    contacts: BTreeSet<String>,
    teams: BTreeSet<String>,
    skills: BTreeSet<String>,
    plans: BTreeSet<String>,
    rules: BTreeSet<String>,
    /// The service-level thresholds of each queue: edges of its wait buckets besides the common ones.
    thresholds: BTreeMap<String, BTreeSet<DurationMs>>,
}

impl Known {
    fn learn(&mut self, config: &acd_core::config::TenantConfig) {
        self.agents
            .extend(config.agents.iter().map(|agent| agent.name.to_string()));
        self.queues
            .extend(config.queues.iter().map(|queue| queue.name.to_string()));
        self.adapters
            .extend(config.adapters.iter().map(ToString::to_string));
        self.teams
            .extend(config.teams.iter().map(|team| team.name.to_string()));
        self.skills
            .extend(config.skills.iter().map(ToString::to_string));
        self.plans
            .extend(config.plans.iter().map(|plan| plan.name.to_string()));
        self.rules
            .extend(config.rules.iter().map(|rule| rule.name.to_string()));
        for queue in &config.queues {
            let thresholds = self.thresholds.entry(queue.name.to_string());
            thresholds.or_default().insert(queue.service_level_ms);
        }
    }

    /// Whether the waits of a queue are counted up to this length of time.
    fn is_edge(&self, queue: &str, edge_ms: DurationMs) -> bool {
        let thresholds = self.thresholds.get(queue);
        WAIT_EDGES_MS.contains(&edge_ms)
            || thresholds.is_some_and(|thresholds| thresholds.contains(&edge_ms))
    }

    fn of(&self, named: Named) -> Option<&BTreeSet<String>> {
        match named {
            Named::Agent => Some(&self.agents),
            Named::Queue => Some(&self.queues),
            Named::Adapter => Some(&self.adapters),
            Named::Contact => Some(&self.contacts),
            Named::Team => Some(&self.teams),
            Named::Skill => Some(&self.skills),
            Named::Plan => Some(&self.plans),
            Named::Rule => Some(&self.rules),
            Named::Newcomer | Named::Other => None,
        }
    }
}

impl<'r, 'a> Timeline<'r, 'a> {
    fn new(reader: &'r mut Reader<'a>, clock: &'r Clock, config: Option<Configuration>) -> Self {
        let mut known = Known::default();
        if let Some(configuration) = &config {
            known.learn(&configuration.config);
        }
        Self {
            now_ms: clock.zero_ms,
            reader,
            clock,
            config,
            known,
            unread: BTreeSet::new(),
            at_ms: None,
            steps: Vec::new(),
        }
    }

    fn read(mut self, lines: std::ops::Range<usize>, patience: &Patience) -> Vec<Step> {
        let mut at = lines.start;
        while at < lines.end && !patience.is_over(0) {
            let mut next = at + 1;
            match tokens(self.reader.lines[at]) {
                Ok(tokens) if tokens.is_empty() => {}
                Ok(tokens) => {
                    if let Some(words) = self.timed(number(at), &tokens) {
                        let below = self.block_of(at, lines.end, words);
                        next = below.end;
                        let step = self.step(number(at), words, below);
                        if step.is_none() {
                            self.unread.extend(words.iter().flat_map(spelt_out));
                        }
                        self.steps.extend(step);
                    }
                }
                Err(column) => self.reader.wrong(
                    number(at),
                    column,
                    "the quote is not closed",
                    "close it with \"",
                ),
            }
            at = next;
        }
        self.check_names();
        self.check_edges();
        self.steps
    }

    /// The lines that belong to the words of line `at`: if they end in a colon (before what they are
    /// answered), those that are indented deeper.
    fn block_of(&self, at: usize, end: usize, words: &[Token]) -> std::ops::Range<usize> {
        let lines = &self.reader.lines;
        let said = words.iter().take_while(|word| !word.is("->"));
        if !said.last().is_some_and(|last| last.is(":")) {
            return at + 1..at + 1;
        }
        let indent = words[0].column as usize - 1;
        let belongs = |line: &&str| line.trim().is_empty() || indentation(line) > indent;
        let length = lines[at + 1..end]
            .iter()
            .take_while(|line| belongs(line))
            .count();
        at + 1..at + 1 + length
    }

    /// The words of a line behind its time, which is kept for them; none if there are no words. A time that stands
    /// alone is that of the next line.
    fn timed<'t>(&mut self, line: u32, tokens: &'t [Token]) -> Option<&'t [Token]> {
        let (at_ms, used) = self.time(line, tokens)?;
        self.at_ms = at_ms.or(self.at_ms);
        (used < tokens.len()).then(|| &tokens[used..])
    }

    fn step(&mut self, line: u32, words: &[Token], block: std::ops::Range<usize>) -> Option<Step> {
        let (first, mut words) = (&words[0], words);
        let text = self.shown(line, words);
        let is_expectation = words[0].is("expect");
        let (mut manners, mut answer, mut is_answer_read) = (Vec::new(), None, true);
        if is_expectation {
            words = &words[1..];
        } else {
            if let Some(arrow) = words.iter().position(|token| token.is("->")) {
                answer = self.whole(line, Table::Answers, &words[arrow + 1..], &words[arrow]);
                is_answer_read = answer.is_some();
                words = &words[..arrow];
            }
            while let Some((statement, arguments, end)) = self.manner(words) {
                manners.push((statement, arguments));
                words = &words[end..];
            }
        }
        let table = if is_expectation {
            Table::Expectations
        } else {
            Table::Actions
        };
        let (statement, mut arguments) = self.whole(line, table, words, first)?;
        if !is_answer_read {
            return None;
        }
        let fingerprint = fingerprint(words, &self.reader.lines[block.clone()]);
        let refusal = answer
            .as_ref()
            .filter(|(answer, _)| answer.pattern.starts_with("refused"))
            .and_then(|(_, said)| said.text());
        let tried = manners.iter().any(|(manner, _)| manner.pattern == DRY_RUN);
        let place = (line, first.column);
        if let Some(configuration) =
            self.configured(place, statement, &mut arguments, block, refusal.as_deref())?
            && refusal.is_none()
            && !tried
        {
            self.config = Some(configuration);
        }
        arguments.each(&mut |argument| {
            if let Argument::Names(Named::Newcomer, names, _) = argument {
                self.known.contacts.extend(names.iter().cloned());
            }
        });
        Some(Step {
            line,
            at_ms: self.at_ms.take(),
            text,
            manners,
            fingerprint,
            statement,
            arguments,
            answer,
            names_anything: refusal.is_some(),
        })
    }

    /// The words as they stand in the line.
    fn shown(&self, line: u32, words: &[Token]) -> String {
        let text = self.reader.lines[line as usize - 1].chars();
        let (from, to) = (
            words[0].column,
            words.last().map_or(u32::MAX, |last| last.end),
        );
        text.skip(from as usize - 1)
            .take((to - from) as usize)
            .collect()
    }

    /// The time that a line begins with, and how many tokens it takes.
    fn time(&mut self, line: u32, tokens: &[Token]) -> Option<(Option<i64>, usize)> {
        let is_time = |token: &Token| {
            !token.quoted
                && token
                    .text
                    .starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-')
        };
        if !is_time(&tokens[0]) {
            return Some((None, 0));
        }
        let wrong = match self.clock.not_before(tokens, self.now_ms) {
            Some(Ok((at_ms, used))) if at_ms >= self.now_ms => {
                self.now_ms = at_ms;
                return Some((Some(at_ms), used));
            }
            Some(Ok(_)) => format!(
                "{} is before the line above, which is at {}",
                tokens[0].text,
                self.clock.shown(self.now_ms)
            ),
            Some(Err(wrong)) => wrong,
            None => format!("{:?} is no time", tokens[0].text),
        };
        self.reader.wrong(line, tokens[0].column, wrong, "times go forward and are written as 10s, 9.999s, 1m30s, +5s (after the line above), 10:05 or 2026-03-29 03:00");
        None
    }

    fn manner(&self, words: &[Token]) -> Option<(&'static Statement, Arguments, usize)> {
        let reading = Reading {
            tables: &TABLES,
            tokens: words,
            clock: self.clock,
            now_ms: self.now_ms,
        };
        longest_match(Table::Manners, &reading, 0, false, &mut Furthest::default())
    }

    /// The statement that all of these words say.
    fn whole(
        &mut self,
        line: u32,
        table: Table,
        words: &[Token],
        before: &Token,
    ) -> Option<(&'static Statement, Arguments)> {
        let reading = Reading {
            tables: &TABLES,
            tokens: words,
            clock: self.clock,
            now_ms: self.now_ms,
        };
        let mut furthest = Furthest::default();
        if let Some((statement, arguments, _)) =
            longest_match(table, &reading, 0, true, &mut furthest)
        {
            return Some((statement, arguments));
        }
        let stuck = words.get(furthest.at);
        let column = stuck.or(words.last()).unwrap_or(before).column;
        let (message, remedy) = not_understood(table, words, &furthest);
        self.reader.wrong(line, column, message, remedy);
        None
    }

    /// Works out the configuration that a line brings; the inner none: it brings none. What is wrong with one that is to
    /// be refused for it is kept for the answer.
    fn configured(
        &mut self,
        (line, column): (u32, u32),
        statement: &Statement,
        arguments: &mut Arguments,
        block: std::ops::Range<usize>,
        refusal: Option<&str>,
    ) -> Option<Option<Configuration>> {
        let Does::Configure(change) = statement.does else {
            if !block.is_empty() {
                self.reader.wrong(
                    line + 1,
                    1,
                    "nothing belongs below this line",
                    "indent it like the line above",
                );
                return None;
            }
            return Some(None);
        };
        let lines = Block {
            file: self.reader.file,
            lines: &self.reader.lines[block.clone()],
            first_line: number(block.start),
        };
        let key = arguments.text().unwrap_or_default();
        let Some(config) = &self.config else {
            return Some(None);
        };
        let configured = match change {
            Change::Keys => config.changed(lines),
            Change::Whole => Configuration::embedded(lines),
            Change::Without => config
                .without(&key, self.reader.file)
                .map_err(|mut problems| {
                    let snippet = self.reader.lines[line as usize - 1];
                    for problem in &mut problems {
                        (problem.line, problem.column) = (line, column);
                        problem.snippet = snippet.to_owned();
                    }
                    problems
                }),
        };
        match configured {
            Ok(configuration) => {
                self.known.learn(&configuration.config);
                arguments.push(Argument::Config(Arc::clone(&configuration.config)));
                Some(Some(configuration))
            }
            Err(problems)
                if refusal == Some(Reason::ConfigInvalid.as_str())
                    && (change != Change::Without || config.has(&key)) =>
            {
                arguments.push(Argument::Invalid(in_one_line(&problems)));
                Some(None)
            }
            Err(problems) => {
                self.reader.problems.extend(problems);
                None
            }
        }
    }

    /// Every name must be one that is configured or that arrives, on whichever line. Without a configuration nothing is
    /// known of its names.
    fn check_names(&mut self) {
        let mut unknown = Vec::new();
        for step in self.steps.iter().filter(|step| !step.names_anything) {
            step.arguments.each(&mut |argument| {
                let Argument::Names(named, names, column) = argument else {
                    return;
                };
                let Some(known) = self.known.of(*named) else {
                    return;
                };
                let is_known = |name: &str| match named {
                    Named::Contact => {
                        let (contact, derived) = parts_of(name);
                        let arrives = known.contains(contact) || self.unread.contains(contact);
                        arrives && derived.iter().all(|part| is_derived(part))
                    }
                    _ => self.config.is_none() || known.contains(name),
                };
                for name in names.iter().filter(|name| !is_known(name)) {
                    unknown.push((step.line, *column, *named, name.clone()));
                }
            });
        }
        for (line, column, named, name) in unknown {
            let known = self
                .known
                .of(named)
                .into_iter()
                .flatten()
                .map(String::as_str);
            let meant = nearest(&name, known.clone())
                .map_or_else(String::new, |near| format!("; did you mean {near}?"));
            let (message, remedy) = match named {
                Named::Contact if known.clone().any(|known: &str| known == parts_of(&name).0) => (
                    format!("nothing that comes of a contact is called {name:?}"),
                    "the callback of c1 is c1~callback, the consultation about it c1~consult; the next ones are c1~consult2, c1~consult3",
                ),
                Named::Contact => (
                    format!("no line lets a contact {name:?} arrive{meant}"),
                    "write a line such as: 1s call c1 arrives for sales",
                ),
                _ => (
                    format!("the configuration has no {} {name:?}{meant}", named.word()),
                    "name one of the configuration; what must be refused may be unknown",
                ),
            };
            self.reader.wrong(line, column, message, remedy);
        }
    }

    /// Waits are counted up to certain lengths of time only; what is asked of another cannot be answered.
    fn check_edges(&mut self) {
        if self.config.is_none() {
            return;
        }
        let mut wrong = Vec::new();
        for step in &self.steps {
            let Some(queue) = step.arguments.optional(Named::Queue) else {
                continue;
            };
            step.arguments.each(&mut |argument| {
                if let Argument::Edge(edge_ms, column) = argument
                    && !self.known.is_edge(queue, *edge_ms)
                {
                    wrong.push((step.line, *column, queue.to_owned(), *edge_ms));
                }
            });
        }
        for (line, column, queue, edge_ms) in wrong {
            let edge = clock::shown(edge_ms);
            let near = WAIT_EDGES_MS
                .into_iter()
                .min_by_key(|near| (near - edge_ms).abs())
                .map(clock::shown)
                .unwrap_or_default();
            let message = format!(
                "the waits of queue {queue} are not counted up to {edge}; did you mean {near}?"
            );
            let edges = WAIT_EDGES_MS.map(clock::shown).join(", ");
            let remedy = format!("possible here: {edges}, and what the queue has as service_level");
            self.reader.wrong(line, column, message, remedy);
        }
    }
}

/// All that is wrong with a configuration, as the detail of its refusal.
fn in_one_line(problems: &[Problem]) -> String {
    let told = problems.iter().map(|problem| {
        let Problem {
            line,
            message,
            remedy,
            ..
        } = problem;
        format!("line {line}: {message}; {remedy}")
    });
    told.collect::<Vec<_>>().join("\n")
}

/// The contact that arrived, and what came of it: `c1~callback~consult` is the consultation about the callback of `c1`.
fn parts_of(name: &str) -> (&str, Vec<&str>) {
    let mut parts = name.split('~');
    (parts.next().unwrap_or(name), parts.collect())
}

/// Whether the engine gives such names to what comes of a contact: the first, or one that is counted from 2.
fn is_derived(part: &str) -> bool {
    let counted = ["callback", "consult"]
        .iter()
        .find_map(|kind| part.strip_prefix(kind));
    counted.is_some_and(|number| number.is_empty() || number.parse().is_ok_and(|n: u32| n >= 2))
}

fn not_understood(table: Table, words: &[Token], furthest: &Furthest) -> (String, String) {
    let stuck = words.get(furthest.at);
    let found = stuck.map_or_else(
        || "the line ends here".to_owned(),
        |token| format!("{} is not understood here", token.shown()),
    );
    if let Some(wrong) = &furthest.wrong {
        return wrong.clone();
    }
    let near = stuck.and_then(|token| nearest(&token.text, furthest.words.iter().copied()));
    let message = match near {
        Some(near) => format!("{found}; did you mean {near:?}?"),
        None => found,
    };
    let mut possible: Vec<String> = furthest
        .kinds
        .iter()
        .map(|kind| (*kind).to_owned())
        .collect();
    possible.extend(furthest.words.iter().map(|word| format!("{word:?}")));
    let more = possible.len().saturating_sub(POSSIBLE_MAX);
    possible.truncate(POSSIBLE_MAX);
    let more = if more > 0 {
        format!(", and {more} more")
    } else {
        String::new()
    };
    let kind = match table {
        Table::Expectations => "expectations",
        Table::Answers => "answers",
        _ => "actions",
    };
    let remedy = format!(
        "possible here: {}{more}; docs/scenarios.md lists all {kind}",
        possible.join(", ")
    );
    (message, remedy)
}

/// The same for the same words with the same lines below them.
fn fingerprint(words: &[Token], below: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    rest_of(words, 0).hash(&mut hasher);
    for line in below.iter().map(|line| line.trim()) {
        line.hash(&mut hasher);
    }
    hasher.finish()
}

fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

//! The configuration of a scenario: the text in it, a file it names, and the changes on the way.

use std::path::Path;
use std::sync::Arc;

use acd_core::config::TenantConfig;

use crate::language::slot::range;
use crate::problem::Problem;

/// The adapter of a configuration that names none.
const ADAPTER: &str = "pbx";

/// A configuration with the document it was read from, to which changes can be made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configuration {
    document: toml::Table,
    /// The configuration itself.
    pub(crate) config: Arc<TenantConfig>,
}

/// A configuration that takes the place of the scenarios' own.
#[derive(Clone, Debug)]
pub struct GivenConfig(Configuration);

impl GivenConfig {
    /// Reads the document of one tenant, or the file of `acd serve`, of which `tenant` chooses one. `file` is the name
    /// that problems show.
    ///
    /// # Errors
    /// All that is wrong with it, or the names to choose from.
    pub fn read(text: &str, file: &str, tenant: Option<&str>) -> Result<Self, String> {
        from_file(text, file, tenant).map(Self)
    }

    pub(crate) fn configuration(&self) -> &Configuration {
        &self.0
    }
}

/// A piece of a scenario file that is TOML.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    /// The name of the scenario file.
    pub(crate) file: &'a str,
    /// The lines.
    pub(crate) lines: &'a [&'a str],
    /// The line of the first one, from 1.
    pub(crate) first_line: u32,
}

impl Configuration {
    /// Reads the document that stands in a scenario file.
    pub(crate) fn embedded(block: Block<'_>) -> Result<Self, Vec<Problem>> {
        let (text, origin) = spelt_out(block.lines, block.first_line);
        let config = acd_config::parse_tenant(&text, block.file)
            .map_err(|problems| located(problems, &origin, block.first_line))?;
        let document = text.parse().expect("a document that was read is TOML");
        Ok(Self::new(document, config))
    }

    fn new(document: toml::Table, config: TenantConfig) -> Self {
        let mut configuration = Self {
            document,
            config: Arc::new(config),
        };
        if configuration.config.adapters.is_empty() {
            let adapters = toml::Value::Array(vec![ADAPTER.into()]);
            configuration
                .document
                .insert("adapters".to_owned(), adapters);
            Arc::make_mut(&mut configuration.config).adapters = vec![ADAPTER.into()];
        }
        configuration
    }

    /// The same configuration with the keys of the block set to its values.
    pub(crate) fn changed(&self, block: Block<'_>) -> Result<Self, Vec<Problem>> {
        let (text, origin) = spelt_out(block.lines, block.first_line);
        let change: toml::Table = match text.parse() {
            Ok(change) => change,
            // Reading the change as a document finds the place.
            Err(_) => {
                let problems = acd_config::parse_tenant(&text, block.file)
                    .expect_err("what is no TOML is no document");
                return Err(located(problems, &origin, block.first_line));
            }
        };
        let mut document = self.document.clone();
        merge(&mut document, change);
        let mut problems = match Self::of_document(document, block.file) {
            Ok(configuration) => return Ok(configuration),
            Err(problems) => problems,
        };
        // The merged document has lines of its own: what is wrong is told at the line of the block that sets such a key,
        // or at its first.
        for problem in &mut problems {
            let at = line_of(&problem.message, block.lines);
            problem.line = block.first_line + u32::try_from(at).unwrap_or(0);
            problem.snippet = block
                .lines
                .get(at)
                .map_or("", |line| line.trim_end())
                .to_owned();
            problem.column =
                u32::try_from(problem.snippet.len() - problem.snippet.trim_start().len() + 1)
                    .unwrap_or(1);
        }
        Err(problems)
    }

    /// Whether the document has a key such as `queues.sales`.
    pub(crate) fn has(&self, key: &str) -> bool {
        let mut parts = key.split('.');
        let first = parts.next().and_then(|part| self.document.get(part));
        parts.fold(first, |table, part| table?.get(part)).is_some()
    }

    /// The same configuration without a key such as `queues.sales`.
    pub(crate) fn without(&self, key: &str, file: &str) -> Result<Self, Vec<Problem>> {
        let mut document = self.document.clone();
        let (parents, last) = key.rsplit_once('.').unwrap_or(("", key));
        let mut table = Some(&mut document);
        for parent in parents.split('.').filter(|parent| !parent.is_empty()) {
            table = table
                .and_then(|table| table.get_mut(parent))
                .and_then(toml::Value::as_table_mut);
        }
        if table.and_then(|table| table.remove(last)).is_none() {
            return Err(vec![problem(
                file,
                format!("the configuration has no key {key:?}"),
                "write the path of a key it has, such as queues.sales".to_owned(),
            )]);
        }
        Self::of_document(document, file)
    }

    fn of_document(document: toml::Table, file: &str) -> Result<Self, Vec<Problem>> {
        let text = document.to_string();
        match acd_config::parse_tenant(&text, file) {
            Ok(config) => Ok(Self::new(document, config)),
            Err(problems) => Err(located(problems, &[], 1)),
        }
    }
}

/// Reads a file that a scenario names, or that takes the place of its own configuration.
pub(crate) fn from_file(
    text: &str,
    file: &str,
    tenant: Option<&str>,
) -> Result<Configuration, String> {
    let whole: toml::Table = text.parse().unwrap_or_default();
    if !whole.contains_key("tenants") && !whole.contains_key("server") {
        let config = acd_config::parse_tenant(text, file).map_err(|all| all.to_string())?;
        return Ok(Configuration::new(whole, config));
    }
    let tenants = acd_config::parse_file(text, file)
        .map_err(|all| all.to_string())?
        .tenants;
    let names: Vec<&str> = tenants.iter().map(|(name, _)| name.as_str()).collect();
    let chosen = match tenant {
        Some(wanted) => names.iter().position(|name| *name == wanted),
        None if names.len() == 1 => Some(0),
        None => None,
    };
    let Some(chosen) = chosen else {
        return Err(format!(
            "{file} holds several tenants; choose one of them: {}",
            names.join(", ")
        ));
    };
    let document = whole["tenants"][names[chosen]].as_table().cloned();
    let config = tenants[chosen].1.clone();
    Ok(Configuration::new(document.unwrap_or_default(), config))
}

/// The line that sets the last key of the path that a message begins with; the first one if there is none.
fn line_of(message: &str, lines: &[&str]) -> usize {
    let path = message.split(": ").next().unwrap_or_default();
    let key = path.rsplit('.').next().unwrap_or_default();
    let key = key.split('[').next().unwrap_or_default();
    let sets = |line: &&str| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let names = |line: &&str| line.trim_start().starts_with('[') && line.contains(key);
    let found = lines.iter().position(sets);
    found.or_else(|| lines.iter().position(names)).unwrap_or(0)
}

/// Sets what `change` says, table by table.
fn merge(document: &mut toml::Table, change: toml::Table) {
    for (key, value) in change {
        match (document.get_mut(&key), value) {
            (Some(toml::Value::Table(known)), toml::Value::Table(inner)) => merge(known, inner),
            (_, value) => {
                document.insert(key, value);
            }
        }
    }
}

/// The text with every table such as `[agents.a1..a100]` written once for each name, and the line each line comes from.
fn spelt_out(lines: &[&str], first_line: u32) -> (String, Vec<u32>) {
    let (mut text, mut origin) = (String::new(), Vec::new());
    let mut at = 0;
    while at < lines.len() {
        let end = (at + 1..lines.len())
            .find(|at| lines[*at].trim_start().starts_with('['))
            .unwrap_or(lines.len());
        let headers = headers(lines[at]);
        for header in headers
            .iter()
            .map(String::as_str)
            .chain(headers.is_empty().then_some(lines[at]))
        {
            for (no, line) in
                (at..end).zip(std::iter::once(header).chain(lines[at + 1..end].iter().copied()))
            {
                text.push_str(line);
                text.push('\n');
                origin.push(first_line + u32::try_from(no).unwrap_or(0));
            }
        }
        at = end;
    }
    (text, origin)
}

/// The headers that a header with a range stands for; none if it has no range.
fn headers(line: &str) -> Vec<String> {
    let inside = line
        .trim()
        .strip_prefix('[')
        .and_then(|line| line.split(']').next());
    let Some((before, after)) = inside.and_then(|inside| inside.split_once("..")) else {
        return Vec::new();
    };
    let (parents, first) = before.rsplit_once('.').unwrap_or(("", before));
    let (last, below) = after.split_once('.').unwrap_or((after, ""));
    let Some((stem, from, to)) =
        range(&format!("{first}..{last}")).map(|(stem, from, to)| (stem.to_owned(), from, to))
    else {
        return Vec::new();
    };
    let name = |no: u64| {
        let parts = [parents.to_owned(), format!("{stem}{no}"), below.to_owned()];
        let parts: Vec<&String> = parts.iter().filter(|part| !part.is_empty()).collect();
        let path: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
        format!("[{}]", path.join("."))
    };
    (from..=to).map(name).collect()
}

/// The problems of a document at their places in the scenario file.
fn located(problems: acd_config::Problems, origin: &[u32], first_line: u32) -> Vec<Problem> {
    let problems = problems.into_iter().map(|problem| {
        let place = problem.place.as_ref();
        let line = place
            .and_then(|place| origin.get(place.line as usize - 1))
            .copied();
        let told = if problem.path.is_empty() {
            problem.message.clone()
        } else {
            format!("{}: {}", problem.path, problem.message)
        };
        Problem {
            line: line.unwrap_or(first_line),
            column: problem.column().max(1),
            snippet: place.map(|place| place.snippet.clone()).unwrap_or_default(),
            ..self::problem(&problem.file, told, problem.remedy)
        }
    });
    problems.collect()
}

fn problem(file: &str, message: String, remedy: String) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 1,
        column: 1,
        message,
        remedy,
        snippet: String::new(),
    }
}

/// Reads a file next to the scenario file.
pub(crate) fn beside(scenario: &str, path: &str) -> Result<(String, String), String> {
    let path = Path::new(scenario)
        .parent()
        .unwrap_or(Path::new(""))
        .join(path);
    let name = path.display().to_string();
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("cannot read {name}: {error}"))?;
    Ok((text, name))
}

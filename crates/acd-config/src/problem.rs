//! What is wrong with a file, where, and what to do about it.

use std::fmt;

/// One thing wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// Where in the text it stands; none: it stands nowhere, but is missing or lies outside the file.
    pub place: Option<Place>,
    /// Which element it concerns, in the words of the file: `tenants.bank.queues.support.ring`. Empty: the whole file.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// How many characters of the line are meant, at least 1.
    pub length: u32,
    /// The line itself (of a very long one, its beginning), without control characters.
    pub snippet: String,
}

impl Problem {
    /// The line, from 1; 0 if it stands nowhere.
    pub fn line(&self) -> u32 {
        self.place.as_ref().map_or(0, |place| place.line)
    }

    /// The column in characters, from 1; 0 if it stands nowhere.
    pub fn column(&self) -> u32 {
        self.place.as_ref().map_or(0, |place| place.column)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(place) = &self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        if !self.path.is_empty() {
            write!(f, ": {}", self.path)?;
        }
        writeln!(f, ": {}", self.message)?;
        if let Some(place) = &self.place {
            place.fmt(f)?;
        }
        write!(f, "  = help: {}", self.remedy)
    }
}

/// The line with the place underlined.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let shown = u32::try_from(self.snippet.chars().count()).unwrap_or(u32::MAX);
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{number} | {}", self.snippet)?;
        if self.column > shown + 1 {
            return Ok(());
        }
        let before = " ".repeat(self.column as usize - 1);
        let under = "^".repeat(self.length.min(shown + 1 - (self.column - 1)).max(1) as usize);
        writeln!(f, "{gutter} | {before}{under}")
    }
}

/// Everything found wrong with one text, in its order; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    problems: Vec<Problem>,
    /// How many more there are than are told.
    untold: usize,
}

impl Problems {
    /// The most problems that are told one by one; the rest are counted.
    pub const TOLD_MAX: usize = 200;

    pub(crate) fn new(problems: Vec<Problem>, untold: usize) -> Self {
        Self { problems, untold }
    }

    /// The problems that are told, in the order of the text.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.problems.iter()
    }

    /// How many more there are.
    pub fn untold(&self) -> usize {
        self.untold
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.problems.into_iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}\n")?;
        }
        let count = self.problems.len() + self.untold;
        write!(
            f,
            "{count} {}",
            if count == 1 { "problem" } else { "problems" }
        )?;
        if self.untold > 0 {
            write!(f, ", of which the first {} are shown", self.problems.len())?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

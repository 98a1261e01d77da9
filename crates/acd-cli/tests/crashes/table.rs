//! The table at the end of a run.

use std::time::Duration;

/// Rows of what was counted.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<(String, String)>);

impl Table {
    /// One more row.
    pub(crate) fn row(&mut self, what: &str, value: impl ToString) -> &mut Self {
        self.0.push((what.to_owned(), value.to_string()));
        self
    }

    /// A row of the middle and the longest of these times.
    pub(crate) fn times(&mut self, what: &str, mut times: Vec<Duration>) -> &mut Self {
        times.sort();
        let told = |time: Option<&Duration>| {
            time.map_or("none".to_owned(), |time| format!("{} ms", time.as_millis()))
        };
        let middle = told(times.get(times.len() / 2));
        let value = format!("median {middle}, max {}", told(times.last()));
        self.row(what, value)
    }

    /// Prints it.
    pub(crate) fn print(&self) {
        let width = self.0.iter().map(|(what, _)| what.len()).max();
        for (what, value) in &self.0 {
            println!("{what:<width$}  {value}", width = width.unwrap_or_default());
        }
    }
}

//! What became of every option, for the administrator who reads it.

use std::collections::BTreeMap;
use std::fmt;

use super::text::{Line, Said};

/// What becomes of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Something of ours means nearly the same; the text says what differs.
    Differs,
    /// Nothing of ours means it.
    NoEqual,
    /// Something of ours means the same.
    Maps,
}

impl Fate {
    /// Every fate, what needs a reader first.
    pub const ALL: [Fate; 3] = [Fate::Differs, Fate::NoEqual, Fate::Maps];

    fn title(self) -> &'static str {
        match self {
            Fate::Differs => "Maps differently",
            Fate::NoEqual => "Has no equal",
            Fate::Maps => "Maps",
        }
    }
}

/// What became of one option of one section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What becomes of it.
    pub fate: Fate,
    /// The file it stands in.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// The section that says or inherits it; empty: none.
    pub section: String,
    /// The option as it stands there; of what is not given, what Asterisk takes it for.
    pub option: String,
    /// What it is here.
    pub text: String,
}

/// What became of every option.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    entries: Vec<Entry>,
}

/// What is to be said of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) fate: Fate,
    pub(super) text: String,
}

pub(super) fn maps(text: impl Into<String>) -> Told {
    told(Fate::Maps, text)
}

pub(super) fn differs(text: impl Into<String>) -> Told {
    told(Fate::Differs, text)
}

pub(super) fn no_equal(text: impl Into<String>) -> Told {
    told(Fate::NoEqual, text)
}

fn told(fate: Fate, text: impl Into<String>) -> Told {
    let text = text.into();
    Told { fate, text }
}

impl Account {
    /// What became of each option, by section and line.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many options have this fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.entries.iter().filter(|it| it.fate == fate).count()
    }

    pub(super) fn tell(&mut self, section: &str, at: &Line, option: String, told: Told) {
        self.entries.push(Entry {
            fate: told.fate,
            file: at.file.to_string(),
            line: at.number,
            section: section.to_owned(),
            option,
            text: told.text,
        });
    }

    pub(super) fn tell_of(&mut self, section: &str, said: &Said, told: Told) {
        const SHOWN: usize = 120;
        let shown: String = said.value.chars().take(SHOWN).collect();
        let more = if shown.len() < said.value.len() {
            "..."
        } else {
            ""
        };
        let option = format!("{} = {shown}{more}", said.key);
        self.tell(section, &said.at, option.trim_end().to_owned(), told);
    }
}

/// By fate, each option once: sections that inherit it, and for which it means the same, share a line.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [differs, no_equal, maps] = Fate::ALL.map(|fate| self.count(fate));
        writeln!(
            f,
            "Options: {maps} map, {differs} map differently, {no_equal} have no equal."
        )?;
        for fate in Fate::ALL {
            let mut shared: BTreeMap<(&str, u32, &str, &str), Vec<&str>> = BTreeMap::new();
            for entry in self.entries.iter().filter(|it| it.fate == fate) {
                let key = (&*entry.file, entry.line, &*entry.option, &*entry.text);
                shared.entry(key).or_default().push(&entry.section);
            }
            if shared.is_empty() {
                continue;
            }
            writeln!(f, "\n{}\n", fate.title())?;
            for ((file, line, option, text), sections) in shared {
                writeln!(f, "  {file}:{line}: {}{option}", sections_text(&sections))?;
                for line in wrapped(text) {
                    writeln!(f, "      {line}")?;
                }
            }
        }
        write!(f, "{ELSEWHERE}")
    }
}

fn sections_text(sections: &[&str]) -> String {
    const SHOWN: usize = 4;
    let named = sections.iter().filter(|it| !it.is_empty());
    let mut text: String = named.take(SHOWN).map(|it| format!("[{it}] ")).collect();
    if sections.len() > SHOWN {
        text.push_str(&format!("and {} more: ", sections.len() - SHOWN));
    }
    text
}

/// A sentence in lines of the width of the report.
fn wrapped(text: &str) -> Vec<String> {
    const WIDTH: usize = 110;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always one");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= WIDTH {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// What an Asterisk says elsewhere.
const ELSEWHERE: &str = "
What these files do not say

  Where callers go who cannot join or stay. The dialplan goes on after Queue(), by QUEUESTATUS (FULL, JOINEMPTY,
  LEAVEEMPTY, TIMEOUT). Here each queue has an overflow list; without one the adapter is told to end the call.
  How long a caller waits at most. It is the second argument of Queue(); here it is max_wait of the queue.
  The priority of a caller (QUEUE_PRIO). Here the arrival says it, or a rule of the configuration.
  Members who come by AddQueueMember(), the command line or a database. Add them as agents.
  Who is there. A static member is always there; here an agent logs in, and is logged out until they do.
";

//! The format of Asterisk's configuration files: sections of `key = value`, templates, comments and included files.
//!
//! It is read as Asterisk reads it (`main/config.c`), whatever one would rather expect: a section that others inherit
//! from gives them what stood in it above them, and names in parentheses count to the blank.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Find;
use crate::TEXT_BYTES_MAX;
use crate::problem::{Place, Problem, Problems};

/// How deep files may include files, as in Asterisk.
const DEPTH_MAX: usize = 10;
/// The most bytes of a line; Asterisk reads no further.
const LINE_BYTES_MAX: usize = 8_191;
/// The most sections of all files together.
const SECTIONS_MAX: usize = 50_000;
/// The most options of all sections together, inherited ones included.
const OPTIONS_MAX: usize = 1_000_000;
/// How much of a line is shown, in characters.
const SNIPPET_CHARS_MAX: usize = 160;

/// A file: its name for people, and what is in it.
#[derive(Clone, Debug)]
pub struct File {
    /// The name.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) file: Arc<str>,
    /// From 1.
    pub(super) number: u32,
}

/// A section with what it inherits.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) at: Line,
    is_template: bool,
    options: Vec<Arc<Said>>,
    /// The place of the last option of each key.
    last: BTreeMap<String, usize>,
}

impl Section {
    /// What is said of it, line by line.
    pub(super) fn said(&self) -> impl Iterator<Item = &Said> {
        self.options.iter().map(|said| &**said)
    }

    fn push(&mut self, said: Arc<Said>) {
        self.last.insert(said.key.clone(), self.options.len());
        self.options.push(said);
    }
}

/// `key = value`, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) at: Line,
}

/// Why a line says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// A program is to be run, and none is.
    Exec,
    /// A directive that Asterisk does not know either.
    UnknownDirective,
    /// A file that need not be there is not there.
    NoFile,
    /// Asterisk passes it over, too.
    NoOption,
}

/// What the files say.
#[derive(Debug, Default)]
pub(super) struct Sections {
    sections: Vec<Section>,
    /// The lines that say nothing.
    pub(super) passed: Vec<(Line, String, Passed)>,
}

impl Sections {
    /// All sections but templates, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|it| !it.is_template)
    }
}

/// Reads a file with all it includes.
///
/// # Errors
/// All that is wrong with it: what Asterisk would refuse, and what goes beyond a limit.
pub(super) fn read(file: &File, find: Find<'_>) -> Result<Sections, Wrong> {
    let mut reader = Reader {
        find,
        problems: Vec::new(),
        untold: 0,
        sections: Sections::default(),
        open: Vec::new(),
        current: None,
        by_name: BTreeMap::new(),
        bytes: 0,
        options: 0,
        is_full: false,
    };
    reader.file(file, None);
    match reader.problems.is_empty() {
        true => Ok(reader.sections),
        false => Err(Wrong {
            problems: reader.problems,
            untold: reader.untold,
        }),
    }
}

/// What is wrong with the files.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) problems: Vec<Problem>,
    /// How many more there are.
    pub(super) untold: usize,
}

/// Something wrong at a line.
pub(super) fn problem(
    at: &Line,
    shown: &str,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Problem {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let snippet: String = shown.chars().take(SNIPPET_CHARS_MAX).map(plain).collect();
    let length = u32::try_from(snippet.chars().count()).unwrap_or(u32::MAX);
    Problem {
        file: at.file.to_string(),
        place: Some(Place {
            line: at.number,
            column: 1,
            length: length.max(1),
            snippet,
        }),
        path: String::new(),
        message: message.into(),
        remedy: remedy.into(),
    }
}

struct Reader<'f> {
    find: Find<'f>,
    problems: Vec<Problem>,
    untold: usize,
    sections: Sections,
    /// The files that are being read, each included by the one before it.
    open: Vec<String>,
    /// The section that what follows belongs to.
    current: Option<usize>,
    /// The first section of each name in lower case: of all, and of those that are no template.
    by_name: BTreeMap<String, (usize, Option<usize>)>,
    /// Of all texts, and of values that others were added to.
    bytes: usize,
    options: usize,
    /// Whether a limit is met, so that nothing more is read.
    is_full: bool,
}

impl Reader<'_> {
    fn wrong(&mut self, at: &Line, shown: &str, message: impl Into<String>, remedy: &str) {
        if self.problems.len() < Problems::TOLD_MAX {
            self.problems.push(problem(at, shown, message, remedy));
        } else {
            self.untold += 1;
        }
    }

    /// Something wrong after which nothing more is read.
    fn full(&mut self, at: &Line, shown: &str, message: String, remedy: &str) {
        if !self.is_full {
            self.wrong(at, shown, message, remedy);
        }
        self.is_full = true;
    }

    /// Reads a file that this line includes.
    fn file(&mut self, file: &File, included: Option<(&Line, &str)>) {
        let name: Arc<str> = Arc::from(file.name.as_str());
        let first = Line {
            file: name.clone(),
            number: 1,
        };
        let (at, shown) = included.unwrap_or((&first, ""));
        self.bytes = self.bytes.saturating_add(file.bytes.len());
        if self.bytes > TEXT_BYTES_MAX {
            let message = format!("{} and the files before it have too many bytes", file.name);
            let remedy = format!("at most {TEXT_BYTES_MAX} are read");
            return self.full(at, shown, message, &remedy);
        }
        if self.open.contains(&file.name) {
            let message = format!(
                "{} includes itself, by way of other files or not",
                file.name
            );
            return self.wrong(
                at,
                shown,
                message,
                "remove one of the lines that include it",
            );
        }
        if self.open.len() > DEPTH_MAX {
            let message = format!("files include files to more than {DEPTH_MAX} levels");
            return self.wrong(at, shown, message, "include them from fewer levels");
        }
        let text = match std::str::from_utf8(&file.bytes) {
            Ok(text) => text,
            Err(wrong) => {
                let good = &file.bytes[..wrong.valid_up_to()];
                let number = good.iter().filter(|byte| **byte == b'\n').count() + 1;
                let at = Line {
                    file: name,
                    number: u32::try_from(number).unwrap_or(u32::MAX),
                };
                let remedy = "convert the file, as by: iconv -f latin1 -t utf8 FILE";
                return self.wrong(&at, "", "the file is no UTF-8 text from here on", remedy);
            }
        };
        self.open.push(file.name.clone());
        self.lines(text.trim_start_matches('\u{feff}'), &name);
        self.open.pop();
    }

    fn lines(&mut self, text: &str, file: &Arc<str>) {
        let mut depth = 0;
        let mut opened_at = None;
        for (number, line) in (1..).zip(text.split('\n')) {
            if self.is_full {
                return;
            }
            let at = Line {
                file: file.clone(),
                number,
            };
            if line.len() > LINE_BYTES_MAX {
                let message = format!("the line has {} bytes", line.len());
                let remedy = format!("Asterisk reads {LINE_BYTES_MAX} of them; make it shorter");
                self.wrong(&at, line, message, &remedy);
                continue;
            }
            let was_open = depth > 0;
            let said = without_comments(line, &mut depth);
            if depth > 0 && !was_open {
                opened_at = Some(at.clone());
            }
            let said = said.trim();
            if !said.is_empty() {
                self.line(said, &at);
            }
        }
        if let Some(at) = opened_at.filter(|_| depth > 0) {
            let remedy = "end it with --;";
            self.wrong(
                &at,
                ";--",
                "the comment that begins here never ends",
                remedy,
            );
        }
    }

    fn line(&mut self, said: &str, at: &Line) {
        if let Some(rest) = said.strip_prefix('[') {
            self.section(rest, said, at);
        } else if let Some(rest) = said.strip_prefix('#') {
            self.directive(rest, said, at);
        } else {
            self.option(said, at);
        }
    }

    /// `[name]`, `[name](!)`, `[name](template,other)`, `[name](+)`.
    fn section(&mut self, rest: &str, said: &str, at: &Line) {
        let Some((name, after)) = rest.split_once(']') else {
            self.current = None;
            return self.wrong(
                at,
                said,
                "the name of the section has no end",
                "end it with ]",
            );
        };
        if self.sections.sections.len() == SECTIONS_MAX {
            let remedy = format!("at most {SECTIONS_MAX} are read");
            return self.full(at, said, "too many sections".to_owned(), &remedy);
        }
        let mut section = Section {
            name: name.to_owned(),
            at: at.clone(),
            is_template: false,
            options: Vec::new(),
            last: BTreeMap::new(),
        };
        let Some(list) = after.strip_prefix('(') else {
            return self.begin(section);
        };
        let Some((list, _)) = list.split_once(')') else {
            let remedy = "end it with )";
            return self.wrong(at, said, "the list of templates has no end", remedy);
        };
        let mut goes_on = None;
        for part in list.split(',') {
            if part == "!" {
                section.is_template = true;
            } else if let Some(filter) = part.strip_prefix('+') {
                let with_templates = filter.to_ascii_lowercase().starts_with("templates=");
                let found = self.find_section(name, with_templates);
                if found.is_none() {
                    let message = format!("there is no section {name:?} above that could go on");
                    let remedy = match self.find_section(name, true) {
                        Some(_) => "it is a template; write [name](+TEMPLATES=include)",
                        None => "remove the (+), or put the section it adds to above it",
                    };
                    return self.wrong(at, said, message, remedy);
                }
                goes_on = found;
            } else {
                let Some(base) = self.find_section(part, true) else {
                    let message = format!("there is no section {part:?} above to inherit from");
                    let remedy = "correct the name, without blanks, or put that section above";
                    return self.wrong(at, said, message, remedy);
                };
                let inherited = self.sections.sections[base].options.clone();
                if !self.has_room_for(inherited.len(), at, said) {
                    return;
                }
                let heir = match goes_on {
                    Some(own) => &mut self.sections.sections[own],
                    None => &mut section,
                };
                inherited.into_iter().for_each(|said| heir.push(said));
            }
        }
        match goes_on {
            Some(own) => self.current = Some(own),
            None => self.begin(section),
        }
    }

    fn begin(&mut self, section: Section) {
        let place = self.sections.sections.len();
        let no_template = (!section.is_template).then_some(place);
        let first = self.by_name.entry(section.name.to_ascii_lowercase());
        let first = first.or_insert((place, None));
        first.1 = first.1.or(no_template);
        self.current = Some(place);
        self.sections.sections.push(section);
    }

    fn find_section(&self, name: &str, with_templates: bool) -> Option<usize> {
        let (any, no_template) = *self.by_name.get(&name.to_ascii_lowercase())?;
        if with_templates {
            Some(any)
        } else {
            no_template
        }
    }

    fn has_room_for(&mut self, more: usize, at: &Line, said: &str) -> bool {
        self.options = self.options.saturating_add(more);
        if self.options > OPTIONS_MAX {
            let remedy = format!("at most {OPTIONS_MAX} are read, inherited ones included");
            self.full(at, said, "too many options".to_owned(), &remedy);
        }
        !self.is_full
    }

    fn directive(&mut self, rest: &str, said: &str, at: &Line) {
        let (word, argument) = rest.split_once(|c: char| c <= ' ').unwrap_or((rest, ""));
        let argument = unquoted(argument.trim());
        let must_be_there = word.eq_ignore_ascii_case("include");
        let passed = |passed| (at.clone(), said.to_owned(), passed);
        if word.eq_ignore_ascii_case("exec") {
            self.sections.passed.push(passed(Passed::Exec));
        } else if argument.is_empty() || !(must_be_there || word.eq_ignore_ascii_case("tryinclude"))
        {
            self.sections.passed.push(passed(Passed::UnknownDirective));
        } else {
            match (self.find)(argument) {
                Ok(files) if files.is_empty() && must_be_there => {
                    let remedy = "put it where the line says, counted from the first file's folder, or remove the line";
                    self.wrong(at, said, format!("there is no file {argument}"), remedy);
                }
                Ok(files) if files.is_empty() => {
                    self.sections.passed.push(passed(Passed::NoFile));
                }
                Ok(files) => {
                    for file in &files {
                        self.file(file, Some((at, said)));
                    }
                }
                Err(wrong) => self.wrong(at, said, wrong, "check the path and its permissions"),
            }
        }
    }

    /// `key = value`, `key => value`, `key += more`.
    fn option(&mut self, said: &str, at: &Line) {
        let parts = said
            .split_once('=')
            .map(|(key, value)| match key.strip_suffix('+') {
                Some(key) => (key.trim(), value, true),
                None => (key.trim(), value.strip_prefix('>').unwrap_or(value), false),
            });
        let Some((key, value, adds)) = parts.filter(|(key, _, _)| !key.is_empty()) else {
            let passed = (at.clone(), said.to_owned(), Passed::NoOption);
            return self.sections.passed.push(passed);
        };
        let Some(current) = self.current else {
            let remedy = "put it below a section, such as [general]";
            return self.wrong(at, said, "it belongs to no section", remedy);
        };
        if !self.has_room_for(1, at, said) {
            return;
        }
        let section = &mut self.sections.sections[current];
        let before = section.last.get(key).filter(|_| adds);
        let Some(before) = before else {
            let (key, value) = (key.to_owned(), value.trim().to_owned());
            let at = at.clone();
            return section.push(Arc::new(Said { key, value, at }));
        };
        let before = Arc::make_mut(&mut section.options[*before]);
        before.value.push_str(value.trim_end());
        before.at = at.clone();
        self.bytes = self.bytes.saturating_add(before.value.len());
        if self.bytes > TEXT_BYTES_MAX {
            let message = "values are added to again and again".to_owned();
            self.full(at, said, message, "write them in one line each");
        }
    }
}

/// The line without what `;` and `;-- ... --;` hide. `depth` is how many comments are open, before and after.
fn without_comments(line: &str, depth: &mut usize) -> String {
    let mut said = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(';') {
        let is_read = *depth == 0;
        if let Some(before) = before.strip_suffix('\\') {
            if is_read {
                said.push_str(before);
                said.push(';');
            }
            rest = after;
        } else if after.starts_with("--") && !after.starts_with("---") {
            if is_read {
                said.push_str(before);
            }
            *depth += 1;
            rest = &after[2..];
        } else if is_read {
            said.push_str(before);
            return said;
        } else {
            *depth -= usize::from(before.ends_with("--"));
            rest = after;
        }
    }
    if *depth == 0 {
        said.push_str(rest);
    }
    said
}

/// The name of a file without its quotes.
fn unquoted(text: &str) -> &str {
    let within = |open, close| {
        let inner: &str = text.strip_prefix(open)?;
        Some(inner.split_once(close).map_or(inner, |(inner, _)| inner))
    };
    within('"', '"')
        .or_else(|| within('<', '>'))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(text: &str) -> Sections {
        let file = File {
            name: "queues.conf".to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        read(&file, &|_| Ok(Vec::new())).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// `name: key=value key=value`, a line for each section.
    fn shown(text: &str) -> Vec<String> {
        let show = |section: &Section| {
            let options: Vec<String> = section
                .said()
                .map(|it| format!("{}={}", it.key, it.value))
                .collect();
            format!("{}: {}", section.name, options.join(" "))
        };
        sections(text).iter().map(show).collect()
    }

    #[test]
    fn comments_are_left_out_as_asterisk_leaves_them_out() {
        let text = "[a] ; the first\nb = 1;2\nc = x\\;y ; z\n;-- all\n[hidden]\n ;-- of --;\nthis --;\n\
                    d => 4 ;-- in --; 5\ne = 6 ;--- no block\nf=7\r\n";
        assert_eq!(shown(text), ["a: b=1 c=x;y d=4  5 e=6 f=7"]);
    }

    #[test]
    fn a_section_inherits_what_stands_above_it() {
        let text = "[t](!)\na=1\n[u](!,t)\nb=2\n[q](T,u)\na=3\n[t](+TEMPLATES=include)\nc=4\n[r](t)\n[q](+)\nd=5\n\
                    [r](+,q)\n";
        assert_eq!(
            shown(text),
            ["q: a=1 a=1 b=2 a=3 d=5", "r: a=1 c=4 a=1 a=1 b=2 a=3 d=5"]
        );
    }

    #[test]
    fn a_value_can_be_added_to() {
        assert_eq!(shown("[q]\na = 1\na += ,2\nb += 3\n"), ["q: a=1 ,2 b=3"]);
    }

    #[test]
    fn lines_that_say_nothing_are_kept_apart() {
        let text =
            "[q]\nweight\n= 3\n#foo bar\n#exec /bin/date\n#include\n#tryinclude \"none.conf\"\n";
        let passed: Vec<(u32, Passed)> = sections(text)
            .passed
            .into_iter()
            .map(|(at, _, why)| (at.number, why))
            .collect();
        use Passed::{Exec, NoFile, NoOption, UnknownDirective};
        let expected = [
            (2, NoOption),
            (3, NoOption),
            (4, UnknownDirective),
            (5, Exec),
            (6, UnknownDirective),
            (7, NoFile),
        ];
        assert_eq!(passed, expected);
    }
}

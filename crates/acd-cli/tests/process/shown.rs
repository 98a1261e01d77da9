//! Commands of a document with the output that it shows, and whether what they print is that.
//!
//! A block marked `console` holds commands after `$`, each with its output below; a command that ends in `\` goes on in the
//! next line. `...` on a line of its own stands for any lines. What differs from run to run (numbers, times) is compared by
//! its shape.

use std::collections::VecDeque;

/// Commands that print other numbers each time.
const VARYING: [&str; 7] = [
    "acd demo",
    "acd serve",
    "acd status",
    "acd explain",
    "acd load",
    "acd journal",
    "promtool query",
];

/// A command with the output that stands below it.
pub(crate) struct Shown {
    pub(crate) command: String,
    pub(crate) output: Vec<String>,
}

/// The commands of all `console` blocks of a document.
pub(crate) fn commands_of(text: &str) -> Vec<Shown> {
    let mut tour: Vec<Shown> = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| is_inside) {
            tour.push(Shown {
                command: command.to_owned(),
                output: Vec::new(),
            });
        } else if let Some(last) = tour.last_mut().filter(|_| is_inside) {
            match last.command.strip_suffix('\\') {
                Some(begun) if last.output.is_empty() => {
                    last.command = format!("{begun}{}", line.trim_start());
                }
                _ => last.output.push(line.to_owned()),
            }
        }
    }
    for shown in &mut tour {
        // An empty line before the next command is for the eye.
        while shown.output.last().is_some_and(String::is_empty) {
            shown.output.pop();
        }
    }
    tour
}

/// Fails unless the output is the one that is shown.
pub(crate) fn compare(shown: &Shown, seen: &str) {
    assert!(is_shown(shown, seen), "{}", difference(shown, seen));
}

/// What is shown, and what is printed.
pub(crate) fn difference(shown: &Shown, seen: &str) -> String {
    let shown_lines = shown.output.join("\n");
    format!(
        "the document shows of `{}`:\n{shown_lines}\n\nit prints:\n{seen}",
        shown.command
    )
}

/// Whether the output is the one that is shown.
pub(crate) fn is_shown(shown: &Shown, seen: &str) -> bool {
    let varies = VARYING.iter().any(|with| shown.command.starts_with(with));
    let form = |line: &str| if varies { shape(line) } else { untimed(line) };
    let mut seen: VecDeque<String> = seen.trim_end().lines().map(form).collect();
    let mut parts = shown.output.split(|line| line.trim() == "...");
    let first = parts.next().unwrap_or_default();
    let rest: Vec<_> = parts.collect();
    let lines = |part: &[String]| part.iter().map(|line| form(line)).collect::<Vec<_>>();
    let first = lines(first);
    if seen.len() < first.len() || !first.iter().eq(seen.iter().take(first.len())) {
        return false;
    }
    seen.drain(..first.len());
    for (no, part) in rest.iter().enumerate() {
        let part = lines(part);
        let is_last = no + 1 == rest.len();
        let all: Vec<String> = seen.iter().cloned().collect();
        let found = if is_last && !part.is_empty() {
            all.ends_with(&part).then(|| all.len() - part.len())
        } else {
            (0..=all.len()).find(|at| all[*at..].starts_with(&part))
        };
        let Some(at) = found else {
            return false;
        };
        seen.drain(..at + part.len());
    }
    // What ends in `...` may go on.
    let may_go_on = shown.output.last().is_some_and(|line| line.trim() == "...");
    seen.is_empty() || may_go_on
}

/// A line without its numbers, without the units behind them, and with single blanks.
fn shape(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        // A unit with a blank before it belongs to its number, and what follows it stays.
        let behind_unit = ["s", "ms"].iter().find_map(|unit| word.strip_prefix(unit));
        let behind_unit = behind_unit.filter(|rest| !rest.contains(char::is_alphanumeric));
        if let (Some(number), Some(rest)) =
            (words.last_mut().filter(|last| *last == "#"), behind_unit)
        {
            number.push_str(rest);
            continue;
        }
        if word == "-" || word == "never" {
            words.push("#".to_owned());
            continue;
        }
        let mut form = String::new();
        let mut rest = word;
        while let Some(c) = rest.chars().next() {
            let length = number_length(rest);
            form.push(if length > 0 { '#' } else { c });
            rest = &rest[length.max(c.len_utf8())..];
        }
        words.push(form);
    }
    words.join(" ")
}

/// How long the number is that a text begins with: `1,234.5`, `04:36:44`, `1s280ms`; 0 if it begins with none.
fn number_length(text: &str) -> usize {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let digits = rest.len() - rest.trim_start_matches(is_digit).len();
        if digits == 0 {
            return at;
        }
        at += digits;
        let rest = &text[at..];
        let units = ["ms", "d", "h", "m", "s"];
        let unit = units.into_iter().find(|unit| {
            let after = rest.strip_prefix(unit);
            after.is_some_and(|after| !after.starts_with(char::is_alphabetic))
        });
        at += unit.map_or(0, str::len);
        let separated = rest.starts_with(['.', ',', ':']) && rest[1..].starts_with(is_digit);
        at += usize::from(separated);
    }
}

/// A line without the time that something took, at its end.
fn untimed(line: &str) -> String {
    let line = line.trim_end();
    match line.rsplit_once(", in ") {
        Some((before, time)) if time.ends_with(" s") => before.to_owned(),
        _ => line.to_owned(),
    }
}

#[test]
fn the_shape_of_a_line_is_the_same_whatever_its_numbers() {
    assert_eq!(
        shape("billing   13        3      1 s       55   0/190"),
        shape("billing   7    0     -  5:55   12/3")
    );
    assert_eq!(
        shape("04:36:44 UTC: connected with agent244"),
        "# UTC: connected with agent#"
    );
    assert_eq!(
        shape("(tier 1, idle 1 s); next"),
        shape("(tier 1, idle 1s280ms); next")
    );
    assert_ne!(shape("waiting 3"), shape("ringing 3"));
}

#[test]
fn dots_stand_for_any_lines() {
    let shown = |lines: &[&str]| Shown {
        command: "acd scenario run x.acd".to_owned(),
        output: lines.iter().map(ToString::to_string).collect(),
    };
    let seen = "a\nb\nc\nd, in 0.1 s\n";
    assert!(is_shown(&shown(&["a", "b", "c", "d, in 0.5 s"]), seen));
    assert!(is_shown(&shown(&["a", "...", "d, in 0.2 s"]), seen));
    assert!(is_shown(&shown(&["a", "..."]), seen));
    assert!(is_shown(&shown(&["...", "c", "..."]), seen));
    assert!(!is_shown(&shown(&["a", "...", "c"]), seen));
    assert!(!is_shown(&shown(&["a", "b"]), seen));
    assert!(!is_shown(&shown(&["b", "..."]), seen));
}

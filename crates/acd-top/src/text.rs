//! Text on a terminal: names that others chose, made harmless, and times as people read them.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Stands for a character that is not shown as it is.
const HIDDEN: char = '?';
/// Stands for the rest of a text that is cut.
const CUT: char = '~';
/// Keeps two letters apart that would be joined.
const NON_JOINER: char = '\u{200C}';
/// The most marks that are put on one letter.
const MARKS_MAX: usize = 2;

/// A name that somebody else chose, as it may stand on a terminal: what would move the cursor, turn the direction of the
/// line or be drawn in another width than it says is taken out of it. Letters of every script stay.
#[must_use]
pub fn shown(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    let mut marks = MARKS_MAX;
    for c in name.chars() {
        if is_dangerous(c) {
            shown.push(HIDDEN);
            marks = MARKS_MAX;
        } else if c == NON_JOINER && shown.chars().next_back().is_some_and(is_letter_from_right) {
            // Between two letters of Persian it is part of how the word is written.
            shown.push(c);
        } else if is_invisible(c) {
            // It joins or separates others, which are shown.
        } else if c.width() == Some(0) {
            if marks < MARKS_MAX {
                shown.push(c);
                marks += 1;
            }
        } else {
            shown.push(c);
            // A mark on a space would be drawn on what stands before it.
            marks = if c == ' ' { MARKS_MAX } else { 0 };
        }
    }
    shown
}

/// Whether the character does something to others on the line, or is drawn in a width that terminals do not agree on.
fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Marks, embeddings, overrides and isolates of direction.
            '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            // Ends of lines and paragraphs.
            | '\u{2028}' | '\u{2029}'
            // Letters of flags, and colours of skin: each pair is one picture here and two there.
            | '\u{1F1E6}'..='\u{1F1FF}' | '\u{1F3FB}'..='\u{1F3FF}'
            // What fonts choose for themselves.
            | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Whether the character shows nothing by itself.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether some of it is written from right to left: what follows it must be told that it is not.
#[must_use]
pub fn is_from_right(text: &str) -> bool {
    text.chars().any(is_letter_from_right)
}

fn is_letter_from_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// How many columns a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text in so many columns at most; what is cut is said by a `~`.
#[must_use]
pub fn fit(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let mut taken = 0;
    let mut cut = String::new();
    for c in text.chars() {
        taken += c.width().unwrap_or(0);
        if taken > room {
            break;
        }
        cut.push(c);
    }
    if columns > 0 {
        cut.push(CUT);
    }
    cut
}

/// The text in exactly so many columns, from the left.
#[must_use]
pub fn padded(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    let rest = columns.saturating_sub(width(&text));
    format!("{text}{}", " ".repeat(rest))
}

/// The text in lines of so many columns at most, broken at spaces where there are any.
#[must_use]
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is one");
        if line.is_empty() && width(word) <= columns {
            line.push_str(word);
        } else if width(line) + 1 + width(word) <= columns {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.extend(broken(word, columns));
        }
    }
    if lines.len() > 1 && lines[0].is_empty() {
        lines.remove(0);
    }
    lines
}

/// A word in pieces of so many columns.
fn broken(word: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut taken = 0;
    for c in word.chars() {
        let wide = c.width().unwrap_or(0);
        if taken + wide > columns {
            pieces.push(String::new());
            taken = 0;
        }
        taken += wide;
        pieces.last_mut().expect("there is one").push(c);
    }
    pieces
}

const SECOND_MS: i64 = 1_000;
const DAY_S: i64 = 24 * 60 * 60;

/// How long something has lasted, as people read it: `7 s`, `2:05`, `1:02:05`, `3 days`.
#[must_use]
pub fn lasted(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / SECOND_MS;
    let (days, hours) = (seconds / DAY_S, seconds / 3_600);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest} s"),
        (0, 0, _) => format!("{minutes}:{rest:02}"),
        (0, _, _) => format!("{hours}:{minutes:02}:{rest:02}"),
        (1, _, _) => "1 day".to_owned(),
        _ => format!("{days} days"),
    }
}

/// The same where it need not be told to the second: what has lasted long then changes seldom. `2:05`, `12 min`, `1 h 02`.
#[must_use]
pub fn lasted_about(milliseconds: i64) -> String {
    let minutes = milliseconds.max(0) / (60 * SECOND_MS);
    match (minutes / 60, minutes % 60) {
        (0, 0..10) => lasted(milliseconds),
        (0, minutes) => format!("{minutes} min"),
        (1..24, _) => format!("{} h {:02}", minutes / 60, minutes % 60),
        _ => lasted(milliseconds),
    }
}

/// An instant of engine time as a time of day in UTC, as explanations and logs tell it: `14:05:32`.
#[must_use]
pub fn clock(at_ms: i64) -> String {
    let seconds = at_ms.div_euclid(SECOND_MS).rem_euclid(DAY_S);
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{rest:02}")
}

/// A number with a comma between thousands.
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_moves_nothing_and_turns_nothing() {
        for (name, harmless) in [
            ("support", "support"),
            ("red\u{1b}[31m", "red?[31m"),
            ("a\r\nb\u{7}\u{9b}2J", "a??b??2J"),
            ("abc\u{202e}fed", "abc?fed"),
            ("a\u{2067}b\u{2069}", "a?b?"),
            // A family is shown as its members, a flag and a colour of skin not at all.
            ("\u{1F469}\u{200D}\u{1F467}", "\u{1F469}\u{1F467}"),
            ("\u{1F1E9}\u{1F1EA}", "??"),
            ("\u{1F44D}\u{1F3FD}", "\u{1F44D}?"),
            ("\u{2764}\u{FE0F}", "\u{2764}"),
            // One letter under ten marks.
            ("Z\u{300}\u{301}\u{302}\u{303}algo", "Z\u{300}\u{301}algo"),
            ("پشتیبانی", "پشتیبانی"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("a\u{200c}b", "ab"),
            ("日本", "日本"),
        ] {
            assert_eq!(shown(name), harmless, "{name:?}");
        }
    }

    #[test]
    fn what_is_cut_is_said() {
        assert_eq!(fit("support", 7), "support");
        assert_eq!(fit("support", 6), "suppo~");
        // Half of a wide letter cannot be shown.
        assert_eq!(fit("日本語", 4), "日~");
        assert_eq!(fit("日本語", 5), "日本~");
        assert_eq!(fit("support", 1), "~");
        assert_eq!(fit("support", 0), "");
    }

    #[test]
    fn lines_break_at_spaces_where_they_can() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("onetwothree", 4), ["onet", "woth", "ree"]);
        assert_eq!(wrapped("a onetwothree", 4), ["a", "onet", "woth", "ree"]);
        assert_eq!(wrapped("", 4), [""]);
    }

    #[test]
    fn times_read_easily() {
        let told = [0, 59_999, 60_000, 3_725_000, 86_400_000, 200_000_000].map(lasted);
        assert_eq!(told, ["0 s", "59 s", "1:00", "1:02:05", "1 day", "2 days"]);
        let about = [599_999, 600_000, 3_599_999, 3_725_000, 200_000_000].map(lasted_about);
        assert_eq!(about, ["9:59", "10 min", "59 min", "1 h 02", "2 days"]);
        assert_eq!(clock(1_000 * (3_600 * 14 + 5 * 60 + 9)), "14:05:09");
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(number),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    proptest! {
        #[test]
        fn whatever_a_name_is_it_stays_in_its_columns(name in "\\PC*|.*", columns in 0_usize..20) {
            let harmless = shown(&name);
            prop_assert!(!harmless.chars().any(char::is_control));
            prop_assert!(width(&fit(&harmless, columns)) <= columns);
            for line in wrapped(&harmless, columns.max(2)) {
                prop_assert!(width(&line) <= columns.max(2), "{line:?}");
            }
        }
    }
}

//! Values as Asterisk reads them.

use acd_core::config::DURATION_MAX_MS;
use acd_core::ids::DurationMs;

/// The number a text begins with; 0 if it begins with none.
pub(super) fn number(text: &str) -> i64 {
    let text = text.trim_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.bytes().take_while(u8::is_ascii_digit);
    let number = digits.fold(0_i64, |sum, digit| {
        (sum * 10 + i64::from(digit - b'0')).min(i32::MAX.into())
    });
    if negative { -number } else { number }
}

/// A number that is not negative.
pub(super) fn count(text: &str) -> u32 {
    u32::try_from(number(text).max(0)).unwrap_or(u32::MAX)
}

/// So many seconds, up to the longest time there is.
pub(super) fn seconds(text: &str) -> DurationMs {
    (number(text).max(0) * 1_000).min(DURATION_MAX_MS)
}

/// Whether it is one of Asterisk's words for yes.
pub(super) fn is_yes(text: &str) -> bool {
    const WORDS: [&str; 6] = ["yes", "true", "y", "t", "1", "on"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether it says that something is off.
pub(super) fn is_off(text: &str) -> bool {
    const WORDS: [&str; 7] = ["", "no", "false", "n", "f", "0", "off"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The arguments between commas; quotes, parentheses and backslashes keep a comma from ending one.
pub(super) fn arguments(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut round, mut square, mut is_quoted) = (0_u32, 0_u32, false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let last = arguments.last_mut().expect("there is always one");
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' => last.extend(chars.next()),
            ',' if round == 0 && square == 0 && !is_quoted => arguments.push(String::new()),
            _ => {
                match c {
                    '(' => round += 1,
                    ')' => round = round.saturating_sub(1),
                    '[' => square += 1,
                    ']' => square = square.saturating_sub(1),
                    _ => {}
                }
                last.push(c);
            }
        }
    }
    for argument in &mut arguments {
        *argument = argument.trim().to_owned();
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_the_text_begins_with() {
        for (text, expected) in [
            ("15", 15),
            ("7 ,3", 7),
            ("-3x", -3),
            ("+4", 4),
            ("x", 0),
            ("", 0),
            ("99999999999999999999", i64::from(i32::MAX)),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn commas_in_quotes_and_parentheses_end_no_argument() {
        for (text, expected) in [
            (
                "a,1,One (two, three),x",
                vec!["a", "1", "One (two, three)", "x"],
            ),
            ("a,1,b\"c,d\"e", vec!["a", "1", "bc,de"]),
            ("a, 1 ,b\\,c", vec!["a", "1", "b,c"]),
            ("a,,", vec!["a", "", ""]),
            ("", vec![""]),
        ] {
            assert_eq!(arguments(text), expected, "{text}");
        }
    }
}

//! When a step is skipped, as people write it: `free < 1`, `logged_in = 0`.

use acd_core::config::{AgentCount, Comparison, SkipIf};

use super::words::Word;
use crate::nearest::nearest;
use crate::text_error::TextError;

/// The signs of comparison.
const SIGNS: [(&str, Comparison); 5] = [
    ("<", Comparison::Below),
    ("<=", Comparison::AtMost),
    ("=", Comparison::Equal),
    (">=", Comparison::AtLeast),
    (">", Comparison::Above),
];

/// Reads a count of agents, a sign and a number.
pub(crate) fn parse_skip_if(text: &str) -> Result<SkipIf, TextError> {
    let is_sign = |c: char| matches!(c, '<' | '=' | '>' | '!');
    let sign_at = text.find(is_sign).unwrap_or(text.len());
    let after = text[sign_at..]
        .find(|c| !is_sign(c))
        .map_or(text.len(), |at| sign_at + at);
    let fail = |at, message, remedy| {
        Err(TextError {
            at,
            message,
            remedy,
        })
    };

    let word = text[..sign_at].trim();
    let Some(count) = AgentCount::from_word(word) else {
        let words = AgentCount::ALL.iter().map(|count| count.word());
        let message = match nearest(word, words) {
            Some(meant) => format!("{word:?} is no count of agents; did you mean {meant:?}?"),
            None => format!("{word:?} is no count of agents"),
        };
        let remedy = "count logged_in, available or free, as in \"free < 1\"";
        return fail(0..sign_at.max(1).min(text.len()), message, remedy);
    };
    let sign = &text[sign_at..after];
    let Some((_, is)) = SIGNS.into_iter().find(|(known, _)| *known == sign) else {
        let message = format!("{sign:?} is no comparison");
        return fail(
            sign_at..after,
            message,
            "give one of <, <=, =, >= and >, as in \"free < 1\"",
        );
    };
    match text[after..].trim().parse() {
        Ok(value) => Ok(SkipIf { count, is, value }),
        Err(_) => {
            let message = format!("{:?} is no number of agents", text[after..].trim());
            fail(
                after..text.len(),
                message,
                "give a whole number, as in \"free < 1\"",
            )
        }
    }
}

/// The text that reads as this.
pub(crate) fn skip_if_text(skip_if: SkipIf) -> String {
    let sign = SIGNS
        .iter()
        .find(|(_, is)| *is == skip_if.is)
        .map_or("=", |(sign, _)| sign);
    format!("{} {sign} {}", skip_if.count.word(), skip_if.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_a_sign_and_a_number() {
        for (text, count, is, value) in [
            ("free < 1", AgentCount::Free, Comparison::Below, 1),
            ("logged_in=0", AgentCount::LoggedIn, Comparison::Equal, 0),
            (
                " available >= 12 ",
                AgentCount::Available,
                Comparison::AtLeast,
                12,
            ),
            ("free <= 2", AgentCount::Free, Comparison::AtMost, 2),
            ("free > 2", AgentCount::Free, Comparison::Above, 2),
        ] {
            let skip_if = SkipIf { count, is, value };
            assert_eq!(parse_skip_if(text), Ok(skip_if), "{text}");
            assert_eq!(parse_skip_if(&skip_if_text(skip_if)), Ok(skip_if));
        }
    }

    #[test]
    fn anything_else_is_pointed_at() {
        for (text, at, message) in [
            ("", 0..0, "\"\" is no count of agents"),
            (
                "fre < 1",
                0..4,
                "\"fre\" is no count of agents; did you mean \"free\"?",
            ),
            ("free == 1", 5..7, "\"==\" is no comparison"),
            ("free", 4..4, "\"\" is no comparison"),
            ("free < one", 6..10, "\"one\" is no number of agents"),
            ("free < -1", 6..9, "\"-1\" is no number of agents"),
        ] {
            let wrong = parse_skip_if(text).expect_err(text);
            assert_eq!((wrong.at, wrong.message.as_str()), (at, message), "{text}");
        }
    }
}

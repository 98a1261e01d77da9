//! The words of a line.

/// One word, quoted text or sign of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// The word, or what stands between the quotes.
    pub(crate) text: String,
    /// Whether it stood in quotes: then it is a name or a text, never a word of the language.
    pub(crate) quoted: bool,
    /// The column where it begins, in characters from 1.
    pub(crate) column: u32,
    /// The column behind its end.
    pub(crate) end: u32,
}

impl Token {
    /// Whether it is this word or sign of the language.
    pub(crate) fn is(&self, word: &str) -> bool {
        !self.quoted && self.text == word
    }

    /// Whether it can be a name.
    pub(crate) fn is_name(&self) -> bool {
        self.quoted || !SIGNS.contains(&self.text.as_str())
    }

    /// The token as it stood in the text.
    pub(crate) fn shown(&self) -> String {
        if self.quoted {
            format!("\"{}\"", self.text)
        } else {
            self.text.clone()
        }
    }
}

/// Signs stand for themselves, with or without blanks around them (a colon only at the end of a word).
const SIGNS: [&str; 4] = [",", ":", "=", "->"];

/// The words of a line up to its comment.
///
/// # Errors
/// The column of a quote that is not closed.
pub(crate) fn tokens(line: &str) -> Result<Vec<Token>, u32> {
    let chars: Vec<char> = line.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c.is_whitespace() {
            at += 1;
        } else if c == '#' {
            break;
        } else if c == '"' {
            let length = chars[at + 1..].iter().position(|c| *c == '"');
            let Some(length) = length else {
                return Err(column(at));
            };
            let text = chars[at + 1..at + 1 + length].iter().collect();
            tokens.push(Token {
                text,
                quoted: true,
                column: column(at),
                end: column(at + length + 2),
            });
            at += length + 2;
        } else {
            let length = sign_at(&chars, at).unwrap_or_else(|| word_length(&chars, at));
            tokens.push(Token {
                text: chars[at..at + length].iter().collect(),
                quoted: false,
                column: column(at),
                end: column(at + length),
            });
            at += length;
        }
    }
    Ok(tokens)
}

fn column(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

/// The length of the sign that begins here.
fn sign_at(chars: &[char], at: usize) -> Option<usize> {
    let next = chars.get(at + 1);
    match chars[at] {
        ',' | '=' => Some(1),
        ':' if next.is_none_or(|next| next.is_whitespace()) => Some(1),
        '-' if next == Some(&'>') => Some(2),
        _ => None,
    }
}

fn word_length(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        let ends = chars[at].is_whitespace() || chars[at] == '"' || sign_at(chars, at).is_some();
        if ends {
            break;
        }
        at += 1;
    }
    at - start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        let tokens = tokens(line).expect("the quotes are closed");
        tokens.iter().map(Token::shown).collect()
    }

    #[test]
    fn a_line_falls_into_words_texts_and_signs() {
        assert_eq!(
            words("10:05 call c1 arrives for \"my queue\", priority -5 # a comment"),
            [
                "10:05",
                "call",
                "c1",
                "arrives",
                "for",
                "\"my queue\"",
                ",",
                "priority",
                "-5"
            ]
        );
        assert_eq!(
            words("expect queue sales: offered 1, in queue 0"),
            [
                "expect", "queue", "sales", ":", "offered", "1", ",", "in", "queue", "0"
            ]
        );
        assert_eq!(
            words("expect offers: c1->anna, c-2 -> bob"),
            [
                "expect", "offers", ":", "c1", "->", "anna", ",", "c-2", "->", "bob"
            ]
        );
        assert_eq!(
            words("abandoned(customer) c#1 tier=\"#1\""),
            ["abandoned(customer)", "c#1", "tier", "=", "\"#1\""]
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_is_found() {
        assert_eq!(tokens("anna not ready \"break"), Err(16));
    }
}

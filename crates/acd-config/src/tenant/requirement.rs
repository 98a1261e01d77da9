//! Requirements as people write them: `german >= 4 and db >= 5 or english >= 8`. `and` binds tighter than `or`. A skill
//! whose name is not one plain word stands in single quotes, a quote within doubled: `'c''t reader' >= 2`.

use std::ops::Range;

use acd_core::requirement::{LEVEL_MAX, Requirement, Term};

use super::names::Known;
use crate::element::Element;
use crate::text_error::TextError;

/// A requirement that was read, with the place of each term's skill in the text.
#[derive(Debug)]
pub(crate) struct Expression {
    pub(crate) requirement: Requirement,
    /// The bytes of the skill of each term, in the order of [`Requirement::terms`].
    pub(crate) skills: Vec<Range<usize>>,
}

/// The text of a requirement that asks nothing.
const ANYONE: &str = "anyone";

/// Reads a requirement as configuration writes it: `german >= 4 and db >= 5 or english >= 8`, or `anyone`.
///
/// # Errors
/// Where it cannot be read, and why.
pub fn parse_requirement(text: &str) -> Result<Requirement, TextError> {
    parse_expression(text).map(|expression| expression.requirement)
}

/// Reads a requirement where a document says one. One that cannot be read, or names an unknown skill, is reported.
pub(super) fn read_requirement(element: &Element<'_>, known: &Known<'_>) -> Requirement {
    let Some(text) = element.text("german >= 4") else {
        return Requirement::none();
    };
    let expression = match parse_expression(text) {
        Ok(expression) => expression,
        Err(wrong) => {
            element.report_within(wrong.at, wrong.message, wrong.remedy);
            return Requirement::none();
        }
    };
    for (term, at) in expression.requirement.terms().zip(expression.skills) {
        let skill = term.skill.as_str();
        if let Some((message, remedy)) = known.skills.unknown(skill, element.collector()) {
            element.report_within(at, message, remedy);
        }
    }
    expression.requirement
}

/// Reads any-of groups of all-of terms, with their places.
pub(crate) fn parse_expression(text: &str) -> Result<Expression, TextError> {
    if text.trim() == ANYONE {
        return Ok(Expression {
            requirement: Requirement::none(),
            skills: Vec::new(),
        });
    }
    let mut tokens = Tokens { text, at: 0 };
    let mut skills = Vec::new();
    let mut any_of = vec![Vec::new()];
    loop {
        let (term, skill) = tokens.term()?;
        skills.push(skill);
        any_of.last_mut().expect("a group is open").push(term);
        match tokens.next()? {
            (Token::End, _) => {
                return Ok(Expression {
                    requirement: Requirement { any_of },
                    skills,
                });
            }
            (Token::And, _) => {}
            (Token::Or, _) => any_of.push(Vec::new()),
            (found, at) => return Err(unexpected("\"and\", \"or\" or the end", &found, at)),
        }
    }
}

/// The text that reads as this requirement; it must have a term in each group.
pub(crate) fn requirement_text(requirement: &Requirement) -> String {
    if requirement.is_none() {
        return ANYONE.to_owned();
    }
    let group = |terms: &Vec<Term>| {
        let terms = terms
            .iter()
            .map(|term| format!("{} >= {}", skill_text(term.skill.as_str()), term.level));
        terms.collect::<Vec<_>>().join(" and ")
    };
    requirement
        .any_of
        .iter()
        .map(group)
        .collect::<Vec<_>>()
        .join(" or ")
}

fn skill_text(skill: &str) -> String {
    let plain = !skill.is_empty()
        && !skill.starts_with(|c: char| c.is_ascii_digit())
        && skill.chars().all(is_word);
    if plain && !matches!(skill, "and" | "or") {
        skill.to_owned()
    } else {
        format!("'{}'", skill.replace('\'', "''"))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+' | '#')
}

const EXAMPLE: &str = "write it as in \"german >= 4 and db >= 5 or english >= 8\"";

#[derive(Debug, PartialEq)]
enum Token {
    Skill(String),
    Number(String),
    AtLeast,
    And,
    Or,
    Comparison(String),
    Parenthesis,
    Other(char),
    End,
}

struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl Tokens<'_> {
    fn term(&mut self) -> Result<(Term, Range<usize>), TextError> {
        let (skill, skill_at) = match self.next()? {
            (Token::Skill(skill), at) => (skill, at),
            (found, at) => return Err(unexpected("a skill", &found, at)),
        };
        match self.next()? {
            (Token::AtLeast, _) => {}
            (found, at) => return Err(unexpected("\">=\"", &found, at)),
        }
        let (number, number_at) = match self.next()? {
            (Token::Number(number), at) => (number, at),
            (found, at) => return Err(unexpected("a level", &found, at)),
        };
        let Some(level) = number
            .parse()
            .ok()
            .filter(|level| (1..=LEVEL_MAX).contains(level))
        else {
            let message = format!("level {number} is out of range");
            return Err(TextError {
                at: number_at,
                message,
                remedy: "give 1..=10",
            });
        };
        Ok((
            Term {
                skill: skill.into(),
                level,
            },
            skill_at,
        ))
    }

    /// The next token and its bytes.
    fn next(&mut self) -> Result<(Token, Range<usize>), TextError> {
        self.at += self.run(char::is_whitespace);
        let start = self.at;
        let Some(first) = self.text[start..].chars().next() else {
            return Ok((Token::End, start..start));
        };
        let token = match first {
            '\'' => self.quoted()?,
            '<' | '>' | '=' | '!' => {
                self.at += self.run(|c| matches!(c, '<' | '>' | '=' | '!'));
                match &self.text[start..self.at] {
                    ">=" => Token::AtLeast,
                    other => Token::Comparison(other.to_owned()),
                }
            }
            '(' | ')' => self.single(first, |_| Token::Parenthesis),
            c if is_word(c) => self.word(),
            c => self.single(c, Token::Other),
        };
        Ok((token, start..self.at))
    }

    fn single(&mut self, c: char, token: impl Fn(char) -> Token) -> Token {
        self.at += c.len_utf8();
        token(c)
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        self.at += self.run(is_word);
        match &self.text[start..self.at] {
            "and" => Token::And,
            "or" => Token::Or,
            word if word.starts_with(|c: char| c.is_ascii_digit()) => {
                Token::Number(word.to_owned())
            }
            word => Token::Skill(word.to_owned()),
        }
    }

    /// A skill in quotes; a doubled quote is one of the name's own.
    fn quoted(&mut self) -> Result<Token, TextError> {
        let start = self.at;
        let mut skill = String::new();
        self.at += 1;
        loop {
            let run = self.run(|c| c != '\'');
            skill.push_str(&self.text[self.at..self.at + run]);
            self.at += run;
            match &self.text.as_bytes()[self.at..] {
                [b'\'', b'\'', ..] => {
                    skill.push('\'');
                    self.at += 2;
                }
                [b'\'', ..] => {
                    self.at += 1;
                    return Ok(Token::Skill(skill));
                }
                _ => {
                    let message = "the quote is not closed".to_owned();
                    return Err(TextError {
                        at: start..self.text.len(),
                        message,
                        remedy: "close it with '",
                    });
                }
            }
        }
    }

    /// How many bytes from here on are of this kind.
    fn run(&self, kind: impl Fn(char) -> bool) -> usize {
        let rest = &self.text[self.at..];
        rest.find(|c| !kind(c)).unwrap_or(rest.len())
    }
}

fn unexpected(wanted: &str, found: &Token, at: Range<usize>) -> TextError {
    let (found, remedy) = match found {
        Token::End => ("the end".to_owned(), EXAMPLE),
        Token::Skill(skill) => (format!("{skill:?}"), EXAMPLE),
        Token::Number(number) => (number.clone(), EXAMPLE),
        Token::And => ("\"and\"".to_owned(), EXAMPLE),
        Token::Or => ("\"or\"".to_owned(), EXAMPLE),
        Token::AtLeast => ("\">=\"".to_owned(), EXAMPLE),
        Token::Comparison(sign) => (format!("{sign:?}"), "the only comparison is \">=\""),
        Token::Parenthesis => (
            "a parenthesis".to_owned(),
            "leave parentheses out: \"and\" binds tighter than \"or\", so write each alternative out in full",
        ),
        Token::Other(c) => (
            format!("{:?}", c.to_string()),
            "put a skill with special characters in single quotes",
        ),
    };
    TextError {
        at,
        message: format!("{wanted} is wanted here, not {found}"),
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Requirement {
        parse_requirement(text).expect(text)
    }

    #[test]
    fn anyone_asks_nothing() {
        assert_eq!(read(" anyone "), Requirement::none());
        assert_eq!(requirement_text(&Requirement::none()), "anyone");
        let skill = Requirement::all_of([("anyone", 2)]);
        assert_eq!(read(&requirement_text(&skill)), skill);
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let any_of = |groups: &[&[(&str, u8)]]| Requirement {
            any_of: groups
                .iter()
                .map(|group| {
                    group
                        .iter()
                        .map(|(skill, level)| Term {
                            skill: (*skill).into(),
                            level: *level,
                        })
                        .collect()
                })
                .collect(),
        };
        assert_eq!(read("german >= 4"), any_of(&[&[("german", 4)]]));
        assert_eq!(
            read("german>=4 and db >= 5  or english >= 10"),
            any_of(&[&[("german", 4), ("db", 5)], &[("english", 10)]])
        );
        assert_eq!(
            read("'or' >= 1 or 'it''s' >= 2"),
            any_of(&[&[("or", 1)], &[("it's", 2)]])
        );
    }

    #[test]
    fn a_bad_requirement_is_pointed_at() {
        for (text, at, message) in [
            ("", 0..0, "a skill is wanted here, not the end"),
            ("german", 6..6, "\">=\" is wanted here, not the end"),
            ("german > 4", 7..8, "\">=\" is wanted here, not \">\""),
            (
                "german >= four",
                10..14,
                "a level is wanted here, not \"four\"",
            ),
            ("german >= 11", 10..12, "level 11 is out of range"),
            ("german >= 0", 10..11, "level 0 is out of range"),
            (
                "german >= 4 and",
                15..15,
                "a skill is wanted here, not the end",
            ),
            (
                "german >= 4 english >= 3",
                12..19,
                "\"and\", \"or\" or the end is wanted here, not \"english\"",
            ),
            (
                "(german >= 4)",
                0..1,
                "a skill is wanted here, not a parenthesis",
            ),
            (
                "german >= 4 & db >= 1",
                12..13,
                "\"and\", \"or\" or the end is wanted here, not \"&\"",
            ),
            ("'german >= 4", 0..12, "the quote is not closed"),
        ] {
            let wrong = parse_requirement(text).expect_err(text);
            assert_eq!((wrong.at, wrong.message.as_str()), (at, message), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            groups in prop::collection::vec(prop::collection::vec(("\\PC{1,8}|and|or|'", 1..=LEVEL_MAX), 1..4), 1..4)
        ) {
            let term = |(skill, level): (String, u8)| Term { skill: skill.into(), level };
            let any_of = groups.into_iter().map(|group| group.into_iter().map(term).collect()).collect();
            let requirement = Requirement { any_of };
            prop_assert_eq!(read(&requirement_text(&requirement)), requirement);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}|[a-z0-9>=' ()]{0,24}") {
            let _ = parse_requirement(&text);
        }
    }
}

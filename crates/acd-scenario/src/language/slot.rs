//! The slots of patterns: what kinds of things a statement may speak of, and how each is written.

use acd_core::ids::Channel;
use acd_core::requirement::Requirement;

use super::arguments::{Argument, Arguments, Named};
use super::closed::Closed;
use super::pattern::Furthest;
use super::percent::Percent;
use super::statement::{self, Table, Tables};
use crate::clock::{self, Clock};
use crate::tokens::Token;

/// The most names that one range such as `c1..c1000` may stand for.
const RANGE_MAX: u64 = 100_000;

/// The words for a contact of each channel.
pub(crate) const CHANNEL_WORDS: [(&str, Channel); 10] = [
    ("call", Channel::Voice),
    ("chat", Channel::Chat),
    ("email", Channel::Email),
    ("sms", Channel::Sms),
    ("social", Channel::Social),
    ("video", Channel::Video),
    ("fax", Channel::Fax),
    ("callback", Channel::Callback),
    ("task", Channel::Task),
    ("voice", Channel::Voice),
];

/// A line as it is read.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// What can be said.
    pub(crate) tables: &'a Tables,
    /// Its words, without the time they stand at.
    pub(crate) tokens: &'a [Token],
    /// What times mean.
    pub(crate) clock: &'a Clock,
    /// The instant of the line.
    pub(crate) now_ms: i64,
}

/// A kind of thing that a pattern has a place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// One name.
    Name(Named, &'static str),
    /// Names with commas between, or ranges of them.
    Names(Named, &'static str),
    /// A whole number.
    Number,
    /// A length of time.
    Duration,
    /// An instant.
    Time,
    /// An instant to come.
    Moment,
    /// An instant, past or to come.
    Instant,
    /// A word of a closed list.
    Closed(Closed),
    /// An edge of the wait buckets.
    Edge,
    /// A share of a hundred.
    Percent,
    /// A text in quotes, or one word.
    Text(&'static str),
    /// A requirement in quotes.
    Requirement,
    /// A channel.
    Channel,
    /// Entries of a table, with commas between.
    Items(Table),
}

/// Every slot: how patterns write it, what may stand there, and how it is written.
pub(crate) const SLOTS: [(&str, Slot, &str); 39] = [
    (
        "AGENT",
        Slot::Name(Named::Agent, "an agent"),
        "an agent of the configuration; a name with blanks, signs or the first letter of a number stands in quotes",
    ),
    (
        "AGENTS",
        Slot::Names(Named::Agent, "agents"),
        "one agent, or several: `anna, bob`, `a1..a100`; they act in this order",
    ),
    (
        "CONTACT",
        Slot::Name(Named::Contact, "a contact"),
        "a contact that arrives somewhere in the file",
    ),
    (
        "CONTACTS",
        Slot::Names(Named::Contact, "contacts"),
        "one contact, or several: `c1, c2`, `c1..c1000`; in this order",
    ),
    (
        "NEWCOMERS",
        Slot::Names(Named::Newcomer, "contacts"),
        "the names of contacts that arrive here: `c1`, `c1, c2`, `c1..c1000`",
    ),
    (
        "QUEUE",
        Slot::Name(Named::Queue, "a queue"),
        "a queue of the configuration",
    ),
    (
        "ADAPTER",
        Slot::Name(Named::Adapter, "an adapter"),
        "an adapter of the configuration",
    ),
    ("NAME", Slot::Name(Named::Other, "a name"), "any name"),
    ("NUMBER", Slot::Number, "a whole number, `-5` too"),
    (
        "DURATION",
        Slot::Duration,
        "a length of time: `9s`, `9.999s`, `1m30s`, `250ms`, `2h`, `1d`",
    ),
    (
        "TIME",
        Slot::Time,
        "an instant, written as the time of a line: `10s`, `10:05`, `2026-03-29 03:00`",
    ),
    (
        "MOMENT",
        Slot::Moment,
        "an instant to come, written as the time of a line; of `10:05` the next one",
    ),
    (
        "INSTANT",
        Slot::Instant,
        "an instant, past or to come; of `10:05` the nearest one, so write the date of one that is far",
    ),
    (
        "TEXT",
        Slot::Text("a text"),
        "a text in quotes, or one word without",
    ),
    (
        "CODE",
        Slot::Text("a reason code"),
        "one word, as the configuration writes it: `break`, `sold`",
    ),
    (
        "OUTCOME",
        Slot::Closed(Closed::Outcome),
        "how a visit left its queue",
    ),
    ("END", Slot::Closed(Closed::OfferEnd), "how an offer ended"),
    (
        "REFUSAL",
        Slot::Closed(Closed::Refusal),
        "why a contact could not join its queue",
    ),
    (
        "OVERFLOW",
        Slot::Closed(Closed::Overflow),
        "the same, as overflow chains know it",
    ),
    (
        "CLOSURE",
        Slot::Closed(Closed::Closure),
        "why a queue is closed",
    ),
    (
        "DIRECTIVE",
        Slot::Closed(Closed::Directive),
        "what an adapter is told to do",
    ),
    (
        "REASON",
        Slot::Closed(Closed::Reason),
        "why a request is refused; [api.md](api.md) explains each",
    ),
    (
        "EVENT",
        Slot::Closed(Closed::Event),
        "an event of the journal",
    ),
    (
        "EDGE",
        Slot::Edge,
        "a length of time that is an edge of the wait buckets (1s 2s 5s 10s 15s 20s 25s 30s 45s 60s 90s 2m 3m 4m 5m 10m 30m), or the queue's service-level threshold",
    ),
    (
        "PERCENT",
        Slot::Percent,
        "a share of a hundred, rounded to as many digits as are written: `78%`, `77.8%`",
    ),
    (
        "TEAM",
        Slot::Name(Named::Team, "a team"),
        "a team of the configuration",
    ),
    (
        "SKILL",
        Slot::Name(Named::Skill, "a skill"),
        "a skill of the configuration",
    ),
    (
        "PLAN",
        Slot::Name(Named::Plan, "a plan"),
        "a routing plan of the configuration",
    ),
    (
        "RULE",
        Slot::Name(Named::Rule, "a rule"),
        "a class rule of the configuration",
    ),
    (
        "KEY",
        Slot::Text("a key"),
        "a path of the configuration document, such as `queues.sales`",
    ),
    (
        "REQUIREMENT",
        Slot::Requirement,
        "a requirement in quotes: `\"german >= 4 and db >= 5 or english >= 8\"`",
    ),
    (
        "CHANNEL",
        Slot::Channel,
        "`call` (voice), `chat`, `email`, `sms`, `social`, `video`, `fax`, `callback`, `task`; of several contacts also `calls`, `chats`, ...",
    ),
    (
        "OPTIONS",
        Slot::Items(Table::ArrivalOptions),
        "any of the arrival options below, with commas between",
    ),
    (
        "LEVELS",
        Slot::Items(Table::Levels),
        "skills with their levels: `german 4, english 8`",
    ),
    (
        "PAIRS",
        Slot::Items(Table::Pairs),
        "who is offered to whom: `c1 -> anna, c2 -> bob`",
    ),
    (
        "FIGURES",
        Slot::Items(Table::Figures),
        "any of the figures below with the count each must have",
    ),
    (
        "LIVE",
        Slot::Items(Table::Live),
        "the entries of an adapter's list below, with commas between",
    ),
    (
        "STATIONS",
        Slot::Items(Table::Stations),
        "any of the stations of a contact below, in their order",
    ),
    (
        "PARTS",
        Slot::Items(Table::DecisionParts),
        "any of the parts of a decision record below",
    ),
];

impl Slot {
    /// The slot of this word of a pattern.
    pub(crate) fn named(word: &str) -> Option<Slot> {
        SLOTS
            .iter()
            .find(|(name, ..)| *name == word)
            .map(|(_, slot, _)| *slot)
    }

    /// What it is, in the words of an error.
    fn kind(self) -> &'static str {
        match self {
            Slot::Name(_, kind) | Slot::Names(_, kind) | Slot::Text(kind) => kind,
            Slot::Number => "a whole number",
            Slot::Duration => "a length of time",
            Slot::Time | Slot::Moment | Slot::Instant => "a time",
            Slot::Closed(closed) => closed.kind(),
            Slot::Edge => "an edge of the wait buckets",
            Slot::Percent => "a share such as 77.8%",
            Slot::Requirement => "a requirement in quotes",
            Slot::Channel => "a channel",
            Slot::Items(_) => "an entry",
        }
    }

    /// Reads what stands at `at`; gives where it ends.
    pub(crate) fn read(
        self,
        reading: &Reading<'_>,
        at: usize,
        arguments: &mut Arguments,
        furthest: &mut Furthest,
    ) -> Option<usize> {
        if let Slot::Items(table) = self {
            return items(table, reading, at, arguments, furthest);
        }
        let Some(token) = reading.tokens.get(at).filter(|token| token.is_name()) else {
            furthest.wanted_kind(at, self.kind());
            return None;
        };
        if let Slot::Names(named, _) = self {
            let (names, end) = names(reading.tokens, at);
            arguments.push(Argument::Names(named, names, token.column));
            return Some(end);
        }
        if matches!(self, Slot::Time | Slot::Moment | Slot::Instant) {
            return self.time(reading, at, arguments, furthest);
        }
        match self.one(token) {
            Some(Ok(argument)) => {
                arguments.push(argument);
                Some(at + 1)
            }
            Some(Err((wrong, remedy))) => {
                furthest.found_wrong(at, wrong, remedy);
                None
            }
            None => {
                furthest.wanted_kind(at, self.kind());
                None
            }
        }
    }

    /// Reads one token; none if it is of another kind, an error if only its content is wrong.
    fn one(self, token: &Token) -> Option<Result<Argument, Wrong>> {
        let text = token.text.as_str();
        match self {
            Slot::Name(named, _) => Some(Ok(Argument::Names(
                named,
                vec![text.to_owned()],
                token.column,
            ))),
            Slot::Number => text.parse().ok().map(|number| Ok(Argument::Number(number))),
            Slot::Duration => clock::duration(text).map(|ms| Ok(Argument::Duration(ms))),
            Slot::Edge => clock::duration(text).map(|ms| Ok(Argument::Edge(ms, token.column))),
            Slot::Percent => Percent::read(text).map(|share| Ok(Argument::Percent(share))),
            Slot::Text(_) => Some(Ok(Argument::Text(text.to_owned()))),
            Slot::Requirement => Some(
                requirement(text)
                    .map(Argument::Requirement)
                    .map_err(|wrong| (wrong, "correct it".to_owned())),
            ),
            Slot::Channel => {
                let found = CHANNEL_WORDS
                    .iter()
                    .find(|(word, _)| token.is(word) || token.is(&format!("{word}s")));
                found.map(|(_, channel)| Ok(Argument::Channel(*channel)))
            }
            Slot::Closed(closed) => Some(closed_word(closed, text)),
            Slot::Names(..) | Slot::Time | Slot::Moment | Slot::Instant | Slot::Items(_) => None,
        }
    }

    /// Reads an instant: one that is over, one to come, or the nearest.
    fn time(
        self,
        reading: &Reading<'_>,
        at: usize,
        arguments: &mut Arguments,
        furthest: &mut Furthest,
    ) -> Option<usize> {
        let tokens = &reading.tokens[at..];
        let read = match self {
            Slot::Moment => reading.clock.not_before(tokens, reading.now_ms),
            Slot::Instant => reading.clock.nearest(tokens, reading.now_ms),
            _ => reading.clock.not_after(tokens, reading.now_ms),
        };
        match read {
            Some(Ok((time, length))) => {
                arguments.push(Argument::Time(time));
                Some(at + length)
            }
            Some(Err(wrong)) => {
                furthest.found_wrong(at, wrong, "name another time".to_owned());
                None
            }
            None => {
                furthest.wanted_kind(at, self.kind());
                None
            }
        }
    }
}

/// What is wrong with a word, and the remedy.
type Wrong = (String, String);

fn closed_word(closed: Closed, text: &str) -> Result<Argument, Wrong> {
    if closed.has(text) {
        return Ok(Argument::Text(text.to_owned()));
    }
    let all = closed.words().join(", ");
    Err((closed.wrong(text), format!("possible here: {all}")))
}

fn requirement(text: &str) -> Result<Requirement, String> {
    if text == "anyone" {
        return Ok(Requirement::none());
    }
    acd_config::parse_requirement(text).map_err(|wrong| wrong.to_string())
}

/// Names with commas between them, ranges spelt out; and where they end.
fn names(tokens: &[Token], mut at: usize) -> (Vec<String>, usize) {
    let mut names = Vec::new();
    loop {
        names.extend(spelt_out(&tokens[at]));
        let more = tokens.get(at + 1).is_some_and(|token| token.is(","))
            && tokens.get(at + 2).is_some_and(Token::is_name);
        if !more {
            return (names, at + 1);
        }
        at += 2;
    }
}

/// The names of `a1..a3`, or the one name.
pub(crate) fn spelt_out(token: &Token) -> Vec<String> {
    match range(&token.text).filter(|_| !token.quoted) {
        Some((stem, from, to)) => (from..=to).map(|no| format!("{stem}{no}")).collect(),
        None => vec![token.text.clone()],
    }
}

/// The stem and the numbers of `a1..a3`.
pub(crate) fn range(text: &str) -> Option<(&str, u64, u64)> {
    let (first, last) = text.split_once("..")?;
    let stem = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let from = first[stem.len()..].parse().ok()?;
    let to: u64 = last.strip_prefix(stem)?.parse().ok()?;
    (from <= to && to - from < RANGE_MAX).then_some((stem, from, to))
}

/// Entries of a table with commas between them.
fn items(
    table: Table,
    reading: &Reading<'_>,
    mut at: usize,
    arguments: &mut Arguments,
    furthest: &mut Furthest,
) -> Option<usize> {
    let mut found = Vec::new();
    loop {
        let (statement, inner, end) =
            statement::longest_match(table, reading, at, false, furthest)?;
        found.push((statement, inner));
        at = end;
        if !reading.tokens.get(at).is_some_and(|token| token.is(",")) {
            furthest.wanted_word(at, &[","]);
            arguments.push(Argument::Items(found));
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_stands_for_its_names() {
        assert_eq!(range("a1..a100"), Some(("a", 1, 100)));
        assert_eq!(range("c9..c7"), None);
        assert_eq!(range("a1..b2"), None);
        assert_eq!(range("anna"), None);
        assert_eq!(range("a1..a99999999999"), None);
    }
}

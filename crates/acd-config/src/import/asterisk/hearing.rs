//! What a caller hears while they wait.

use std::sync::Arc;

use acd_core::config::{check_name, duration_text};
use acd_core::ids::DurationMs;

use super::account::{Told, differs, maps, no_equal};
use super::offering::Draft;
use super::text::Said;
use super::value::{is_off, is_yes, number, seconds};

/// What is said repeatedly if no prompt is given.
const PERIODIC: &str = "queue-periodic-announce";
/// The least time between two announcements of the position if none is given.
const GAP_MS: DurationMs = 15_000;

pub(super) fn music(draft: &mut Draft<'_>, said: &Said) -> Told {
    if said.value.is_empty() {
        return maps("the adapter's own music");
    }
    match prompt(&said.value) {
        Ok(music) => {
            draft.queue.announcements.music = Some(music);
            maps("announcements.music")
        }
        Err(told) => told,
    }
}

fn prompt(name: &str) -> Result<Arc<str>, Told> {
    let checked =
        check_name(name).map_err(|wrong| no_equal(format!("the name cannot be used: {wrong}")));
    checked.map(|()| Arc::from(name))
}

impl Draft<'_> {
    /// How often position and wait are told; 0 if never.
    fn tells_every(&self) -> DurationMs {
        self.options.value("announce-frequency").map_or(0, seconds)
    }

    fn tells_position(&self) -> bool {
        let word = self.options.value("announce-position");
        word.is_none_or(|word| is_yes(word) || is_bounded(word))
    }

    fn tells_wait(&self) -> bool {
        let word = self.options.value("announce-holdtime");
        word.is_some_and(|word| is_yes(word) || word.eq_ignore_ascii_case("once"))
    }

    fn tells(&self) -> bool {
        self.tells_every() > 0 && (self.tells_position() || self.tells_wait())
    }

    fn repeats_every(&self) -> DurationMs {
        self.options
            .value("periodic-announce-frequency")
            .map_or(0, seconds)
    }
}

/// `limit` and `more` tell the position up to a bound.
fn is_bounded(word: &str) -> bool {
    word.eq_ignore_ascii_case("limit") || word.eq_ignore_ascii_case("more")
}

const NOTHING_TOLD: &str = "no effect: without announce-frequency nothing is told";

pub(super) fn telling(draft: &mut Draft<'_>, _: &Said) -> Told {
    if !draft.tells() {
        return maps("neither position nor wait is told");
    }
    let every = draft.tells_every();
    let (position, wait) = (draft.tells_position(), draft.tells_wait());
    let announcements = &mut draft.queue.announcements;
    announcements.position_every_ms = position.then_some(every);
    announcements.wait_every_ms = wait.then_some(every);
    if announcements.minimum_gap_ms == 0 {
        announcements.minimum_gap_ms = GAP_MS;
    }
    let keys = match (position, wait) {
        (true, true) => "position_every and wait_every",
        (true, false) => "position_every",
        (false, _) => "wait_every",
    };
    differs(format!(
        "announcements.{keys} = \"{}\", first after this time and then as regularly; app_queue tells it on joining and when the \
         position changes, too",
        duration_text(every)
    ))
}

pub(super) fn gap(draft: &mut Draft<'_>, said: &Said) -> Told {
    if !draft.tells() {
        return maps(NOTHING_TOLD);
    }
    draft.queue.announcements.minimum_gap_ms = seconds(&said.value);
    let time = duration_text(seconds(&said.value));
    maps(format!(
        "announcements.minimum_gap = \"{time}\", periodic announcements included"
    ))
}

pub(super) fn position(draft: &mut Draft<'_>, said: &Said) -> Told {
    match draft.tells_every() {
        0 => maps(NOTHING_TOLD),
        _ if is_bounded(&said.value) => differs("every position is told, whatever the limit"),
        _ if draft.tells_position() => maps("announcements.position_every"),
        _ => maps("the position is not told"),
    }
}

pub(super) fn position_limit(draft: &mut Draft<'_>, said: &Said) -> Told {
    let position = draft.options.value("announce-position");
    match position.is_some_and(is_bounded) && draft.tells_every() > 0 {
        true => no_equal(format!(
            "every position is told, those beyond {} too",
            said.value
        )),
        false => maps("no effect without announce-position = limit or more"),
    }
}

pub(super) fn wait(draft: &mut Draft<'_>, said: &Said) -> Told {
    match draft.tells_every() {
        0 => maps(NOTHING_TOLD),
        _ if said.value.eq_ignore_ascii_case("once") => {
            differs("announcements.wait_every: it is told each time")
        }
        _ if draft.tells_wait() => maps("announcements.wait_every"),
        _ => maps("the wait is not told"),
    }
}

pub(super) fn first_caller(draft: &mut Draft<'_>, said: &Said) -> Told {
    match is_yes(&said.value) || !draft.tells() {
        true => maps("the first caller is told, too"),
        false => differs("the first caller is told, too"),
    }
}

pub(super) fn only_up(draft: &mut Draft<'_>, said: &Said) -> Told {
    match is_yes(&said.value) || !draft.tells() {
        true => maps("always so: the position that is told never rises"),
        false => differs("the position that is told never rises"),
    }
}

pub(super) fn repeating(draft: &mut Draft<'_>, said: &Said) -> Told {
    if draft.repeats_every() == 0 {
        return maps("no effect: without periodic-announce-frequency nothing is repeated");
    }
    let mut prompts = said
        .value
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty());
    let Some(first) = prompts.next() else {
        return maps("nothing is repeated");
    };
    let more: Vec<&str> = prompts.collect();
    match prompt(first) {
        Err(told) => told,
        Ok(_) if !more.is_empty() => differs(format!(
            "announcements.periodic = \"{first}\": one prompt is repeated, so not {}",
            more.join(", ")
        )),
        Ok(_) => maps("announcements.periodic"),
    }
}

pub(super) fn repeat_every(draft: &mut Draft<'_>, _: &Said) -> Told {
    let every = draft.repeats_every();
    if every == 0 {
        return maps("nothing is repeated");
    }
    let prompts = draft.options.value("periodic-announce").unwrap_or(PERIODIC);
    let first = prompts.split(',').map(str::trim).find(|it| !it.is_empty());
    let Some(first) = first.and_then(|first| prompt(first).ok()) else {
        return maps("no effect: there is no prompt to repeat");
    };
    let announcements = &mut draft.queue.announcements;
    announcements.periodic = Some(first);
    announcements.periodic_every_ms = Some(every);
    maps(format!(
        "announcements.periodic_every = \"{}\"",
        duration_text(every)
    ))
}

pub(super) fn repeat_first_after(draft: &mut Draft<'_>, said: &Said) -> Told {
    let is_same = seconds(&said.value) == draft.repeats_every();
    match draft.repeats_every() == 0 || is_same || number(&said.value) <= 0 {
        true => maps("first after periodic_every"),
        false => differs("it is first said after periodic_every"),
    }
}

pub(super) fn repeat_from_end(draft: &mut Draft<'_>, said: &Said) -> Told {
    match is_off(&said.value) || draft.repeats_every() == 0 {
        true => maps("timed from the beginning of each announcement"),
        false => differs("timed from the beginning of each announcement, not from its end"),
    }
}

//! Who may join a queue and stay in it, and what is measured.

use std::collections::BTreeSet;

use acd_core::config::{AbsentFactor, duration_text};

use super::account::{Told, differs, maps, no_equal};
use super::offering::Draft;
use super::text::Said;
use super::value::{count, is_yes, seconds};

pub(super) fn length(draft: &mut Draft<'_>, said: &Said) -> Told {
    let most = count(&said.value);
    draft.queue.max_length = (most > 0).then_some(most);
    match most {
        0 => maps("no bound"),
        _ => maps(format!("max_length = {most}, ringing callers included")),
    }
}

pub(super) fn service_level(draft: &mut Draft<'_>, said: &Said) -> Told {
    let level_ms = seconds(&said.value);
    if level_ms == 0 {
        let text = duration_text(draft.queue.service_level_ms);
        return differs(format!(
            "service_level keeps its default, \"{text}\": there is always one"
        ));
    }
    draft.queue.service_level_ms = level_ms;
    maps(format!("service_level = \"{}\"", duration_text(level_ms)))
}

pub(super) fn joining(draft: &mut Draft<'_>, said: &Said) -> Told {
    let (factors, told) = absent("join_empty", &said.value, JOIN_WORDS);
    draft.queue.join_empty = factors;
    told
}

pub(super) fn leaving(draft: &mut Draft<'_>, said: &Said) -> Told {
    let (factors, told) = absent("leave_empty", &said.value, LEAVE_WORDS);
    draft.queue.leave_empty = factors;
    told
}

/// The factors that the old words stand for: yes, no, strict, loose.
type OldWords = [&'static [&'static str]; 4];

const STRICT: &[&str] = &["penalty", "paused", "invalid", "unavailable"];
const LOOSE: &[&str] = &["penalty", "invalid"];
const NO_EMPTY: &[&str] = &["penalty", "paused", "invalid"];
const JOIN_WORDS: OldWords = [&[], NO_EMPTY, STRICT, LOOSE];
const LEAVE_WORDS: OldWords = [NO_EMPTY, &[], STRICT, LOOSE];

fn absent(key: &str, value: &str, old: OldWords) -> (BTreeSet<AbsentFactor>, Told) {
    let word = value.to_ascii_lowercase();
    let [yes, no, strict, loose] = old;
    let parts: Vec<&str> = match word.as_str() {
        "strict" => strict.to_vec(),
        "loose" => loose.to_vec(),
        _ if is_yes(&word) => yes.to_vec(),
        "no" | "false" | "n" | "f" | "0" | "off" => no.to_vec(),
        _ => word
            .split(',')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .collect(),
    };
    if parts.is_empty() {
        return (BTreeSet::new(), maps(format!("{key} = []: never")));
    }
    let mut factors = BTreeSet::new();
    let mut caveats = Vec::new();
    for part in &parts {
        match *part {
            "paused" => factors.extend([AbsentFactor::NotReady]),
            "inuse" | "ringing" | "wrapup" => factors.extend([AbsentFactor::Busy]),
            "unavailable" | "invalid" | "unknown" => factors.extend([AbsentFactor::Unreachable]),
            "penalty" => caveats.push(
                "penalty: who is of a tier that the step leaves out is not absent".to_owned(),
            ),
            other => caveats.push(format!(
                "there is no factor {other}; app_queue passes it over, too"
            )),
        }
    }
    let of_busy = ["inuse", "ringing", "wrapup"];
    let named = of_busy.iter().filter(|it| parts.contains(it)).count();
    if (1..of_busy.len()).contains(&named) {
        caveats.push("busy is ringing, in a call and in wrap-up alike".to_owned());
    }
    // Without any factor that is known nobody is ever absent in app_queue either, but a queue needs members.
    factors.insert(AbsentFactor::LoggedOut);
    let words: Vec<String> = factors
        .iter()
        .map(|it| format!("\"{}\"", factor_word(*it)))
        .collect();
    let text = format!(
        "{key} = [{}]: who is logged out is no member yet",
        words.join(", ")
    );
    let told = match caveats.is_empty() {
        true => maps(text),
        false => differs(format!("{text}; {}", caveats.join("; "))),
    };
    (factors, told)
}

fn factor_word(factor: AbsentFactor) -> &'static str {
    match factor {
        AbsentFactor::LoggedOut => "logged_out",
        AbsentFactor::NotReady => "not_ready",
        AbsentFactor::Busy => "busy",
        AbsentFactor::Unreachable => "unreachable",
        AbsentFactor::LackingSkill => "lacking_skill",
    }
}

pub(super) fn digits(_: &mut Draft<'_>, said: &Said) -> Told {
    match said.value.is_empty() {
        true => maps("callers have no choice while they wait"),
        false => no_equal(format!(
            "the digits of [{}] stand in the dialplan; write each as an exit, as in exits = {{ 1 = [{{ queue = \"sales\" }}] }}",
            said.value
        )),
    }
}

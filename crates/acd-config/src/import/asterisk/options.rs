//! Every option that `app_queue` knows or knew, with what becomes of it.

use std::collections::BTreeMap;

use super::account::{Account, Told, differs, maps, no_equal};
use super::offering::{self, Draft};
use super::text::{Said, Section};
use super::value::{is_off, is_yes};
use super::{hearing, waiting};
use crate::nearest::nearest;

/// An option and what becomes of it.
struct Known {
    name: &'static str,
    becomes: Becomes,
}

enum Becomes {
    /// Something here means it, more or less.
    Read(fn(&mut Draft<'_>, &Said) -> Told),
    /// Nothing here means it, for this reason; what is off needs nothing.
    Nothing(&'static str),
}

/// The key of a line that names a member.
pub(super) const MEMBER: &str = "member";

const PROMPTS: &str = "the adapter says positions and waits with prompts of its own";
const AGENT_HEARS: &str =
    "an agent hears nothing before the caller; their desktop shows queue and wait";
const VARIABLES: &str = "the adapter sets no variables; queue, agent and wait stand in its directives and in the events";
const NO_QUEUE_LOG: &str = "there is no queue_log; the journal holds every event";
const OLD_EVENTS: &str = "of an older Asterisk: every event goes to whoever watches the tenant";

const fn read(name: &'static str, read: fn(&mut Draft<'_>, &Said) -> Told) -> Known {
    let becomes = Becomes::Read(read);
    Known { name, becomes }
}

const fn nothing(name: &'static str, why: &'static str) -> Known {
    let becomes = Becomes::Nothing(why);
    Known { name, becomes }
}

/// The options of a queue.
const OF_QUEUE: &[Known] = &[
    // Who is called, and for how long.
    read("strategy", offering::agent_order),
    read("timeout", offering::ring),
    read("retry", offering::retry),
    read("timeoutpriority", offering::ring_to_the_end),
    read("timeoutrestart", offering::restart),
    read("ringinuse", offering::ring_in_use_of),
    read("weight", offering::rank),
    read("autofill", offering::parallel),
    read("penaltymemberslimit", offering::few_members),
    read("defaultrule", offering::rule),
    // What follows.
    read("wrapuptime", offering::wrap_up),
    read("autopause", offering::after_miss),
    read("autopausebusy", offering::after_busy),
    read("autopauseunavail", offering::after_unreachable),
    nothing(
        "autopausedelay",
        "an agent is paused at their first miss, however late their last call was",
    ),
    // Joining, staying and leaving.
    read("maxlen", waiting::length),
    read("joinempty", waiting::joining),
    read("leavewhenempty", waiting::leaving),
    read("context", waiting::digits),
    read("servicelevel", waiting::service_level),
    // What the caller hears.
    read("musicclass", hearing::music),
    read("music", hearing::music),
    read("musiconhold", hearing::music),
    read("announce-frequency", hearing::telling),
    read("min-announce-frequency", hearing::gap),
    read("announce-position", hearing::position),
    read("announce-position-limit", hearing::position_limit),
    read("announce-position-only-up", hearing::only_up),
    read("announce-holdtime", hearing::wait),
    read("announce-to-first-user", hearing::first_caller),
    nothing(
        "announce-round-seconds",
        "the adapter says a wait in its own way",
    ),
    read("periodic-announce", hearing::repeating),
    read("periodic-announce-frequency", hearing::repeat_every),
    read("periodic-announce-startdelay", hearing::repeat_first_after),
    nothing("random-periodic-announce", "one prompt is repeated"),
    read("relative-periodic-announce", hearing::repeat_from_end),
    nothing("queue-youarenext", PROMPTS),
    nothing("queue-thereare", PROMPTS),
    nothing("queue-callswaiting", PROMPTS),
    nothing("queue-quantity1", PROMPTS),
    nothing("queue-quantity2", PROMPTS),
    nothing("queue-holdtime", PROMPTS),
    nothing("queue-minute", PROMPTS),
    nothing("queue-minutes", PROMPTS),
    nothing("queue-seconds", PROMPTS),
    nothing("queue-thankyou", PROMPTS),
    nothing(
        "queue-callerannounce",
        "nothing is said to the caller before they are connected",
    ),
    // What the agent hears.
    nothing("announce", AGENT_HEARS),
    nothing("reportholdtime", AGENT_HEARS),
    nothing("queue-reporthold", AGENT_HEARS),
    nothing("memberdelay", "an agent who answers is connected at once"),
    // The channels of a call.
    nothing(
        "monitor-format",
        "whether calls are recorded is the adapter's configuration, not the queue's",
    ),
    nothing(
        "monitor-type",
        "how calls are recorded is the adapter's configuration",
    ),
    nothing("membergosub", "no dialplan runs on the agent's channel"),
    nothing("setinterfacevar", VARIABLES),
    nothing("setqueuevar", VARIABLES),
    nothing("setqueueentryvar", VARIABLES),
    nothing("log-restricted-caller-id", NO_QUEUE_LOG),
    // Of older versions.
    nothing(
        "membermacro",
        "of an older Asterisk: no dialplan runs on the agent's channel",
    ),
    nothing(
        "monitor-join",
        "of an older Asterisk: how calls are recorded is the adapter's configuration",
    ),
    nothing("eventwhencalled", OLD_EVENTS),
    nothing("eventmemberstatus", OLD_EVENTS),
    nothing("queue-lessthan", PROMPTS),
];

/// An option of `[general]` and what becomes of its value.
type OfGeneral = (&'static str, fn(&str) -> Told);

/// The options of `[general]`.
const GENERAL: &[OfGeneral] = &[
    ("persistentmembers", |value| match is_yes(value) {
        true => maps("always so: agents and all that is known of them outlive a restart"),
        false => differs("agents and all that is known of them outlive a restart"),
    }),
    ("autofill", |value| match is_yes(value) {
        true => maps("always so: every caller whom a free agent can serve is offered"),
        false => differs(
            "callers are served side by side; none waits because the first one is being connected",
        ),
    }),
    ("monitor-type", |_| {
        no_equal("how calls are recorded is the adapter's configuration")
    }),
    ("shared_lastcall", |value| match is_yes(value) {
        true => maps(
            "a wrap-up keeps calls of all queues from the agent (wrap_up, blocks = \"channel\")",
        ),
        false => maps(
            "a wrap-up keeps calls of its queue only from the agent (wrap_up, blocks = \"queue\")",
        ),
    }),
    ("negative_penalty_invalid", |value| match is_yes(value) {
        true => no_equal("an agent is taken out of a queue by a pause in it, not by a penalty"),
        false => maps("no penalty is negative"),
    }),
    ("force_longest_waiting_caller", |value| {
        match value.to_ascii_lowercase().as_str() {
            "prio" => {
                maps("always so: across queues of one rank by priority, then by the longest wait")
            }
            value if is_yes(value) => {
                differs("across queues of one rank by priority, and only then by the longest wait")
            }
            _ => differs(
                "always so: across queues of one rank by priority, then by the longest wait",
            ),
        }
    }),
    ("log_membername_as_agent", no_queue_log),
    ("log-caller-id-name", no_queue_log),
    ("log-restricted-caller-id", no_queue_log),
    ("log_unpause_on_reason_change", no_queue_log),
    ("updatecdr", |value| {
        off_or(
            value,
            "of an older Asterisk: the adapter writes no call records",
        )
    }),
    ("keepstats", |_| {
        maps("of an older Asterisk: figures outlive every change of the configuration")
    }),
];

fn no_queue_log(value: &str) -> Told {
    off_or(value, NO_QUEUE_LOG)
}

fn off_or(value: &str, why: &str) -> Told {
    match is_off(value) {
        true => maps("off, as here"),
        false => no_equal(why),
    }
}

/// What is said of a queue: the line that counts of each key.
pub(super) struct Options<'s> {
    counts: BTreeMap<String, &'s Said>,
    /// Lines that another one takes the place of, with that one.
    replaced: Vec<(&'s Said, &'s Said)>,
}

impl<'s> Options<'s> {
    /// The last line of a key counts; but of the strategy, which `app_queue` reads before all else, the first.
    pub(super) fn of(section: &'s Section) -> Self {
        let mut counts: BTreeMap<String, &'s Said> = BTreeMap::new();
        let mut replaced = Vec::new();
        for said in section.said() {
            let key = said.key.to_ascii_lowercase();
            if key == MEMBER {
                continue;
            }
            match counts.get(&key).copied() {
                Some(first) if key == "strategy" => replaced.push((said, first)),
                Some(before) => {
                    replaced.push((before, said));
                    counts.insert(key, said);
                }
                None => {
                    counts.insert(key, said);
                }
            }
        }
        Self { counts, replaced }
    }

    /// What is said of a key in lower case.
    pub(super) fn value(&self, key: &str) -> Option<&'s str> {
        self.counts.get(key).map(|said| said.value.as_str())
    }
}

/// Reads all that is said of a queue, and tells what becomes of it.
pub(super) fn read_all(draft: &mut Draft<'_>, section: &str, account: &mut Account) {
    let options = draft.options;
    let known = OF_QUEUE.iter().filter_map(|known| {
        let said = options.counts.get(known.name)?;
        Some((said, &known.becomes))
    });
    for (said, becomes) in known {
        let told = match becomes {
            Becomes::Read(read) => read(draft, said),
            Becomes::Nothing(why) => off_or(&said.value, why),
        };
        account.tell_of(section, said, told);
    }
    for (key, said) in &options.counts {
        if OF_QUEUE.iter().all(|known| known.name != key) {
            account.tell_of(
                section,
                said,
                unknown(key, GENERAL.iter().any(|it| it.0 == key)),
            );
        }
    }
    for (said, by) in &options.replaced {
        let first = if said.key.eq_ignore_ascii_case("strategy") {
            ", for app_queue takes the first strategy"
        } else {
            ""
        };
        let told = maps(format!(
            "no effect: line {} of {} counts{first}",
            by.at.number, by.at.file
        ));
        account.tell_of(section, said, told);
    }
}

fn unknown(key: &str, is_general: bool) -> Told {
    if is_general {
        return no_equal("no effect here: app_queue reads it in [general] only");
    }
    let names = OF_QUEUE.iter().map(|known| known.name);
    match nearest(key, names.chain([MEMBER])) {
        Some(meant) => no_equal(format!("app_queue has no such option; is {meant} meant?")),
        None => no_equal("app_queue has no such option"),
    }
}

/// What becomes of an option of `[general]`.
pub(super) fn of_general(said: &Said) -> Told {
    let key = said.key.to_ascii_lowercase();
    if let Some((_, read)) = GENERAL.iter().find(|(name, _)| *name == key) {
        return read(&said.value);
    }
    if key == MEMBER || OF_QUEUE.iter().any(|known| known.name == key) {
        return no_equal(
            "no effect here in app_queue either; write it into the queues, or a template",
        );
    }
    match nearest(&key, GENERAL.iter().map(|(name, _)| *name)) {
        Some(meant) => no_equal(format!("app_queue has no such option; is {meant} meant?")),
        None => no_equal("app_queue has no such option"),
    }
}

/// What becomes of an option of `[general]` in `queuerules.conf`.
pub(super) fn of_rules_in_general(said: &Said) -> Told {
    match said.key.eq_ignore_ascii_case("realtime_rules") {
        true => off_or(
            &said.value,
            "rules of a database are not read; write them into the file",
        ),
        false => no_equal("there is no such option; app_queue passes it over, too"),
    }
}

/// The names of all options, for the document and the tests.
#[cfg(test)]
pub(super) fn names() -> (Vec<&'static str>, Vec<&'static str>) {
    let general = GENERAL.iter().map(|(name, _)| *name);
    (
        OF_QUEUE.iter().map(|known| known.name).collect(),
        general.collect(),
    )
}

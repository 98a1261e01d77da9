//! `queuerules.conf`: how the penalties that a caller's members may have change as the caller waits, as steps of a plan.

use std::collections::BTreeMap;

use acd_core::config::{DURATION_MAX_MS, STEPS_MAX, Step, TIER_MAX, TierBounds};
use acd_core::ids::DurationMs;

use super::account::{Account, Told, differs, maps, no_equal};
use super::text::{Said, Sections};
use super::value::number;
use super::{Penalties, options};

/// The rules by their names in lower case.
#[derive(Default)]
pub(super) struct Rules {
    rules: BTreeMap<String, Rule>,
}

pub(super) struct Rule {
    /// Its name as it is written.
    pub(super) name: String,
    /// By time.
    changes: Vec<Change>,
}

#[derive(Clone, Debug)]
struct Change {
    said: Said,
    after_ms: DurationMs,
    max: Option<Set>,
    min: Option<Set>,
    raise: Option<Set>,
    /// Whether who is below the least penalty stays there, whatever is raised.
    raises_within: bool,
}

#[derive(Clone, Copy, Debug)]
enum Set {
    To(i64),
    By(i64),
}

impl Rules {
    /// Reads all rules; what is no rule is told.
    pub(super) fn read(sections: &Sections, account: &mut Account) -> Self {
        let mut rules = Self::default();
        for section in sections.iter() {
            if section.name.eq_ignore_ascii_case("general") {
                for said in section.said() {
                    let told = options::of_rules_in_general(said);
                    account.tell_of(&section.name, said, told);
                }
                continue;
            }
            let rule = rules.rules.entry(section.name.to_lowercase());
            let rule = rule.or_insert_with(|| Rule {
                name: section.name.clone(),
                changes: Vec::new(),
            });
            for said in section.said() {
                match change(said) {
                    Ok(change) => rule.changes.push(change),
                    Err(told) => account.tell_of(&section.name, said, told),
                }
            }
            rule.changes.sort_by_key(|change| change.after_ms);
        }
        rules
    }

    pub(super) fn get(&self, name: &str) -> Option<&Rule> {
        self.rules.get(&name.to_lowercase())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }
}

fn change(said: &Said) -> Result<Change, Told> {
    if !said.key.eq_ignore_ascii_case("penaltychange") {
        return Err(no_equal(
            "there is no such option; app_queue passes it over, too",
        ));
    }
    let ignored = |why| {
        Err(no_equal(format!(
            "{why}; app_queue passes the line over, too"
        )))
    };
    let Some((time, rest)) = said.value.split_once(',') else {
        return ignored("it names no penalty");
    };
    let seconds = number(time);
    if seconds < 0 {
        return ignored("its time is negative");
    }
    let after_ms = seconds * 1_000;
    if after_ms > DURATION_MAX_MS {
        return Err(differs("it is later than a year, and left out"));
    }
    let mut parts = rest.splitn(3, ',');
    let (max, min, raise) = (parts.next(), parts.next(), parts.next());
    let raises_within = raise.is_some_and(|raise| raise.starts_with(['r', 'R']));
    let raise = raise.map(|raise| raise.trim_start_matches(['r', 'R']));
    Ok(Change {
        said: said.clone(),
        after_ms,
        max: max.and_then(set),
        min: min.and_then(set),
        raise: raise.and_then(set),
        raises_within,
    })
}

/// What a part of a change sets; none if it leaves all as it is.
fn set(text: &str) -> Option<Set> {
    match (text.is_empty(), text.starts_with(['+', '-'])) {
        (true, _) => None,
        (_, true) => Some(Set::By(number(text))).filter(|_| number(text) != 0),
        (_, false) => Some(Set::To(number(text))),
    }
}

impl Set {
    fn of(self, now: Option<i64>) -> i64 {
        match self {
            Set::To(value) => value,
            Set::By(more) => now.unwrap_or(0).saturating_add(more),
        }
        .max(0)
    }
}

/// The penalties of a caller as time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    max: Option<i64>,
    min: Option<i64>,
    raise: Option<i64>,
    raises_within: bool,
}

impl State {
    fn after(self, change: &Change) -> Self {
        Self {
            max: change.max.map_or(self.max, |set| Some(set.of(self.max))),
            min: change.min.map_or(self.min, |set| Some(set.of(self.min))),
            raise: change
                .raise
                .map_or(self.raise, |set| Some(set.of(self.raise))),
            raises_within: match change.raise {
                Some(_) => change.raises_within,
                None => self.raises_within,
            },
        }
    }

    fn raises_over_max(self) -> bool {
        !self.raises_within && self.raise > Some(self.max.unwrap_or(i64::MAX))
    }

    /// The tiers that members with these penalties stand in; none if no penalty is within the bounds.
    fn bounds(self) -> Option<TierBounds> {
        let (max, min) = (self.max.unwrap_or(i64::MAX), self.min.unwrap_or(0));
        if min > max {
            return None;
        }
        let raise = self.raise.unwrap_or(0).min(max);
        let (min, raise) = match raise {
            // Nobody who is within the bounds has a lower penalty.
            raise if raise < min => (min, 0),
            // Who is below the least penalty is raised above it.
            raise if !self.raises_within => (0, raise),
            raise => (min, raise),
        };
        Some(TierBounds {
            min: Some(tier(min)).filter(|tier| *tier > 1),
            max: self.max.map(tier),
            raise: Some(tier(raise)).filter(|raise| *raise > tier(min)),
        })
    }
}

/// The tier of a penalty.
pub(super) fn tier(penalty: i64) -> u32 {
    let tier = u32::try_from(penalty.max(0).saturating_add(1));
    tier.unwrap_or(u32::MAX).min(TIER_MAX)
}

impl Rule {
    fn changes(&self, of: fn(&Change) -> Option<Set>) -> bool {
        self.changes.iter().any(|change| of(change).is_some())
    }

    /// The penalties of a caller who joins: a rule changes only what is set, so what it changes is set.
    fn at_first(&self, given: Penalties) -> State {
        let at_first = |given: Option<u32>, of| match given {
            Some(given) => Some(i64::from(given)),
            None => self.changes(of).then_some(0),
        };
        State {
            max: at_first(given.max, |it| it.max),
            min: at_first(given.min, |it| it.min),
            raise: at_first(given.raise, |it| it.raise),
            raises_within: false,
        }
    }

    /// What is taken for granted of the dialplan, if anything is.
    fn assumed(&self, given: Penalties) -> Option<String> {
        let assumed = [
            ("max", given.max.is_none() && self.changes(|it| it.max)),
            ("min", given.min.is_none() && self.changes(|it| it.min)),
            (
                "raise",
                given.raise.is_none() && self.changes(|it| it.raise),
            ),
        ];
        let names = || assumed.iter().filter(|it| it.1).map(|it| it.0);
        let variables: Vec<String> = names()
            .map(|name| format!("QUEUE_{}_PENALTY", name.to_uppercase()))
            .collect();
        let options: Vec<String> = names().map(|name| format!("--{name}-penalty")).collect();
        (!options.is_empty()).then(|| {
            format!(
                "as if the dialplan set {} to 0 before Queue(), for a rule changes only what is set; say with {} what it sets",
                variables.join(" and "),
                options.join(" and ")
            )
        })
    }

    /// The plan that does the same; what becomes of each line is told for the section.
    pub(super) fn steps(
        &self,
        given: Penalties,
        section: &str,
        mut account: Option<&mut Account>,
    ) -> Vec<Step> {
        let mut state = self.at_first(given);
        let mut assumed = self.assumed(given);
        let mut stages = vec![(0, state.bounds().unwrap_or_default())];
        for change in &self.changes {
            state = state.after(change);
            let told = match add(&mut stages, change.after_ms, state) {
                Ok(text) => match assumed.take() {
                    Some(assumed) => differs(format!("{text}; {assumed}")),
                    None => maps(text),
                },
                Err(told) => told,
            };
            if let Some(account) = account.as_deref_mut() {
                account.tell_of(section, &change.said, told);
            }
        }
        steps(&stages)
    }
}

/// Adds what holds from this time on, in place of what began at the same time; says what it is.
fn add(
    stages: &mut Vec<(DurationMs, TierBounds)>,
    after_ms: DurationMs,
    state: State,
) -> Result<String, Told> {
    let Some(bounds) = state.bounds() else {
        return Err(differs(
            "no penalty is within these bounds, so that app_queue calls nobody; here the step before goes on",
        ));
    };
    stages.retain(|(at, _)| *at < after_ms);
    if stages.last().is_none_or(|(_, last)| *last != bounds) {
        if stages.len() == STEPS_MAX {
            let text = format!("a plan has at most {STEPS_MAX} steps; this one is left out");
            return Err(differs(text));
        }
        stages.push((after_ms, bounds));
    }
    match state.raises_over_max() {
        true => Err(differs(
            "app_queue raises them above the highest penalty and calls nobody; here they are peers of the highest",
        )),
        false => Ok(step_text(after_ms, bounds)),
    }
}

fn steps(stages: &[(DurationMs, TierBounds)]) -> Vec<Step> {
    if let [(_, only)] = stages
        && *only == TierBounds::default()
    {
        return Vec::new();
    }
    let ends = stages.iter().skip(1).map(|(at, _)| Some(*at)).chain([None]);
    let steps = stages.iter().zip(ends).map(|((at, tiers), end)| Step {
        tiers: *tiers,
        for_ms: end.map(|end| end - at),
        ..Step::default()
    });
    steps.collect()
}

fn step_text(after_ms: DurationMs, bounds: TierBounds) -> String {
    let tiers = match (bounds.min.unwrap_or(1), bounds.max) {
        (1, None) => "all tiers".to_owned(),
        (min, None) => format!("tiers from {min} on"),
        (min, Some(max)) if min == max => format!("tier {min}"),
        (min, Some(max)) => format!("tiers {min} to {max}"),
    };
    let raised = match bounds.raise {
        Some(raise) => format!(", those below {raise} as {raise}"),
        None => String::new(),
    };
    format!("plan: a step after {} s, {tiers}{raised}", after_ms / 1_000)
}

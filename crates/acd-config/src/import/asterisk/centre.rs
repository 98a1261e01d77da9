//! All queues together: what they share, and the configuration that comes of them.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::config::{
    PLANS_MAX, PlanConfig, QUEUES_MAX, QueueConfig, RANK_MAX, TenantConfig, check_name,
};
use acd_core::ids::DurationMs;

use super::account::{Account, Told, maps, no_equal};
use super::members::{Agents, Member};
use super::offering::Draft;
use super::options::{self, MEMBER, Options};
use super::rules::Rules;
use super::text::{self, Passed, Section, Sections};
use super::value::{is_yes, number, seconds};
use super::{Choices, Imported};
use crate::problem::{Problem, Problems};

/// What queues have in common.
pub(super) struct Centre<'a> {
    pub(super) choices: &'a Choices,
    pub(super) rules: Rules,
    /// Whether a call of one queue counts as the last one in all others.
    pub(super) shares_last_call: bool,
    /// The shortest time to the next attempt, if any queue gives one.
    pub(super) retry_ms: Option<DurationMs>,
    pub(super) retries_differ: bool,
    /// The weights of queues, each once, the highest first.
    weights: Vec<i64>,
}

impl Centre<'_> {
    /// The rank of a weight: 0 is that of the highest.
    pub(super) fn rank_of(&self, weight: i64) -> u32 {
        let place = self.weights.partition_point(|it| *it > weight);
        u32::try_from(place).map_or(RANK_MAX, |rank| rank.min(RANK_MAX))
    }
}

/// A queue as the files give it.
struct Queue<'s> {
    section: &'s Section,
    options: Options<'s>,
    members: Vec<Member<'s>>,
}

pub(super) fn centre(
    sections: &Sections,
    rules: &Sections,
    choices: &Choices,
) -> Result<Imported, Problems> {
    let mut account = Account::default();
    for (at, line, why) in sections.passed.iter().chain(&rules.passed) {
        account.tell("", at, line.clone(), passed(why));
    }
    let rules = Rules::read(rules, &mut account);
    let is_general = |section: &&Section| section.name.eq_ignore_ascii_case("general");
    let mut shares_last_call = false;
    for section in sections.iter().filter(is_general) {
        for said in section.said() {
            if said.key.eq_ignore_ascii_case("shared_lastcall") {
                shares_last_call = is_yes(&said.value);
            }
            account.tell_of(&section.name, said, options::of_general(said));
        }
    }
    let mut problems = Vec::new();
    let queues = queues(sections, &mut problems, &mut account);
    let retries: BTreeSet<DurationMs> = queues.iter().filter_map(retry_ms).collect();
    let weights: BTreeSet<i64> = queues.iter().map(weight).collect();
    let centre = Centre {
        choices,
        rules,
        shares_last_call,
        retry_ms: retries.first().copied(),
        retries_differ: retries.len() > 1,
        weights: weights.into_iter().rev().collect(),
    };
    let members = queues.iter().flat_map(|queue| &queue.members);
    for member in members.clone() {
        problems.extend(member.problem());
    }
    let mut agents = Agents::of(members, choices);
    let mut config = TenantConfig {
        adapters: vec![choices.adapter.as_str().into()],
        ..TenantConfig::default()
    };
    if let Some(retry_ms) = centre.retry_ms {
        config.settings.back_off.no_answer_ms = retry_ms;
        config.settings.back_off.rejected_ms = retry_ms;
    }
    let mut told_rules = BTreeSet::new();
    for queue in &queues {
        let drafted = drafted(queue, &centre, &mut agents, &mut account);
        let rule = queue.options.value("defaultrule");
        told_rules.extend(rule.map(str::to_lowercase));
        config.queues.push(drafted);
    }
    config.agents = agents.into_configs();
    // Of a rule that no queue has by itself the dialplan may tell, and so may a contact of a plan.
    for rule in centre.rules.iter() {
        let steps = rule.steps(choices.penalties, &rule.name, Some(&mut account));
        let is_of_a_queue = told_rules.contains(&rule.name.to_lowercase());
        if !is_of_a_queue && !steps.is_empty() && config.plans.len() < PLANS_MAX {
            config.plans.push(PlanConfig {
                name: rule.name.as_str().into(),
                steps,
            });
        }
    }
    if problems.is_empty() {
        problems.extend(config.problems().into_iter().map(|problem| Problem {
            file: String::new(),
            place: None,
            path: problem.path,
            message: problem.message,
            remedy: problem.remedy,
        }));
    }
    match problems.is_empty() {
        true => Ok(Imported { config, account }),
        false => {
            let untold = problems.len().saturating_sub(Problems::TOLD_MAX);
            problems.truncate(Problems::TOLD_MAX);
            Err(Problems::new(problems, untold))
        }
    }
}

fn passed(why: &Passed) -> Told {
    match why {
        Passed::Exec => no_equal("no program is run; run it yourself and include what it writes"),
        Passed::UnknownDirective => {
            no_equal("Asterisk knows no such directive either, and passes it over")
        }
        Passed::NoFile => maps("there is no such file, and none is needed"),
        Passed::NoOption => no_equal("it says nothing: Asterisk passes the line over, too"),
    }
}

/// The queues, in their order. Of two with one name `app_queue` takes the first.
fn queues<'s>(
    sections: &'s Sections,
    problems: &mut Vec<Problem>,
    account: &mut Account,
) -> Vec<Queue<'s>> {
    let mut first: BTreeMap<String, &Section> = BTreeMap::new();
    let mut queues = Vec::new();
    for section in sections.iter() {
        let (name, at) = (&section.name, &section.at);
        let shown = format!("[{name}]");
        if name.eq_ignore_ascii_case("general") {
            continue;
        }
        if let Some(before) = first.get(&name.to_lowercase()) {
            let text = format!(
                "app_queue takes the queue of line {} and leaves this one out",
                before.at.number
            );
            account.tell("", at, shown, no_equal(text));
            continue;
        }
        if let Err(wrong) = check_name(name) {
            let message = format!("the name of the queue cannot be used: {wrong}");
            problems.push(text::problem(at, &shown, message, "give it another name"));
            continue;
        }
        if queues.len() == QUEUES_MAX {
            let remedy = format!("at most {QUEUES_MAX} are allowed");
            problems.push(text::problem(at, &shown, "too many queues", remedy));
            break;
        }
        first.insert(name.to_lowercase(), section);
        queues.push(Queue {
            section,
            options: Options::of(section),
            members: members(section, account),
        });
    }
    queues
}

/// The members of a queue. Of two lines for one interface the last counts.
fn members<'s>(section: &'s Section, account: &mut Account) -> Vec<Member<'s>> {
    let mut members: Vec<Member<'s>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let lines = section.said();
    for said in lines.filter(|said| said.key.eq_ignore_ascii_case(MEMBER)) {
        let Some(member) = Member::read(said) else {
            let told = no_equal("it names no interface, so that nobody could be called");
            account.tell_of(&section.name, said, told);
            continue;
        };
        match places.get(&member.key()) {
            Some(place) => {
                let before = std::mem::replace(&mut members[*place], member);
                let by = said.at.number;
                let told = maps(format!(
                    "no effect: line {by} names the same interface, and counts"
                ));
                account.tell_of(&section.name, before.said, told);
            }
            None => {
                places.insert(member.key(), members.len());
                members.push(member);
            }
        }
    }
    members
}

/// The time to the next attempt; what is no time is five seconds in `app_queue`.
fn retry_ms(queue: &Queue<'_>) -> Option<DurationMs> {
    let retry = queue.options.value("retry")?;
    Some(match number(retry) {
        ..=0 => 5_000,
        _ => seconds(retry),
    })
}

fn weight(queue: &Queue<'_>) -> i64 {
    queue.options.value("weight").map_or(0, number)
}

fn drafted(
    queue: &Queue<'_>,
    centre: &Centre<'_>,
    agents: &mut Agents,
    account: &mut Account,
) -> QueueConfig {
    let name = &queue.section.name;
    let numbers = queue.members.iter().map(|member| agents.number_of(member));
    let mut draft = Draft {
        queue: QueueConfig {
            rank: centre.rank_of(weight(queue)),
            ..QueueConfig::named(name)
        },
        options: &queue.options,
        members: &queue.members,
        centre,
        in_order: numbers.is_sorted(),
    };
    for (option, told) in draft.unsaid() {
        account.tell(name, &queue.section.at, format!("({option})"), told);
    }
    options::read_all(&mut draft, name, account);
    for (member, told) in queue.members.iter().zip(agents.join(&draft)) {
        account.tell_of(name, member.said, told);
    }
    draft.queue
}

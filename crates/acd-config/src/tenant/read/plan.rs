//! Routing plans, customer class rules, and whom a contact waits for.

use acd_core::config::{
    Fact, PRIORITY_MAX, PlanConfig, Preferred, RuleCondition, RuleConfig, SkipIf, Step, TIER_MAX,
    TierBounds, Who,
};
use acd_core::ids::Channel;

use super::Known;
use crate::element::{Element, Section};
use crate::schema::{PLAN, PREFERRED, RULE, RULE_CONDITION, STEP, STEP_TIERS};
use crate::tenant::requirement::read_requirement;
use crate::tenant::skip_if::parse_skip_if;

const STEPS: &str = "[{ requirement = \"german >= 4\", for = \"30s\" }, {}]";

pub(super) fn plan(name: &str, element: &Element<'_>, known: &Known<'_>) -> PlanConfig {
    let elements = element.section(&PLAN).and_then(|section| {
        section.required("steps", &format!("give its steps, as in steps = {STEPS}"))
    });
    PlanConfig {
        name: name.into(),
        steps: elements
            .map(|element| steps(&element, known))
            .unwrap_or_default(),
    }
}

/// The steps of a plan. One that cannot be read keeps its place.
pub(in crate::tenant) fn steps(element: &Element<'_>, known: &Known<'_>) -> Vec<Step> {
    let elements = element.list(STEPS).unwrap_or_default();
    let read = |element: &Element<'_>| Some(step(&element.section(&STEP)?, known));
    elements
        .iter()
        .map(|element| read(element).unwrap_or_default())
        .collect()
}

fn step(section: &Section<'_>, known: &Known<'_>) -> Step {
    let tiers = section.section("tiers", &STEP_TIERS);
    Step {
        requirement: section
            .get("requirement")
            .map(|it| read_requirement(&it, known)),
        drop: section.name_set("drop", "german", &known.skills),
        agents: section.name_set("agents", "anna", &known.agents),
        teams: section.name_set("teams", "north", &known.teams),
        tiers: tiers.map(|it| tier_bounds(&it)).unwrap_or_default(),
        for_ms: section.optional_duration("for"),
        skip_if: section.get("skip_if").and_then(|it| skip_if(&it)),
        end_on_miss: section.boolean("end_on_miss", false),
    }
}

fn tier_bounds(section: &Section<'_>) -> TierBounds {
    let tier = |key| section.optional_integer(key, 1..=TIER_MAX);
    TierBounds {
        min: tier("min"),
        max: tier("max"),
        raise: tier("raise"),
    }
}

fn skip_if(element: &Element<'_>) -> Option<SkipIf> {
    match parse_skip_if(element.text("free < 1")?) {
        Ok(skip_if) => Some(skip_if),
        Err(wrong) => {
            element.report_within(wrong.at, wrong.message, wrong.remedy);
            None
        }
    }
}

pub(super) fn rule(name: &str, element: &Element<'_>, known: &Known<'_>) -> RuleConfig {
    let mut rule = RuleConfig {
        name: name.into(),
        ..RuleConfig::default()
    };
    let Some(section) = element.section(&RULE) else {
        return rule;
    };
    if let Some(element) = section.get("when") {
        let conditions = element.list("[{ attribute = \"class\", is = \"vip\" }]");
        rule.when = conditions
            .unwrap_or_default()
            .iter()
            .map(|it| condition(it, known))
            .collect();
    }
    rule.queue = section.name("queue", "support", &known.queues);
    rule.priority = section
        .get("priority")
        .and_then(|it| it.integer(-PRIORITY_MAX..=PRIORITY_MAX));
    rule.head_start_ms = section.optional_duration("head_start");
    rule.requirement = section
        .get("requirement")
        .map(|it| read_requirement(&it, known));
    rule.plan = section.name("plan", "french", &known.plans);
    if let Some(element) = section.get("preferred") {
        let entries = element
            .list("[{ agent = \"anna\", for = \"15s\" }]")
            .unwrap_or_default();
        rule.preferred = entries
            .iter()
            .map(|element| preferred(element, known))
            .collect();
    }
    rule.dedicated = section.boolean("dedicated", rule.dedicated);
    rule
}

fn condition(element: &Element<'_>, known: &Known<'_>) -> RuleCondition {
    const REMEDY: &str = "give one of { attribute = \"class\", is = \"vip\" }, { queue = \"support\" } or { channel = \"voice\" }";
    let unreadable = RuleCondition {
        fact: Fact::Attribute("".into()),
        is: Default::default(),
    };
    let Some(section) = element.section(&RULE_CONDITION) else {
        return unreadable;
    };
    let (attribute, is) = (section.get("attribute"), section.get("is"));
    match (attribute, section.get("queue"), section.get("channel")) {
        (Some(attribute), None, None) => RuleCondition {
            fact: Fact::Attribute(attribute.text("class").unwrap_or_default().into()),
            is: is.map(|is| is.texts("vip")).unwrap_or_default(),
        },
        (None, Some(queue), None) if is.is_none() => RuleCondition {
            fact: Fact::Queue,
            is: queue.checked_texts("support", |name, it| known.queues.check(name, it)),
        },
        (None, None, Some(channel)) if is.is_none() => RuleCondition {
            fact: Fact::Channel,
            is: channel.checked_texts("voice", |_, it| {
                it.word::<Channel>();
            }),
        },
        _ => {
            element.report("a condition looks at one thing", REMEDY);
            unreadable
        }
    }
}

fn preferred(element: &Element<'_>, known: &Known<'_>) -> Preferred {
    let mut entry = Preferred {
        who: Who::Agent("".into()),
        for_ms: None,
    };
    let who = if element.is_table() {
        element.section(&PREFERRED).and_then(|section| {
            entry.for_ms = section.optional_duration("for");
            who(element, &section, known)
        })
    } else {
        match element.as_text() {
            Some("same_team") => Some(Who::SameTeam),
            Some("head_of_team") => Some(Who::HeadOfTeam),
            _ => element.name("anna", &known.agents).map(Who::Agent),
        }
    };
    entry.who = who.unwrap_or(entry.who);
    entry
}

fn who(element: &Element<'_>, section: &Section<'_>, known: &Known<'_>) -> Option<Who> {
    const REMEDY: &str = "give one of agent, attribute, team, head, same_team or head_of_team, as in { agent = \"anna\" }";
    let named = [
        "agent",
        "attribute",
        "team",
        "head",
        "same_team",
        "head_of_team",
    ];
    let mut given = named
        .into_iter()
        .filter_map(|key| Some((key, section.get(key)?)));
    let (Some((key, value)), None) = (given.next(), given.next()) else {
        element.report("an entry names one agent, team or attribute", REMEDY);
        return None;
    };
    match key {
        "agent" => value.name("anna", &known.agents).map(Who::Agent),
        "attribute" => value.text("manager").map(|key| Who::Attribute(key.into())),
        "team" => value.name("north", &known.teams).map(Who::Team),
        "head" => value.name("north", &known.teams).map(Who::Head),
        "same_team" => value.only_true().then_some(Who::SameTeam),
        _ => value.only_true().then_some(Who::HeadOfTeam),
    }
}

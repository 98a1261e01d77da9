//! Reads a tenant's document. What is wrong is reported and read as its default, so that queues and agents keep their
//! places and one pass finds everything.

mod calendar;
pub(super) mod overflow;
pub(super) mod plan;

use acd_core::config::TenantConfig;
use acd_core::ids::SkillName;

use super::keys::{Form, Keyed, Table};
use super::names::{Entries, Known, Names};
use super::{agent, desk, queue, report, review};
use crate::element::{Element, Section};

/// The document in this section.
pub(crate) fn tenant(section: &Section<'_>) -> TenantConfig {
    let skills = named(section, "skills", "german");
    let calendars = tables(section, "calendars", "[calendars.office]");
    let teams = tables(section, "teams", "[teams.north]");
    let reasons = tables(section, "reasons", "[reasons.break]");
    let dispositions = tables(section, "dispositions", "[dispositions.solved]");
    let attributes = tables(section, "attributes", "[attributes.order]");
    let profiles = tables(section, "profiles", "[profiles.senior]");
    let plans = tables(section, "plans", "[plans.french]");
    let rules = tables(section, "rules", "[rules.vip]");
    let targets = tables(section, "targets", "[targets.fast]");
    let tariffs = tables(section, "tariffs", "[tariffs.standard]");
    let review_forms = tables(section, "review_forms", "[review_forms.calls]");
    let queues = tables(section, "queues", "[queues.support]");
    let agents = tables(section, "agents", "[agents.anna]");
    let adapters = named(section, "adapters", "pbx1");
    let known = Known {
        adapters: Names::new("adapter", adapters.iter().copied()),
        skills: Names::new("skill", skills.iter().copied()),
        calendars: names("calendar", &calendars),
        teams: names("team", &teams),
        dispositions: names("disposition", &dispositions),
        profiles: names("profile", &profiles),
        plans: names("plan", &plans),
        queues: names("queue", &queues),
        agents: names("agent", &agents),
        pools: Names::new("pool", queue::pools(&queues)),
    };
    TenantConfig {
        settings: table(section, "settings", &known),
        limits: table(section, "limits", &known),
        skills: skills.into_iter().map(SkillName::from).collect(),
        adapters: adapters.into_iter().map(Into::into).collect(),
        calendars: each(&calendars, calendar::calendar),
        teams: each(&teams, |name, element| agent::team(name, element, &known)),
        reasons: each(&reasons, |name, element| {
            desk::reason(name, element, &known)
        }),
        dispositions: each(&dispositions, |name, element| {
            desk::disposition(name, element, &known)
        }),
        attributes: each(&attributes, |name, element| {
            desk::attribute(name, element, &known)
        }),
        profiles: each(&profiles, |name, element| {
            agent::profile(name, element, &known)
        }),
        plans: each(&plans, |name, element| plan::plan(name, element, &known)),
        rules: each(&rules, |name, element| plan::rule(name, element, &known)),
        targets: each(&targets, |name, element| {
            report::target(name, element, &known)
        }),
        tariffs: each(&tariffs, |name, element| {
            report::tariff(name, element, &known)
        }),
        review_forms: each(&review_forms, |name, element| {
            review::form(name, element, &known)
        }),
        queues: each(&queues, |name, element| queue::queue(name, element, &known)),
        agents: each(&agents, |name, element| agent::agent(name, element, &known)),
    }
}

fn table<T: Keyed + Default>(section: &Section<'_>, key: &'static str, known: &Known<'_>) -> T {
    let table = section.get(key).and_then(|it| Table.read(&it, known));
    table.unwrap_or_default()
}

fn tables<'a>(section: &Section<'a>, key: &'static str, example: &str) -> Entries<'a> {
    section
        .get(key)
        .and_then(|element| element.entries(example))
        .unwrap_or_default()
}

fn names<'a>(kind: &'static str, entries: &Entries<'a>) -> Names<'a> {
    Names::new(kind, entries.iter().map(|(name, _)| *name))
}

fn each<T>(entries: &Entries<'_>, read: impl Fn(&str, &Element<'_>) -> T) -> Vec<T> {
    entries
        .iter()
        .map(|(name, element)| read(name, element))
        .collect()
}

fn named<'a>(section: &Section<'a>, key: &'static str, example: &str) -> Vec<&'a str> {
    let names = section
        .get(key)
        .and_then(|element| element.names(example))
        .unwrap_or_default();
    names.into_iter().map(|(name, _)| name).collect()
}

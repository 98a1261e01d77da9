//! The things that a tenant has many of, each with a name.

use acd_core::config::{
    AgentConfig, AttributeConfig, CalendarConfig, DispositionConfig, PlanConfig, ProfileConfig,
    QueueConfig, ReasonConfig, ReviewFormConfig, RuleConfig, TargetConfig, TariffConfig,
    TeamConfig,
};
use acd_core::ids::{AdapterName, SkillName};

use super::agent::{profile_lines, team_lines};
use super::keys::Keyed;
use super::lines::{self, Lines};
use super::value::Shown;

/// A thing that a tenant has many of.
pub(crate) trait Thing: PartialEq {
    /// What one is called.
    const SINGULAR: &'static str;
    /// What several are called, and the table of the document they stand in.
    const PLURAL: &'static str;
    /// What another order of them means.
    const ORDER: &'static str;

    /// Its name, unique among its kind.
    fn name(&self) -> &str;

    /// Its keys with their values.
    fn lines(&self, shown: Shown) -> Lines;

    /// What one says that says nothing of its own.
    fn plain_lines() -> Lines;
}

const NUMBERS: &str = "those known already keep their numbers";
const NOTHING: &str = "which means nothing";
const SHOWN: &str = "as agents are shown them";
const RANKED: &str = "and reports rank by the first one";
const FIRST: &str = "and the first that holds applies";

macro_rules! things {
    ($($thing:ident $singular:literal $plural:literal $order:ident { $name:expr, $lines:expr, $plain:expr })*) => {$(
        impl Thing for $thing {
            const SINGULAR: &'static str = $singular;
            const PLURAL: &'static str = $plural;
            const ORDER: &'static str = $order;

            fn name(&self) -> &str {
                let name: fn(&Self) -> &str = $name;
                name(self)
            }

            fn lines(&self, shown: Shown) -> Lines {
                let lines: fn(&Self, Shown) -> Lines = $lines;
                lines(self, shown)
            }

            fn plain_lines() -> Lines {
                $plain
            }
        }
    )*};
}

things! {
    SkillName "skill" "skills" NUMBERS { |it| it.as_str(), |_, _| Lines::new(), Lines::new() }
    AdapterName "adapter" "adapters" NUMBERS { |it| it.as_str(), |_, _| Lines::new(), Lines::new() }
    CalendarConfig "calendar" "calendars" NUMBERS { |it| it.name.as_str(), |it, _| lines::calendar(it), Lines::new() }
    TeamConfig "team" "teams" NOTHING { |it| it.name.as_str(), |it, _| team_lines(it), Lines::new() }
    ReasonConfig "reason" "reasons" SHOWN { |it| &it.name, Keyed::lines, Lines::new() }
    DispositionConfig "disposition" "dispositions" NOTHING { |it| &it.name, Keyed::lines, Lines::new() }
    AttributeConfig "attribute" "attributes" SHOWN {
        |it| &it.name, Keyed::lines, Keyed::lines(&AttributeConfig::default(), Shown::Whole)
    }
    ProfileConfig "profile" "profiles" NOTHING { |it| it.name.as_str(), |it, _| profile_lines(it), Lines::new() }
    PlanConfig "plan" "plans" NOTHING { |it| it.name.as_str(), |it, _| lines::plan(it), Lines::new() }
    RuleConfig "rule" "rules" FIRST { |it| &it.name, |it, _| lines::rule(it), lines::rule(&RuleConfig::default()) }
    TargetConfig "target" "targets" RANKED {
        |it| &it.name, Keyed::lines, Keyed::lines(&TargetConfig::default(), Shown::Whole)
    }
    TariffConfig "tariff" "tariffs" NOTHING {
        |it| &it.name, Keyed::lines, Keyed::lines(&TariffConfig::default(), Shown::Whole)
    }
    ReviewFormConfig "review form" "review_forms" NOTHING {
        |it| &it.name, Keyed::lines, Keyed::lines(&ReviewFormConfig::default(), Shown::Whole)
    }
    QueueConfig "queue" "queues" NUMBERS {
        |it| it.name.as_str(), Keyed::lines, Keyed::lines(&QueueConfig::default(), Shown::Whole)
    }
    AgentConfig "agent" "agents" NUMBERS {
        |it| it.name.as_str(), Keyed::lines, Keyed::lines(&AgentConfig::default(), Shown::Whole)
    }
}

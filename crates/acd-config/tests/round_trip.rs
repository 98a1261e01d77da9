//! A document that is written reads back as the same configuration, a comparison misses nothing, and no text does harm.

mod any_config;

use acd_config::{diff, essence, parse_file, parse_tenant, render};
use acd_core::config::TenantConfig;
use proptest::prelude::*;
use proptest::sample::Index;

use any_config::tenant;

/// The same configuration with one part of another, as far as nothing else refers to it.
fn mixed(base: &TenantConfig, other: &TenantConfig, part: Index) -> TenantConfig {
    let mut mixed = base.clone();
    match part.index(8) {
        0 => mixed.settings.back_off = other.settings.back_off,
        1 => mixed.limits = other.limits.clone(),
        2 => mixed.adapters = other.adapters.clone(),
        3 => mixed.rules.reverse(),
        4 => mixed
            .calendars
            .iter_mut()
            .for_each(|it| it.holidays.clear()),
        5 => mixed.targets.reverse(),
        6 => mixed.queues.iter_mut().for_each(|it| it.broadcast = 1),
        _ => mixed.agents.reverse(),
    }
    mixed
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(config in tenant()) {
        prop_assert_eq!(config.problems(), []);
        let text = render(&config);
        let read = parse_tenant(&text, "rendered.toml");
        prop_assert_eq!(read.map_err(|problems| problems.to_string()), Ok(config), "{}", text);
    }

    #[test]
    fn what_is_written_without_the_defaults_reads_back_the_same(config in tenant()) {
        let text = essence(&config);
        let read = parse_tenant(&text, "essence.toml");
        prop_assert_eq!(read.map_err(|problems| problems.to_string()), Ok(config), "{}", text);
    }

    #[test]
    fn a_comparison_is_empty_only_between_equals(old in tenant(), other in tenant(), part in any::<Index>()) {
        prop_assert_eq!(diff(&old, &old), []);
        prop_assert_eq!(diff(&old, &other).is_empty(), old == other);
        let mixed = mixed(&old, &other, part);
        prop_assert_eq!(diff(&old, &mixed).is_empty(), old == mixed);
    }

    #[test]
    fn no_text_does_harm(text in "(?s).{0,200}|[a-z0-9\\[\\]{}\"'=,.#\n ü-]{0,200}") {
        if let Err(problems) = parse_file(&text, "any.toml") {
            prop_assert!(!problems.to_string().is_empty());
        }
    }

    #[test]
    fn no_damaged_document_does_harm(config in tenant(), at in any::<Index>(), to in "\\PC{0,3}|[\\[\\]{}\"'=,.\n]{1,3}") {
        let mut text: Vec<char> = render(&config).chars().collect();
        let at = at.index(text.len());
        text.splice(at..(at + 1).min(text.len()), to.chars());
        if let Err(problems) = parse_tenant(&text.into_iter().collect::<String>(), "damaged.toml") {
            prop_assert!(!problems.to_string().is_empty());
        }
    }
}

//! Targets and tariffs.

use std::collections::BTreeMap;

use super::{Checker, Path, QUEUES_MAX};
use crate::config::{TargetConfig, TargetScope, TariffConfig};

/// The longest price: so many digits before its point, and after it.
const PRICE_DIGITS_MAX: usize = 12;
const PRICE_DECIMALS_MAX: usize = 4;
/// The most that is one, in thousandths.
const ONE_MILLI: u32 = 1_000;
/// The most digits after the point of an amount.
const DECIMALS_MAX: u32 = 4;

impl Checker<'_> {
    pub(super) fn reports(&mut self) {
        let config = self.config;
        for (i, target) in config.targets.iter().enumerate() {
            self.aim(format_args!("targets[{i}]"), target);
        }
        let mut charged: BTreeMap<&str, usize> = BTreeMap::new();
        for (i, tariff) in config.tariffs.iter().enumerate() {
            let path = format_args!("tariffs[{i}]");
            self.tariff(path, tariff);
            // One tariff is for all queues that have none of their own.
            let queues = tariff.queues.iter().map(|queue| queue.as_str());
            for queue in queues.chain(tariff.queues.is_empty().then_some("")) {
                if let Some(first) = charged.insert(queue, i) {
                    let message = match queue {
                        "" => format!("tariffs[{first}] is for the whole tenant, too"),
                        queue => format!("tariffs[{first}] is for the queue {queue:?}, too"),
                    };
                    self.report(path, message, "name each queue in one tariff only");
                }
            }
        }
    }

    fn aim(&mut self, path: Path<'_>, target: &TargetConfig) {
        let Some(figure) = target.of else {
            let remedy = "add of = \"service_level_2\", or another figure";
            return self.report(path, "it does not say which figure is meant", remedy);
        };
        let goals = [
            ("at_least_milli", target.at_least_milli),
            ("at_most_milli", target.at_most_milli),
        ];
        match goals {
            [(_, Some(_)), (_, None)] | [(_, None), (_, Some(_))] => {}
            _ => {
                let remedy = "give one of at_least and at_most";
                self.report(path, "it does not say on which side of what", remedy);
            }
        }
        for (key, milli) in goals {
            if figure.is_share() && milli.is_some_and(|milli| milli > ONE_MILLI) {
                let path = format_args!("{path}.{key}");
                self.report(path, "it is more than all", "give a share, as in 0.8");
            }
        }
        if !figure.is_of(target.scope) {
            let path = format_args!("{path}.scope");
            let remedy = "choose another scope: docs/configuration.md has those of each figure";
            self.report(path, "they have no such figure", remedy);
        }
        self.count(format_args!("{path}.only"), target.only.len(), QUEUES_MAX);
        for (i, name) in target.only.iter().enumerate() {
            let path = format_args!("{path}.only[{i}]");
            match target.scope {
                TargetScope::Centre => {
                    let remedy = "add scope = \"queues\" or \"agents\", or leave the names out";
                    self.report(path, "the centre is one", remedy);
                }
                TargetScope::Queues => self.known(path, "queue", name, |it| &it.known.queues),
                TargetScope::Agents => self.known(path, "agent", name, |it| &it.known.agents),
            }
        }
    }

    fn tariff(&mut self, path: Path<'_>, tariff: &TariffConfig) {
        self.count(
            format_args!("{path}.queues"),
            tariff.queues.len(),
            QUEUES_MAX,
        );
        for (i, queue) in tariff.queues.iter().enumerate() {
            let path = format_args!("{path}.queues[{i}]");
            self.known(path, "queue", queue.as_str(), |it| &it.known.queues);
        }
        let is_code =
            |code: &str| code.len() == 3 && code.bytes().all(|it| it.is_ascii_uppercase());
        if !is_code(&tariff.currency) {
            let message = format!("{:?} is no currency", tariff.currency);
            let remedy = "give its code of three letters, as in currency = \"EUR\"";
            self.report(format_args!("{path}.currency"), message, remedy);
        }
        self.number(
            format_args!("{path}.decimals"),
            tariff.decimals,
            0..=DECIMALS_MAX,
        );
        for (key, price) in [
            ("per_contact", &tariff.per_contact),
            ("per_minute", &tariff.per_minute),
            ("per_agent_hour", &tariff.per_agent_hour),
            ("monthly", &tariff.monthly),
        ] {
            if !is_price(price) {
                let remedy = format!(
                    "give up to {PRICE_DIGITS_MAX} digits, and up to {PRICE_DECIMALS_MAX} after a point: \"0.35\""
                );
                self.report(
                    format_args!("{path}.{key}"),
                    format!("{price:?} is no price"),
                    remedy,
                );
            }
        }
        self.duration(format_args!("{path}.least_ms"), tariff.least_ms, 0);
        self.duration(format_args!("{path}.step_ms"), tariff.step_ms, 1);
        if !tariff.queues.is_empty() && &*tariff.per_agent_hour != "0" {
            let path = format_args!("{path}.per_agent_hour");
            let remedy = "put it into the tariff that names no queues";
            self.report(path, "agents are logged in for all queues", remedy);
        }
    }
}

/// Whether it is a plain decimal number.
fn is_price(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, rest)) => {
            digits(whole)
                && digits(rest)
                && whole.len() <= PRICE_DIGITS_MAX
                && rest.len() <= PRICE_DECIMALS_MAX
        }
        None => digits(text) && text.len() <= PRICE_DIGITS_MAX,
    }
}

//! A script drawn by chance: a centre that looks like a real one.

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, Exp, LogNormal};

use super::{Script, ScriptedCall, ScriptedShift, config_of};

/// The centre to draw.
///
/// Talk times are lognormal and patience is exponential, as in the Anonymous Bank's calls (Brown et al., JASA 2005);
/// the arrival rate itself wanders, since real arrivals are burstier than Poisson.
#[derive(Clone, Debug, PartialEq)]
pub struct Centre {
    /// The classes, each a queue, with their share of the calls.
    pub classes: Vec<(String, f64)>,
    /// How many agents are on duty all the time.
    pub agents: usize,
    /// Mean of calls per second.
    pub calls_per_second: f64,
    /// Median talk time in milliseconds.
    pub talk_median_ms: f64,
    /// Standard deviation of the logarithm of the talk time.
    pub talk_log_sd: f64,
    /// Mean patience in milliseconds.
    pub patience_mean_ms: f64,
    /// The longest an agent lets an offer ring, in milliseconds.
    pub accept_within_ms: i64,
    /// The share of callers who start with a head start of 90 s.
    pub vip_share: f64,
}

/// How long the arrival rate stays the same before it wanders on.
const RATE_PERIOD_MS: i64 = 5_000;
/// The standard deviation of the arrival rate, as a share of its mean.
const RATE_SPREAD: f64 = 0.3;
/// The head start of a VIP.
const VIP_HEAD_START_MS: i64 = 90_000;

/// A script of this centre from instant 0 on and before `length_ms`; the same seed gives the same script.
///
/// # Panics
/// If a figure of the centre is no positive number.
pub fn generated(centre: &Centre, length_ms: i64, seed: u64) -> Script {
    let mut chance = StdRng::seed_from_u64(seed);
    let names: Vec<String> = (1..=centre.agents)
        .map(|no| format!("agent{no:03}"))
        .collect();
    let agents = names
        .iter()
        .map(|name| (name.as_str(), served(centre, &mut chance)))
        .collect::<Vec<_>>();
    let config = config_of(
        centre.classes.iter().map(|(class, _)| class.as_str()),
        agents,
    );
    let shifts = names.iter().map(|agent| ScriptedShift {
        agent: agent.clone(),
        login_ms: 0,
        logout_ms: length_ms,
        accept_after_ms: chance.random_range(0..=centre.accept_within_ms),
    });
    let shifts = shifts.collect();
    Script {
        config,
        calls: calls(centre, length_ms, &mut chance),
        shifts,
    }
}

/// Every agent serves one class and about half of the others.
fn served<'a>(centre: &'a Centre, chance: &mut impl Rng) -> Vec<&'a str> {
    let own = chance.random_range(0..centre.classes.len());
    let serves = |at: &usize| *at == own || chance.random_bool(0.5);
    (0..centre.classes.len())
        .filter(serves)
        .map(|at| centre.classes[at].0.as_str())
        .collect()
}

fn calls(centre: &Centre, length_ms: i64, chance: &mut impl Rng) -> Vec<ScriptedCall> {
    let talk =
        LogNormal::new(centre.talk_median_ms.ln(), centre.talk_log_sd).expect("a positive median");
    let patience = Exp::new(1.0 / centre.patience_mean_ms).expect("a positive mean");
    let wander = LogNormal::from_mean_cv(1.0, RATE_SPREAD).expect("a positive mean");
    let mut calls = Vec::new();
    let mut now = 0.0;
    let mut rate_until = 0;
    let mut gap = Exp::new(1.0).expect("a positive rate");
    loop {
        if now as i64 >= rate_until {
            let rate = centre.calls_per_second * wander.sample(chance) / 1_000.0;
            gap = Exp::new(rate).expect("a positive rate");
            rate_until += RATE_PERIOD_MS;
        }
        now += gap.sample(chance);
        if now >= length_ms as f64 {
            return calls;
        }
        calls.push(ScriptedCall {
            id: format!("call-{:06}", calls.len() + 1),
            class: class(centre, chance).to_owned(),
            customer: None,
            priority: 0,
            head_start_ms: if chance.random_bool(centre.vip_share) {
                VIP_HEAD_START_MS
            } else {
                0
            },
            arrives_at_ms: now as i64,
            patience_ms: Some(patience.sample(chance) as i64),
            talk_ms: (talk.sample(chance) as i64).max(1),
        });
    }
}

fn class<'a>(centre: &'a Centre, chance: &mut impl Rng) -> &'a str {
    let all: f64 = centre.classes.iter().map(|(_, share)| share).sum();
    let mut at = chance.random_range(0.0..all);
    let mut classes = centre.classes.iter();
    loop {
        let (class, share) = classes.next().unwrap_or(&centre.classes[0]);
        if at < *share {
            return class;
        }
        at -= share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn centre() -> Centre {
        Centre {
            classes: vec![("sales".to_owned(), 3.0), ("support".to_owned(), 1.0)],
            agents: 20,
            calls_per_second: 2.0,
            talk_median_ms: 8_000.0,
            talk_log_sd: 0.8,
            patience_mean_ms: 30_000.0,
            accept_within_ms: 500,
            vip_share: 0.1,
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_script() {
        assert_eq!(
            generated(&centre(), 60_000, 7),
            generated(&centre(), 60_000, 7)
        );
        assert_ne!(
            generated(&centre(), 60_000, 7),
            generated(&centre(), 60_000, 8)
        );
    }

    #[test]
    fn the_draws_have_the_shares_that_were_asked_for() {
        let script = generated(&centre(), 10_000_000, 1);
        let calls = script.calls.len() as f64;
        assert!((calls / 20_000.0 - 1.0).abs() < 0.05, "{calls} calls");
        let sales = script
            .calls
            .iter()
            .filter(|call| call.class == "sales")
            .count() as f64;
        assert!(
            (sales / calls - 0.75).abs() < 0.02,
            "{sales} of {calls} are sales"
        );
        let vips = script
            .calls
            .iter()
            .filter(|call| call.head_start_ms > 0)
            .count() as f64;
        assert!(
            (vips / calls - 0.1).abs() < 0.01,
            "{vips} of {calls} are VIPs"
        );
        assert!(script.calls.is_sorted_by_key(|call| call.arrives_at_ms));
        assert_eq!(script.config.problems(), []);
    }
}

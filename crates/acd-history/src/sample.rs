//! Which conversations are reviewed: some of each agent, drawn by lot. Whoever draws from the same rows with the same seed has
//! the same sample, in whatever order the rows come; a larger sample holds the smaller one.

use std::collections::{BTreeMap, BTreeSet};

use acd_core::ids::DurationMs;
use acd_core::stable_hash::StableHash;

use crate::value::Text;

/// The most conversations of one sample.
pub const SAMPLE_MAX: usize = 5_000;

/// What is drawn of each agent.
#[derive(Clone, Debug, Default)]
pub struct Draw {
    /// So many conversations, if they had as many.
    pub per_agent: usize,
    /// Another one draws others.
    pub seed: u64,
    /// How many of these are to be of a kind, if there are as many, each with the kind; at most `per_agent` together. One
    /// conversation stands for the first of them that has room. The others are drawn from all.
    pub rules: Vec<(Rule, usize)>,
}

/// A kind of conversations that reviewers look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Those that lasted so long or longer, talk and hold.
    Long(DurationMs),
    /// Those that lasted no longer than this.
    Short(DurationMs),
    /// Those of contacts that agents gave away so often, or more often.
    Transferred(u32),
    /// Those of which the agent said one of these codes.
    Disposition(Vec<String>),
    /// Those of which a customer gave a score of no more than this, in millionths of the best.
    LowScore(u32),
}

/// A conversation that may be drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidate {
    pub(crate) handling: i64,
    pub(crate) agent: Text,
    /// Talk and hold.
    pub(crate) lasted_ms: DurationMs,
    /// How often agents gave its contact away.
    pub(crate) transfers: i64,
    pub(crate) disposition: Option<Text>,
    /// The lowest score, in millionths of the best.
    pub(crate) score: Option<i64>,
}

/// A conversation that was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drawn {
    /// The conversation.
    pub handling: i64,
    /// For which of the rules it stands, by its place; none: it was drawn from all.
    pub rule: Option<usize>,
}

/// More conversations than a sample may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there would be more than {SAMPLE_MAX} conversations")]
pub struct TooLarge;

impl Rule {
    fn fits(&self, candidate: &Candidate) -> bool {
        match self {
            Self::Long(least) => candidate.lasted_ms >= *least,
            Self::Short(most) => candidate.lasted_ms <= *most,
            Self::Transferred(least) => candidate.transfers >= i64::from(*least),
            Self::Disposition(codes) => {
                let said = candidate.disposition.as_ref();
                said.is_some_and(|said| codes.iter().any(|code| code == said.as_str()))
            }
            Self::LowScore(most) => candidate.score.is_some_and(|it| it <= i64::from(*most)),
        }
    }
}

/// Draws, while candidates come one after the other.
#[derive(Debug)]
pub(crate) struct Drawer<'d> {
    draw: &'d Draw,
    agents: BTreeMap<Text, Lots>,
}

/// The best lots of an agent: of each rule, and then of all. Of each as many as can be drawn at most, for those of a rule may
/// stand for another one.
type Lots = Vec<BTreeSet<(u64, i64)>>;

impl<'d> Drawer<'d> {
    pub(crate) fn new(draw: &'d Draw) -> Self {
        Self {
            draw,
            agents: BTreeMap::new(),
        }
    }

    pub(crate) fn see(&mut self, candidate: &Candidate) -> Result<(), TooLarge> {
        let Draw {
            per_agent, rules, ..
        } = self.draw;
        if !self.agents.contains_key(&candidate.agent) {
            if (self.agents.len() + 1) * per_agent > SAMPLE_MAX {
                return Err(TooLarge);
            }
            let lots = vec![BTreeSet::new(); rules.len() + 1];
            self.agents.insert(candidate.agent.clone(), lots);
        }
        let Some(lots) = self.agents.get_mut(&candidate.agent) else {
            return Ok(());
        };
        let lot = (lot(self.draw.seed, candidate.handling), candidate.handling);
        let fits = rules.iter().map(|(rule, _)| rule.fits(candidate));
        for (lots, fits) in lots.iter_mut().zip(fits.chain([true])) {
            if fits {
                lots.insert(lot);
                if lots.len() > *per_agent {
                    lots.pop_last();
                }
            }
        }
        Ok(())
    }

    /// What was drawn, agent by agent.
    pub(crate) fn drawn(self) -> Vec<Drawn> {
        let mut drawn = Vec::new();
        for lots in self.agents.into_values() {
            let mut taken = BTreeMap::new();
            let counts = self.draw.rules.iter().map(|(_, count)| *count);
            let rules = counts.enumerate().map(|(at, count)| (Some(at), count));
            // The rest is drawn from all.
            let rest = (None, usize::MAX);
            for ((rule, count), lots) in rules.chain([rest]).zip(lots) {
                let room = count.min(self.draw.per_agent - taken.len());
                let free = lots.into_iter().filter(|lot| !taken.contains_key(lot));
                let more: Vec<_> = free.take(room).collect();
                taken.extend(more.into_iter().map(|lot| (lot, rule)));
            }
            drawn.extend(
                taken
                    .into_iter()
                    .map(|((_, handling), rule)| Drawn { handling, rule }),
            );
        }
        drawn
    }
}

fn lot(seed: u64, handling: i64) -> u64 {
    let mut hash = StableHash::default();
    hash.number(seed);
    hash.number(handling.unsigned_abs());
    hash.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENTS: i64 = 7;

    /// Agent 0 had none, agent 1 one conversation, ..., in turn.
    fn candidates() -> Vec<Candidate> {
        let each = (0..AGENTS).flat_map(|agent| (0..agent * agent).map(move |nth| (agent, nth)));
        each.map(|(agent, nth)| Candidate {
            handling: nth * AGENTS + agent + 1,
            agent: format!("a{agent}").into(),
            lasted_ms: nth * 10_000,
            transfers: nth % 4,
            disposition: (nth % 5 == 0).then(|| "complaint".into()),
            score: (nth % 3 == 0).then_some(nth % 2 * 800_000),
        })
        .collect()
    }

    fn sample(draw: &Draw, candidates: &[Candidate]) -> Vec<Drawn> {
        let mut drawer = Drawer::new(draw);
        for candidate in candidates {
            drawer.see(candidate).expect("few");
        }
        drawer.drawn()
    }

    fn of_agent<'c>(
        drawn: &[Drawn],
        all: &'c [Candidate],
        agent: i64,
    ) -> Vec<(&'c Candidate, Option<usize>)> {
        let agent: Text = format!("a{agent}").into();
        let of = |it: &Drawn| {
            let mut all = all.iter();
            let candidate = all.find(|candidate| candidate.handling == it.handling)?;
            (candidate.agent == agent).then_some((candidate, it.rule))
        };
        drawn.iter().filter_map(of).collect()
    }

    fn draw(per_agent: usize, seed: u64) -> Draw {
        Draw {
            per_agent,
            seed,
            rules: Vec::new(),
        }
    }

    #[test]
    fn everybody_gets_their_number_if_they_have_as_many() {
        let all = candidates();
        for per_agent in [1, 3, 10, 100] {
            let drawn = sample(&draw(per_agent, 1), &all);
            for agent in 0..AGENTS {
                let has = usize::try_from(agent * agent).expect("few");
                let got = of_agent(&drawn, &all, agent).len();
                assert_eq!(got, per_agent.min(has), "{per_agent} of agent {agent}");
            }
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_in_any_order_and_another_one_others() {
        let all = candidates();
        let drawn = sample(&draw(4, 1), &all);
        let reversed: Vec<Candidate> = all.iter().rev().cloned().collect();
        assert_eq!(sample(&draw(4, 1), &reversed), drawn);
        assert_ne!(sample(&draw(4, 2), &all), drawn);
        let larger = sample(&draw(5, 1), &all);
        assert!(drawn.iter().all(|it| larger.contains(it)));
    }

    /// Each of the 36 conversations of an agent comes into a sample of six as often as any other: one time of six.
    #[test]
    fn nobody_s_conversation_is_drawn_more_often_than_another() {
        const SEEDS: u64 = 6_000;
        let mut all = candidates();
        all.retain(|it| it.agent == Text::from("a6"));
        let mut times: BTreeMap<i64, u64> = BTreeMap::new();
        for seed in 0..SEEDS {
            for it in sample(&draw(6, seed), &all) {
                *times.entry(it.handling).or_default() += 1;
            }
        }
        assert_eq!(times.len(), 36);
        // 1,000 are expected, with a standard deviation of 29.
        for (handling, times) in times {
            assert!((870..=1_130).contains(&times), "{handling}: {times} times");
        }
    }

    #[test]
    fn each_rule_gets_its_number_if_there_are_as_many_and_the_rest_is_of_all() {
        let all = candidates();
        let rules = [
            (Rule::Long(300_000), 2),
            (Rule::Short(20_000), 1),
            (Rule::Transferred(2), 2),
            (Rule::Disposition(vec!["complaint".to_owned()]), 1),
            (Rule::LowScore(500_000), 1),
        ];
        for seed in 0..50 {
            let draw = Draw {
                rules: rules.to_vec(),
                ..draw(9, seed)
            };
            let drawn = sample(&draw, &all);
            let of_six = of_agent(&drawn, &all, 6);
            assert_eq!(of_six.len(), 9);
            for (at, (rule, count)) in rules.iter().enumerate() {
                let mut stand = of_six.iter().filter(|(_, rule)| *rule == Some(at));
                assert!(stand.all(|(candidate, _)| rule.fits(candidate)), "{rule:?}");
                let stand = of_six.iter().filter(|(_, rule)| *rule == Some(at));
                assert_eq!(stand.count(), *count, "{rule:?}");
            }
            // Agent 3 had nothing that long; they get their nine all the same.
            let of_three = of_agent(&drawn, &all, 3);
            assert_eq!(of_three.len(), 9);
            assert!(of_three.iter().all(|(_, rule)| *rule != Some(0)));
        }
    }

    #[test]
    fn a_sample_has_a_limit() {
        let draw = draw(SAMPLE_MAX / 2, 1);
        let mut drawer = Drawer::new(&draw);
        let of = |agent: &str| Candidate {
            agent: agent.into(),
            ..Candidate::default()
        };
        for agent in ["a", "b", "a"] {
            drawer.see(&of(agent)).expect("two are enough");
        }
        assert_eq!(drawer.see(&of("c")), Err(TooLarge));
    }
}

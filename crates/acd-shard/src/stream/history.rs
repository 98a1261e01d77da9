//! The recent past of a tenant: what each of its last events touched. It is what a resume token is answered from.

use std::collections::VecDeque;

use acd_core::state::Touched;

/// What the last events touched, oldest first, up to a limit.
#[derive(Debug)]
pub(crate) struct History {
    /// Every event after this sequence that touched something is here.
    complete_after: u64,
    touched: VecDeque<(u64, Touched)>,
    limit: usize,
}

impl History {
    /// The history of a tenant whose last event was `seq`; it keeps `limit` things that were touched.
    pub(crate) fn starting_after(seq: u64, limit: usize) -> Self {
        Self {
            complete_after: seq,
            touched: VecDeque::new(),
            limit,
        }
    }

    pub(crate) fn push(&mut self, seq: u64, touched: Touched) {
        self.touched.push_back((seq, touched));
        if self.touched.len() > self.limit
            && let Some((forgotten, _)) = self.touched.pop_front()
        {
            self.complete_after = forgotten;
        }
    }

    /// What happened after this sequence, oldest first; none if not all of that is kept.
    pub(crate) fn since(&self, seq: u64) -> Option<impl Iterator<Item = &Touched>> {
        if seq < self.complete_after {
            return None;
        }
        let first = self.touched.partition_point(|(at, _)| *at <= seq);
        Some(self.touched.range(first..).map(|(_, touched)| touched))
    }
}

#[cfg(test)]
mod tests {
    use acd_core::ids::AgentNo;

    use super::*;

    fn agents_since(history: &History, seq: u64) -> Option<Vec<u32>> {
        let touched = history.since(seq)?;
        Some(
            touched
                .map(|touched| match touched {
                    Touched::Agent(no) => no.0,
                    other => panic!("{other:?}"),
                })
                .collect(),
        )
    }

    #[test]
    fn it_answers_for_what_it_keeps_and_for_nothing_older() {
        let mut history = History::starting_after(10, 2);
        assert_eq!(agents_since(&history, 10), Some(vec![]));
        assert_eq!(agents_since(&history, 9), None);
        for (seq, agent) in [(11, 1), (13, 2), (14, 3)] {
            history.push(seq, Touched::Agent(AgentNo(agent)));
        }
        assert_eq!(agents_since(&history, 10), None, "event 11 is forgotten");
        assert_eq!(agents_since(&history, 11), Some(vec![2, 3]));
        assert_eq!(agents_since(&history, 12), Some(vec![2, 3]));
        assert_eq!(agents_since(&history, 13), Some(vec![3]));
        assert_eq!(agents_since(&history, 14), Some(vec![]));
    }

    #[test]
    fn a_history_of_nothing_honours_only_the_newest_sequence() {
        let mut history = History::starting_after(0, 0);
        history.push(1, Touched::Agent(AgentNo(1)));
        assert_eq!(agents_since(&history, 0), None);
        assert_eq!(agents_since(&history, 1), Some(vec![]));
    }
}

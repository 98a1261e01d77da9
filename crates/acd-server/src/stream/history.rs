//! The recent past of a tenant: what each of its last events was about. It is what a resume token is answered from.

use std::collections::VecDeque;

use super::subject::Subject;

/// The subjects of the last events, oldest first, up to a limit.
#[derive(Debug)]
pub(crate) struct History {
    /// Every event after this sequence that has a subject is here.
    complete_after: u64,
    subjects: VecDeque<(u64, Subject)>,
    limit: usize,
}

impl History {
    /// The history of a tenant whose last event was `seq`; it keeps `limit` subjects.
    pub(crate) fn starting_after(seq: u64, limit: usize) -> Self {
        Self {
            complete_after: seq,
            subjects: VecDeque::new(),
            limit,
        }
    }

    pub(crate) fn push(&mut self, seq: u64, subject: Subject) {
        self.subjects.push_back((seq, subject));
        if self.subjects.len() > self.limit
            && let Some((forgotten, _)) = self.subjects.pop_front()
        {
            self.complete_after = forgotten;
        }
    }

    /// What happened after this sequence, oldest first; none if not all of that is kept.
    pub(crate) fn since(&self, seq: u64) -> Option<impl Iterator<Item = &Subject>> {
        if seq < self.complete_after {
            return None;
        }
        let first = self.subjects.partition_point(|(at, _)| *at <= seq);
        Some(self.subjects.range(first..).map(|(_, subject)| subject))
    }
}

#[cfg(test)]
mod tests {
    use acd_core::ids::AgentNo;

    use super::*;

    fn agents_since(history: &History, seq: u64) -> Option<Vec<u32>> {
        let subjects = history.since(seq)?;
        Some(
            subjects
                .map(|subject| match subject {
                    Subject::Agent(no) => no.0,
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
            history.push(seq, Subject::Agent(AgentNo(agent)));
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
        history.push(1, Subject::Agent(AgentNo(1)));
        assert_eq!(agents_since(&history, 0), None);
        assert_eq!(agents_since(&history, 1), Some(vec![]));
    }
}

//! Who did what to whom.

use acd_client::v1::{ActFilter, ActKind, SupervisorAct};

use crate::supervisor::table::Query;

/// How many acts stay on a page that is left open.
pub(crate) const KEPT: usize = 200;

/// What acts may be filtered by: groups of kinds, by their names in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// What was done to contacts.
    Contacts,
    /// What was done to agents.
    Agents,
    /// Queues closed and opened.
    Queues,
    /// Who listened in, and what was recorded.
    Conversations,
    /// What was revealed to whom.
    Reveals,
}

impl Group {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Contacts,
        Self::Agents,
        Self::Queues,
        Self::Conversations,
        Self::Reveals,
    ];

    /// Its name in an address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Agents => "agents",
            Self::Queues => "queues",
            Self::Conversations => "conversations",
            Self::Reveals => "reveals",
        }
    }

    /// The group of this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }

    /// Its kinds.
    pub(crate) fn kinds(self) -> &'static [ActKind] {
        match self {
            Self::Contacts => &[
                ActKind::AdjustContact,
                ActKind::AssignContact,
                ActKind::WithdrawContact,
                ActKind::FreeContact,
            ],
            Self::Agents => &[
                ActKind::ForcePresence,
                ActKind::ForceLogout,
                ActKind::FreeAgent,
                ActKind::PauseAgent,
                ActKind::ResumeAgent,
            ],
            Self::Queues => &[ActKind::Close, ActKind::Open],
            Self::Conversations => &[ActKind::MonitorContact, ActKind::RecordContact],
            Self::Reveals => &[
                ActKind::Reveal,
                ActKind::ReadPersonal,
                ActKind::ErasePersonal,
            ],
        }
    }
}

/// What the engine is asked for. The search names an author, an agent, a contact or a queue by `author:otto` and the like;
/// without such a word it is an author.
pub(crate) fn filter(query: &Query) -> ActFilter {
    let named = |kind: &str| query.filter(kind).unwrap_or_default().to_owned();
    let group = query.filter("kind").and_then(Group::of);
    let author = match query.search.is_empty() {
        true => named("author"),
        false => query.search.clone(),
    };
    ActFilter {
        author,
        agent: named("agent"),
        contact_id: named("contact"),
        queue: named("queue"),
        kinds: group.map_or_else(Vec::new, |group| {
            group.kinds().iter().map(|kind| (*kind).into()).collect()
        }),
        ..ActFilter::default()
    }
}

/// Whether an act that was just done is one of those.
pub(crate) fn fits(act: &SupervisorAct, filter: &ActFilter) -> bool {
    let is = |asked: &str, is: &str| asked.is_empty() || asked == is;
    is(&filter.author, &act.author)
        && is(&filter.agent, &act.agent)
        && is(&filter.contact_id, &act.contact_id)
        && is(&filter.queue, &act.queue)
        && (filter.kinds.is_empty() || filter.kinds.contains(&act.kind))
}

/// Puts an act that was just done on top, if it fits and is not there already.
pub(crate) fn add(acts: &mut Vec<SupervisorAct>, act: &SupervisorAct, filter: &ActFilter) {
    let known = acts
        .first()
        .is_some_and(|newest| newest.sequence >= act.sequence);
    if known || !fits(act, filter) {
        return;
    }
    acts.insert(0, act.clone());
    acts.truncate(KEPT);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(sequence: u64, author: &str, kind: ActKind) -> SupervisorAct {
        SupervisorAct {
            sequence,
            author: author.to_owned(),
            kind: kind.into(),
            ..SupervisorAct::default()
        }
    }

    #[test]
    fn a_new_act_stands_on_top_once_if_it_fits() {
        let pairs = [("f", "kind:agents"), ("q", "otto")].map(|(n, v)| (n.into(), v.into()));
        let filter = filter(&Query::of(pairs.to_vec()));
        let mut acts = vec![act(5, "otto", ActKind::FreeAgent)];
        add(&mut acts, &act(5, "otto", ActKind::FreeAgent), &filter);
        add(&mut acts, &act(6, "ines", ActKind::FreeAgent), &filter);
        add(&mut acts, &act(7, "otto", ActKind::Close), &filter);
        add(&mut acts, &act(8, "otto", ActKind::PauseAgent), &filter);
        let shown: Vec<_> = acts.iter().map(|act| act.sequence).collect();
        assert_eq!(shown, [8, 5]);
    }

    #[test]
    fn a_page_left_open_does_not_grow_for_ever() {
        let mut acts = Vec::new();
        for sequence in 1..=1_000 {
            add(
                &mut acts,
                &act(sequence, "otto", ActKind::Open),
                &ActFilter::default(),
            );
        }
        assert_eq!((acts.len(), acts[0].sequence), (KEPT, 1_000));
    }

    #[test]
    fn every_kind_but_the_unspecified_is_in_one_group() {
        let kinds = Group::ALL.iter().flat_map(|group| group.kinds());
        let all = (1..).map_while(|number| ActKind::try_from(number).ok());
        assert_eq!(kinds.count(), all.count());
    }
}

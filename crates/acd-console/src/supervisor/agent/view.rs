//! One agent: what they do, what they can, and why nothing comes.

use acd_client::v1::{AgentState, ExplainAgentResponse, QueueReasons, ReasonClass};

use crate::supervisor::{agents::view::Row, words};

/// A queue the agent serves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Served {
    pub(crate) queue: String,
    /// Why they take nothing of it now, and until when (0: until somebody says so); none: they do.
    pub(crate) paused: Option<(String, i64)>,
    /// The contacts in it, if the engine was asked.
    pub(crate) contacts: u32,
    /// Why these do not come, the largest class first.
    pub(crate) reasons: Vec<ReasonClass>,
}

/// One agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    pub(crate) row: Row,
    pub(crate) state: AgentState,
    /// What keeps every contact from them.
    pub(crate) barred: Option<ReasonClass>,
    /// The queues they serve, those with contacts first.
    pub(crate) queues: Vec<Served>,
    /// How many contacts wait in queues they do not serve.
    pub(crate) outside: u32,
    /// Whether the engine has said why nothing comes; until it has, only what they do is known.
    pub(crate) is_explained: bool,
}

/// What is known of the agent before the engine has explained it.
pub(crate) fn known(state: &AgentState, now_ms: i64) -> Option<View> {
    let told = ExplainAgentResponse {
        agent: Some(state.clone()),
        ..ExplainAgentResponse::default()
    };
    let view = view(told, now_ms)?;
    Some(View {
        is_explained: false,
        ..view
    })
}

/// What the engine tells of the agent.
pub(crate) fn view(told: ExplainAgentResponse, now_ms: i64) -> Option<View> {
    let state = told.agent?;
    let mut reasons = told.queues;
    let mut queues: Vec<Served> = Vec::new();
    for queue in &state.queues {
        let paused = state.paused.iter().find(|pause| pause.queue == *queue);
        let at = reasons.iter().position(|told| told.queue == *queue);
        let told = at.map(|at| reasons.swap_remove(at)).unwrap_or_default();
        queues.push(Served {
            queue: queue.clone(),
            paused: paused.map(|pause| (pause.reason_code.clone(), pause.return_at_ms)),
            contacts: told.contacts,
            reasons: told.reasons,
        });
    }
    // What is left is of queues they do not serve; contacts that are theirs all the same are told like the others.
    let (outside, theirs): (Vec<_>, Vec<_>) = reasons.into_iter().partition(is_outside);
    queues.extend(theirs.into_iter().map(|told| Served {
        queue: told.queue,
        paused: None,
        contacts: told.contacts,
        reasons: told.reasons,
    }));
    queues.sort_by_key(|served| std::cmp::Reverse(served.contacts > 0));
    Some(View {
        row: Row::of(&state, now_ms),
        barred: told.barred,
        queues,
        outside: outside.iter().map(|told| told.contacts).sum(),
        is_explained: true,
        state,
    })
}

fn is_outside(told: &QueueReasons) -> bool {
    told.reasons
        .iter()
        .all(|class| words::is_outside(class.reason()))
}

#[cfg(test)]
mod tests {
    use acd_client::v1::{NotEligibleReason, QueuePause};

    use super::*;

    fn reasons(queue: &str, reason: NotEligibleReason, count: u32) -> QueueReasons {
        QueueReasons {
            queue: queue.to_owned(),
            contacts: count,
            reasons: vec![ReasonClass {
                reason: reason.into(),
                count,
                ..ReasonClass::default()
            }],
        }
    }

    #[test]
    fn queues_with_contacts_come_first_and_others_are_only_counted() {
        let told = ExplainAgentResponse {
            agent: Some(AgentState {
                agent: "anna".to_owned(),
                queues: vec!["loans".to_owned(), "service".to_owned()],
                paused: vec![QueuePause {
                    queue: "service".to_owned(),
                    reason_code: "training".to_owned(),
                    return_at_ms: 0,
                }],
                ..AgentState::default()
            }),
            queues: vec![
                reasons("cards", NotEligibleReason::NotInQueue, 40),
                reasons("service", NotEligibleReason::Paused, 3),
                reasons("vip", NotEligibleReason::WrapUp, 1),
            ],
            ..ExplainAgentResponse::default()
        };
        let view = view(told, 0).expect("a view");
        let shown: Vec<_> = view
            .queues
            .iter()
            .map(|it| (it.queue.as_str(), it.contacts, it.paused.is_some()))
            .collect();
        assert_eq!(
            shown,
            [("service", 3, true), ("vip", 1, false), ("loans", 0, false)]
        );
        assert_eq!(view.outside, 40);
    }
}

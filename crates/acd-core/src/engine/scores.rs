//! What customers think of how they were served. Nothing is decided by it: it is told to who counts it. An answer may come
//! days after the contact, when nothing is known of it any more.

use super::Engine;
use crate::command::{Answer, Reply, Score, ScoreReport};
use crate::config::check_name;
use crate::event::{Event, ScoreReported};
use crate::ids::{
    AdapterNo, AgentNo, Channel, ContactName, HandlingId, QueueName, QueueNo, TimeMs,
};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::{Contact, HandlingKind};

/// The best score that a scale may have.
const SCORE_MAX: u32 = 1_000;

/// What a score is about, as far as it is known.
#[derive(Default)]
struct About {
    handling: Option<HandlingId>,
    queue: Option<QueueNo>,
    channel: Option<Channel>,
    agent: Option<AgentNo>,
}

impl<M: Matcher> Engine<M> {
    /// A score of a contact that the adapter holds, or held at any time before.
    pub(super) fn report_score(
        &mut self,
        now: TimeMs,
        adapter: AdapterNo,
        name: &ContactName,
        report: ScoreReport,
    ) -> Answer {
        self.check_score(&report.score)?;
        let known = self.known_contact(now, name);
        let contact = known.map(|known| known.id);
        let About {
            handling,
            queue,
            channel,
            agent,
        } = match known {
            Some(known) => About::of(known),
            None => self.about_forgotten(name, &report)?,
        };
        self.emit(
            now,
            Event::ScoreReported(ScoreReported {
                adapter: Some(adapter),
                name: name.clone(),
                contact,
                handling,
                queue,
                channel,
                agent,
                score: report.score,
            }),
        );
        Ok(Reply::Done)
    }

    /// What the report itself says of a contact that is forgotten. Queues and agents that are no longer configured are known.
    fn about_forgotten(&self, name: &ContactName, report: &ScoreReport) -> Result<About, Refusal> {
        check_name(name.as_str())
            .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "contact_id", wrong))?;
        let queue = report.queue.as_ref();
        let agent = report.agent.as_ref();
        Ok(About {
            handling: None,
            queue: queue
                .map(|queue| self.queue_once_known(queue))
                .transpose()?,
            channel: report.channel,
            agent: agent.map(|agent| self.known_agent(agent)).transpose()?,
        })
    }

    /// A queue, also one that the configuration has no longer.
    pub(super) fn queue_once_known(&self, name: &QueueName) -> Result<QueueNo, Refusal> {
        match self.state.queue_named(name) {
            Some(no) => Ok(no),
            None => self.known_queue(name),
        }
    }

    /// A score that the customer told the agent of this conversation.
    pub(super) fn report_score_as_agent(
        &mut self,
        now: TimeMs,
        agent: AgentNo,
        id: HandlingId,
        score: Score,
    ) -> Answer {
        self.check_score(&score)?;
        let recent = &self.state.agent(agent).recent_handlings;
        let handling = match recent.iter().find(|over| over.id == id) {
            Some(over) => over,
            None => self.own_handling(agent, id)?,
        };
        let reported = ScoreReported {
            adapter: None,
            name: handling.contact_name.clone(),
            contact: Some(handling.contact),
            handling: Some(id),
            queue: Some(handling.queue),
            channel: Some(handling.channel),
            agent: Some(agent),
            score,
        };
        self.emit(now, Event::ScoreReported(reported));
        Ok(Reply::Done)
    }

    /// Whether a score is within its scale, and what comes with it within its limits.
    fn check_score(&self, score: &Score) -> Result<(), Refusal> {
        let refused = |field, detail| Err(Refusal::new(Reason::InvalidArgument, field, detail));
        let (points, most) = (score.points, score.scale_max);
        if !(1..=SCORE_MAX).contains(&most) {
            let detail = format!("a scale ends at 1 to {SCORE_MAX}, not at {most}");
            return refused("score.scale_max", detail);
        }
        if points > most {
            let detail = format!("{points} is not within the scale from 0 to {most}");
            return refused("score.points", detail);
        }
        if !score.question.is_empty()
            && let Err(wrong) = check_name(&score.question)
        {
            return refused("score.question", wrong);
        }
        self.check_remark("score.comment", score.comment.reveal())
    }
}

impl About {
    /// The last conversation of a contact with its queue and agent; without one the queue it is in, or was in last.
    fn of(contact: &Contact) -> Self {
        let mut handlings = contact.handlings.iter().rev();
        let talked = handlings.find(|it| it.kind == HandlingKind::Conversation);
        match talked {
            Some(talked) => Self {
                handling: Some(talked.handling),
                queue: Some(talked.queue),
                channel: Some(contact.channel),
                agent: Some(talked.agent),
            },
            None => Self {
                queue: contact.queue(),
                channel: Some(contact.channel),
                ..Self::default()
            },
        }
    }
}

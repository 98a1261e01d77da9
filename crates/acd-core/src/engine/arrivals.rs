//! Arrivals: what a contact gets by its class, and whether it may join.

use super::Engine;
use crate::command::{Answer, Arrival, Reply};
use crate::config::{Fact, PREFERRED_MAX, Preferred, RuleConfig, Target, Who, check_name};
use crate::event::{
    ContactOrigin, ContactRefused, Event, JoinRefusal, JoinRefused, NewContact, Next,
};
use crate::ids::{AdapterNo, Channel, ContactId, QueueName, QueueNo, TimeMs};
use crate::matching::Matcher;
use crate::refusal::{Reason, Refusal};
use crate::state::{Asking, Contact, Place, Schedule, merge_attributes};

use super::contacts::{check_instant, check_priority, check_range};
use super::overflow::Leaving;
use super::visits::shared;

impl<M: Matcher> Engine<M> {
    pub(super) fn arrive(&mut self, now: TimeMs, arrival: Arrival) -> Answer {
        let adapter = self.adapter_in_config(&arrival.adapter)?;
        check_name(arrival.contact.as_str())
            .map_err(|wrong| Refusal::new(Reason::InvalidArgument, "contact_id", wrong))?;
        if let Some(open) = self.state.contact_named(&arrival.contact) {
            let same = adapter == open.adapter && arrival.channel == open.channel;
            return first_answer(open, same);
        }
        if self.state.ended_named(&arrival.contact, now).is_some() {
            let detail = format!("contact {} has ended", arrival.contact);
            return Err(Refusal::new(Reason::ContactEnded, "contact_id", detail));
        }
        self.admit(now, adapter, arrival, now)
    }

    /// Checks the contact, gives it what its class gets, and lets it join or sends it elsewhere.
    pub(super) fn admit(
        &mut self,
        now: TimeMs,
        adapter: AdapterNo,
        arrival: Arrival,
        order_time: TimeMs,
    ) -> Answer {
        self.admit_judged(now, adapter, arrival, order_time, true)
    }

    /// The same; one that is not `judged` joins whatever the queue's limits, for it talks already.
    pub(super) fn admit_judged(
        &mut self,
        now: TimeMs,
        adapter: AdapterNo,
        mut arrival: Arrival,
        order_time: TimeMs,
        judged: bool,
    ) -> Answer {
        self.check_arrival(adapter, &arrival)?;
        let rule = self.rule_for(&arrival).cloned();
        if let Some(rule) = &rule {
            apply_rule(rule, &mut arrival);
        }
        let queue = self.known_queue(&arrival.queue)?;
        if arrival.channel == Channel::Callback {
            self.check_callback(queue, arrival.customer.as_ref())?;
        }
        let due_at = arrival.not_before.filter(|at| *at > now);
        let asking = Asking {
            channel: arrival.channel,
            callback: arrival.channel == Channel::Callback,
            requirement: arrival.requirement.as_ref(),
            plan: arrival.plan.as_ref(),
        };
        // What falls due later is judged by no limit of joining, now or then.
        let refused = match due_at {
            Some(_) => None,
            None => self.state.join_refusal(queue, asking).filter(|_| judged),
        };
        let contact = NewContact {
            name: arrival.contact,
            adapter,
            channel: arrival.channel,
            priority: arrival.priority,
            head_start_ms: arrival.head_start_ms,
            requirement: arrival.requirement,
            customer: arrival.customer,
            attributes: merge_attributes(&[], &arrival.attributes),
            arrived_at: order_time.min(now),
            origin: ContactOrigin::Arrived,
            rule: rule.map(|rule| rule.name),
            plan: arrival.plan,
            preferred: shared(arrival.preferred),
            dedicated: arrival.dedicated,
            deadline: arrival.deadline,
            dial: arrival.dial,
        };
        if let Some(reason) = refused {
            return self.refuse_or_send(now, contact, queue, reason, order_time);
        }
        let contact = ContactId(self.emit(now, Event::ContactAccepted(contact)));
        Ok(self.join_or_schedule(now, contact, queue, due_at, order_time))
    }

    /// The overflow chain for the reason applies; where it ends, the arrival is refused.
    fn refuse_or_send(
        &mut self,
        now: TimeMs,
        contact: NewContact,
        queue: QueueNo,
        reason: JoinRefusal,
        order_time: TimeMs,
    ) -> Answer {
        let leaving = Leaving::arriving(&contact, queue);
        let way = self.overflow_way(now, &leaving, reason.overflow_reason());
        if way.target == Target::End {
            let (channel, name) = (contact.channel, contact.name);
            self.emit(
                now,
                Event::ContactRefused(ContactRefused {
                    contact: name,
                    queue,
                    channel,
                    reason,
                }),
            );
            return Err(self.refusal(queue, reason));
        }
        let contact = ContactId(self.emit(now, Event::ContactAccepted(contact)));
        let next = Next::Overflow(way.target.clone());
        self.emit(
            now,
            Event::JoinRefused(JoinRefused {
                contact,
                queue,
                reason,
                next,
            }),
        );
        let joined = self.send_on(now, contact, queue, way, order_time);
        Ok(match joined {
            Some(visit) => Reply::Joined { contact, visit },
            None => Reply::Sent {
                contact,
                reason: reason.overflow_reason(),
            },
        })
    }

    /// What is told to whoever wanted the contact to join.
    pub(super) fn refusal(&self, queue: QueueNo, reason: JoinRefusal) -> Refusal {
        let config = &self.state.queue(queue).config;
        let name = &config.name;
        let (code, detail) = match reason {
            JoinRefusal::Closed(closed) => (
                Reason::QueueClosed,
                format!("queue {name} is closed: {}", closed.describe()),
            ),
            JoinRefusal::NoStaff => (
                Reason::NoStaff,
                format!("every agent of queue {name} is absent"),
            ),
            JoinRefusal::Full => {
                let most = config.max_length.unwrap_or(0);
                (
                    Reason::QueueFull,
                    format!("queue {name} has its {most} contacts"),
                )
            }
            JoinRefusal::Diverted => (
                Reason::Diverted,
                format!("too many wait in queue {name} for the agents there are"),
            ),
            JoinRefusal::PredictedWait => (
                Reason::PredictedWait,
                format!("the predicted wait of queue {name} is too long"),
            ),
        };
        Refusal::new(code, "queue", detail)
    }

    fn rule_for(&self, arrival: &Arrival) -> Option<&RuleConfig> {
        self.state.facts().rules.iter().find(|rule| {
            rule.when.iter().all(|condition| {
                let value = match &condition.fact {
                    Fact::Queue => Some(arrival.queue.as_str()),
                    Fact::Channel => Some(arrival.channel.as_str()),
                    Fact::Attribute(key) => {
                        let mut known = arrival.attributes.iter().rev();
                        known
                            .find(|attribute| attribute.key == *key)
                            .map(|attribute| attribute.value.reveal())
                    }
                };
                value.is_some_and(|value| condition.is.is_empty() || condition.is.contains(value))
            })
        })
    }

    fn check_arrival(&self, adapter: AdapterNo, arrival: &Arrival) -> Result<(), Refusal> {
        self.known_queue(&arrival.queue)?;
        self.check_requirement(arrival.requirement.as_ref())?;
        self.check_attributes(&arrival.attributes)?;
        check_range("head_start_ms", arrival.head_start_ms, 0)?;
        check_priority(arrival.priority)?;
        check_instant("deadline", arrival.deadline)?;
        check_instant("not_before", arrival.not_before)?;
        self.check_preferred(&arrival.preferred)?;
        if arrival.dedicated && arrival.preferred.is_empty() {
            let detail = "a dedicated contact must say to whom";
            return Err(Refusal::new(Reason::InvalidArgument, "preferred", detail));
        }
        if let Some(plan) = &arrival.plan
            && !self
                .state
                .facts()
                .plans
                .iter()
                .any(|known| known.name == *plan)
        {
            let detail = format!("there is no plan {plan:?}");
            return Err(Refusal::new(Reason::UnknownPlan, "plan", detail));
        }
        self.check_room(adapter)
    }

    fn check_preferred(&self, preferred: &[Preferred]) -> Result<(), Refusal> {
        if preferred.len() > PREFERRED_MAX {
            let detail = format!(
                "{} entries, at most {PREFERRED_MAX} are allowed",
                preferred.len()
            );
            return Err(Refusal::new(Reason::InvalidArgument, "preferred", detail));
        }
        for entry in preferred {
            check_range("preferred.for_ms", entry.for_ms.unwrap_or(0), 0)?;
            match &entry.who {
                Who::Agent(name) => _ = self.agent_in_config(name)?,
                Who::Team(team) | Who::Head(team) => {
                    if !self
                        .state
                        .facts()
                        .teams
                        .iter()
                        .any(|known| known.name == *team)
                    {
                        let detail = format!("there is no team {team:?}");
                        return Err(Refusal::new(Reason::UnknownTeam, "preferred", detail));
                    }
                }
                Who::Attribute(_) | Who::SameTeam | Who::HeadOfTeam => {}
            }
        }
        Ok(())
    }

    pub(super) fn known_queue(&self, name: &QueueName) -> Result<QueueNo, Refusal> {
        self.state.queue_no(name).ok_or_else(|| {
            Refusal::new(
                Reason::UnknownQueue,
                "queue",
                format!("there is no queue {name:?}"),
            )
        })
    }

    pub(super) fn check_room(&self, adapter: AdapterNo) -> Result<(), Refusal> {
        let facts = self.state.facts();
        let directives = self.state.adapter(adapter).directives.len();
        let (what, most) = if facts.contacts.len() >= facts.limits.open_contacts as usize {
            ("open contacts", facts.limits.open_contacts)
        } else if directives >= facts.limits.unacknowledged_directives as usize {
            (
                "unacknowledged directives",
                facts.limits.unacknowledged_directives,
            )
        } else {
            return Ok(());
        };
        Err(Refusal::new(
            Reason::LimitReached,
            "contact_id",
            format!("{what}: at most {most}"),
        ))
    }
}

/// What the contacts of the class get; what the arrival says itself stays where the rule says nothing.
fn apply_rule(rule: &RuleConfig, arrival: &mut Arrival) {
    if let Some(queue) = &rule.queue {
        arrival.queue = queue.clone();
    }
    arrival.priority = rule.priority.unwrap_or(arrival.priority);
    arrival.head_start_ms = rule.head_start_ms.unwrap_or(arrival.head_start_ms);
    if rule.requirement.is_some() {
        arrival.requirement = rule.requirement.clone();
    }
    if rule.plan.is_some() {
        arrival.plan = rule.plan.clone();
    }
    if !rule.preferred.is_empty() {
        arrival.preferred = rule.preferred.clone();
        arrival.dedicated = rule.dedicated;
    }
}

/// A repeated arrival gets the first answer, unless it is another contact under the same id.
fn first_answer(open: &Contact, same: bool) -> Answer {
    if !same {
        let detail = format!(
            "contact {} is open on another channel or adapter",
            open.name
        );
        return Err(Refusal::new(Reason::ContactDiffers, "contact_id", detail));
    }
    let contact = open.id;
    Ok(match (open.visits.first(), open.join_refused, open.place) {
        (Some(first), ..) => Reply::Joined {
            contact,
            visit: first.visit,
        },
        (None, Some(reason), _) => Reply::Sent {
            contact,
            reason: reason.overflow_reason(),
        },
        (None, None, Place::Scheduled(Schedule { due_at, .. })) => {
            Reply::Scheduled { contact, due_at }
        }
        (None, None, _) => Reply::Done,
    })
}

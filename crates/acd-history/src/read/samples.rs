//! Samples of conversations that are to be reviewed.

use std::collections::BTreeMap;

use acd_core::ids::TimeMs;

use super::reviews::named;
use super::{Ask, ReadError, Tenant, Where};
use crate::sample::{Candidate, Draw, Drawer, Drawn, Rule, TooLarge};
use crate::schema::{ContactReferenceRow, ContactRow, HandlingRow, ReviewRow};
use crate::value::{Kind, Text, Value};

/// How many numbers one statement names.
const NAMED_MAX: usize = 500;
/// The most rows of one kind that are told of so many conversations.
const TOLD_MAX: usize = 100_000;

/// Of which conversations a sample is drawn; what is empty leaves none out.
#[derive(Clone, Debug, Default)]
pub struct SampleQuestion {
    /// Those that ended from this instant on.
    pub from: TimeMs,
    /// Those that ended before this instant.
    pub to: TimeMs,
    /// Those of these agents.
    pub agents: Vec<String>,
    /// Those of these queues.
    pub queues: Vec<String>,
    /// Those of these channels.
    pub channels: Vec<String>,
    /// What is drawn.
    pub draw: Draw,
}

/// A conversation that is to be reviewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// For which of the rules it stands, by its place; none: it was drawn from all.
    pub rule: Option<usize>,
    /// The conversation.
    pub handling: HandlingRow,
    /// The adapter's id of its contact.
    pub contact: Text,
    /// Where recordings, transcripts and the like of the contact are found.
    pub references: Vec<ContactReferenceRow>,
    /// Reviews there are already, the oldest first.
    pub reviews: Vec<ReviewRow>,
}

impl Ask<'_> {
    /// Draws conversations to be reviewed, agent by agent in the order of their names.
    ///
    /// # Errors
    /// [`ReadError`]; and [`TooLarge`] within.
    pub fn sample(
        &mut self,
        tenant: &Tenant,
        question: &SampleQuestion,
    ) -> Result<Result<Vec<Sampled>, TooLarge>, ReadError> {
        let drawn = match self.draw(tenant, question)? {
            Ok(drawn) => drawn,
            Err(error) => return Ok(Err(error)),
        };
        let mut sampled = Vec::with_capacity(drawn.len());
        for drawn in drawn.chunks(NAMED_MAX) {
            sampled.extend(self.told(tenant, drawn)?);
        }
        Ok(Ok(sampled))
    }

    fn draw(
        &mut self,
        tenant: &Tenant,
        question: &SampleQuestion,
    ) -> Result<Result<Vec<Drawn>, TooLarge>, ReadError> {
        let (sql, select) = question.candidates(tenant);
        let kinds = [
            Kind::Int,
            Kind::Text,
            Kind::Int,
            Kind::Int,
            Kind::Text,
            Kind::Int,
        ];
        let sql = format!("{sql} {}", select.sql());
        let mut drawer = Drawer::new(&question.draw);
        let mut seen = Ok(());
        self.each(&sql, select.parameters(), &kinds, &mut |row| {
            if seen.is_ok() {
                seen = drawer.see(&candidate(&row));
            }
        })?;
        Ok(seen.map(|()| drawer.drawn()))
    }

    /// What is known of conversations, in their order.
    fn told(&mut self, tenant: &Tenant, drawn: &[Drawn]) -> Result<Vec<Sampled>, ReadError> {
        let handlings = named(tenant, "handling", drawn.iter().map(|it| it.handling));
        let found: Vec<HandlingRow> = self.all(&handlings.clone().order("handling", TOLD_MAX))?;
        let mut found: BTreeMap<i64, HandlingRow> =
            found.into_iter().map(|row| (row.handling, row)).collect();
        let contacts = || found.values().map(|row| row.contact);
        let names = named(tenant, "contact", contacts()).order("contact", TOLD_MAX);
        let names: Vec<ContactRow> = self.all(&names)?;
        let names: BTreeMap<i64, Text> =
            names.into_iter().map(|it| (it.contact, it.name)).collect();
        let references = named(tenant, "contact", contacts()).order("seq", TOLD_MAX);
        let references: Vec<ContactReferenceRow> = self.all(&references)?;
        let reviews: Vec<ReviewRow> = self.all(&handlings.order("seq", TOLD_MAX))?;
        let sampled = drawn.iter().filter_map(|it| {
            let handling = found.remove(&it.handling)?;
            let of_contact = references
                .iter()
                .filter(|row| row.contact == handling.contact);
            let of_handling = reviews
                .iter()
                .filter(|row| row.handling == handling.handling);
            Some(Sampled {
                rule: it.rule,
                contact: names.get(&handling.contact).cloned().unwrap_or_default(),
                references: of_contact.cloned().collect(),
                reviews: of_handling.cloned().collect(),
                handling,
            })
        });
        Ok(sampled.collect())
    }
}

impl SampleQuestion {
    /// The statement for all that may be drawn: what no rule looks at is not looked up.
    fn candidates(&self, tenant: &Tenant) -> (String, Where) {
        let has = |is: fn(&Rule) -> bool| self.draw.rules.iter().any(|(rule, _)| is(rule));
        let transfers = match has(|rule| matches!(rule, Rule::Transferred(_))) {
            true => {
                "(SELECT count(*) FROM transfers AS t WHERE t.tenant = h.tenant \
                 AND t.contact = h.contact AND t.from_agent IS NOT NULL)"
            }
            false => "CAST(0 AS BIGINT)",
        };
        let score = match has(|rule| matches!(rule, Rule::LowScore(_))) {
            true => {
                "(SELECT min(s.points * 1000000 / s.scale_max) FROM scores AS s \
                 WHERE s.tenant = h.tenant AND s.handling = h.handling)"
            }
            false => "CAST(NULL AS BIGINT)",
        };
        let sql = format!(
            "SELECT handling, agent, talk_ms + hold_ms, {transfers}, disposition, {score} FROM handlings AS h"
        );
        let select = Where::of(tenant)
            .and("handled_at >= ?", [self.from.into()])
            .and("handled_at < ?", [self.to.into()])
            .one_of("agent", &self.agents)
            .one_of("queue", &self.queues)
            .one_of("channel", &self.channels);
        (sql, select)
    }
}

fn candidate(row: &[Value]) -> Candidate {
    let number = |at: usize| row[at].as_int();
    let text = |at: usize| match &row[at] {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    Candidate {
        handling: number(0).unwrap_or_default(),
        agent: text(1).unwrap_or_default(),
        lasted_ms: number(2).unwrap_or_default(),
        transfers: number(3).unwrap_or_default(),
        disposition: text(4),
        score: number(5),
    }
}

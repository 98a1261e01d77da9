//! Contacts that pass a filter, a piece at a time.

use acd_core::ids::TimeMs;
use acd_core::personal::Personal;

use super::statement::marks;
use super::{Ask, Page, ReadError, Tenant, Where};
use crate::schema::ContactRow;
use crate::value::{Field as _, Value, int};

/// How many numbers one question looks through if no index says which contacts are meant. Numbers are those of events, of which
/// a contact has four at the least: these are some ten thousand contacts, and never more than a quarter of them.
const NUMBERS_MAX: i64 = 1_000_000;
/// How many characters of an attribute's value stand in the index.
const VALUE_HEAD: usize = 64;

/// Which contacts are meant; what is empty leaves none out. All that is said must hold.
#[derive(Clone, Debug, Default)]
pub struct ContactFilter {
    /// Accepted from this instant on.
    pub from: Option<TimeMs>,
    /// Accepted before this instant.
    pub to: Option<TimeMs>,
    /// Once in one of these queues.
    pub queues: Vec<String>,
    /// Handled by one of these agents.
    pub agents: Vec<String>,
    /// Offered to one of these agents.
    pub offered_to: Vec<String>,
    /// The last visit ended in one of these outcomes, with this reason if one is given.
    pub outcomes: Vec<(String, Option<String>)>,
    /// The last disposition has one of these codes.
    pub dispositions: Vec<String>,
    /// Of this customer.
    pub customer: Option<Personal>,
    /// With these attributes.
    pub attributes: Vec<AttributeFilter>,
    /// With this text in the notes of the last disposition that is decided.
    pub notes: Option<Personal>,
    /// Of one of these channels.
    pub channels: Vec<String>,
    /// Of this adapter's id.
    pub name: Option<String>,
}

/// An attribute that is looked for.
#[derive(Clone, Debug)]
pub struct AttributeFilter {
    /// Its key.
    pub key: String,
    /// Its whole value.
    pub value: Personal,
    /// Whether it does not count where it is only for those who handle the contact.
    pub open_only: bool,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The last accepted first.
    #[default]
    NewestFirst,
    /// The first accepted first.
    OldestFirst,
}

/// A piece of the contacts that pass a filter.
#[derive(Clone, Debug, Default)]
pub struct ContactQuestion {
    /// Which.
    pub filter: ContactFilter,
    /// In which order.
    pub order: Order,
    /// At most so many.
    pub size: usize,
    /// After the contact of this number; none: from the begin.
    pub after: Option<u64>,
}

/// The contacts that are looked through, by their numbers: the order in which the engine took them in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Ask<'_> {
    /// A piece of the contacts that pass a filter. It may have fewer rows than asked for, even none, although there are more:
    /// what one question looks through is limited.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn contacts(
        &mut self,
        tenant: &Tenant,
        question: &ContactQuestion,
    ) -> Result<Page<ContactRow, u64>, ReadError> {
        let Some(range) = self.range(tenant, question)? else {
            return Ok(Page::default());
        };
        let (range, rest) = match question.filter.is_indexed() {
            true => (range, None),
            false => range.split(question.order),
        };
        let order = match question.order {
            Order::NewestFirst => "contact DESC",
            Order::OldestFirst => "contact",
        };
        let by_bytes = self.by_bytes();
        let select = question.filter.applied(range.applied(tenant), by_bytes);
        let rows = self.all(&select.order(order, question.size + 1))?;
        let mut page = Page::of(rows, question.size, |row: &ContactRow| {
            row.contact.unsigned_abs()
        });
        if page.next.is_none() {
            page.next = rest.map(i64::unsigned_abs);
        }
        Ok(page)
    }

    /// From which contact to which is to be looked; none: there is none.
    fn range(
        &mut self,
        tenant: &Tenant,
        question: &ContactQuestion,
    ) -> Result<Option<Range>, ReadError> {
        let mut range = Range {
            first: 0,
            last: int(tenant.position.seq),
        };
        let ContactFilter { from, to, .. } = question.filter;
        if from.is_some() || to.is_some() {
            // One that an adapter holds again after a loss has arrived before others whose numbers are smaller.
            let arrived = Where::of(tenant)
                .and_if("accepted_at >= ?", from)
                .and_if("accepted_at < ?", to);
            let first = self.number("SELECT min(contact) FROM contacts", &arrived)?;
            let last = self.number("SELECT max(contact) FROM contacts", &arrived)?;
            let Some((first, last)) = first.zip(last) else {
                return Ok(None);
            };
            range = Range { first, last };
        }
        match (question.after.map(int), question.order) {
            (None, _) => {}
            (Some(after), Order::NewestFirst) => range.last = range.last.min(after - 1),
            (Some(after), Order::OldestFirst) => range.first = range.first.max(after + 1),
        }
        Ok((range.first <= range.last).then_some(range))
    }
}

impl Range {
    /// The part that one question looks through, and after which number the rest begins; none: there is no more.
    fn split(self, order: Order) -> (Self, Option<i64>) {
        let Self { first, last } = self;
        if last - first < NUMBERS_MAX {
            return (self, None);
        }
        match order {
            Order::NewestFirst => {
                let first = last - NUMBERS_MAX + 1;
                (Self { first, last }, Some(first))
            }
            Order::OldestFirst => {
                let last = first + NUMBERS_MAX - 1;
                (Self { first, last }, Some(last))
            }
        }
    }

    pub(super) fn applied(self, tenant: &Tenant) -> Where {
        let of_tenant = Where::of(tenant);
        of_tenant.and(
            "contact >= ? AND contact <= ?",
            [self.first.into(), self.last.into()],
        )
    }
}

impl ContactFilter {
    /// Whether an index says which contacts are meant, so that the others are not looked at.
    fn is_indexed(&self) -> bool {
        self.customer.is_some()
            || self.name.is_some()
            || !self.agents.is_empty()
            || !self.offered_to.is_empty()
            || !self.attributes.is_empty()
    }

    pub(super) fn applied(&self, select: Where, by_bytes: &str) -> Where {
        let mut select = select
            .and_if("accepted_at >= ?", self.from)
            .and_if("accepted_at < ?", self.to)
            .and_if("name = ?", self.name.as_deref())
            .one_of("channel", &self.channels)
            .one_of("disposition", &self.dispositions);
        if let Some(customer) = &self.customer {
            select = select.and("customer = ?", [customer.clone().into_value()]);
        }
        for (table, at, agents) in [
            ("handlings", "connected_at", &self.agents),
            ("offers", "made_at", &self.offered_to),
        ] {
            if !agents.is_empty() {
                select = self.of_agents(select, table, at, agents);
            }
        }
        for attribute in &self.attributes {
            select = attribute.applied(select);
        }
        if !self.outcomes.is_empty() {
            select = self.with_outcome(select);
        }
        if !self.queues.is_empty() {
            let of_visit = format!(
                "EXISTS (SELECT 1 FROM visits WHERE visits.tenant = contacts.tenant \
                 AND visits.contact = contacts.contact AND visits.queue IN ({}))",
                marks(self.queues.len())
            );
            select = select.and(&of_visit, texts(&self.queues));
        }
        if let Some(notes) = &self.notes {
            let pattern = Value::Personal(like(notes.reveal()).into());
            let found = format!("lower(notes{by_bytes}) LIKE ? ESCAPE '\\'");
            select = select.and("disposition IS NOT NULL", []);
            select = select.and(&found, [pattern]);
        }
        select
    }

    /// Those of which rows of a table tell that they had to do with an agent.
    fn of_agents(&self, select: Where, table: &str, at: &str, agents: &[String]) -> Where {
        let of_agent = format!(
            "contact IN (SELECT contact FROM {table} WHERE {table}.tenant = ? AND agent IN ({}) AND {at} >= ?)",
            marks(agents.len())
        );
        // Whatever is done with a contact is done after it was accepted.
        let from = Value::Int(self.from.unwrap_or(i64::MIN));
        let tenant = select.parameters()[0].clone();
        let values = [tenant].into_iter().chain(texts(agents)).chain([from]);
        let values: Vec<Value> = values.collect();
        select.and(&of_agent, values)
    }

    fn with_outcome(&self, select: Where) -> Where {
        let each = self.outcomes.iter().map(|(_, why)| match why {
            Some(_) => "(outcome = ? AND outcome_reason = ?)",
            None => "outcome = ?",
        });
        let each: Vec<&str> = each.collect();
        let values = self.outcomes.iter().flat_map(|(outcome, why)| {
            let outcome = Value::from(outcome.as_str());
            [Some(outcome), why.as_deref().map(Value::from)]
        });
        let values: Vec<Value> = values.flatten().collect();
        select.and(&format!("({})", each.join(" OR ")), values)
    }
}

impl AttributeFilter {
    fn applied(&self, select: Where) -> Where {
        let open = match self.open_only {
            true => " AND sensitive = ?",
            false => "",
        };
        // Of a plain `value = ?` SQLite concludes that the head is that of the parameter, and leaves the index.
        let has = format!(
            "contact IN (SELECT contact FROM contact_attributes WHERE contact_attributes.tenant = ? AND attribute = ? \
             AND substr(value, 1, {VALUE_HEAD}) = ? AND NOT value <> ?{open})"
        );
        let head: String = self.value.reveal().chars().take(VALUE_HEAD).collect();
        let mut values = vec![
            select.parameters()[0].clone(),
            self.key.as_str().into(),
            Personal::from(head).into_value(),
            self.value.clone().into_value(),
        ];
        if self.open_only {
            values.push(Value::Bool(false));
        }
        select.and(&has, values)
    }
}

fn texts(texts: &[String]) -> impl Iterator<Item = Value> {
    texts.iter().map(|text| Value::from(text.as_str()))
}

/// A pattern of texts that hold this one, whose letters from A to Z are all small.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::{NUMBERS_MAX, Order, Range, like};

    /// Question after question looks through every number once, in order.
    #[test]
    fn the_parts_of_a_range_have_neither_gaps_nor_doubles() {
        let whole = Range {
            first: 17,
            last: 17 + 3 * NUMBERS_MAX,
        };
        for order in [Order::NewestFirst, Order::OldestFirst] {
            let (mut range, mut parts) = (whole, Vec::new());
            loop {
                let (part, rest) = range.split(order);
                assert!(part.last - part.first < NUMBERS_MAX);
                parts.push((part.first, part.last));
                match (rest, order) {
                    (None, _) => break,
                    (Some(after), Order::NewestFirst) => range.last = after - 1,
                    (Some(after), Order::OldestFirst) => range.first = after + 1,
                }
            }
            if order == Order::NewestFirst {
                parts.reverse();
            }
            assert_eq!(parts.len(), 4);
            assert_eq!((parts[0].0, parts[3].1), (whole.first, whole.last));
            assert!(parts.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0));
        }
    }

    #[test]
    fn what_means_something_in_a_pattern_means_itself() {
        assert_eq!(like("100 % of A_B"), r"%100 \% of a\_b%");
        assert_eq!(like(r"a\b"), r"%a\\b%");
    }
}

//! What supervisors did, the newest first.

use acd_core::ids::TimeMs;

use super::{Ask, Page, ReadError, Tenant, Where};
use crate::schema::ActRow;
use crate::value::{Value, int};

/// A piece of what supervisors did; what is empty leaves none out.
#[derive(Clone, Debug, Default)]
pub struct ActQuestion {
    /// Done from this instant on.
    pub from: Option<TimeMs>,
    /// Done before this instant.
    pub to: Option<TimeMs>,
    /// By this author.
    pub author: Option<String>,
    /// To, or for, this agent.
    pub agent: Option<String>,
    /// To the contacts of this adapter's id, also who read their personal data.
    pub contact: Option<String>,
    /// To, or for, this queue.
    pub queue: Option<String>,
    /// Of these kinds: `change_contact`, `assign`, ...
    pub kinds: Vec<String>,
    /// At most so many.
    pub size: usize,
    /// Before the act of this sequence.
    pub before: Option<u64>,
}

impl Ask<'_> {
    /// A piece of what supervisors did.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn acts(
        &mut self,
        tenant: &Tenant,
        question: &ActQuestion,
    ) -> Result<Page<ActRow, u64>, ReadError> {
        let select = Where::of(tenant)
            .and_if("seq < ?", question.before.map(int))
            .and_if("acted_at >= ?", question.from)
            .and_if("acted_at < ?", question.to)
            .and_if("author = ?", question.author.as_deref())
            .and_if("agent = ?", question.agent.as_deref())
            .and_if("queue = ?", question.queue.as_deref())
            .one_of("act", &question.kinds);
        let select = match &question.contact {
            Some(name) => {
                let name = || Value::from(name.as_str());
                let numbers = [tenant.number.into(), tenant.number.into(), name()];
                select.and(
                    "(contact = ? OR seq IN (SELECT n.seq FROM act_contacts AS n WHERE n.tenant = ? AND n.contact IN \
                     (SELECT c.contact FROM contacts AS c WHERE c.tenant = ? AND c.name = ?)))",
                    [name()].into_iter().chain(numbers),
                )
            }
            None => select,
        };
        let rows = self.all(&select.order("seq DESC", question.size + 1))?;
        Ok(Page::of(rows, question.size, |row: &ActRow| {
            row.seq.unsigned_abs()
        }))
    }
}

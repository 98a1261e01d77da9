//! The contacts of one customer.

use acd_core::personal::Personal;

use super::{Ask, ReadError, Tenant, Where};
use crate::schema::{ContactRow, ScoreRow};
use crate::value::Field as _;

impl Ask<'_> {
    /// The numbers of the contacts of a customer, the oldest first, and of the consultations about them. No more than so
    /// many of each.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn of_customer(
        &mut self,
        tenant: &Tenant,
        customer: &Personal,
        most: usize,
    ) -> Result<Vec<u64>, ReadError> {
        let key = || customer.clone().into_value();
        let own = Where::of(tenant).and("customer = ?", [key()]);
        let own: Vec<ContactRow> = self.all(&own.order("contact", most))?;
        let about = "origin = 'consult_of' AND origin_of IN (SELECT h.handling FROM handlings AS h \
                     JOIN contacts AS c ON c.tenant = h.tenant AND c.contact = h.contact \
                     WHERE h.tenant = ? AND c.customer = ?)";
        let number = || tenant.number.into();
        let about = Where::of(tenant).and(about, [number(), key()]);
        let about: Vec<ContactRow> = self.all(&about.order("contact", most))?;
        let mut numbers: Vec<u64> = own
            .into_iter()
            .chain(about)
            .map(|row| row.contact.unsigned_abs())
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The numbers of the events that report scores of this customer's contacts that the engine had forgotten.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn scores_of_customer(
        &mut self,
        tenant: &Tenant,
        customer: &Personal,
        most: usize,
    ) -> Result<Vec<u64>, ReadError> {
        let number = || tenant.number.into();
        let key = || customer.clone().into_value();
        let names = "name IN (SELECT name FROM contacts WHERE tenant = ? AND customer = ?)";
        let last = "contact IS NULL AND (SELECT c.customer FROM contacts AS c WHERE c.tenant = scores.tenant \
                    AND c.name = scores.name AND c.adapter = scores.adapter AND c.contact < scores.seq \
                    ORDER BY c.contact DESC LIMIT 1) = ?";
        let theirs = Where::of(tenant)
            .and(names, [number(), key()])
            .and(last, [key()]);
        let scores: Vec<ScoreRow> = self.all(&theirs.order("seq", most))?;
        Ok(scores.iter().map(|row| row.seq.unsigned_abs()).collect())
    }
}

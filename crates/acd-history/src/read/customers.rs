//! The contacts of one customer.

use acd_core::personal::Personal;

use super::{Ask, ReadError, Tenant, Where};
use crate::schema::ContactRow;
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
}

//! All that the rows tell of one contact.

use super::{Ask, ReadError, Review, ReviewQuestion, Tenant, Where};
use crate::schema::{
    ActRow, AttemptRow, CallbackRow, ContactAttributeRow, ContactReferenceRow, ContactRow,
    HandlingRow, OfferRow, RefusalRow, ScoreRow, SegmentRow, TransferRow, VisitRow,
};
use crate::table::Row;

/// The most rows of each table that are told of one contact.
const ROWS_MAX: usize = 10_000;

/// Which contact is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// That of this number.
    Number(u64),
    /// The last one of this adapter's id.
    Name(String),
}

/// All that the rows tell of a contact, of everything the oldest first.
#[derive(Clone, Debug)]
pub struct ContactLife {
    /// The contact.
    pub contact: ContactRow,
    /// Its attributes.
    pub attributes: Vec<ContactAttributeRow>,
    /// Where recordings and the like are found.
    pub references: Vec<ContactReferenceRow>,
    /// Its visits.
    pub visits: Vec<VisitRow>,
    /// Its offers.
    pub offers: Vec<OfferRow>,
    /// Its handlings.
    pub handlings: Vec<HandlingRow>,
    /// What these consisted of.
    pub segments: Vec<SegmentRow>,
    /// Who gave it away, and where it went.
    pub transfers: Vec<TransferRow>,
    /// Queues it did not join.
    pub refusals: Vec<RefusalRow>,
    /// Dials of its customer.
    pub attempts: Vec<AttemptRow>,
    /// Callbacks that were asked for in it.
    pub callbacks: Vec<CallbackRow>,
    /// What supervisors did to it.
    pub acts: Vec<ActRow>,
    /// What its customer thought of how they were served, also what they said when the engine had forgotten it.
    pub scores: Vec<ScoreRow>,
    /// What reviewers said of its conversations.
    pub reviews: Vec<Review>,
}

/// The stretches of the handlings of a contact.
pub(super) fn of_handlings(tenant: &Tenant, contact: i64) -> Where {
    let in_handling =
        "handling IN (SELECT h.handling FROM handlings AS h WHERE h.tenant = ? AND h.contact = ?)";
    let values = [tenant.number.into(), contact.into()];
    let segments = Where::of(tenant).and(in_handling, values);
    segments.order("handling, began_seq", ROWS_MAX)
}

impl Ask<'_> {
    /// All that the rows tell of a contact; none: they know none of that name or number.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn life(
        &mut self,
        tenant: &Tenant,
        wanted: &Wanted,
    ) -> Result<Option<ContactLife>, ReadError> {
        let of_tenant = || Where::of(tenant);
        let found = match wanted {
            Wanted::Number(number) => {
                let Ok(number) = i64::try_from(*number) else {
                    return Ok(None);
                };
                of_tenant().and("contact = ?", [number.into()])
            }
            Wanted::Name(name) => of_tenant().and("name = ?", [name.as_str().into()]),
        };
        let found: Vec<ContactRow> = self.all(&found.order("contact DESC", 1))?;
        let Some(contact) = found.into_iter().next() else {
            return Ok(None);
        };
        let number = contact.contact;
        let segments = of_handlings(tenant, number);
        let asked = of_tenant().and("asked_by = ?", [number.into()]);
        Ok(Some(ContactLife {
            attributes: self.of_contact(tenant, number, "attribute")?,
            references: self.of_contact(tenant, number, "seq")?,
            visits: self.of_contact(tenant, number, "visit")?,
            offers: self.of_contact(tenant, number, "offer")?,
            handlings: self.of_contact(tenant, number, "handling")?,
            segments: self.all(&segments)?,
            transfers: self.of_contact(tenant, number, "seq")?,
            refusals: self.of_contact(tenant, number, "seq")?,
            attempts: self.of_contact(tenant, number, "offer")?,
            callbacks: self.all(&asked.order("contact", ROWS_MAX))?,
            acts: self.acts_to(tenant, &contact)?,
            scores: self.scores_of(tenant, &contact)?,
            reviews: self.reviews_of(tenant, number)?,
            contact,
        }))
    }

    fn of_contact<R: Row>(
        &mut self,
        tenant: &Tenant,
        contact: i64,
        order: &str,
    ) -> Result<Vec<R>, ReadError> {
        let its = Where::of(tenant).and("contact = ?", [contact.into()]);
        self.all(&its.order(order, ROWS_MAX))
    }

    /// What was done to a contact: from its arrival until its name was another one's.
    fn acts_to(&mut self, tenant: &Tenant, contact: &ContactRow) -> Result<Vec<ActRow>, ReadError> {
        let number = contact.contact;
        let name = || contact.name.as_str().into();
        let next = Where::of(tenant).and("name = ? AND contact > ?", [name(), number.into()]);
        let next = self.number("SELECT contact FROM contacts", &next.order("contact", 1))?;
        let acts = Where::of(tenant).and("contact = ? AND seq > ?", [name(), number.into()]);
        let acts = acts.and_if("seq < ?", next);
        let mut acts: Vec<ActRow> = self.all(&acts.order("seq", ROWS_MAX))?;
        // Those that name contacts by number: who read its personal data, or erased it.
        let numbered =
            "seq IN (SELECT n.seq FROM act_contacts AS n WHERE n.tenant = ? AND n.contact = ?)";
        let numbered = Where::of(tenant).and(numbered, [tenant.number.into(), number.into()]);
        acts.extend(self.all(&numbered.order("seq", ROWS_MAX))?);
        acts.sort_by_key(|row| row.seq);
        Ok(acts)
    }

    fn reviews_of(&mut self, tenant: &Tenant, contact: i64) -> Result<Vec<Review>, ReadError> {
        let question = ReviewQuestion {
            contact: Some(contact.unsigned_abs()),
            size: ROWS_MAX,
            ..ReviewQuestion::default()
        };
        let mut reviews = self.reviews(tenant, &question)?.rows;
        reviews.reverse();
        Ok(reviews)
    }

    /// The scores of a contact, and those of its name that came when the engine had forgotten it: until its adapter had another
    /// one of that name.
    fn scores_of(
        &mut self,
        tenant: &Tenant,
        contact: &ContactRow,
    ) -> Result<Vec<ScoreRow>, ReadError> {
        let number = contact.contact;
        let named = |select: Where| {
            let of = [
                contact.name.as_str().into(),
                contact.adapter.as_str().into(),
            ];
            select.and("name = ? AND adapter = ?", of)
        };
        let next = named(Where::of(tenant)).and("contact > ?", [number.into()]);
        let next = self.number("SELECT contact FROM contacts", &next.order("contact", 1))?;
        let late = named(Where::of(tenant)).and("contact IS NULL AND seq > ?", [number.into()]);
        let late = late.and_if("seq < ?", next);
        let mut scores = self.of_contact(tenant, number, "seq")?;
        scores.extend(self.all::<ScoreRow>(&late.order("seq", ROWS_MAX))?);
        scores.sort_by_key(|row: &ScoreRow| row.seq);
        Ok(scores)
    }
}

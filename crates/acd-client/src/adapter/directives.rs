//! Which directives were handed over, and which of them are done.

use std::collections::BTreeSet;

use acd_proto::v1::Directive;

use crate::Error;

/// Directive ids grow, and a connection sends them in order, so the highest tells which were seen.
#[derive(Debug, Default)]
pub(super) struct Directives {
    /// Highest id handed over.
    highest: u64,
    /// Last id on this connection, 0 at its begin.
    last_on_connection: u64,
    /// Handed over and not acknowledged.
    open: BTreeSet<u64>,
}

/// What to do with a directive that came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Hand it over.
    New,
    /// It was handed over and is being worked on.
    Known,
    /// It is done, and the acknowledgement was lost: acknowledge it again.
    Done,
}

impl Directives {
    /// A connection begins.
    pub(super) fn begin(&mut self) {
        self.last_on_connection = 0;
    }

    /// Takes note of a directive.
    pub(super) fn arrive(&mut self, directive: &Directive) -> Result<Arrival, Error> {
        self.check_last(directive.previous_directive_id)?;
        self.last_on_connection = directive.directive_id;
        if directive.directive_id > self.highest {
            self.highest = directive.directive_id;
            self.open.insert(directive.directive_id);
            return Ok(Arrival::New);
        }
        let being_worked_on = self.open.contains(&directive.directive_id);
        Ok(if being_worked_on {
            Arrival::Known
        } else {
            Arrival::Done
        })
    }

    /// Checks what the server takes for the last directive on this connection.
    pub(super) fn check_last(&self, said: u64) -> Result<(), Error> {
        if said == self.last_on_connection {
            return Ok(());
        }
        Err(Error::Protocol(format!(
            "a gap in the directives: {said} was sent, {} came last",
            self.last_on_connection
        )))
    }

    /// They are done.
    pub(super) fn acknowledge(&mut self, ids: &[u64]) {
        for id in ids {
            self.open.remove(id);
        }
    }

    pub(super) fn open(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directive(directive_id: u64, previous_directive_id: u64) -> Directive {
        Directive {
            directive_id,
            previous_directive_id,
            ..Directive::default()
        }
    }

    #[test]
    fn a_directive_is_new_once() {
        let mut directives = Directives::default();
        assert_eq!(
            directives.arrive(&directive(5, 0)).expect("no gap"),
            Arrival::New
        );
        assert_eq!(
            directives.arrive(&directive(9, 5)).expect("no gap"),
            Arrival::New
        );
        directives.acknowledge(&[5]);
        directives.begin();
        assert_eq!(
            directives.arrive(&directive(5, 0)).expect("no gap"),
            Arrival::Done
        );
        assert_eq!(
            directives.arrive(&directive(9, 5)).expect("no gap"),
            Arrival::Known
        );
        assert_eq!(
            directives.arrive(&directive(11, 9)).expect("no gap"),
            Arrival::New
        );
    }

    #[test]
    fn a_gap_is_found() {
        let mut directives = Directives::default();
        directives.arrive(&directive(5, 0)).expect("no gap");
        assert!(directives.arrive(&directive(9, 7)).is_err());
        assert!(directives.check_last(9).is_err());
    }
}

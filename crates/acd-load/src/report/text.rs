//! The report as text.

use std::fmt::{Display, Formatter, Result};

use super::{Quantiles, Report};

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (load, contacts, wire) = (&self.load, &self.contacts, &self.wire);
        writeln!(
            f,
            "{} agents on {} connections, {} queues, {} skills, {} adapters; {} contacts/s for {:.0} s measured, seed {}",
            load.agents,
            load.connections,
            load.queues,
            load.skills,
            load.adapters,
            load.rate,
            self.measured_s,
            load.seed
        )?;
        writeln!(f)?;
        writeln!(
            f,
            "contacts   {} arrived ({:.1}/s), {} completed ({:.1}/s), {} refused, {} abandoned, {} sent away",
            contacts.arrived,
            contacts.arrived_per_s,
            contacts.completed,
            contacts.completed_per_s,
            contacts.refused,
            contacts.abandoned,
            contacts.turned_away
        )?;
        writeln!(
            f,
            "offers     {} at once, {} after a wait; {} contacts open at the last arrival",
            contacts.offered_at_once, contacts.offered_after_wait, contacts.open_at_last_arrival
        )?;
        writeln!(f)?;
        writeln!(
            f,
            "{:32}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
            "ms from the intended instant", "p50", "p90", "p99", "p99.9", "longest", "count"
        )?;
        row(f, "offer, an agent was free", &self.offer_ms)?;
        row(f, "arrival durable", &self.acknowledgement_ms)?;
        row(f, "accept answered (from its send)", &self.accept_ms)?;
        row(f, "wait for an agent", &self.wait_ms)?;
        row(f, "generator late by", &self.generator.lag_ms)?;
        writeln!(f)?;
        writeln!(
            f,
            "messages   {:.2} a contact: {:.2} up, {:.2} down; {:.0} bytes",
            wire.messages_per_contact,
            wire.up_per_contact,
            wire.down_per_contact,
            wire.bytes_per_contact
        )?;
        for kind in &wire.kinds {
            let per_contact = kind
                .per_contact
                .map_or_else(|| "-".to_owned(), |count| format!("{count:.2}"));
            let way = if kind.is_up { "up" } else { "down" };
            let bytes = kind.bytes as f64 / kind.messages as f64;
            let name = &kind.name;
            writeln!(
                f,
                "  {way:5}{name:28}{per_contact:>8}{bytes:>8.0} bytes each"
            )?;
        }
        writeln!(f)?;
        let generator = &self.generator;
        match generator.processors_used {
            Some(used) => writeln!(
                f,
                "generator  used {used:.2} of {} processors",
                generator.processors
            )?,
            None => writeln!(f, "generator  had {} processors", generator.processors)?,
        }
        if let Some(server) = &self.server {
            writeln!(
                f,
                "server     used {:.2} processors, {:.0} us a contact; {:.1} KiB an agent above {:.0} MiB",
                server.processors_used,
                server.us_per_contact,
                server.kib_per_agent,
                server.memory_before_mib
            )?;
        }
        for (what, count) in &self.refusals {
            writeln!(f, "refused    {what}: {count}")?;
        }
        if self.errors > 0 {
            writeln!(f, "errors     {}", self.errors)?;
        }
        for example in &self.error_examples {
            writeln!(f, "  {example}")?;
        }
        for note in &self.notes {
            writeln!(f, "\n{note}")?;
        }
        Ok(())
    }
}

fn row(f: &mut Formatter<'_>, name: &str, of: &Quantiles) -> Result {
    if of.count == 0 {
        return writeln!(f, "{name:32}{:>9}", "none");
    }
    let Quantiles {
        count,
        p50,
        p90,
        p99,
        p999,
        max,
        ..
    } = of;
    writeln!(
        f,
        "{name:32}{p50:>9.2}{p90:>9.2}{p99:>9.2}{p999:>9.2}{max:>9.2}{count:>9}"
    )
}

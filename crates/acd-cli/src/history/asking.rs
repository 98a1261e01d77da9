//! `acd history find` and `acd history show`: what happened, asked of a running server.

use acd_client::Historian;
use acd_client::v1::{Attribute, ContactFilter, PastContact, VisitOutcome};
use acd_core::explain::length;
use acd_proto::JsonForm;
use anyhow::Context as _;

use crate::connection::{ConnectionArgs, Usage};
use crate::journal::civil::{Given, ZoneArgs};
use crate::output::{self, Lines};

/// The most contacts of one page.
const PAGE_MAX: u32 = 1_000;

/// Find contacts that ended long ago
///
/// It asks a server that keeps a history. All that is said must hold; an option that is given several times
/// means any of its values. Customers' keys, numbers and attributes are masked as the tenant's configuration says.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd history find --from -24h --queue sales --outcome abandoned_customer
  acd history find --offered-to anna --from 2026-11-02T08:00 --to 2026-11-02T12:00 --zone Europe/Berlin
  acd history find --attribute order=4711 --json
  acd history find --notes \"blue bicycle\" --most 10")]
pub(crate) struct FindArgs {
    /// Arrived at this instant or later: 2026-12-01T09:30, or so long ago: -24h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<Given>,
    /// Arrived before this instant
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<Given>,
    #[command(flatten)]
    zone: ZoneArgs,
    /// Was in this queue
    #[arg(long, value_name = "NAME")]
    queue: Vec<String>,
    /// Was handled by this agent
    #[arg(long, value_name = "NAME")]
    agent: Vec<String>,
    /// Was offered to this agent, whether they took it or missed it
    #[arg(long, value_name = "NAME")]
    offered_to: Vec<String>,
    /// Its last visit ended so: answered, abandoned_customer, timed_out, overflowed, callback, ...
    #[arg(long, value_name = "OUTCOME", value_parser = outcome)]
    outcome: Vec<VisitOutcome>,
    /// Its last disposition has this code
    #[arg(long, value_name = "CODE")]
    disposition: Vec<String>,
    /// Is of this customer: the whole key
    #[arg(
        long,
        value_name = "KEY",
        default_value = "",
        hide_default_value = true
    )]
    customer: String,
    /// Has this attribute
    #[arg(long, value_name = "KEY=VALUE", value_parser = attribute)]
    attribute: Vec<Attribute>,
    /// The notes of its last disposition hold this text
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    notes: String,
    /// Is of this channel
    #[arg(long, value_name = "CHANNEL")]
    channel: Vec<String>,
    /// The first that arrived first, instead of the last
    #[arg(long)]
    oldest_first: bool,
    /// No more than so many
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    most: usize,
    /// A line of JSON for each contact, with all that is known of it
    #[arg(long)]
    json: bool,
}

/// Tell one contact's whole life
///
/// Every offer is told with the decision behind it, those that were missed too: who was eligible, who won, by what.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd history show call-000123
  acd history show --sequence 48213")]
pub(crate) struct ShowArgs {
    /// The contact, by the id its adapter gave it: the last one that had it
    #[arg(
        required_unless_present = "sequence",
        default_value = "",
        hide_default_value = true
    )]
    contact: String,
    /// The contact, by its number
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        hide_default_value = true
    )]
    #[arg(conflicts_with = "contact")]
    sequence: u64,
}

pub(crate) fn find(connection: &ConnectionArgs, args: &FindArgs) -> anyhow::Result<()> {
    let filter = args.filter()?;
    let form = JsonForm::of("acd.v1.PastContact", true);
    let form = form.filter(|_| args.json);
    crate::runtime()?.block_on(async {
        let historian = historian(connection).await?;
        let (mut out, mut left, mut token) = (Lines::new(), args.most, String::new());
        while left > 0 {
            let size = u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_MAX);
            let page = historian.find_contacts(filter.clone(), args.oldest_first, size, &token);
            let page = page.await?;
            for contact in &page.contacts {
                let line = match &form {
                    Some(form) => form.write(contact)?.to_string(),
                    None => told(&args.zone, contact),
                };
                if out.line(&line)?.is_break() {
                    return Ok(());
                }
            }
            left = left.saturating_sub(page.contacts.len());
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        out.finish()
    })
}

pub(crate) fn show(connection: &ConnectionArgs, args: &ShowArgs) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let historian = historian(connection).await?;
        let told = historian.get_contact(&args.contact, args.sequence).await?;
        output::line(told.sentences.join("\n"))
    })
}

async fn historian(connection: &ConnectionArgs) -> anyhow::Result<Historian> {
    let endpoint = connection.endpoint(&Usage::QUESTION)?;
    let tenant = connection.tenant_of(&endpoint).await?;
    Ok(Historian::new(&endpoint, &tenant))
}

impl FindArgs {
    fn filter(&self) -> anyhow::Result<ContactFilter> {
        let instant = |given: &Option<Given>| match given {
            Some(given) => self.zone.instant(given),
            None => Ok(0),
        };
        Ok(ContactFilter {
            from_at_ms: instant(&self.from)?,
            to_at_ms: instant(&self.to)?,
            queues: self.queue.clone(),
            agents: self.agent.clone(),
            offered_to: self.offered_to.clone(),
            outcomes: self.outcome.iter().map(|it| (*it).into()).collect(),
            dispositions: self.disposition.clone(),
            customer_key: self.customer.clone(),
            attributes: self.attribute.clone(),
            notes: self.notes.clone(),
            channels: self.channel.clone(),
            contact_id: String::new(),
        })
    }
}

/// A contact in one line.
fn told(zone: &ZoneArgs, contact: &PastContact) -> String {
    let outcome = match contact.outcome() {
        VisitOutcome::Unspecified => "open".to_owned(),
        outcome => word(outcome),
    };
    let arrived = zone.shown(contact.arrived_at_ms);
    let (name, channel) = (&contact.contact_id, &contact.channel);
    let queue = match contact.last_queue.as_str() {
        "" => "-",
        queue => queue,
    };
    let (wait, talk) = (length(contact.wait_ms), length(contact.talk_ms));
    let mut line = format!("{arrived}  {name}  {channel}  {queue}  {outcome}  waited {wait}");
    if contact.handlings > 0 {
        line += &format!("  talked {talk}");
    }
    if let Some(disposition) = &contact.disposition {
        line += &format!("  {}", disposition.code);
    }
    line
}

/// An outcome as people write it.
fn word(outcome: VisitOutcome) -> String {
    let name = outcome.as_str_name().trim_start_matches("VISIT_OUTCOME_");
    name.to_lowercase()
}

fn outcome(text: &str) -> Result<VisitOutcome, String> {
    let outcomes = (1..).map_while(|number| VisitOutcome::try_from(number).ok());
    let known: Vec<(String, VisitOutcome)> = outcomes.map(|it| (word(it), it)).collect();
    let found = known.iter().find(|(word, _)| word == text);
    found.map(|(_, outcome)| *outcome).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(word, _)| word.as_str()).collect();
        format!(
            "there is no such outcome; write one of {}",
            words.join(", ")
        )
    })
}

fn attribute(text: &str) -> anyhow::Result<Attribute> {
    let (key, value) = text
        .split_once('=')
        .context("write it as KEY=VALUE, such as order=4711")?;
    Ok(Attribute {
        key: key.to_owned(),
        value: value.to_owned(),
        ..Default::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_and_attributes_are_read_as_people_write_them() {
        assert_eq!(outcome("answered"), Ok(VisitOutcome::Answered));
        assert_eq!(
            outcome("abandoned_customer"),
            Ok(VisitOutcome::AbandonedCustomer)
        );
        assert!(outcome("lost").unwrap_err().contains("timed_out"));
        let read = attribute("order=a=b").unwrap();
        assert_eq!((read.key.as_str(), read.value.as_str()), ("order", "a=b"));
        assert!(attribute("order").is_err());
    }
}

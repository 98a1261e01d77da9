//! `acd privacy`: tells customers what is known of them, and forgets them.

use std::time::Duration;

use acd_client::v1::{ActFilter, Personal};
use acd_client::{Historian, PrivacyOfficer};
use acd_proto::JsonForm;
use anyhow::{Context as _, bail};
use tokio::time::Instant;

use crate::connection::{ConnectionArgs, Usage};
use crate::output::{self, Lines};

/// Tell a customer what is known of them, or forget them for ever
///
/// It asks a server that keeps a history, and takes the rights of an administrator. That it was done, and
/// to which contacts, is recorded with the acts.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd privacy export +493022714711 --why 'request of 1 December' > known.jsonl
  acd privacy erase +493022714711 --why 'request of 1 December' --yes")]
pub(crate) struct Args {
    /// Why, for who reads the acts
    #[arg(long, global = true, value_name = "TEXT", default_value = "")]
    why: String,
    #[command(subcommand)]
    command: Command,
}

/// What is done.
#[derive(clap::Subcommand)]
enum Command {
    /// Write all that is known of a customer: a line of JSON for each contact, nothing masked
    Export {
        /// The customer, by the key that adapters give
        customer: String,
    },
    /// Erase the personal data of a customer, in the journal, its snapshots, back-ups made before and the history
    Erase {
        /// The customer, by the key that adapters give
        customer: String,
        /// Do it: what is erased cannot be brought back
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    match &args.command {
        Command::Export { customer } => export(connection, customer, &args.why),
        Command::Erase { yes: false, .. } => {
            bail!("what is erased cannot be brought back: export it if need be, and say --yes")
        }
        Command::Erase { customer, .. } => erase(connection, customer, &args.why),
    }
}

/// For how long the rows of the history are waited for, and how often it is looked.
const ROWS_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(200);

fn export(connection: &ConnectionArgs, customer: &str, why: &str) -> anyhow::Result<()> {
    let form = JsonForm::of("acd.v1.GetContactResponse", true);
    let form = form.context("this acd was built without the definitions of its messages")?;
    crate::runtime()?.block_on(async {
        let officer = officer(connection).await?;
        let (mut out, mut token) = (Lines::new(), String::new());
        loop {
            let page = officer.export_customer(Personal::from(customer), why, &token);
            let page = page.await?;
            for contact in &page.contacts {
                if out.line(&form.write(contact)?.to_string())?.is_break() {
                    return Ok(());
                }
            }
            token = page.next_page_token;
            if token.is_empty() {
                return out.finish();
            }
        }
    })
}

fn erase(connection: &ConnectionArgs, customer: &str, why: &str) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let tenant = connection.tenant_of(&endpoint).await?;
        let officer = PrivacyOfficer::new(&endpoint, &tenant);
        let done = officer.erase_customer(Personal::from(customer), why);
        let done = done.await?;
        let told = match done.contacts {
            0 => return output::line("nothing is known of this customer"),
            1 => "erased the personal data of 1 contact".to_owned(),
            count => format!("erased the personal data of {count} contacts"),
        };
        let sequence = done.sequence;
        let position = rows_after(&Historian::new(&endpoint, &tenant), sequence).await?;
        match position >= sequence {
            true => output::line(told),
            false => output::line(format!(
                "{told}; the rows of the history are at event {position} and lose it with event {sequence}"
            )),
        }
    })
}

/// Waits for a time until the rows of the history are at this event; tells at which one they are.
async fn rows_after(historian: &Historian, sequence: u64) -> anyhow::Result<u64> {
    let until = Instant::now() + ROWS_WITHIN;
    loop {
        // Of what an administrator may ask this costs least. To erase again would be another act while the rows are behind.
        let asked = historian.find_acts(ActFilter::default(), 1, "").await?;
        let position = asked.position.unwrap_or_default().sequence;
        if position >= sequence || Instant::now() >= until {
            return Ok(position);
        }
        tokio::time::sleep_until(Instant::now() + LOOK_EVERY).await;
    }
}

async fn officer(connection: &ConnectionArgs) -> anyhow::Result<PrivacyOfficer> {
    let endpoint = connection.endpoint(&Usage::QUESTION)?;
    let tenant = connection.tenant_of(&endpoint).await?;
    Ok(PrivacyOfficer::new(&endpoint, &tenant))
}

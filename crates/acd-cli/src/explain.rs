//! `acd explain`: what happened to a contact, or why an agent gets none.

use acd_client::Supervisor;

use crate::connection::{ConnectionArgs, Usage};
use crate::output;

/// Explain what happened to a contact and why it waits, or why an agent gets no contact
///
/// Every offer is told with the decision behind it: who was eligible, who won, by what. For a contact that waits there
/// is one concrete reason for every agent, counted by reason.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd explain call-000123
  acd explain call-000123 --tenant bank
  acd explain --agent anna")]
pub(crate) struct Args {
    /// The contact, by the id its adapter gave it
    #[arg(required_unless_present = "agent", conflicts_with = "agent")]
    contact: Option<String>,
    /// Explain an agent instead
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
}

pub(crate) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let supervisor = Supervisor::new(&endpoint, &connection.tenant_of(&endpoint).await?);
        let sentences = match (&args.contact, &args.agent) {
            (Some(contact), _) => supervisor.explain_contact(contact).await?.sentences,
            (None, Some(agent)) => supervisor.explain_agent(agent).await?.sentences,
            (None, None) => unreachable!("clap asks for one of them"),
        };
        output::line(sentences.join("\n"))
    })
}

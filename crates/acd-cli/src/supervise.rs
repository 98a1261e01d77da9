//! `acd supervise`: a supervisor steps in.

use acd_client::Supervisor;
use acd_client::supervisor::Update;
use acd_client::v1::{
    ContactChanged, MaskedItem, MonitorMode, Personal, Presence, RecordingState, ViewFilter,
};

use crate::connection::{ConnectionArgs, Usage};
use crate::interrupt::Interrupts;
use crate::output;

/// Step in: move contacts, force agents, close queues, listen in
///
/// Each act is recorded with who did it, and why. `acd supervise acts` shows the last ones, and more as they happen.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  acd supervise move call-000123 vip --why 'a regular customer'
  acd supervise put-off call-000123 2026-12-01T09:00:00Z
  acd supervise assign call-000123 anna
  acd supervise not-ready anna meeting
  acd supervise emergency on --queue hotline")]
pub(crate) struct Args {
    /// Why, for who reads the acts
    #[arg(long, global = true, value_name = "TEXT", default_value = "")]
    why: String,
    #[command(subcommand)]
    command: Command,
}

/// What a supervisor does.
#[derive(clap::Subcommand)]
enum Command {
    /// Move a waiting contact to another queue; it keeps its age
    Move {
        /// The contact, by the id its adapter gave it
        contact: String,
        /// The queue
        queue: String,
    },
    /// Put a contact off: it leaves its queue, and joins it again at a date
    PutOff {
        /// The contact, waiting, ringing or parked; or scheduled, for another date
        contact: String,
        /// The date, as in 2026-12-01T09:00:00Z or 2026-12-01T09:00+01:00[Europe/Berlin]
        at: jiff::Timestamp,
    },
    /// Give a waiting contact another priority
    Priority {
        /// The contact
        contact: String,
        /// Higher goes first
        #[arg(allow_negative_numbers = true)]
        priority: i32,
    },
    /// Offer a waiting contact to an agent now, past their capacity if need be
    Assign {
        /// The contact
        contact: String,
        /// The agent
        agent: String,
    },
    /// Take a waiting contact out of its queue and end it
    Withdraw {
        /// The contact
        contact: String,
    },
    /// End whatever holds a contact that is stuck, and the contact
    FreeContact {
        /// The contact
        contact: String,
    },
    /// Make an agent ready at once
    Ready {
        /// The agent
        agent: String,
    },
    /// Make an agent not ready at once; what they are connected with goes on
    NotReady {
        /// The agent
        agent: String,
        /// The reason code
        reason: String,
    },
    /// Log an agent out at once; what they are connected with goes on
    Logout {
        /// The agent
        agent: String,
    },
    /// Release every slot of an agent who is stuck
    FreeAgent {
        /// The agent
        agent: String,
    },
    /// Take an agent out of one queue
    Pause {
        /// The agent
        agent: String,
        /// The queue
        queue: String,
        /// The reason code
        reason: String,
    },
    /// Let an agent back into a queue
    Resume {
        /// The agent
        agent: String,
        /// The queue
        queue: String,
    },
    /// Close all queues, or one, in an emergency, or open them again
    Emergency {
        /// Whether there is one
        state: Switch,
        /// Only this queue
        #[arg(long, value_name = "NAME")]
        queue: Option<String>,
    },
    /// Take part in a conversation
    Monitor {
        /// The contact
        contact: String,
        /// How
        mode: Mode,
        /// Where you are reached: an extension, a SIP address
        address: String,
    },
    /// Record a conversation, pause or stop
    Record {
        /// The contact
        contact: String,
        /// How its recording is to be
        state: Recording,
    },
    /// Show a masked value of a contact, if the configuration lets supervisors reveal it
    Reveal {
        /// The contact
        contact: String,
        /// The key of an attribute; none: who the customer is
        attribute: Option<String>,
    },
    /// Show what supervisors did, and do, until Ctrl-C
    Acts {
        /// How many of the last ones to show first
        #[arg(long, value_name = "COUNT", default_value_t = 20)]
        last: u32,
    },
}

/// On or off.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Switch {
    /// Closed from now on
    On,
    /// Open again
    Off,
}

/// How a supervisor takes part.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Mode {
    /// Hear both
    Listen,
    /// Be heard by the agent alone
    Whisper,
    /// Be heard by both
    Barge,
}

/// How the recording of a conversation is to be.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Recording {
    /// Recorded
    On,
    /// Not now; it does not go on by itself
    Paused,
    /// Not recorded
    Off,
}

impl From<Recording> for RecordingState {
    fn from(recording: Recording) -> Self {
        match recording {
            Recording::On => Self::On,
            Recording::Paused => Self::Paused,
            Recording::Off => Self::Off,
        }
    }
}

impl From<Mode> for MonitorMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Listen => Self::Listen,
            Mode::Whisper => Self::Whisper,
            Mode::Barge => Self::Barge,
        }
    }
}

pub(crate) fn run(connection: &ConnectionArgs, args: &Args) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let supervisor = Supervisor::new(&endpoint, &connection.tenant_of(&endpoint).await?);
        let Args { why, command } = args;
        match command {
            Command::Acts { last } => show_acts(&supervisor, *last).await,
            Command::Reveal { contact, attribute } => {
                reveal(&supervisor, contact, attribute.as_deref(), why).await
            }
            _ => {
                let sequence = act(&supervisor, command, why).await?;
                output::line(format!("done at sequence {sequence}"))
            }
        }
    })
}

async fn act(
    supervisor: &Supervisor,
    command: &Command,
    why: &str,
) -> Result<u64, acd_client::Error> {
    let change = |contact: &str| ContactChanged {
        contact_id: contact.to_owned(),
        ..ContactChanged::default()
    };
    match command {
        Command::Move { contact, queue } => {
            let change = ContactChanged {
                queue: Some(queue.clone()),
                ..change(contact)
            };
            supervisor.adjust_contact(change, why).await
        }
        Command::PutOff { contact, at } => {
            let change = ContactChanged {
                not_before_at_ms: Some(at.as_millisecond()),
                ..change(contact)
            };
            supervisor.adjust_contact(change, why).await
        }
        Command::Priority { contact, priority } => {
            let change = ContactChanged {
                priority: Some(*priority),
                ..change(contact)
            };
            supervisor.adjust_contact(change, why).await
        }
        Command::Assign { contact, agent } => supervisor.assign_contact(contact, agent, why).await,
        Command::Withdraw { contact } => supervisor.withdraw_contact(contact, why).await,
        Command::FreeContact { contact } => supervisor.free_contact(contact, why).await,
        Command::Ready { agent } => {
            supervisor
                .force_presence(agent, Presence::Ready, "", why)
                .await
        }
        Command::NotReady { agent, reason } => {
            supervisor
                .force_presence(agent, Presence::NotReady, reason, why)
                .await
        }
        Command::Logout { agent } => supervisor.force_logout(agent, why).await,
        Command::FreeAgent { agent } => supervisor.free_agent(agent, why).await,
        Command::Pause {
            agent,
            queue,
            reason,
        } => supervisor.pause_agent(agent, queue, reason, why).await,
        Command::Resume { agent, queue } => supervisor.resume_agent(agent, queue, why).await,
        Command::Emergency { state, queue } => {
            let closed = matches!(state, Switch::On);
            supervisor
                .set_emergency(queue.as_deref().unwrap_or_default(), closed, why)
                .await
        }
        Command::Monitor {
            contact,
            mode,
            address,
        } => {
            let address = Personal::from(address.as_str());
            supervisor
                .monitor_contact(contact, (*mode).into(), address, why)
                .await
        }
        Command::Record { contact, state } => {
            supervisor
                .record_contact(contact, (*state).into(), why)
                .await
        }
        Command::Reveal { .. } | Command::Acts { .. } => unreachable!("it has more to tell"),
    }
}

/// The value is what was asked for, so it is printed.
async fn reveal(
    supervisor: &Supervisor,
    contact: &str,
    attribute: Option<&str>,
    why: &str,
) -> anyhow::Result<()> {
    let item = match attribute {
        Some(_) => MaskedItem::Attribute,
        None => MaskedItem::CustomerKey,
    };
    let attribute = attribute.unwrap_or_default();
    let revealed = supervisor
        .reveal_contact(contact, item, attribute, why)
        .await?;
    output::line(revealed.value.unwrap_or_default().value)
}

async fn show_acts(supervisor: &Supervisor, last: u32) -> anyhow::Result<()> {
    let mut interrupts = Interrupts::listen()?;
    let mut watch = supervisor.watch(ViewFilter {
        acts: true,
        ..ViewFilter::default()
    });
    let mut shown = 0;
    loop {
        let acts = tokio::select! {
            step = watch.next() => match step?.update {
                // A snapshot holds no acts, and those before it are not told.
                Update::Snapshot(_) if last > 0 => {
                    let listed = supervisor.list_acts(None, last, "").await?;
                    listed.acts.into_iter().rev().collect()
                }
                Update::Changes(changes) => changes.acts,
                Update::Snapshot(_) | Update::Heartbeat => continue,
            },
            () = interrupts.next() => return Ok(()),
        };
        for act in acts.iter().filter(|act| act.sequence > shown) {
            output::line(format!("{}  {}: {}", act.at_ms, act.author, act.sentence))?;
        }
        shown = acts.last().map_or(shown, |act| act.sequence.max(shown));
    }
}

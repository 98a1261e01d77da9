//! `acd supervise`: a supervisor steps in.

use acd_client::Supervisor;
use acd_client::supervisor::Update;
use acd_client::v1::{
    ContactChanged, MonitorMode, Personal, Presence, RecordingState, TenantChanges, ViewFilter,
};

use crate::connection::{ConnectionArgs, Usage};
use crate::interrupt::Interrupts;
use crate::output;

/// Step in: move contacts, force agents, close queues, listen in
///
/// Each act is recorded with who did it. `acd supervise acts` shows them as they happen.
#[derive(clap::Subcommand)]
#[command(after_help = "\
Examples:
  acd supervise move call-000123 vip
  acd supervise put-off call-000123 2026-12-01T09:00:00Z
  acd supervise assign call-000123 anna
  acd supervise not-ready anna meeting
  acd supervise emergency on --queue hotline")]
pub(crate) enum Command {
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
    /// Show what supervisors do, as it happens, until Ctrl-C
    Acts,
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

pub(crate) fn run(connection: &ConnectionArgs, command: &Command) -> anyhow::Result<()> {
    crate::runtime()?.block_on(async {
        let endpoint = connection.endpoint(&Usage::QUESTION)?;
        let supervisor = Supervisor::new(&endpoint, &connection.tenant_of(&endpoint).await?);
        if let Command::Acts = command {
            return show_acts(&supervisor).await;
        }
        let sequence = act(&supervisor, command).await?;
        output::line(format!("done at sequence {sequence}"))
    })
}

async fn act(supervisor: &Supervisor, command: &Command) -> Result<u64, acd_client::Error> {
    match command {
        Command::Move { contact, queue } => {
            let change = ContactChanged {
                contact_id: contact.clone(),
                queue: Some(queue.clone()),
                ..ContactChanged::default()
            };
            supervisor.adjust_contact(change).await
        }
        Command::PutOff { contact, at } => {
            let change = ContactChanged {
                contact_id: contact.clone(),
                not_before_at_ms: Some(at.as_millisecond()),
                ..ContactChanged::default()
            };
            supervisor.adjust_contact(change).await
        }
        Command::Priority { contact, priority } => {
            let change = ContactChanged {
                contact_id: contact.clone(),
                priority: Some(*priority),
                ..ContactChanged::default()
            };
            supervisor.adjust_contact(change).await
        }
        Command::Assign { contact, agent } => supervisor.assign_contact(contact, agent).await,
        Command::Withdraw { contact } => supervisor.withdraw_contact(contact).await,
        Command::FreeContact { contact } => supervisor.free_contact(contact).await,
        Command::Ready { agent } => supervisor.force_presence(agent, Presence::Ready, "").await,
        Command::NotReady { agent, reason } => {
            supervisor
                .force_presence(agent, Presence::NotReady, reason)
                .await
        }
        Command::Logout { agent } => supervisor.force_logout(agent).await,
        Command::FreeAgent { agent } => supervisor.free_agent(agent).await,
        Command::Pause {
            agent,
            queue,
            reason,
        } => supervisor.pause_agent(agent, queue, reason).await,
        Command::Resume { agent, queue } => supervisor.resume_agent(agent, queue).await,
        Command::Emergency { state, queue } => {
            let closed = matches!(state, Switch::On);
            supervisor
                .set_emergency(queue.as_deref().unwrap_or_default(), closed)
                .await
        }
        Command::Monitor {
            contact,
            mode,
            address,
        } => {
            supervisor
                .monitor_contact(contact, (*mode).into(), Personal::from(address.as_str()))
                .await
        }
        Command::Record { contact, state } => {
            supervisor.record_contact(contact, (*state).into()).await
        }
        Command::Acts => unreachable!("it is no act"),
    }
}

async fn show_acts(supervisor: &Supervisor) -> anyhow::Result<()> {
    let mut interrupts = Interrupts::listen()?;
    let mut watch = supervisor.watch(ViewFilter {
        acts: true,
        ..ViewFilter::default()
    });
    loop {
        tokio::select! {
            step = watch.next() => if let Update::Changes(changes) = step?.update {
                show(&changes)?;
            },
            () = interrupts.next() => return Ok(()),
        }
    }
}

fn show(changes: &TenantChanges) -> anyhow::Result<()> {
    for act in &changes.acts {
        output::line(format!("{}  {}: {}", act.at_ms, act.author, act.sentence))?;
    }
    Ok(())
}

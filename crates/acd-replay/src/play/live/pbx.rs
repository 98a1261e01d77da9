//! The simulated switch: it plays every caller of a script over one adapter session.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use acd_client::adapter::{AdapterHandle, Receipt, Receipts, Status};
use acd_client::v1::{
    ConnectDirective, ContactArrived, ContactConnected, ContactEnded, Directive, EndCause,
    ErrorReason, directive::Instruction, event::Event,
};
use acd_client::{AdapterSession, Error};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::played::{Played, Progress, Troubles, is_crossed};
use super::{Options, Pace};
use crate::script::{Script, ScriptedCall};

/// How often the progress is told.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// What a caller does at an instant. At one instant the earlier one goes first, as on the virtual clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    TalkEnds(usize),
    Arrives(usize),
    HangsUp(usize),
}

/// Where a call stands for its caller and the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    NotArrived,
    Waiting,
    /// Reported as connected for this offer since this instant; not durable yet.
    Connecting {
        offer_id: u64,
        since: Instant,
    },
    Talking,
    /// The caller has left, or the server has sent the call away.
    Over,
}

/// One call.
#[derive(Clone, Copy, Debug)]
struct Call {
    phase: Phase,
    /// Connected once and counted, whatever is reported again after a drop.
    answered: bool,
}

/// An event on its way, and what is to be learnt from its receipt.
#[derive(Clone, Copy, Debug)]
enum Sent {
    Arrival(usize),
    Connected { no: usize, offer_id: u64 },
    HungUp { no: usize, at: Instant },
    TalkEnded,
}

pub(super) struct Pbx<'a> {
    script: &'a Script,
    options: &'a Options,
    pace: Pace,
    handle: AdapterHandle,
    troubles: Troubles,
    calls: Vec<Call>,
    /// The calls by their contacts.
    by_contact: HashMap<String, usize>,
    due: BinaryHeap<Reverse<(Instant, Due)>>,
    /// Events without a receipt.
    unacknowledged: Receipts<Sent>,
    played: Played,
    arrived: usize,
    over: usize,
}

impl<'a> Pbx<'a> {
    pub(super) fn new(
        script: &'a Script,
        options: &'a Options,
        pace: Pace,
        handle: AdapterHandle,
        troubles: Troubles,
    ) -> Self {
        let contact = |call: &ScriptedCall| format!("{}{}", call.id, options.contact_suffix);
        let calls = script.calls.iter().enumerate();
        let arrival = |(no, call): (usize, &ScriptedCall)| {
            Reverse((pace.instant_of(call.arrives_at_ms), Due::Arrives(no)))
        };
        Self {
            by_contact: calls
                .clone()
                .map(|(no, call)| (contact(call), no))
                .collect(),
            due: calls.map(arrival).collect(),
            calls: vec![
                Call {
                    phase: Phase::NotArrived,
                    answered: false,
                };
                script.calls.len()
            ],
            script,
            options,
            pace,
            handle,
            troubles,
            unacknowledged: Receipts::default(),
            played: Played::default(),
            arrived: 0,
            over: 0,
        }
    }

    /// Plays until all is over. Gives what came of it, and the contacts that still wait.
    pub(super) async fn run(
        mut self,
        session: &mut AdapterSession,
        stop: &CancellationToken,
        staff_gone: &CancellationToken,
        progress: &watch::Sender<Progress>,
    ) -> Result<(Played, Vec<String>), Error> {
        let mut told = tokio::time::interval(PROGRESS_INTERVAL);
        let (mut drained_at, mut heard_at) = (None, Instant::now());
        while !self.is_finished(drained_at, staff_gone) {
            self.drop_stale();
            let due_at = self.due.peek().map(|Reverse((at, _))| *at);
            tokio::select! {
                biased;
                () = stop.cancelled(), if drained_at.is_none() => {
                    drained_at = Some(Instant::now() + self.options.drain);
                    self.due.retain(|Reverse((_, due))| !matches!(due, Due::Arrives(_)));
                }
                directive = session.next_directive() => self.directed(directive?).await?,
                (sent, receipt) = self.unacknowledged.next() => {
                    self.acknowledged(sent, receipt)?;
                }
                () = sleep_until(due_at.unwrap_or_else(Instant::now)), if due_at.is_some() => {
                    self.play_due().await?;
                }
                _ = told.tick() => {
                    self.check_server(&mut heard_at)?;
                    progress.send_replace(self.progress());
                }
            }
        }
        self.acknowledge_all().await?;
        // Only a play that was stopped leaves conversations.
        for no in 0..self.calls.len() {
            if self.calls[no].phase == Phase::Talking {
                self.end_talk(no).await?;
            }
        }
        self.acknowledge_all().await?;
        progress.send_replace(self.progress());
        let waiting = self.waiting();
        Ok((self.played, waiting))
    }

    async fn acknowledge_all(&mut self) -> Result<(), Error> {
        while !self.unacknowledged.is_empty() {
            let next = timeout(self.options.server_gone_max, self.unacknowledged.next());
            let (sent, receipt) = next.await.map_err(|_| self.gone())?;
            self.acknowledged(sent, receipt)?;
        }
        Ok(())
    }

    fn gone(&self) -> Error {
        let seconds = self.options.server_gone_max.as_secs();
        Error::Unreachable(format!("it has been gone for {seconds} s"))
    }

    /// Fails when the server has been gone for too long.
    fn check_server(&self, heard_at: &mut Instant) -> Result<(), Error> {
        if self.is_connected() {
            *heard_at = Instant::now();
        }
        if heard_at.elapsed() > self.options.server_gone_max {
            return Err(self.gone());
        }
        Ok(())
    }

    fn is_connected(&self) -> bool {
        matches!(*self.handle.status().borrow(), Status::Connected { .. })
    }

    /// Nothing is under way, and every call is over, or can only wait in vain, or has had its time to end.
    fn is_finished(&self, drained_at: Option<Instant>, staff_gone: &CancellationToken) -> bool {
        if drained_at.is_some_and(|at| Instant::now() >= at) {
            return true;
        }
        let open = self.arrived > self.over;
        self.unacknowledged.is_empty()
            && self.due.is_empty()
            && (!open || staff_gone.is_cancelled())
    }

    /// Drops what is due next and is no longer to be done; the play does not wait for the patience of who was answered.
    fn drop_stale(&mut self) {
        while let Some(Reverse((_, due))) = self.due.peek() {
            let phase = |no: &usize| self.calls[*no].phase;
            let is_stale = match due {
                Due::Arrives(_) => false,
                Due::HangsUp(no) => matches!(phase(no), Phase::Talking | Phase::Over),
                Due::TalkEnds(no) => phase(no) != Phase::Talking,
            };
            if !is_stale {
                return;
            }
            self.due.pop();
        }
    }

    /// The contacts that are still open; their waits so far count for the longest one.
    fn waiting(&mut self) -> Vec<String> {
        let is_open = |no: &usize| {
            let phase = self.calls[*no].phase;
            !matches!(phase, Phase::NotArrived | Phase::Over)
        };
        let open: Vec<usize> = (0..self.calls.len()).filter(is_open).collect();
        for no in &open {
            self.waited(*no, Instant::now());
        }
        open.into_iter().map(|no| self.contact(no)).collect()
    }

    fn progress(&self) -> Progress {
        Progress {
            now_ms: self.pace.now_ms(),
            arrived: self.arrived,
            over: self.over,
            calls: self.calls.len(),
            connected: self.is_connected(),
        }
    }

    fn contact(&self, no: usize) -> String {
        format!(
            "{}{}",
            self.script.calls[no].id, self.options.contact_suffix
        )
    }

    async fn play_due(&mut self) -> Result<(), Error> {
        let Some(Reverse((at, due))) = self.due.pop() else {
            return Ok(());
        };
        match due {
            Due::Arrives(no) => self.arrive(no, at).await,
            // Who is being connected does not hang up; should it fail, they are asked again.
            Due::HangsUp(no) if self.calls[no].phase == Phase::Waiting => {
                self.finish_call(no);
                let ended = self.ended(no);
                self.submit(Sent::HungUp { no, at }, ended).await
            }
            Due::TalkEnds(no) if self.calls[no].phase == Phase::Talking => self.end_talk(no).await,
            Due::HangsUp(_) | Due::TalkEnds(_) => Ok(()),
        }
    }

    async fn arrive(&mut self, no: usize, at: Instant) -> Result<(), Error> {
        let call = &self.script.calls[no];
        let head_start = self.pace.wall(call.head_start_ms);
        let arrival = ContactArrived {
            contact_id: self.contact(no),
            channel: "voice".to_owned(),
            queue: call.class.clone(),
            priority: call.priority,
            head_start_ms: i64::try_from(head_start.as_millis()).unwrap_or(i64::MAX),
            customer_key: call.customer.clone().map(Into::into),
            ..ContactArrived::default()
        };
        if let Some(patience_ms) = call.patience_ms {
            let hangs_up_at = at + self.pace.wall(patience_ms);
            self.due.push(Reverse((hangs_up_at, Due::HangsUp(no))));
        }
        self.calls[no].phase = Phase::Waiting;
        self.arrived += 1;
        self.submit(Sent::Arrival(no), arrival).await
    }

    async fn end_talk(&mut self, no: usize) -> Result<(), Error> {
        self.finish_call(no);
        let ended = self.ended(no);
        self.submit(Sent::TalkEnded, ended).await
    }

    fn ended(&self, no: usize) -> ContactEnded {
        ended(self.contact(no), EndCause::Customer)
    }

    fn finish_call(&mut self, no: usize) {
        self.calls[no].phase = Phase::Over;
        self.over += 1;
    }

    async fn submit(&mut self, sent: Sent, event: impl Into<Event>) -> Result<(), Error> {
        let submitted = self.handle.submit(event).await?;
        self.unacknowledged.push(sent, submitted);
        Ok(())
    }

    /// Does what the server says.
    async fn directed(&mut self, directive: Directive) -> Result<(), Error> {
        let no = self.by_contact.get(&directive.contact_id).copied();
        if let (Some(no), Some(instruction)) = (no, &directive.instruction) {
            self.instructed(no, instruction).await?;
        }
        self.handle.acknowledge(vec![directive.directive_id]).await
    }

    async fn instructed(&mut self, no: usize, instruction: &Instruction) -> Result<(), Error> {
        let phase = self.calls[no].phase;
        match instruction {
            Instruction::Connect(connect) if phase != Phase::Over => {
                self.connect(no, connect).await
            }
            Instruction::CancelConnect(cancel) => {
                if matches!(phase, Phase::Connecting { offer_id, .. } if offer_id == cancel.offer_id)
                {
                    self.wait_again(no);
                }
                Ok(())
            }
            Instruction::Route(_) | Instruction::Release(_) if phase != Phase::Over => {
                self.finish_call(no);
                if !self.calls[no].answered {
                    self.class(no).flow_out += 1;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn connect(&mut self, no: usize, connect: &ConnectDirective) -> Result<(), Error> {
        let (offer_id, since) = (connect.offer_id, Instant::now());
        self.calls[no].phase = Phase::Connecting { offer_id, since };
        let connected = ContactConnected {
            contact_id: self.contact(no),
            offer_id,
        };
        self.submit(Sent::Connected { no, offer_id }, connected)
            .await
    }

    /// The connection did not come about: the caller waits on, and hangs up now if their patience is over.
    fn wait_again(&mut self, no: usize) {
        self.calls[no].phase = Phase::Waiting;
        let call = &self.script.calls[no];
        if let Some(patience_ms) = call.patience_ms {
            let at = self.pace.instant_of(call.arrives_at_ms + patience_ms);
            self.due.push(Reverse((at, Due::HangsUp(no))));
        }
    }

    /// Learns what became of an event. An error here ends the play.
    fn acknowledged(&mut self, sent: Sent, receipt: Result<Receipt, Error>) -> Result<(), Error> {
        if let Err(error) = &receipt
            && !matches!(error, Error::Refused(_))
        {
            return Err(error.clone());
        }
        match sent {
            Sent::Arrival(no) => self.arrival_acknowledged(no, receipt),
            Sent::Connected { no, offer_id } => self.connected_acknowledged(no, offer_id, receipt),
            Sent::HungUp { no, at } => match receipt {
                Ok(_) => {
                    self.class(no).abandoned += 1;
                    self.waited(no, at);
                }
                Err(error) => self.troubles.error("caller hangs up", &error),
            },
            Sent::TalkEnded => {
                if let Err(error) = receipt {
                    self.troubles.error("talk ends", &error);
                }
            }
        }
        Ok(())
    }

    fn arrival_acknowledged(&mut self, no: usize, receipt: Result<Receipt, Error>) {
        let intended = self.pace.instant_of(self.script.calls[no].arrives_at_ms);
        match receipt {
            Ok(_) => {
                self.class(no).offered += 1;
                self.played.arrivals.observe(intended.elapsed());
                return;
            }
            Err(error) if error.reason() == Some(ErrorReason::QueueFull) => {
                self.class(no).refused += 1;
            }
            Err(error) => self.troubles.error("arrival", &error),
        }
        if self.calls[no].phase != Phase::Over {
            self.finish_call(no);
        }
    }

    fn connected_acknowledged(&mut self, no: usize, offer: u64, receipt: Result<Receipt, Error>) {
        let Phase::Connecting { offer_id, since } = self.calls[no].phase else {
            return;
        };
        if offer_id != offer {
            return;
        }
        if let Err(error) = receipt {
            self.troubles.refusal("connection", &error);
            if is_crossed(&error) {
                self.wait_again(no);
            }
            return;
        }
        if !std::mem::replace(&mut self.calls[no].answered, true) {
            self.class(no).answered += 1;
            self.waited(no, since);
        }
        self.calls[no].phase = Phase::Talking;
        let talk = self.pace.wall(self.script.calls[no].talk_ms);
        self.due.push(Reverse((since + talk, Due::TalkEnds(no))));
    }

    fn class(&mut self, no: usize) -> &mut super::Outcomes {
        self.played.class(&self.script.calls[no].class)
    }

    /// The wait of a call ended at this instant.
    fn waited(&mut self, no: usize, until: Instant) {
        let arrived = self.pace.instant_of(self.script.calls[no].arrives_at_ms);
        let wait_ms = self
            .pace
            .virtual_ms(until.saturating_duration_since(arrived));
        self.class(no).waited(wait_ms);
    }
}

/// Ends a contact that waits in vain.
pub(super) async fn end(handle: &AdapterHandle, contact: String) -> Result<(), Error> {
    handle
        .send(ended(contact, EndCause::System))
        .await
        .map(drop)
}

fn ended(contact_id: String, cause: EndCause) -> ContactEnded {
    ContactEnded {
        contact_id,
        cause: cause.into(),
    }
}

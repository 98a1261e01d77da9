//! A SIPp at an address: what it saw and counted, and the commands that move its calls.

use std::net::{SocketAddrV4, UdpSocket};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::messages::Messages;
use crate::process::{PATIENCE, Process, until};
use crate::site::Site;
use crate::{Error, Message, Statistics};

/// What a [`Phone`](crate::Phone) and a [`Caller`](crate::Caller) have in common. A command acts on the call that began
/// last and is not over, waiting for one if need be, and returns when its SIP messages have been answered.
#[derive(Debug)]
pub struct Line {
    /// Who it is, for errors.
    name: String,
    process: Mutex<Process>,
    address: SocketAddrV4,
    /// Where its files are, without their extensions.
    files: PathBuf,
    commander: UdpSocket,
    commands: AtomicU32,
    _site: Arc<Site>,
}

/// How a SIPp is started.
pub(crate) struct Start<'a> {
    pub(crate) name: String,
    pub(crate) number: u16,
    pub(crate) address: SocketAddrV4,
    pub(crate) scenario: &'a str,
    /// Whether every message is kept.
    pub(crate) traced: bool,
    /// What only one that calls is told.
    pub(crate) arguments: Vec<String>,
}

impl Line {
    pub(crate) fn start(site: &Arc<Site>, start: Start<'_>) -> Result<Self, Error> {
        let own = format!("phones/{}", start.number);
        let files = site.folder().join(&own);
        let file = |extension: &str| site.inside(format!("{own}.{extension}"));
        let scenario = files.with_extension("xml");
        std::fs::write(&scenario, start.scenario)
            .map_err(Error::io(format!("writing {}", scenario.display())))?;

        let (ip, port) = (start.address.ip().to_string(), start.address.port());
        let mut sipp = site.program("sipp");
        sipp.args(&start.arguments).arg("-sf").arg(file("xml"));
        sipp.args(["-i", &ip, "-p", &port.to_string(), "-bind_local"]);
        // Ports that belong to no other SIPp at this address.
        sipp.args(["-ci", &ip, "-cp", &(port + 1).to_string()]);
        sipp.args(["-mi", &ip, "-mp", &(port + 2).to_string()]);
        // `-aa` answers what an exchange may send at any time, such as NOTIFY.
        sipp.args(["-aa", "-nostdin", "-timer_resol", "1"]);
        sipp.args(["-trace_stat", "-fd", "1", "-stf"])
            .arg(file("csv"));
        sipp.args(["-trace_err", "-error_file"]).arg(file("errors"));
        if start.traced {
            sipp.args(["-trace_msg", "-message_file"])
                .arg(file("trace"));
        }
        let process = Process::start(&start.name, sipp, &files.with_extension("screen"))?;
        Ok(Self {
            name: start.name,
            process: Mutex::new(process),
            address: start.address,
            files,
            commander: site.network.commander()?,
            commands: AtomicU32::new(0),
            _site: Arc::clone(site),
        })
    }

    /// Waits until it can be called.
    pub(crate) async fn listening(&self) -> Result<(), Error> {
        let look = || {
            if let Some(status) = self.ended()? {
                return Err(self.ended_early(status));
            }
            Ok(listens(self.address)?.then_some(()))
        };
        until(&format!("{} to listen", self.name), PATIENCE, look, || {
            self.told()
        })
        .await
    }

    /// Waits until it has made its calls.
    pub(crate) async fn finished(&self, limit: Duration) -> Result<(), Error> {
        let look = || self.ended();
        let what = format!("{} to finish", self.name);
        let status = until(&what, limit, look, || self.told()).await?;
        match status.code() {
            // The second when a call did not go as its scenario says, which the statistics tell.
            Some(0 | 1) => Ok(()),
            _ => Err(self.ended_early(status)),
        }
    }

    /// What was sent and received until now.
    pub fn messages(&self) -> Messages {
        Messages::read(&self.file("trace"))
    }

    /// What was counted, up to a second ago.
    pub fn statistics(&self) -> Statistics {
        Statistics::read(&self.file("csv")).unwrap_or_default()
    }

    /// Waits until a message of that name (`INVITE`, `200`) was sent or received.
    pub async fn wait_for(&self, name: &str) -> Result<Messages, Error> {
        self.wait_until(name, |messages| messages.count(name) > 0)
            .await
    }

    /// Waits until these messages, and no others, were sent or received, such as
    /// `["INVITE", "180", "200", "ACK", "BYE", "200"]`; see [`Messages::names`].
    pub async fn wait_for_exactly(&self, names: &[&str]) -> Result<Messages, Error> {
        self.wait_until(&format!("exactly {names:?}"), |all| all.names() == names)
            .await
    }

    /// Waits until the messages of all calls are so, and returns them.
    pub async fn wait_until(
        &self,
        what: &str,
        so: impl Fn(&Messages) -> bool,
    ) -> Result<Messages, Error> {
        let trace = self.files.with_extension("trace");
        let mut looked_at = None;
        let look = || {
            // Looked at before the trace, so that its last word counts.
            let ended = self.ended()?;
            let length = std::fs::metadata(&trace).ok().map(|file| file.len());
            if ended.is_none() && looked_at == Some(length) {
                return Ok(None);
            }
            looked_at = Some(length);
            let messages = self.messages();
            match ended {
                _ if so(&messages) => Ok(Some(messages)),
                Some(status) => Err(self.ended_early(status)),
                None => Ok(None),
            }
        };
        until(&format!("{what} at {}", self.name), PATIENCE, look, || {
            self.told()
        })
        .await
    }

    /// Takes the call that rings.
    pub(crate) async fn answer(&self) -> Result<(), Error> {
        self.end_ringing("ANSWER").await
    }

    /// Refuses the call that rings.
    pub(crate) async fn reject(&self) -> Result<(), Error> {
        self.end_ringing("REJECT").await
    }

    /// Hangs up; a call that nobody has answered is given up.
    pub async fn hang_up(&self) -> Result<(), Error> {
        let call = self.live_call().await?;
        self.command(&call, "HANGUP", "", &is_over).await
    }

    /// Puts the other side on hold.
    pub async fn hold(&self) -> Result<(), Error> {
        self.reinvite("HOLD").await
    }

    /// Takes the other side back from hold.
    pub async fn resume(&self) -> Result<(), Error> {
        self.reinvite("RESUME").await
    }

    /// Presses a key.
    pub async fn press(&self, digit: char) -> Result<(), Error> {
        let call = self.live_call().await?;
        let before = responses(&call, "INFO").count();
        let digit = format!("X-Digit: {digit}\r\n");
        let done = |call: &Messages| responses(call, "INFO").count() > before;
        self.command(&call, "PRESS", &digit, &done).await
    }

    /// Sends the other side to another extension, and returns whether they arrived; if so, hangs up, as phones do.
    pub async fn transfer(&self, extension: &str) -> Result<bool, Error> {
        let call = self.live_call().await?;
        let before = call.iter().count();
        let arrived = |call: &Messages| arrived(&call.iter().skip(before).cloned().collect());
        let header = format!("X-Extension: {extension}\r\n");
        let done = |call: &Messages| arrived(call).is_some();
        self.command(&call, "TRANSFER", &header, &done).await?;
        let arrived = arrived(&self.messages().of_call(call_id(&call))) == Some(true);
        if arrived {
            self.command(&call, "HANGUP", "", &is_over).await?;
        }
        Ok(arrived)
    }

    async fn end_ringing(&self, command: &str) -> Result<(), Error> {
        let rings = |call: &Messages| call.count("180") > 0 && call.count("ACK") == 0;
        let call = self.last_call("a call that rings", rings).await?;
        let done = |call: &Messages| call.count("ACK") > 0;
        self.command(&call, command, "", &done).await
    }

    async fn reinvite(&self, command: &str) -> Result<(), Error> {
        let call = self.live_call().await?;
        let before = call.count("ACK");
        let done = |call: &Messages| call.count("ACK") > before;
        self.command(&call, command, "", &done).await
    }

    async fn live_call(&self) -> Result<Messages, Error> {
        self.last_call("a call", |_| true).await
    }

    /// Waits for a call that is so and not over, and returns the messages of the last one.
    async fn last_call(
        &self,
        what: &str,
        so: impl Fn(&Messages) -> bool,
    ) -> Result<Messages, Error> {
        let last = |all: &Messages| {
            let calls = all.calls().into_iter().rev().map(|call| all.of_call(call));
            calls.into_iter().find(|call| !is_over(call) && so(call))
        };
        let all = self.wait_until(what, |all| last(all).is_some()).await?;
        Ok(last(&all).unwrap_or_default())
    }

    /// Sends a command into a call, and waits for its effect.
    async fn command(
        &self,
        call: &Messages,
        method: &str,
        headers: &str,
        done: &(dyn Fn(&Messages) -> bool + Sync),
    ) -> Result<(), Error> {
        let call_id = call_id(call);
        // SIPp takes two that are alike for one sent again.
        let number = self.commands.fetch_add(1, Ordering::Relaxed) + 1;
        let address = self.address;
        let request = format!(
            "{method} sip:phone@{address} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {address};branch=z9hG4bK-command-{number}\r\n\
             From: <sip:test@{address}>;tag=test\r\n\
             To: <sip:phone@{address}>\r\n\
             Call-ID: {call_id}\r\n\
             CSeq: {number} {method}\r\n\
             {headers}Content-Length: 0\r\n\r\n"
        );
        self.commander
            .send_to(request.as_bytes(), address)
            .map_err(Error::io(format!("{method} to {}", self.name)))?;
        self.wait_until(&format!("the effect of {method}"), |all| {
            done(&all.of_call(call_id))
        })
        .await?;
        Ok(())
    }

    fn ended(&self) -> Result<Option<ExitStatus>, Error> {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        process.ended()
    }

    fn ended_early(&self, status: ExitStatus) -> Error {
        Error::Ended {
            program: self.name.clone(),
            status: status.to_string(),
            told: self.told(),
        }
    }

    /// What it saw and what it complained of.
    fn told(&self) -> String {
        format!("{}{}", self.messages(), self.file("errors"))
    }

    fn file(&self, extension: &str) -> String {
        // Not there before the first message; not text where somebody sends what is no SIP.
        let bytes = std::fs::read(self.files.with_extension(extension)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn call_id(call: &Messages) -> &str {
    call.iter().next().map(Message::call_id).unwrap_or_default()
}

/// The final responses to requests of that method, whichever way they went.
fn responses<'a>(call: &'a Messages, method: &str) -> impl Iterator<Item = &'a Message> {
    let of_method = move |message: &&Message| {
        let cseq = message.header("CSeq").unwrap_or_default();
        cseq.ends_with(method) && message.status() >= Some(200) && !message.repeated
    };
    call.iter().filter(of_method)
}

/// Whether the call was ended, refused or given up, and both sides know.
fn is_over(call: &Messages) -> bool {
    let refused = responses(call, "INVITE").any(|response| response.status() >= Some(300));
    responses(call, "BYE").count() > 0 || refused && call.count("ACK") > 0
}

/// Whether the other side arrived where it was sent, when the exchange has told: by the status in a `message/sipfrag`, or
/// by refusing the order.
fn arrived(call: &Messages) -> Option<bool> {
    if responses(call, "REFER").any(|response| response.status() >= Some(300)) {
        return Some(false);
    }
    let told = call.last("NOTIFY")?.body.split(' ').nth(1)?;
    let status: u16 = told.parse().ok()?;
    (status >= 200).then_some(status < 300)
}

/// Whether a process of this machine has the UDP address.
fn listens(address: SocketAddrV4) -> Result<bool, Error> {
    let table =
        std::fs::read_to_string("/proc/net/udp").map_err(Error::io("reading /proc/net/udp"))?;
    let ip = u32::from_le_bytes(address.ip().octets());
    let own = format!(" {ip:08X}:{:04X} ", address.port());
    Ok(table.contains(&own))
}

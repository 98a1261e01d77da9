//! Writes what SIPp plays: a text for each behaviour, made of the pieces in `scenarios/`.
//!
//! SIPp goes through a text from top to bottom and jumps to labels. A call that has been set up makes its steps, then it
//! waits (`talking`) for the other side's `BYE` or for a command of the test: a request in the same call, of a method that
//! SIP does not have, to which a label belongs.

use std::net::SocketAddrV4;
use std::time::Duration;

use crate::plan::fill;

/// What happens in a call by itself, one after the other, from the moment it is set up. At each, the other side may hang
/// up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Talks for so long.
    Talk(Duration),
    /// Talks for a time drawn anew for each call, all of the range being as likely.
    TalkBetween(Duration, Duration),
    /// Presses a key (`0`-`9`, `*`, `#`), sent as SIP INFO.
    Press(char),
    /// Puts the other side on hold.
    Hold,
    /// Takes them back from hold.
    Resume,
    /// Sends the other side to another extension (REFER), and hangs up as soon as the exchange has taken the order.
    Transfer(String),
    /// Hangs up.
    HangUp,
}

/// How a phone meets a call: how long it rings (none: until it is told what to do), and what comes then.
#[derive(Debug, Clone)]
pub(crate) struct Meets {
    pub(crate) ringing: Option<Duration>,
    pub(crate) then: Then,
}

#[derive(Debug, Clone)]
pub(crate) enum Then {
    Answers(Vec<Step>),
    /// With the status, such as `486 Busy Here`.
    Refuses(String),
}

/// What a call that goes out says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Invitation {
    pub(crate) extension: String,
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) headers: Vec<(String, String)>,
    /// When it is given up without an answer.
    pub(crate) patience: Option<Duration>,
}

/// How long after its order a phone hangs up: the exchange has to do it first.
const AFTER_REFER: Duration = Duration::from_millis(200);

/// The scenario of a phone that is called.
pub(crate) fn phone(exchange: SocketAddrV4, meets: &Meets) -> String {
    let mut text = include_str!("../scenarios/receive.xml").to_owned();
    let at_once = meets.ringing == Some(Duration::ZERO);
    let status = match &meets.then {
        Then::Answers(_) => "603 Decline",
        Then::Refuses(status) => status,
    };
    if !at_once || matches!(meets.then, Then::Answers(_)) {
        text += &respond("180 Ringing", &Body::None);
    }
    if !at_once {
        let timeout = timeout(meets.ringing, "answer");
        text += &fill(
            include_str!("../scenarios/ring.xml"),
            &[("timeout", timeout)],
        );
    }
    text += "  <label id=\"answer\"/>\n";
    if let Then::Answers(steps) = &meets.then {
        text += &respond("200 OK", &Body::Media("sendrecv"));
        text += include_str!("../scenarios/acknowledged.xml");
        text += &conversation(steps);
    }
    let refusals = [
        ("decline", respond(status, &Body::None)),
        ("terminated", respond("487 Request Terminated", &Body::None)),
    ];
    text += &fill(include_str!("../scenarios/refused.xml"), &refusals);
    scenario(exchange, &text)
}

/// The scenario of a call that goes out.
pub(crate) fn call(exchange: SocketAddrV4, invitation: &Invitation, steps: &[Step]) -> String {
    let headers = invitation.headers.iter();
    let values = [
        ("extension", invitation.extension.clone()),
        ("number", invitation.number.clone()),
        ("name", invitation.name.clone()),
        (
            "headers",
            headers
                .map(|(name, value)| format!("{name}: {value}\n"))
                .collect(),
        ),
        ("body", Body::Media("sendrecv").text()),
        ("timeout", timeout(invitation.patience, "cancel")),
    ];
    let invite = fill(include_str!("../scenarios/invite.xml"), &values);
    let cancel = fill(include_str!("../scenarios/cancel.xml"), &values);
    scenario(
        exchange,
        &(invite + &ack("") + &conversation(steps) + &cancel),
    )
}

/// From the answer to the end of the call.
fn conversation(steps: &[Step]) -> String {
    let scripted = steps
        .iter()
        .enumerate()
        .map(|(nth, step)| scripted(nth, step));
    let back = " next=\"talking\"";
    let commanded = [
        ("hold", reinvite("sendonly", back)),
        ("resume", reinvite("sendrecv", back)),
        ("press", press("[$digit]", back)),
        ("transfer", refer("[$extension]", back)),
        ("hang_up", bye()),
    ];
    scripted.collect::<String>() + &fill(include_str!("../scenarios/talking.xml"), &commanded)
}

fn scripted(nth: usize, step: &Step) -> String {
    match step {
        Step::Talk(time) => wait(*time, &format!("step-{nth}")),
        Step::TalkBetween(least, most) => fill(
            include_str!("../scenarios/wait_between.xml"),
            &[
                ("label", format!("step-{nth}")),
                ("least", least.as_millis().to_string()),
                ("most", most.as_millis().to_string()),
            ],
        ),
        Step::Press(digit) => press(&digit.to_string(), ""),
        Step::Hold => reinvite("sendonly", ""),
        Step::Resume => reinvite("sendrecv", ""),
        Step::Transfer(extension) => {
            let label = format!("step-{nth}");
            refer(extension, "") + &wait(AFTER_REFER, &label) + &bye()
        }
        Step::HangUp => bye(),
    }
}

fn wait(time: Duration, label: &str) -> String {
    let timeout = timeout(Some(time), label);
    let wait = fill(
        include_str!("../scenarios/wait.xml"),
        &[("timeout", timeout)],
    );
    format!("{wait}  <label id=\"{label}\"/>\n")
}

fn press(digit: &str, next: &str) -> String {
    request("INFO", &Body::Digit(digit), "200", next)
}

fn refer(extension: &str, next: &str) -> String {
    request("REFER", &Body::ReferTo(extension), "202", next)
}

fn reinvite(direction: &'static str, next: &str) -> String {
    request("INVITE", &Body::Media(direction), "200", "") + &ack(next)
}

fn bye() -> String {
    request("BYE", &Body::None, "200", " next=\"done\"")
}

fn request(method: &str, body: &Body<'_>, status: &str, next: &str) -> String {
    let values = [
        ("method", method),
        ("body", &body.text()),
        ("status", status),
        ("next", next),
    ];
    fill(include_str!("../scenarios/request.xml"), &values)
}

fn ack(next: &str) -> String {
    fill(include_str!("../scenarios/ack.xml"), &[("next", next)])
}

/// A response to the INVITE, repeated until it is acknowledged if it is a final one.
fn respond(status: &str, body: &Body<'_>) -> String {
    let provisional = status.starts_with('1');
    let repeat = if provisional { "" } else { " retrans=\"500\"" };
    let values = [
        ("repeat", repeat),
        ("status", status),
        ("body", &body.text()),
    ];
    fill(include_str!("../scenarios/respond.xml"), &values)
}

/// The rest of a message, from the headers that say what it holds.
enum Body<'a> {
    None,
    Media(&'static str),
    Digit(&'a str),
    ReferTo(&'a str),
}

impl Body<'_> {
    fn text(&self) -> String {
        match self {
            Self::None => "Content-Length: 0\n".to_owned(),
            Self::Media(direction) => fill(
                include_str!("../scenarios/media.txt"),
                &[("direction", *direction)],
            ),
            Self::Digit(digit) => format!(
                "Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal={digit}\nDuration=100"
            ),
            Self::ReferTo(extension) => {
                format!("Refer-To: <sip:{extension}@{{exchange}}>\nContent-Length: 0\n")
            }
        }
    }
}

/// Attributes of what is waited for: for how long, and where to go on without it.
fn timeout(limit: Option<Duration>, then: &str) -> String {
    limit
        .map(|limit| format!(" timeout=\"{}\" ontimeout=\"{then}\"", limit.as_millis()))
        .unwrap_or_default()
}

fn scenario(exchange: SocketAddrV4, text: &str) -> String {
    let exchange = exchange.to_string();
    let text = fill(text, &[("exchange", exchange)]);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=\"lab\">\n{text}{END}</scenario>\n"
    )
}

/// Where every call ends. What no piece needs has to be named once, or SIPp does not begin.
const END: &str = "  <label id=\"done\"/>\n  <timewait milliseconds=\"1\"/>\n";

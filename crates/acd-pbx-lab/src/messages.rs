//! The SIP messages that a phone sent and received, as SIPp traces them.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What a test sends to a phone to tell it what to do; no part of any call.
pub(crate) const COMMANDS: [&str; 7] = [
    "ANSWER", "REJECT", "HANGUP", "HOLD", "RESUME", "PRESS", "TRANSFER",
];

/// Which way a message went, seen from the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the phone to the exchange.
    Sent,
    /// From the exchange to the phone.
    Received,
}

/// One SIP message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When, by the machine's clock since 1970: good for differences between messages of all phones of this machine.
    pub at: Duration,
    /// Which way.
    pub direction: Direction,
    /// The method of a request (`INVITE`) or the status of a response (`486`).
    pub name: String,
    /// The first line as it was.
    pub first_line: String,
    /// The headers as they were, in order.
    pub headers: Vec<(String, String)>,
    /// What came after the headers.
    pub body: String,
    /// Whether the same message was there before: a retransmission.
    pub repeated: bool,
}

impl Message {
    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Which call it belongs to.
    pub fn call_id(&self) -> &str {
        self.header("Call-ID").unwrap_or_default()
    }

    /// Whether sound is sent, received or both, as the session description says: `sendrecv`, `sendonly`, `recvonly` or
    /// `inactive`; none without a description.
    pub fn media(&self) -> Option<&str> {
        let described = self.body.contains("m=audio");
        let ways = ["sendonly", "recvonly", "inactive"];
        let way = ways.into_iter().find(|way| {
            self.body
                .lines()
                .any(|line| line.strip_prefix("a=") == Some(way))
        });
        described.then_some(way.unwrap_or("sendrecv"))
    }

    /// The user of the address in `From`: the caller's number.
    pub fn from_user(&self) -> Option<&str> {
        let (_, address) = self.header("From")?.split_once("sip:")?;
        address.split(['@', '>', ';']).next()
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        self.name.parse().ok()
    }

    fn is_command(&self) -> bool {
        COMMANDS.contains(&self.name.as_str())
    }
}

/// Messages in the order in which they were seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Messages(Vec<Message>);

impl Messages {
    /// Their names as a test compares them, such as `["INVITE", "180", "200", "ACK", "BYE", "200"]`: without `100`,
    /// which means nothing to a phone, and without retransmissions.
    pub fn names(&self) -> Vec<&str> {
        let telling = self.0.iter().filter(|message| !message.repeated);
        telling
            .map(|message| message.name.as_str())
            .filter(|name| *name != "100")
            .collect()
    }

    /// Those of one call.
    pub fn of_call(&self, call_id: &str) -> Self {
        self.iter()
            .filter(|message| message.call_id() == call_id)
            .cloned()
            .collect()
    }

    /// Those that went this way.
    pub fn that_were(&self, direction: Direction) -> Self {
        self.iter()
            .filter(|message| message.direction == direction)
            .cloned()
            .collect()
    }

    /// The calls they belong to, in the order of their beginning.
    pub fn calls(&self) -> Vec<&str> {
        let mut known = std::collections::HashSet::new();
        self.iter()
            .map(Message::call_id)
            .filter(|id| known.insert(*id))
            .collect()
    }

    /// How many of that name there are, without retransmissions.
    pub fn count(&self, name: &str) -> usize {
        self.named(name).count()
    }

    /// The first of that name.
    pub fn first(&self, name: &str) -> Option<&Message> {
        self.named(name).next()
    }

    /// The last of that name.
    pub fn last(&self, name: &str) -> Option<&Message> {
        self.named(name).last()
    }

    /// How many are retransmissions.
    pub fn repeated(&self) -> usize {
        self.iter().filter(|message| message.repeated).count()
    }

    /// All of them, retransmissions too.
    pub fn iter(&self) -> std::slice::Iter<'_, Message> {
        self.0.iter()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Message> {
        self.iter()
            .filter(move |message| message.name == name && !message.repeated)
    }

    /// Reads what SIPp wrote; a message that is not complete yet is left out.
    pub(crate) fn read(trace: &str) -> Self {
        let mut seen = std::collections::HashSet::new();
        let messages = blocks(trace).filter_map(|block| {
            let mut message = message(block)?;
            let of_call = (
                message.call_id(),
                message.header("CSeq"),
                message.header("Via"),
            );
            let same = format!("{:?} {} {of_call:?}", message.direction, message.first_line);
            message.repeated = !seen.insert(same);
            (!message.is_command()).then_some(message)
        });
        Self(messages.collect())
    }
}

impl FromIterator<Message> for Messages {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Self {
        Self(messages.into_iter().collect())
    }
}

impl<'a> IntoIterator for &'a Messages {
    type Item = &'a Message;
    type IntoIter = std::slice::Iter<'a, Message>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A line per message: time, direction, first line; for reports of what went wrong.
impl std::fmt::Display for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for message in self {
            let arrow = match message.direction {
                Direction::Sent => "->",
                Direction::Received => "<-",
            };
            let again = if message.repeated { " (again)" } else { "" };
            writeln!(
                f,
                "{:.3} {arrow} {}{again} {}",
                message.at.as_secs_f64(),
                message.first_line,
                message.call_id()
            )?;
        }
        Ok(())
    }
}

/// What stands before each message.
const RULE: &str = "----------------------------------------------- ";

fn blocks(trace: &str) -> impl Iterator<Item = &str> {
    trace.split(RULE).skip(1)
}

/// Reads the time, the direction and the message itself.
fn message(block: &str) -> Option<Message> {
    let (time, rest) = block.split_once('\n')?;
    let (what, rest) = rest.split_once('\n')?;
    let direction = match what {
        _ if what.contains("received") => Direction::Received,
        _ if what.contains("sent") || what.contains("etrans") => Direction::Sent,
        _ => return None,
    };
    let length = what
        .split(['[', '(', ']', ' '])
        .find_map(|word| word.parse().ok())?;
    let text = rest.trim_start_matches(['\n', '\r']).get(..length)?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let first_line = lines.next()?.to_owned();
    let mut words = first_line.split(' ');
    let name = match words.next()? {
        "SIP/2.0" => words.next()?,
        method => method,
    };
    let headers = lines.filter_map(|line| line.split_once(':'));
    Some(Message {
        at: instant(time)?,
        direction,
        name: name.to_owned(),
        headers: headers
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect(),
        body: body.to_owned(),
        repeated: false,
        first_line,
    })
}

/// `2026-11-29T07:02:50.420142Z`, or with blanks between date and time and more behind.
fn instant(time: &str) -> Option<Duration> {
    let mut words = time.split([' ', '\t', 'T']);
    let (date, time) = (
        words.next()?,
        words.next()?.trim_end().trim_end_matches('Z'),
    );
    let time: DateTime = format!("{date}T{time}").parse().ok()?;
    let since = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Duration::try_from(since.as_duration()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "\
----------------------------------------------- 2026-11-29T07:02:50.420142Z
UDP message sent [83] bytes:

INVITE sip:sales@127.2.0.1:5060 SIP/2.0\r\nCall-ID: 1-7@x\r\nCSeq: 1 INVITE\r\n\r\nm=audio 1

----------------------------------------------- 2026-11-29T07:02:50.920142Z
UDP message sent [83] bytes:

INVITE sip:sales@127.2.0.1:5060 SIP/2.0\r\nCall-ID: 1-7@x\r\nCSeq: 1 INVITE\r\n\r\nm=audio 1

----------------------------------------------- 2026-11-29T07:02:51.000000Z
UDP message received [59] bytes:

SIP/2.0 486 Busy Here\r\nCALL-ID: 1-7@x\r\nCSeq: 1 INVITE\r\n\r\n

----------------------------------------------- 2026-11-29T07:02:51.500000Z
UDP message received [900] bytes:

BYE sip:caller";

    #[test]
    fn a_trace_is_read_and_what_is_not_complete_left_out() {
        let messages = Messages::read(TRACE);
        assert_eq!(messages.names(), ["INVITE", "486"]);
        assert_eq!(messages.repeated(), 1);
        assert_eq!(messages.calls(), ["1-7@x"]);
        let invite = messages.first("INVITE").expect("the call");
        assert_eq!(invite.direction, Direction::Sent);
        assert_eq!(invite.media(), Some("sendrecv"));
        let busy = messages.last("486").expect("the answer");
        assert_eq!((busy.at - invite.at).as_micros(), 579_858);
        assert_eq!(busy.media(), None);
    }

    #[test]
    fn older_traces_tell_the_time_in_another_form() {
        let (new, old) = (
            "2026-11-29T07:02:50.420142Z",
            "2026-11-29\t07:02:50.420142\t1795935770.4",
        );
        assert_eq!(instant(new), instant(old));
        assert!(instant(new).is_some());
    }
}

//! How sessions are written: a line for each thing that comes in, and below it, indented, what comes out.

use acd_client::v1::{self, directive::Instruction, event::Event as Told};

use super::super::{Output, ServerNo};
use crate::ari::Request;
use crate::ari::request::Method;
use crate::options::Options;

/// The servers of every session, in their order.
pub(super) const SERVERS: [&str; 2] = ["pbx", "sub"];

/// The options of every session.
pub(super) fn options() -> Options {
    let server = |name: &str, more: &str| {
        format!(
            "[servers.{name}]\nurl = \"http://localhost\"\nuser = \"u\"\npassword = \"p\"\n{more}"
        )
    };
    let text = format!(
        "[engine]\nurl = \"http://localhost\"\ntenant = \"t\"\n\
         [keys]\nexits = \"12\"\ncallback = \"9\"\n[agents]\nline_for_teams = [\"open\"]\n{}{}",
        server(
            "pbx",
            "outside_endpoint = \"PJSIP/{}@trunk\"\ntrunks = { sub = \"PJSIP/{}@sub\" }\n"
        ),
        server("sub", "")
    );
    Options::parse(&text).expect("they can be read")
}

/// An output as a line; a request as it goes over the wire, but not escaped.
pub(super) fn shown(output: &Output) -> String {
    match output {
        Output::Request {
            server, request, ..
        } => format!("{} < {}", SERVERS[*server], asked(request)),
        Output::Event { event, .. } => format!("engine < {}", told(event)),
        Output::Acknowledge(directive) => format!("engine < done {directive}"),
    }
}

/// A request as it goes over the wire, but not escaped.
pub(super) fn asked(request: &Request) -> String {
    let wire = request.wire("acd");
    let method = match wire.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
    };
    let path = percent_encoding::percent_decode_str(&wire.path).decode_utf8_lossy();
    let body = wire.body.map(|body| format!(" {body}")).unwrap_or_default();
    format!("{method} {path}{body}")
}

fn told(event: &Told) -> String {
    match event {
        Told::ContactArrived(it) => {
            let customer = it
                .customer_key
                .as_ref()
                .map_or("", |key| key.value.as_str());
            let facts = it.attributes.iter();
            let facts: String = facts
                .map(|fact| format!(" {}={}", fact.key, fact.value))
                .collect();
            format!(
                "ContactArrived {} queue={} customer={customer}{facts}",
                it.contact_id, it.queue
            )
        }
        Told::ContactEnded(it) => {
            format!(
                "ContactEnded {} {}",
                it.contact_id,
                it.cause().as_str_name()
            )
        }
        Told::ContactConnected(it) => {
            format!("ContactConnected {} {}", it.contact_id, it.offer_id)
        }
        Told::ConnectFailed(it) => format!(
            "ConnectFailed {} {} {}",
            it.contact_id,
            it.offer_id,
            it.cause().as_str_name()
        ),
        Told::PhoneAnswered(it) => format!("PhoneAnswered {} {}", it.contact_id, it.offer_id),
        Told::AgentLeft(it) => format!("AgentLeft {} {}", it.contact_id, it.offer_id),
        Told::RecordingChanged(it) => {
            let state = it.state().as_str_name();
            format!("RecordingChanged {} {state}", it.contact_id)
        }
        Told::ReferenceAdded(it) => {
            let reference = it.reference.clone().unwrap_or_default();
            let location = reference.location.unwrap_or_default().value;
            format!(
                "ReferenceAdded {} {} {location}",
                it.contact_id, reference.kind
            )
        }
        Told::CallbackRequested(it) => {
            let number = it
                .number
                .as_ref()
                .map_or("", |number| number.value.as_str());
            format!("CallbackRequested {} {number}", it.contact_id)
        }
        other => format!("{other:?}")
            .split_once('(')
            .map_or_else(String::new, |(_, it)| it.trim_end_matches(')').to_owned()),
    }
}

/// The server and the rest of `pbx > ...`.
pub(super) fn from_server(line: &str) -> Option<(ServerNo, &str)> {
    let (who, rest) = line.split_once(" > ")?;
    let server = SERVERS.iter().position(|server| *server == who)?;
    Some((server, rest))
}

/// A directive, `7 pbx-1 ring 3 anna 20s`: its id, the contact with that of which it is a consultation after a `<`, and
/// what is to be done.
pub(super) fn directive(line: &str) -> v1::Directive {
    let words: Vec<&str> = line.split(' ').collect();
    let [id, contact, what, ref rest @ ..] = words[..] else {
        panic!("{line}: no directive")
    };
    let arg = |nth: usize| rest.get(nth).copied().unwrap_or_default();
    let number = |nth: usize| {
        arg(nth)
            .parse()
            .unwrap_or_else(|_| panic!("{line}: no number"))
    };
    let until_ms = || arg(2).trim_end_matches('s').parse::<i64>().unwrap_or(0) * 1_000;
    let agent = || arg(1).to_owned();
    let address = || (!arg(1).is_empty()).then(|| v1::Personal::from(arg(1)));
    let handling_id = 1;
    let instruction = match what {
        "ring" => Instruction::Ring(v1::RingDirective {
            offer_id: number(0),
            agent: agent(),
            agent_address: address(),
            ring_until_ms: until_ms(),
        }),
        "connect" => Instruction::Connect(v1::ConnectDirective {
            offer_id: number(0),
            agent: agent(),
            agent_address: address(),
            connect_until_ms: until_ms(),
        }),
        "dial" => Instruction::Dial(v1::DialDirective {
            offer_id: number(0),
            agent: agent(),
            agent_address: address(),
            connect_until_ms: until_ms(),
            number: Some(arg(3).into()),
            customer_first: arg(4) == "customer-first",
        }),
        "cancel_ring" => {
            let offer_id = number(0);
            Instruction::CancelRing(v1::CancelRingDirective { offer_id })
        }
        "cancel_connect" => {
            let offer_id = number(0);
            Instruction::CancelConnect(v1::CancelConnectDirective { offer_id })
        }
        "announce" => Instruction::Announce(announcement(arg(0), arg(1))),
        "hold" => Instruction::Hold(v1::HoldDirective { handling_id }),
        "resume" => Instruction::Resume(v1::ResumeDirective { handling_id }),
        "bridge" => Instruction::Bridge(v1::BridgeDirective {
            handling_id,
            agent: arg(0).to_owned(),
            agent_address: None,
        }),
        "conference" => Instruction::Conference(v1::ConferenceDirective {
            handling_id,
            address: (arg(0) == "outside").then(|| arg(1).into()),
            consult_contact_id: match arg(0) {
                "consult" => arg(1).to_owned(),
                _ => String::new(),
            },
        }),
        "monitor" => Instruction::Monitor(v1::MonitorDirective {
            handling_id,
            mode: v1::MonitorMode::from_str_name(&format!("MONITOR_MODE_{}", arg(0)))
                .expect("LISTEN, WHISPER or BARGE")
                .into(),
            address: address(),
        }),
        "record" => Instruction::Record(v1::RecordDirective {
            handling_id,
            state: v1::RecordingState::from_str_name(&format!("RECORDING_STATE_{}", arg(0)))
                .expect("ON, PAUSED or OFF")
                .into(),
        }),
        "route" => {
            let destination = Some(arg(0).into());
            Instruction::Route(v1::RouteDirective { destination })
        }
        "release" => Instruction::Release(v1::ReleaseDirective {
            reason: v1::ReleaseReason::AgentEnded.into(),
            prompt: arg(0).to_owned(),
        }),
        "voicemail" => Instruction::Voicemail(v1::VoicemailDirective::default()),
        other => panic!("{line}: {other:?} is no instruction"),
    };
    let (contact_id, of) = contact.split_once('<').unwrap_or((contact, ""));
    v1::Directive {
        directive_id: id.parse().unwrap_or_else(|_| panic!("{line}: no id")),
        contact_id: contact_id.to_owned(),
        consult_of_contact_id: of.to_owned(),
        instruction: Some(instruction),
        ..v1::Directive::default()
    }
}

fn announcement(what: &str, value: &str) -> v1::AnnounceDirective {
    use v1::announce_directive::What;
    let what = match what {
        "greeting" => What::Greeting(value.to_owned()),
        "periodic" => What::Periodic(value.to_owned()),
        "music" => What::Music(value.to_owned()),
        "position" => What::Position(value.parse().expect("a position")),
        other => panic!("{other:?} is no announcement"),
    };
    v1::AnnounceDirective { what: Some(what) }
}

//! The bytes of one record, so that the wire form does not change by accident.

use std::fmt::Write;
use std::sync::Arc;

use acd_core::command::{Arrival, Attribute, Command, Origin, Reply, Request};
use acd_core::config::{Alerting, Preferred, Who};
use acd_core::event::{
    AgentKey, Awaited, ContactKey, ContactOrigin, Decision, Event, MeantFor, NewContact, OfferMade,
    Prediction, Recorded, RequestAnswered, VisitOpened, Window,
};
use acd_core::ids::{AdapterNo, AgentNo, Channel, ContactId, QueueNo, VisitId};
use acd_core::requirement::Requirement;

use super::samples::entry_of;
use crate::codec::decode_record;

/// A caller arrives and is offered to an agent at once.
const ARRIVAL: &str = concat!(
    // schema_version
    "0801",
    // tenant
    "1207686f746c696e65",
    // first_seq
    "1829",
    // contact accepted
    "22550880d095ffbc31a2014b0a0663616c6c2d311801200528a0fe0a320e0a0c0a0a0a066765726d",
    "616e10043800420a0a046962616e100118014880d095ffbc3152020a0062037669706a0b0a050a03",
    "616e6e10e0d403",
    // visit opened
    "22330880d095ffbc31da0129082910011880d095ffbc3120c09fbaffbc312a080a02080710e0d403",
    "3001420708c03e10d08c015001",
    // offer made
    "224a0880d095ffbc319a0240082a100718a0ec96ffbc312001323108021a11080110011805200630",
    "f09090ffbc31382a20022a0b080118c0cbd8febc312007320b080118e08df7febc312003",
    // request answered
    "222c0880d095ffbc316a230a037062781202723119efcdab896745230122080a0612040829102a28",
    "a0c7ccffbc31",
    // request
    "2a640a1412120a037062781202723119efcdab8967452301124c524a0a0663616c6c2d3112037062",
    "781801220573616c6573280530a0fe0a3a0e0a0c0a0a0a066765726d616e100440004a080a046962",
    "616e180152037669705a0b0a050a03616e6e10e0d403",
);

fn arrival() -> (Request, Vec<Recorded>) {
    let requirement = Some(Requirement::all_of([("german", 4)]));
    let customer = Some("C-17".into());
    let attributes: Arc<[Attribute]> = [Attribute {
        key: "iban".into(),
        value: "DE1234".into(),
        sensitive: true,
    }]
    .into();
    let preferred = vec![Preferred {
        who: Who::Agent("ann".into()),
        for_ms: Some(30_000),
    }];
    let request = Request {
        origin: Origin::Unary {
            caller: "pbx".into(),
            request_id: "r1".into(),
            fingerprint: 0x0123_4567_89ab_cdef,
        },
        command: Command::Arrive(Arrival {
            contact: "call-1".into(),
            adapter: "pbx".into(),
            channel: Channel::Voice,
            queue: "sales".into(),
            priority: -3,
            head_start_ms: 90_000,
            requirement: requirement.clone(),
            customer: customer.clone(),
            attributes: attributes.clone(),
            plan: Some("vip".into()),
            preferred: preferred.clone(),
            dedicated: false,
            deadline: None,
            not_before: None,
            dial: None,
        }),
    };
    let contact = NewContact {
        name: "call-1".into(),
        adapter: AdapterNo(0),
        channel: Channel::Voice,
        priority: -3,
        head_start_ms: 90_000,
        requirement,
        customer,
        attributes,
        arrived_at: 1_700_000_000_000,
        origin: ContactOrigin::Arrived,
        rule: None,
        plan: Some("vip".into()),
        preferred: preferred.into(),
        dedicated: false,
        deadline: None,
        dial: None,
    };
    let decision = Decision {
        config_version: 2,
        step: 0,
        contact: ContactKey {
            open: true,
            profile_rank: 1,
            queue_rank: 5,
            priority_rank: 3,
            wait_rank: 0,
            virtual_start: 1_699_999_910_000,
            visit: VisitId(42),
        },
        candidates: 2,
        winner: AgentKey {
            behind: 0,
            tier: 1,
            rank: 0,
            leases: 0,
            idle_since: 1_699_999_000_000,
            agent: AgentNo(7),
        },
        runner_up: Some(AgentKey {
            behind: 0,
            tier: 1,
            rank: 0,
            leases: 0,
            idle_since: 1_699_999_500_000,
            agent: AgentNo(3),
        }),
    };
    let events = [
        Event::ContactAccepted(contact),
        Event::VisitOpened(VisitOpened {
            contact: ContactId(41),
            queue: QueueNo(1),
            order_time: 1_700_000_000_000,
            max_wait_until: Some(1_700_000_600_000),
            windows: [Window {
                who: Awaited::Agent(AgentNo(7)),
                for_ms: Some(30_000),
            }]
            .into(),
            meant_for: MeantFor::All,
            sent_by: None,
            hop: false,
            scheduled: false,
            predicted: Some(Prediction {
                p50_ms: 4_000,
                p80_ms: 9_000,
            }),
            staffed: true,
            returned: None,
            behind: None,
        }),
        Event::OfferMade(OfferMade {
            visit: VisitId(42),
            agent: AgentNo(7),
            ring_until: 1_700_000_020_000,
            alerting: Alerting::Desktop,
            forced: false,
            decision: Arc::new(decision),
        }),
        Event::RequestAnswered(RequestAnswered {
            caller: "pbx".into(),
            request_id: "r1".into(),
            fingerprint: 0x0123_4567_89ab_cdef,
            answer: Ok(Reply::Joined {
                contact: ContactId(41),
                visit: VisitId(42),
            }),
            forget_at: 1_700_000_900_000,
        }),
    ];
    let recorded = |(seq, event)| Recorded {
        seq,
        at_ms: 1_700_000_000_000,
        event,
    };
    (request, (41..).zip(events).map(recorded).collect())
}

#[test]
fn the_bytes_of_a_record_do_not_change_within_a_schema_version() {
    let (request, events) = arrival();
    let mut entry = entry_of(&"hotline".into(), Some(&request), &events);
    let written = entry.payload.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("text grows in memory");
        hex
    });
    assert_eq!(
        written, ARRIVAL,
        "the wire form changed: raise SCHEMA_VERSION and keep reading the old form"
    );

    let stored: Vec<u8> = (0..ARRIVAL.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&ARRIVAL[at..at + 2], 16).expect("hexadecimal digits"))
        .collect();
    entry.payload = stored.into();
    let record = decode_record(&entry).expect("the stored record can be read");
    assert_eq!(record.events, events);
    // All of the request is stored but its personal values.
    let asked = record.request.expect("what was asked");
    assert_eq!(format!("{asked:?}"), format!("{request:?}"));
    assert_ne!(asked, request);
    let values = entry.personal.iter();
    let values: Vec<_> = values.map(|it| (it.contact, it.value.reveal())).collect();
    assert_eq!(values, [(41, "C-17"), (41, "DE1234")]);
}

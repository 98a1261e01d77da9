//! Calls with every field filled in, as the definitions of the API have them.

use acd_proto::v1;
use acd_proto::{Call as _, FILE_DESCRIPTOR_SET, RPCS};
use prost_reflect::prost::Message as _;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
    Value,
};

use crate::requests::{House, SAY, TENANT, WAIT, arrival, on_runtime, operate, operation};

/// How deep messages go.
const DEPTH_MAX: usize = 4;
/// An instant to come, for the clocks of an input.
const LATER_MS: i64 = 1_767_603_600_000;
/// How many calls follow each other in one seed.
const CALLS_OF_A_SEED: usize = 6;

/// Some calls each while a contact is offered, and while somebody talks with it.
pub(super) fn seeds() -> Vec<(String, Vec<u8>)> {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("our own descriptors");
    let methods = pool
        .services()
        .flat_map(|it| it.methods().collect::<Vec<_>>());
    let api = Api(methods.collect());
    let offered = on_runtime(Api::offered());
    let talking = on_runtime(api.talking(&offered));
    let [offered, talking] = [("offered", offered), ("talking", talking)]
        .map(|(name, begin)| api.calls_after(name, &begin));
    [offered, talking].concat()
}

/// How a seed begins, and which numbers there are then.
struct Begin {
    operations: Vec<u8>,
    filling: Filling,
}

/// All methods there are.
struct Api(Vec<MethodDescriptor>);

impl Api {
    /// A contact arrives, and is offered to the agent who is ready.
    async fn offered() -> Begin {
        let mut house = House::open().await;
        let session = house.session();
        let filling = Filling {
            session,
            offer: 0,
            handling: 0,
            choice: 0,
            nth: 997,
        };
        let arrive = arrival("begin-4").encode_to_vec();
        let arrive = called(v1::ArriveContactRequest::PATH, &arrive);
        let operations = [arrive, operation(WAIT, &[0, 200])].concat();
        operate(&mut house, &operations).await;
        let offer = house.facts().offers.keys().next().expect("an offer").0;
        Begin {
            operations,
            filling: Filling { offer, ..filling },
        }
    }

    /// The agent accepts, and the adapter connects.
    async fn talking(&self, offered: &Begin) -> Begin {
        let filling = offered.filling;
        let accept = self.call("/acd.v1.AgentService/AcceptOffer", filling.nth(998));
        let connected = self.call("/acd.v1.AdapterService/ReportConnected", filling.nth(999));
        let operations = [offered.operations.clone(), accept, connected].concat();
        let mut house = House::open().await;
        operate(&mut house, &operations).await;
        let handlings = &house.facts().handlings;
        let handling = handlings.keys().next().expect("a handling").0;
        Begin {
            operations,
            filling: Filling {
                handling,
                ..filling
            },
        }
    }

    fn calls_after(&self, name: &str, begin: &Begin) -> Vec<(String, Vec<u8>)> {
        let mut operations = Vec::new();
        for (kind, rpc) in RPCS.iter().enumerate() {
            let method = self.method(rpc.path);
            for choice in 0..choices(&method.input()) {
                let filling = Filling {
                    choice,
                    ..begin.filling.nth(operations.len())
                };
                let message = filling.message(&method.input(), 0).encode_to_vec();
                let says = method.is_client_streaming() && choice > 0;
                operations.push(operation(if says { SAY } else { kind }, &message));
            }
        }
        let seed = |(at, calls): (usize, &[Vec<u8>])| {
            let bytes = [begin.operations.clone(), calls.concat()].concat();
            (format!("{name}-{at:02}"), bytes)
        };
        operations
            .chunks(CALLS_OF_A_SEED)
            .enumerate()
            .map(seed)
            .collect()
    }

    fn call(&self, path: &str, filling: Filling) -> Vec<u8> {
        let message = filling.message(&self.method(path).input(), 0);
        called(path, &message.encode_to_vec())
    }

    fn method(&self, named: &str) -> &MethodDescriptor {
        let method = self.0.iter().find(|it| path(it) == named);
        method.expect("every call has its definition")
    }
}

fn called(path: &str, message: &[u8]) -> Vec<u8> {
    let kind = RPCS.iter().position(|it| it.path == path);
    operation(kind.expect("a call"), message)
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// How many different messages say each thing that a message can say once.
fn choices(of: &MessageDescriptor) -> usize {
    let counts = of
        .oneofs()
        .filter(|it| !it.is_synthetic())
        .map(|it| it.fields().len());
    counts.max().unwrap_or(1)
}

/// What messages are filled with.
#[derive(Clone, Copy)]
struct Filling {
    session: u64,
    offer: u64,
    handling: u64,
    /// Which of several parts is said.
    choice: usize,
    nth: usize,
}

impl Filling {
    fn nth(self, nth: usize) -> Self {
        Self { nth, ..self }
    }

    fn message(self, of: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(of.clone());
        let chosen: Vec<u32> = of
            .oneofs()
            .filter(|it| !it.is_synthetic())
            .filter_map(|it| {
                let fields = it.fields().map(|it| it.number()).collect::<Vec<_>>();
                fields.get(self.choice % fields.len()).copied()
            })
            .collect();
        for field in of.fields() {
            let is_of_choice = field
                .containing_oneof()
                .is_some_and(|it| !it.is_synthetic());
            let is_said = !is_of_choice || chosen.contains(&field.number());
            if !is_said || depth > DEPTH_MAX || field.is_map() {
                continue;
            }
            let value = self.value(&field, depth);
            if field.is_list() {
                message.set_field(&field, Value::List(vec![value]));
            } else {
                message.set_field(&field, value);
            }
        }
        message
    }

    fn value(self, field: &FieldDescriptor, depth: usize) -> Value {
        match field.kind() {
            Kind::Message(of) => Value::Message(self.message(&of, depth + 1)),
            Kind::Enum(_) => Value::EnumNumber(if field.name() == "presence" { 2 } else { 1 }),
            Kind::Bool => Value::Bool(true),
            Kind::String => Value::String(self.text(field.name())),
            Kind::Bytes => Value::Bytes(Default::default()),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(match field.name() {
                "session_id" => self.session,
                "offer_id" => self.offer,
                "handling_id" => self.handling,
                _ => 1,
            }),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                let is_instant = field.name().ends_with("_at_ms");
                Value::I64(if is_instant { LATER_MS } else { 1_000 })
            }
            Kind::Uint32 | Kind::Fixed32 => Value::U32(1),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(1),
            Kind::Float => Value::F32(1.0),
            Kind::Double => Value::F64(1.0),
        }
    }

    fn text(self, name: &str) -> String {
        let text = match name {
            "tenant" => TENANT,
            "agent" | "to_agent" | "agent_names" | "agents" | "offered_to" => "anna",
            "adapter" => "pbx",
            "queue" | "to_queue" | "resumed_queue" | "queues" | "queue_names" => "service",
            "contact_id" | "contact" => "c1",
            "channel" | "channels" => "voice",
            "skill" => "german",
            "team" | "teams" => "red",
            "reason_code" | "not_ready" => "break",
            "code" | "disposition" | "dispositions" => "solved",
            "plan" => "wider",
            "request_id" => return format!("r{}", self.nth),
            "document" => "[queues.service]\n[agents.anna]\nqueues=[\"service\"]\n",
            "text" => "timeline:\n  0s anna ready\n",
            "resume_token" | "page_token" => "",
            _ => "a",
        };
        text.to_owned()
    }
}

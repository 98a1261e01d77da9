//! Calls with every field filled in, as the definitions of the API have them.

use acd_proto::{FILE_DESCRIPTOR_SET, RPCS};
use prost_reflect::prost::Message as _;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
    Value,
};

use crate::requests::{House, SAY, TENANT, WAIT, on_runtime, operation};

/// How deep messages go.
const DEPTH_MAX: usize = 4;
/// How many calls follow each other in one seed.
const CALLS_OF_A_SEED: usize = 6;

/// Arrivals, then some calls each.
pub(super) fn seeds() -> Vec<(String, Vec<u8>)> {
    let session = on_runtime(async { House::open().await.session() });
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("our own descriptors");
    let methods: Vec<MethodDescriptor> = pool
        .services()
        .flat_map(|it| it.methods().collect::<Vec<_>>())
        .collect();
    let mut operations = Vec::new();
    for (kind, rpc) in RPCS.iter().enumerate() {
        let method = methods.iter().find(|it| path(it) == rpc.path);
        let method = method.expect("every call has its definition");
        let stream = method.is_client_streaming();
        for choice in 0..choices(&method.input()) {
            let filling = Filling {
                session,
                choice,
                nth: operations.len(),
            };
            let message = filling.message(&method.input(), 0).encode_to_vec();
            let kind = if stream && choice > 0 { SAY } else { kind };
            operations.push((method.name().to_owned(), operation(kind, &message)));
        }
    }
    let begin = arrival(&pool, session);
    let seed = |(at, calls): (usize, &[(String, Vec<u8>)])| {
        let calls_only = calls.iter().flat_map(|(_, bytes)| bytes.clone());
        let bytes = begin.iter().copied().chain(calls_only);
        (format!("{at:02}-{}", calls[0].0), bytes.collect())
    };
    operations
        .chunks(CALLS_OF_A_SEED)
        .enumerate()
        .map(seed)
        .collect()
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// A contact arrives, and is offered to the agent who is ready.
fn arrival(pool: &DescriptorPool, session: u64) -> Vec<u8> {
    let arrive = "/acd.v1.AdapterService/ArriveContact";
    let kind = RPCS.iter().position(|it| it.path == arrive);
    let input = pool.get_message_by_name("acd.v1.ArriveContactRequest");
    let filling = Filling {
        session,
        choice: 0,
        nth: 999,
    };
    let message = filling.message(&input.expect("its definition"), 0);
    let arrive = operation(kind.expect("the call"), &message.encode_to_vec());
    [arrive, operation(WAIT, &[0, 20])].concat()
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
    /// Which of several parts is said.
    choice: usize,
    nth: usize,
}

impl Filling {
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
            Kind::Enum(_) => Value::EnumNumber(1),
            Kind::Bool => Value::Bool(true),
            Kind::String => Value::String(self.text(field.name())),
            Kind::Bytes => Value::Bytes(Default::default()),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(match field.name() {
                "session_id" => self.session,
                "sequence" => 1,
                _ => self.session + 4,
            }),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(1_000),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(1),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(1),
            Kind::Float => Value::F32(1.0),
            Kind::Double => Value::F64(1.0),
        }
    }

    fn text(self, name: &str) -> String {
        let text = match name {
            "tenant" => TENANT,
            "agent" | "to_agent" => "anna",
            "adapter" => "pbx",
            "queue" | "to_queue" | "resumed_queue" | "queues" => "service",
            "contact_id" | "contact" => "c1",
            "channel" => "voice",
            "skill" => "german",
            "team" | "teams" => "red",
            "reason_code" | "not_ready" => "break",
            "code" | "disposition" => "solved",
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

//! Somebody who makes any call of the API, with whatever comes to their mind: names that there are and others, numbers that
//! were told and others, parts that are missing. Every call there is is made that way, because what is said follows from
//! the definitions of the API.

use std::pin::Pin;
use std::sync::LazyLock;
use std::time::Duration;

use acd_client::endpoint::Carrier;
use acd_proto::FILE_DESCRIPTOR_SET;
use acd_proto::v1::ErrorReason;
use acd_shard::clock::TimeSource as _;
use prost_reflect::prost::Message as _;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
    ReflectMessage as _, Value,
};
use tokio::time::timeout;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::Bytes;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

use super::{World, note_status, pause};
use crate::centre::{
    self, ADAPTERS, CHANNELS, DISPOSITIONS, QUEUES, REASONS, SKILLS, TEAMS, TENANT, VISITING, agent,
};
use crate::chance::Chance;
use crate::network::ClientNo;
use crate::plan::Plan;

/// How deep messages go.
const DEPTH_MAX: usize = 6;

/// How long somebody waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often somebody says a word who says too much.
const MUCH: usize = 60_000;

static METHODS: LazyLock<Vec<MethodDescriptor>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("our own descriptors");
    let services = pool.services().filter(|it| it.package_name() == "acd.v1");
    let methods = services.flat_map(|it| it.methods().collect::<Vec<_>>());
    let unary = methods.filter(|it| !it.is_client_streaming() && !it.is_server_streaming());
    unary.collect()
});

/// Somebody who says anything.
pub(crate) struct Stranger {
    world: World,
    client: ClientNo,
    chance: Chance,
    agents: usize,
    switches: usize,
    said: u64,
    number: usize,
}

/// What there is to speak of.
#[derive(Default)]
struct Known {
    contacts: Vec<String>,
    offers: Vec<u64>,
    handlings: Vec<u64>,
    sessions: Vec<(String, u64)>,
    now_ms: i64,
}

impl Stranger {
    pub(crate) fn new(world: World, client: ClientNo, number: usize, plan: Plan) -> Self {
        Self {
            chance: Chance::of(world.seed, "stranger", number),
            world,
            client,
            agents: plan.agents,
            switches: plan.switches,
            said: 0,
            number,
        }
    }

    /// Speaks until all is calm.
    pub(crate) async fn run(mut self) {
        loop {
            let length = self.chance.up_to(Duration::from_secs(3));
            pause(length).await;
            if self.world.told.is_calm() {
                return;
            }
            self.speak().await;
        }
    }

    /// Makes a call, sometimes twice: the same answer is expected then.
    async fn speak(&mut self) {
        let nth = self.chance.below(METHODS.len());
        let method = METHODS[nth].clone();
        // Emergencies and deletions are rare, or there would be nothing else.
        let is_rare = [
            "SetEmergency",
            "DeleteTenant",
            "ForceLogout",
            "Apply",
            "Rollback",
        ]
        .contains(&method.name());
        if is_rare && !self.chance.once_in(6) {
            return;
        }
        let known = self.known();
        self.said += 1;
        let mut message = self.message(&method.input(), &known, 0);
        if method.name() == "DeleteTenant" {
            message.set_field_by_name("tenant", Value::String(VISITING.to_owned()));
        }
        if method.name() == "SetEmergency" && self.chance.once_in(2) {
            message.set_field_by_name("closed", Value::Bool(false));
        }
        let bytes = message.encode_to_vec();
        // What the server may take for the answer.
        let hurry = match self.chance.once_in(10) {
            true => self.chance.up_to(Duration::from_millis(50)),
            false => PATIENCE,
        };
        let first = self.call(method.clone(), bytes.clone(), hurry).await;
        if self.chance.once_in(8) {
            let second = self.call(method.clone(), bytes, PATIENCE).await;
            let has_request_id = message
                .get_field_by_name("request_id")
                .is_some_and(|it| it.as_str().is_some_and(|it| !it.is_empty()));
            if has_request_id && let (Some(Ok(first)), Some(Ok(second))) = (first, second) {
                let [first, second] = [first, second].map(|bytes| lasting(&method, bytes));
                if first != second {
                    self.world.history.violated(
                        "a repeat has the first answer",
                        format!("{} {message}: {first}, then {second}", method.name()),
                    );
                }
            }
        }
    }

    /// Calls; none: there was no answer in time.
    async fn call(
        &self,
        method: MethodDescriptor,
        bytes: Vec<u8>,
        hurry: Duration,
    ) -> Option<Result<Vec<u8>, Status>> {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let path = PathAndQuery::try_from(path).expect("names make a path");
        let carrier = self.world.network.carrier(self.client);
        let mut request = Request::new(bytes);
        if hurry < PATIENCE {
            request.set_timeout(hurry);
        }
        let answer = timeout(PATIENCE, call(carrier, path, request)).await.ok()?;
        self.check(&method, &answer);
        Some(answer)
    }

    fn check(&self, method: &MethodDescriptor, answer: &Result<Vec<u8>, Status>) {
        let history = &self.world.history;
        match answer {
            Ok(bytes) => {
                history.cover("answered call", method.name());
                let Ok(answer) =
                    DynamicMessage::decode(method.output(), Bytes::from(bytes.clone()))
                else {
                    return history.violated("every answer can be read", method.name());
                };
                let sequence = answer
                    .get_field_by_name("sequence")
                    .and_then(|it| it.as_u64());
                if let Some(sequence) = sequence
                    && is_mutation(method)
                {
                    // Whichever tenant it was: neither has told more than is durable.
                    let durable = [TENANT, VISITING]
                        .map(|tenant| history.look(tenant, |state| state.facts().seq).unwrap_or(0));
                    if sequence > durable[0].max(durable[1]) {
                        history.told(TENANT, sequence);
                    }
                }
            }
            Err(status) => {
                note_status(&self.world, "refusal", status);
                let info = status.get_details_error_info();
                if info.is_some_and(|info| info.reason == ErrorReason::Internal.wire_name()) {
                    history.violated(
                        "no call meets a defect",
                        format!("{}: {}", method.name(), status.message()),
                    );
                }
            }
        }
    }

    fn known(&self) -> Known {
        let now_ms = self.world.time.wall_ms();
        let known = self.world.history.look(TENANT, |state| {
            let facts = state.facts();
            let sessions = facts.agents.iter().filter_map(|agent| {
                let session = agent.session.as_ref()?;
                Some((agent.config.name.to_string(), session.id.0))
            });
            let open = facts.handlings.keys().copied();
            let recent = facts.agents.iter().flat_map(|it| &it.recent_handlings);
            let over = recent.map(|it| it.id);
            Known {
                contacts: facts
                    .contacts
                    .values()
                    .map(|it| it.name.to_string())
                    .take(20)
                    .collect(),
                offers: facts.offers.keys().map(|it| it.0).take(10).collect(),
                handlings: open.take(10).chain(over.take(4)).map(|it| it.0).collect(),
                sessions: sessions.collect(),
                now_ms,
            }
        });
        known.unwrap_or_default()
    }

    fn message(&mut self, of: &MessageDescriptor, known: &Known, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(of.clone());
        let chosen: Vec<_> = of
            .oneofs()
            .filter(|it| !it.is_synthetic())
            .filter_map(|it| {
                let fields: Vec<_> = it.fields().collect();
                (!self.chance.once_in(12)).then(|| self.chance.one_of(&fields).number())
            })
            .collect();
        for field in of.fields() {
            let in_choice = field
                .containing_oneof()
                .is_some_and(|it| !it.is_synthetic());
            let is_said = match in_choice {
                true => chosen.contains(&field.number()),
                false => match depth {
                    0 => !self.chance.once_in(15),
                    _ => self.chance.once_in(2),
                },
            };
            if !is_said || depth > DEPTH_MAX {
                continue;
            }
            if field.is_map() {
                continue;
            }
            if field.is_list() {
                let count = self.chance.below(3);
                let values = (0..count).map(|_| self.value(&field, known, depth));
                message.set_field(&field, Value::List(values.collect()));
            } else {
                let value = self.value(&field, known, depth);
                message.set_field(&field, value);
            }
        }
        self.agree(&mut message, known);
        message
    }

    /// An agent's call names their session, mostly.
    fn agree(&mut self, message: &mut DynamicMessage, known: &Known) {
        let has = |name| message.descriptor().get_field_by_name(name).is_some();
        if !has("session_id")
            || !has("agent")
            || known.sessions.is_empty()
            || self.chance.once_in(6)
        {
            return;
        }
        let (name, session) = self.chance.one_of(&known.sessions).clone();
        message.set_field_by_name("agent", Value::String(name));
        message.set_field_by_name("session_id", Value::U64(session));
    }

    fn value(&mut self, field: &FieldDescriptor, known: &Known, depth: usize) -> Value {
        match field.kind() {
            Kind::Message(of) => Value::Message(self.message(&of, known, depth + 1)),
            Kind::Enum(of) => {
                let values: Vec<i32> = of.values().map(|it| it.number()).collect();
                match self.chance.once_in(30) {
                    true => Value::EnumNumber(99),
                    false => Value::EnumNumber(*self.chance.one_of(&values)),
                }
            }
            Kind::Bool => Value::Bool(self.chance.once_in(2)),
            Kind::String => Value::String(self.text(field.name(), known)),
            Kind::Bytes => Value::Bytes(Bytes::from_static(b"bytes")),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.id(field.name(), known)),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                Value::I64(self.time(field.name(), known))
            }
            Kind::Uint32 | Kind::Fixed32 => Value::U32(self.chance.below(20) as u32),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                Value::I32(self.chance.below(12) as i32 - 1)
            }
            Kind::Float => Value::F32(1.5),
            Kind::Double => Value::F64(1.5),
        }
    }

    fn text(&mut self, name: &str, known: &Known) -> String {
        let chance = &mut self.chance;
        if chance.once_in(40) {
            return ["", "\u{0}", "no such thing", "ü".repeat(300).as_str()][chance.below(4)]
                .to_owned();
        }
        if chance.once_in(4_000) {
            // More than one message may be.
            return "much ".repeat(MUCH);
        }
        let one = |chance: &mut Chance, all: &[&str]| (*chance.one_of(all)).to_owned();
        match name {
            "tenant" => match chance.once_in(10) {
                true => VISITING.to_owned(),
                false => TENANT.to_owned(),
            },
            "agent" | "head_of" | "to_agent" => agent(chance.below(self.agents)),
            "adapter" => one(chance, &ADAPTERS[..self.switches]),
            "queue" | "resumed_queue" | "to_queue" | "queues" => one(chance, &QUEUES),
            "contact_id" | "contact" | "consult_contact_id" => match known.contacts.is_empty() {
                true => format!("stranger-{}", self.said),
                false if chance.once_in(6) => format!("stranger-{}-{}", self.number, self.said),
                false => chance.one_of(&known.contacts).clone(),
            },
            "channel" => one(chance, &CHANNELS),
            "skill" => one(chance, &SKILLS),
            "team" | "teams" => one(chance, &TEAMS),
            "reason_code" | "not_ready" => one(chance, &REASONS),
            "code" | "disposition" => one(chance, &DISPOSITIONS),
            "plan" => "wider".to_owned(),
            "choice" => one(chance, &["1", "2", "9"]),
            "request_id" => format!("r-{}-{}", self.number, self.said),
            "document" => centre::document(self.agents, chance),
            "key" | "attribute" => one(chance, &["class", "own", "note"]),
            _ => one(chance, &["a", "gold", "some words", "+4930123"]),
        }
    }

    fn id(&mut self, name: &str, known: &Known) -> u64 {
        let chance = &mut self.chance;
        if chance.once_in(10) {
            return chance.below(5_000) as u64;
        }
        let known = match name {
            "offer_id" => &known.offers,
            "handling_id" => &known.handlings,
            _ => return chance.below(40) as u64,
        };
        match known.is_empty() {
            true => chance.below(5_000) as u64,
            false => *chance.one_of(known),
        }
    }

    fn time(&mut self, name: &str, known: &Known) -> i64 {
        let length = self.chance.up_to(Duration::from_secs(60)).as_millis() as i64;
        match name.ends_with("_at_ms") || name.ends_with("until_ms") {
            true if self.chance.once_in(3) => 0,
            true => known.now_ms + length - 5_000,
            false => length,
        }
    }
}

/// One call. It is boxed so that its type need not be known to those who wait for it.
fn call(
    carrier: Carrier,
    path: PathAndQuery,
    request: Request<Vec<u8>>,
) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, Status>> + Send>> {
    Box::pin(async move {
        let mut client = Grpc::new(carrier);
        let answered = client.unary(request, path, Plain).await?;
        Ok(answered.into_inner())
    })
}

/// What of an answer is the same in a repeat: where it shows is not.
fn lasting(method: &MethodDescriptor, bytes: Vec<u8>) -> String {
    let decoded = DynamicMessage::decode(method.output(), Bytes::from(bytes));
    let mut answer = decoded.unwrap_or_else(|_| DynamicMessage::new(method.output()));
    answer.clear_field_by_name("sequence");
    answer.to_string()
}

fn is_mutation(method: &MethodDescriptor) -> bool {
    method.input().get_field_by_name("request_id").is_some()
}

/// Bytes as they are.
#[derive(Clone, Copy, Debug)]
struct Plain;

impl Codec for Plain {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        use prost_reflect::bytes::BufMut as _;
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        use prost_reflect::bytes::Buf as _;
        let mut bytes = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut bytes);
        Ok(Some(bytes))
    }
}

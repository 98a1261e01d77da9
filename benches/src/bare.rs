//! A bare server: it speaks the API as a distributor does and decides, keeps and checks nothing. What it costs is what
//! tonic, HTTP/2 and the kernel cost for these messages on these connections: the limit of the real one.
//!
//! An arrival goes to the agent who has been idle for longest, whatever they can, and every state is sent as the real
//! server sends it. `acd load --prepared` runs against it as against the real one.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use acd_proto::v1::adapter_message::Message as Up;
use acd_proto::v1::adapter_server_message::Message as Down;
use acd_proto::v1::adapter_service_server::{AdapterService, AdapterServiceServer};
use acd_proto::v1::agent_service_server::{AgentService, AgentServiceServer};
use acd_proto::v1::agent_update::Update;
use acd_proto::v1::directive::Instruction;
use acd_proto::v1::event::Event as Happened;
use acd_proto::v1::lease::Holder;
use acd_proto::v1::*;
use acd_proto::{AdapterCall, SessionCall};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::{Server, server::TcpIncoming};
use tonic::{Request, Response, Status, Streaming};

/// Messages that wait for one reader; one who lets more wait loses them.
const BUFFER: usize = 16_384;
/// As the real server's.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How soon after an acknowledgement another one goes that no directive carries.
const ACK_INTERVAL: Duration = Duration::from_millis(5);

/// Serves until the process ends; the address is told once it listens.
///
/// # Errors
/// The address is not free, or the server broke.
pub async fn serve(
    address: SocketAddr,
    listens: impl FnOnce(SocketAddr),
) -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind(address).await?;
    listens(listener.local_addr()?);
    let bare = Bare::default();
    let beating = bare.clone();
    let mut heart = JoinSet::new();
    heart.spawn(async move { beating.beat().await });
    Server::builder()
        .add_service(AdapterServiceServer::new(bare.clone()))
        .add_service(AgentServiceServer::new(bare))
        .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)))
        .await?;
    Ok(())
}

type ToAdapter = mpsc::Sender<Result<AdapterServerMessage, Status>>;
type ToAgent = mpsc::Sender<Result<AgentUpdate, Status>>;

/// Everything it knows; clones share it.
#[derive(Clone, Default)]
struct Bare {
    centre: Arc<Mutex<Centre>>,
    /// One for each adapter's stream.
    readers: Arc<Mutex<JoinSet<()>>>,
}

#[derive(Default)]
struct Centre {
    agents: HashMap<String, Agent>,
    links: Vec<Link>,
    /// Agents without a contact, who is idle for longest first.
    idle: VecDeque<String>,
    /// All agents, to whom what the pump sends goes round.
    round: VecDeque<String>,
    /// Contacts for whom nobody was idle, and from where they come.
    waiting: VecDeque<(Link, ContactArrived)>,
    offers: HashMap<u64, (Link, Offer)>,
    /// The offer of each contact that has one.
    offer_of: HashMap<String, u64>,
    last_id: u64,
}

struct Agent {
    stream: ToAgent,
    /// Sequence of the last message to them.
    sequence: u64,
}

/// An adapter's stream down.
#[derive(Clone)]
struct Link {
    down: ToAdapter,
    last_directive: Arc<Mutex<u64>>,
    /// The last event that came, and the last that is acknowledged.
    events: Arc<Mutex<(u64, u64)>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bare {
    fn centre(&self) -> MutexGuard<'_, Centre> {
        locked(&self.centre)
    }

    async fn listen(self, link: Link, mut up: Streaming<AdapterMessage>) {
        // As the real server does: what is settled goes with a directive, or a little later by itself.
        let mut acks = interval(ACK_INTERVAL);
        acks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let message = tokio::select! {
                message = up.message() => message,
                _ = acks.tick(), if link.has_unsettled() => {
                    link.acknowledge();
                    continue;
                }
            };
            let Ok(Some(message)) = message else { return };
            match message.message {
                Some(Up::Hello(_)) => link.tell(Down::Welcome(Welcome {
                    journal_id: "bare".to_owned(),
                    heartbeat_interval_ms: HEARTBEAT.as_millis() as i64,
                    max_unacknowledged_events: 1_024,
                    ..Welcome::default()
                })),
                Some(Up::Event(event)) => {
                    locked(&link.events).0 = event.sequence;
                    if let Some(Happened::ContactHeld(_)) = event.event {
                        link.acknowledge();
                    }
                    self.centre().happened(&link, event.event);
                }
                _ => {}
            }
        }
    }

    async fn beat(&self) {
        let mut ticks = interval(HEARTBEAT);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let names: Vec<String> = self.centre().agents.keys().cloned().collect();
            for name in names {
                let beat = Update::Heartbeat(Heartbeat::default());
                self.centre().tell(&name, beat);
            }
            for link in &self.centre().links {
                link.tell(Down::Heartbeat(AdapterHeartbeat {
                    last_directive_id: *locked(&link.last_directive),
                    ..AdapterHeartbeat::default()
                }));
            }
        }
    }

    async fn command<C: SessionCall>(&self, request: Request<C>) -> Result<u64, Status> {
        let call = request.into_inner();
        let agent = call.agent().to_owned();
        let call: &dyn std::any::Any = &call;
        if let Some(accept) = call.downcast_ref::<AcceptOfferRequest>() {
            self.centre().accepted(accept.offer_id);
        } else if call.is::<LogoutRequest>() {
            self.centre().leave(&agent);
        } else if call.is::<SetPresenceRequest>() {
            self.centre().idle(agent);
        }
        Ok(1)
    }

    async fn report<C: AdapterCall>(&self, _: Request<C>) -> Result<u64, Status> {
        Err(not_spoken())
    }
}

impl Link {
    fn has_unsettled(&self) -> bool {
        let (came, told) = *locked(&self.events);
        told < came
    }

    /// The last event that came is acknowledged from now on; gives it.
    fn settle(&self) -> u64 {
        let mut events = locked(&self.events);
        events.1 = events.0;
        events.0
    }

    fn acknowledge(&self) {
        self.tell(Down::EventAck(EventAck {
            sequence: self.settle(),
            ..EventAck::default()
        }));
    }

    fn tell(&self, message: Down) {
        let message = AdapterServerMessage {
            message: Some(message),
        };
        // Whoever is gone needs nothing.
        let _ = self.down.try_send(Ok(message));
    }
}

impl Centre {
    fn happened(&mut self, link: &Link, event: Option<Happened>) {
        match event {
            Some(Happened::ContactArrived(arrived)) => match self.idle.pop_front() {
                Some(agent) => self.offer(link, &agent, &arrived),
                None => self.waiting.push_back((link.clone(), arrived)),
            },
            Some(Happened::ContactConnected(connected)) => self.connected(connected.offer_id),
            Some(Happened::ContactEnded(ended)) => self.ended(&ended.contact_id),
            Some(Happened::ContactHeld(held)) => self.relay(held.contact_id),
            _ => {}
        }
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn offer(&mut self, link: &Link, agent: &str, arrived: &ContactArrived) {
        let now = now_ms();
        let offer = Offer {
            offer_id: self.next_id(),
            contact_id: arrived.contact_id.clone(),
            visit_id: self.next_id(),
            agent: agent.to_owned(),
            queue: arrived.queue.clone(),
            channel: arrived.channel.clone(),
            state: OfferState::Pending.into(),
            made_at_ms: now,
            ring_until_ms: now + 20_000,
            customer_key: arrived.customer_key.clone(),
            alerting: Alerting::Desktop.into(),
            ..Offer::default()
        };
        self.show(&offer, Some(Holder::OfferId(offer.offer_id)), None);
        self.offer_of
            .insert(offer.contact_id.clone(), offer.offer_id);
        self.offers.insert(offer.offer_id, (link.clone(), offer));
    }

    fn accepted(&mut self, offer_id: u64) {
        let directive_id = self.next_id();
        let Some((link, offer)) = self.offers.get_mut(&offer_id) else {
            return;
        };
        offer.set_state(OfferState::Connecting);
        offer.accepted_at_ms = now_ms();
        offer.connect_until_ms = offer.accepted_at_ms + 15_000;
        let connect = ConnectDirective {
            offer_id,
            agent: offer.agent.clone(),
            agent_address: Some(offer.agent.clone().into()),
            connect_until_ms: offer.connect_until_ms,
        };
        let previous = std::mem::replace(&mut *locked(&link.last_directive), directive_id);
        link.tell(Down::Directive(Directive {
            directive_id,
            previous_directive_id: previous,
            contact_id: offer.contact_id.clone(),
            decided_at_ms: offer.accepted_at_ms,
            instruction: Some(Instruction::Connect(connect)),
            settled_sequence: link.settle(),
            ..Default::default()
        }));
        // What the agent has accepted is shown with the connection.
    }

    fn connected(&mut self, offer_id: u64) {
        let Some((_, offer)) = self.offers.get_mut(&offer_id) else {
            return;
        };
        offer.set_state(OfferState::Connected);
        offer.ended_at_ms = now_ms();
        let offer = offer.clone();
        let held = Some(Holder::HandlingId(offer_id));
        self.show(&offer, held, Some(HandlingState::Connected));
    }

    fn ended(&mut self, contact: &str) {
        let offer_id = self.offer_of.remove(contact);
        let Some((_, offer)) = offer_id.and_then(|offer_id| self.offers.remove(&offer_id)) else {
            self.waiting
                .retain(|(_, arrived)| arrived.contact_id != contact);
            return;
        };
        self.show(&offer, None, Some(HandlingState::Ended));
        self.idle(offer.agent);
    }

    /// What the pump sends goes to the next agent, as an offer that nobody answers.
    fn relay(&mut self, contact_id: String) {
        let Some(agent) = self.round.pop_front() else {
            return;
        };
        let offer = Offer {
            offer_id: self.next_id(),
            contact_id,
            agent: agent.clone(),
            queue: "queue-0000".to_owned(),
            channel: "voice".to_owned(),
            state: OfferState::Pending.into(),
            made_at_ms: now_ms(),
            ring_until_ms: now_ms(),
            ..Offer::default()
        };
        self.show(&offer, Some(Holder::OfferId(offer.offer_id)), None);
        self.round.push_back(agent);
    }

    /// The agent takes who waits, or becomes idle.
    fn idle(&mut self, agent: String) {
        match self.waiting.pop_front() {
            Some((link, arrived)) => self.offer(&link, &agent, &arrived),
            None => self.idle.push_back(agent),
        }
    }

    fn leave(&mut self, agent: &str) {
        self.agents.remove(agent);
        self.idle.retain(|idle| idle != agent);
        self.round.retain(|other| other != agent);
    }

    /// Shows the agent of an offer what changed: themselves, the offer until it is connected, the handling from then on.
    fn show(&mut self, offer: &Offer, held: Option<Holder>, of: Option<HandlingState>) {
        let shows_offer = of != Some(HandlingState::Ended);
        let changes = AgentChanges {
            agent: Some(state(offer, held)),
            offers: shows_offer.then(|| offer.clone()).into_iter().collect(),
            handlings: of.map(|of| handling(offer, of)).into_iter().collect(),
            ..AgentChanges::default()
        };
        self.tell(&offer.agent, Update::Changes(changes));
    }

    fn tell(&mut self, agent: &str, update: Update) {
        let Some(agent) = self.agents.get_mut(agent) else {
            return;
        };
        let previous_sequence = agent.sequence;
        agent.sequence += 1;
        let message = AgentUpdate {
            sequence: agent.sequence,
            previous_sequence,
            at_ms: now_ms(),
            resume_token: format!("{:032x}", agent.sequence),
            update: Some(update),
        };
        let _ = agent.stream.try_send(Ok(message));
    }
}

/// An agent as the real server shows one of a load.
fn state(offer: &Offer, held: Option<Holder>) -> AgentState {
    let lease = held.map(|holder| Lease {
        contact_id: offer.contact_id.clone(),
        since_at_ms: offer.made_at_ms,
        queue: offer.queue.clone(),
        state: match holder {
            Holder::OfferId(_) => LeaseState::Ringing,
            Holder::HandlingId(_) => LeaseState::Talking,
        }
        .into(),
        state_since_at_ms: offer.made_at_ms,
        stuck: false,
        holder: Some(holder),
    });
    let now = now_ms();
    AgentState {
        agent: offer.agent.clone(),
        presence: Presence::Ready.into(),
        presence_since_at_ms: now,
        idle_since_at_ms: now,
        session_id: 1,
        session_state: SessionState::Present.into(),
        logged_in_at_ms: now,
        slots: vec![ChannelSlots {
            channel: "voice".to_owned(),
            capacity: 1,
            leases: lease.into_iter().collect(),
        }],
        skills: (0..3)
            .map(|number| SkillLevel {
                skill: format!("skill-{number:03}"),
                level: 5,
            })
            .collect(),
        queues: (0..3).map(|number| format!("queue-{number:04}")).collect(),
        handled_since_login: 10,
        handled_today: 10,
        ..AgentState::default()
    }
}

fn handling(offer: &Offer, state: HandlingState) -> Handling {
    let now = now_ms();
    Handling {
        handling_id: offer.offer_id,
        contact_id: offer.contact_id.clone(),
        visit_id: offer.visit_id,
        offer_id: offer.offer_id,
        agent: offer.agent.clone(),
        queue: offer.queue.clone(),
        channel: offer.channel.clone(),
        state: state.into(),
        state_since_at_ms: now,
        connected_at_ms: now,
        ..Handling::default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the real server's messages have the time in them; nothing depends on it"
)]
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

fn not_spoken() -> Status {
    Status::unimplemented("the bare server has no such call; use `acd load --prepared`")
}

#[tonic::async_trait]
impl AdapterService for Bare {
    type ConnectStream = ReceiverStream<Result<AdapterServerMessage, Status>>;

    async fn connect(
        &self,
        request: Request<Streaming<AdapterMessage>>,
    ) -> Result<Response<Self::ConnectStream>, Status> {
        let (down, messages) = mpsc::channel(BUFFER);
        let link = Link {
            down,
            last_directive: Arc::default(),
            events: Arc::default(),
        };
        self.centre().links.push(link.clone());
        let reader = self.clone().listen(link, request.into_inner());
        locked(&self.readers).spawn(reader);
        Ok(Response::new(ReceiverStream::new(messages)))
    }

    async fn arrive_contact(
        &self,
        _: Request<ArriveContactRequest>,
    ) -> Result<Response<ArriveContactResponse>, Status> {
        Err(not_spoken())
    }

    async fn reconcile(
        &self,
        _: Request<ReconcileRequest>,
    ) -> Result<Response<ReconcileResponse>, Status> {
        Err(not_spoken())
    }

    acd_proto::adapter_service_mutations!(report);
}

#[tonic::async_trait]
impl AgentService for Bare {
    type SubscribeStream = ReceiverStream<Result<AgentUpdate, Status>>;

    async fn login(&self, _: Request<LoginRequest>) -> Result<Response<LoginResponse>, Status> {
        Ok(Response::new(LoginResponse {
            session_id: 1,
            session_grace_ms: 30_000,
            ..LoginResponse::default()
        }))
    }

    async fn subscribe(
        &self,
        request: Request<SubscribeRequest>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let (stream, messages) = mpsc::channel(BUFFER);
        let name = request.into_inner().agent;
        let nothing = Offer {
            agent: name.clone(),
            ..Offer::default()
        };
        let snapshot = Update::Snapshot(AgentSnapshot {
            heartbeat_interval_ms: HEARTBEAT.as_millis() as i64,
            agent: Some(state(&nothing, None)),
            ..AgentSnapshot::default()
        });
        let mut centre = self.centre();
        let agent = Agent {
            stream,
            sequence: 0,
        };
        centre.agents.insert(name.clone(), agent);
        centre.round.push_back(name.clone());
        centre.tell(&name, snapshot);
        drop(centre);
        Ok(Response::new(ReceiverStream::new(messages)))
    }

    async fn reveal(&self, _: Request<RevealRequest>) -> Result<Response<RevealResponse>, Status> {
        Err(not_spoken())
    }

    async fn get_desk(
        &self,
        _: Request<GetDeskRequest>,
    ) -> Result<Response<GetDeskResponse>, Status> {
        Err(not_spoken())
    }

    async fn get_script(
        &self,
        _: Request<GetScriptRequest>,
    ) -> Result<Response<GetScriptResponse>, Status> {
        Err(not_spoken())
    }

    async fn find_targets(
        &self,
        _: Request<FindTargetsRequest>,
    ) -> Result<Response<FindTargetsResponse>, Status> {
        Err(not_spoken())
    }

    acd_proto::agent_service_mutations!(command);
}

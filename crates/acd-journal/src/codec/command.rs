//! What was asked: `command.proto`.

use acd_core::command::{
    AcknowledgeDirectives, ActForAgent, AdapterConnect, AdapterDisconnect, AdmitLive, AgentAct,
    AgentCommand, ApplyConfig, Arrival, AttachSession, CallbackRequest, Command, ConfirmRefusals,
    ContactAct, ContactCommand, DeleteTenant, Destination, DetachSession, LiveContact, LiveEntry,
    LivePage, LiveRefusal, Login, NoteConfigFile, Origin, PhoneAct, ReconcileAdapter, Request,
    SetAgentSkills, SetOutsideBusy, Supervise,
};
use acd_proto::journal::v1 as pb;
use pb::agent_act::Kind as AgentActKind;
use pb::command::Kind as CommandKind;
use pb::contact_act::Kind as ContactActKind;
use pb::destination::Kind as DestinationKind;
use pb::live_entry::Kind as LiveEntryKind;
use pb::origin::Kind as OriginKind;
use pb::phone_act::Kind as PhoneActKind;

use super::error::FieldError;
use super::mapping::{Wire, field, message, oneof, required};

message!(Request: Request { origin, command });

oneof! { Origin in Origin {
    Internal: Empty {},
    Unary: UnaryOrigin { caller, request_id, fingerprint },
    Stream: StreamOrigin { adapter, connection, sequence, part },
} as OriginKind }

oneof! { Command in Command {
    ApplyConfig(change),
    SetAgentSkills(change),
    ResolveCivilTime(civil),
    NoteConfigFile = NoteConfigFile,
    DeleteTenant = DeleteTenant,
    AdapterConnect = AdapterConnect,
    AdapterDisconnect = AdapterDisconnect,
    AcknowledgeDirectives = AcknowledgeDirectives,
    Malformed(refusal),
    ConfirmRefusals = ConfirmRefusals,
    ReconcileAdapter = ReconcileAdapter,
    AdmitLive = AdmitLive,
    SetOutsideBusy = SetOutsideBusy,
    Arrive(arrival),
    Contact = ContactCommand,
    Login = Login,
    AttachSession = AttachSession,
    DetachSession = DetachSession,
    Agent = AgentCommand,
    Supervise = Supervise,
    ActForAgent = ActForAgent,
} as CommandKind }

message!(NoteConfigFile: NoteConfigFile { document, in_force });
message!(DeleteTenant: DeleteTenant { author });
message!(AdapterConnect: AdapterConnect { adapter, incarnation });
message!(AdapterDisconnect: AdapterDisconnect { adapter, connection });
message!(AcknowledgeDirectives: AcknowledgeDirectives { adapter, directives });
message!(ConfirmRefusals: ConfirmRefusals { adapter, connection, up_to });
message!(ReconcileAdapter: ReconcileAdapter { adapter, as_of, held, page, busy_outside });
message!(AdmitLive: AdmitLive { adapter, page });
message!(SetOutsideBusy: SetOutsideBusy { adapter, agent, busy });
message!(ContactCommand: ContactCommand { adapter, contact, act });
message!(Login: Login { agent });
message!(AttachSession: AttachSession { agent, session });
message!(DetachSession: DetachSession { agent, connection });
message!(AgentCommand: AgentCommand { agent, session, act });
message!(Supervise: Supervise { author, act });
message!(ActForAgent: ActForAgent { adapter, agent, act });

message!(ApplyConfig: ApplyConfig { config, source, author, comment, expected_version, civil, document });
message!(SetAgentSkills: SetAgentSkills { agent, skills, author });
message!(Arrival: Arrival {
    contact, adapter, channel, queue, priority, head_start_ms, requirement, customer, attributes, plan, preferred,
    dedicated, dial;
    deadline = deadline_at_ms, not_before = not_before_ms
});
message!(LivePage: LivePage { contacts, malformed });
message!(LiveContact: LiveContact { arrival, agent; arrived_at = arrived_at_ms });
message!(LiveRefusal: LiveRefusal { entry, refusal });
oneof! { LiveEntry in LiveEntry { Contact(name), Agent(name) } as LiveEntryKind }

oneof! { ContactAct in ContactAct {
    Change(change),
    End(cause),
    Connected(offer),
    ConnectFailed: ConnectFailed { ; 0 = offer, 1 = cause },
    Hold(held),
    PhoneAnswered(offer),
    FirstResponse: Empty {},
    Exit(choice),
    RequestCallback(callback),
    Return: Empty {},
    Refer(reference),
} as ContactActKind }

message!(CallbackRequest: CallbackRequest { number; not_before = not_before_ms });

oneof! { AgentAct in AgentAct {
    SetPresence(presence),
    Logout: Empty {},
    Accept(offer),
    Reject(offer),
    Hold(handling),
    Resume(handling),
    EndTalk: EndStage { ; 0 = handling, 1 = disposition },
    EndWrapUp: EndStage { ; 0 = handling, 1 = disposition },
    RequestWrapUp(handling),
    KeepCallback(handling),
    EnterWrapUp(handling),
    ExtendWrapUp: ExtendWrapUp { ; 0 = handling, 1 = longer_ms },
    SetDisposition: SetDisposition { ; 0 = handling, 1 = disposition },
    RequestNext: Empty {},
    Transfer: HandlingDestination { ; 0 = handling, 1 = destination },
    Consult: HandlingDestination { ; 0 = handling, 1 = destination },
    CompleteTransfer(handling),
    EndConsult(handling),
    Conference: HandlingDestination { ; 0 = handling, 1 = destination },
    Requeue(handling),
    Escalate(handling),
    Park(handling),
    Unpark(contact),
    PutOff: PutOff { ; 0 = contact, 1 = until_ms },
    PauseQueue: PauseQueue { ; 0 = queue, 1 = reason },
    ResumeQueue(queue),
    JoinConsult(handling),
} as AgentActKind }

oneof! { PhoneAct in PhoneAct {
    LogIn: Empty {},
    LogOut: Empty {},
    SetPresence(presence),
    PauseQueue: PauseQueue { ; 0 = queue, 1 = reason },
    ResumeQueue(queue),
} as PhoneActKind }

oneof! { Destination in Destination { Queue(name), Agent(name), External(destination) } as DestinationKind }

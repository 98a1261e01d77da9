//! What was asked: `command.proto`.

use acd_core::command::{
    AgentAct, ApplyConfig, Arrival, CallbackRequest, Command, ContactAct, Destination, LiveContact,
    LiveEntry, LivePage, LiveRefusal, Origin, PhoneAct, Request, SetAgentSkills,
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
    NoteConfigFile: NoteConfigFile { document, in_force },
    DeleteTenant: DeleteTenant { author },
    AdapterConnect: AdapterConnect { adapter, incarnation },
    AdapterDisconnect: AdapterDisconnect { adapter, connection },
    AcknowledgeDirectives: AcknowledgeDirectives { adapter, directives },
    Malformed(refusal),
    ConfirmRefusals: ConfirmRefusals { adapter, connection, up_to },
    ReconcileAdapter: ReconcileAdapter { adapter, held, page, busy_outside },
    AdmitLive: AdmitLive { adapter, page },
    SetOutsideBusy: SetOutsideBusy { adapter, agent, busy },
    Arrive(arrival),
    Contact: ContactCommand { adapter, contact, act },
    Login: Login { agent },
    AttachSession: AttachSession { agent, session },
    DetachSession: DetachSession { agent, connection },
    Agent: AgentCommand { agent, session, act },
    Supervise: Supervise { author, act },
    ActForAgent: ActForAgent { adapter, agent, act },
} as CommandKind }

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

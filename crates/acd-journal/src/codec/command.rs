//! What was asked: `command.proto`.

use acd_core::command::{
    AgentAct, ApplyConfig, Arrival, Command, ContactAct, Origin, Request, SetAgentSkills,
};
use acd_proto::journal::v1 as pb;
use pb::agent_act::Kind as AgentActKind;
use pb::command::Kind as CommandKind;
use pb::contact_act::Kind as ContactActKind;
use pb::origin::Kind as OriginKind;

use super::error::FieldError;
use super::mapping::{Wire, field, message, oneof, required};

message!(Request: Request { origin, command });

oneof! { Origin in Origin {
    Internal: Empty {},
    Unary: UnaryOrigin { caller, request_id, fingerprint },
    Stream: StreamOrigin { adapter, connection, sequence },
} as OriginKind }

oneof! { Command in Command {
    ApplyConfig(change),
    SetAgentSkills(change),
    DeleteTenant: DeleteTenant { author },
    AdapterConnect: AdapterConnect { adapter, incarnation },
    AdapterDisconnect: AdapterDisconnect { adapter, connection },
    AcknowledgeDirectives: AcknowledgeDirectives { adapter, directives },
    Arrive(arrival),
    Contact: ContactCommand { adapter, contact, act },
    Login: Login { agent },
    AttachSession: AttachSession { agent, session },
    DetachSession: DetachSession { agent, connection },
    Agent: AgentCommand { agent, session, act },
} as CommandKind }

message!(ApplyConfig: ApplyConfig { config, source, author, comment, expected_version });
message!(SetAgentSkills: SetAgentSkills { agent, skills, author });
message!(Arrival: Arrive {
    contact, adapter, channel, queue, priority, head_start_ms, requirement, customer, attributes
});

oneof! { ContactAct in ContactAct {
    Change(change),
    End(cause),
    Connected(offer),
    ConnectFailed: ConnectFailed { ; 0 = offer, 1 = cause },
    Hold(held),
} as ContactActKind }

oneof! { AgentAct in AgentAct {
    SetPresence(presence),
    Logout: Empty {},
    Accept(offer),
    Reject(offer),
    Hold(handling),
    Resume(handling),
    EndTalk: EndStage { ; 0 = handling, 1 = disposition },
    EndWrapUp: EndStage { ; 0 = handling, 1 = disposition },
} as AgentActKind }

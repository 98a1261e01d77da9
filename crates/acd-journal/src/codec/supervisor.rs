//! What supervisors do: `supervisor.proto`.

use acd_core::command::{MonitorMode, SupervisorAct};
use acd_proto::journal::v1 as pb;
use pb::supervisor_act::Kind as SupervisorActKind;

use super::error::FieldError;
use super::mapping::{Wire, enumeration, field, oneof, required};

oneof! { SupervisorAct in SupervisorAct {
    ChangeContact: ChangeContact { ; 0 = contact, 1 = change },
    Assign: Assign { ; 0 = contact, 1 = agent },
    Withdraw(contact),
    FreeContact(contact),
    SetPresence: SetAgentPresence { ; 0 = agent, 1 = presence },
    LogOut(agent),
    FreeAgent(agent),
    PauseQueue: PauseAgent { ; 0 = agent, 1 = queue, 2 = reason },
    SetEmergency: SetEmergency { ; 0 = queue, 1 = closed },
    Monitor: MonitorContact { contact, mode, address },
} as SupervisorActKind }

enumeration!(MonitorMode {
    Listen,
    Whisper,
    Barge
});

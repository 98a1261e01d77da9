//! The authorisation table: one row for every RPC of the server. A call without a row is refused; a test fails when a
//! row is missing or names an RPC that is no more.

use super::identity::Role;

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without credentials: tells nothing about any tenant.
    Public,
    /// Callers with one of these roles, in their own tenants.
    Roles(&'static [Role]),
}

const ADAPTER: Access = Access::Roles(&[Role::Adapter]);
const AGENT: Access = Access::Roles(&[Role::Agent]);
const SUPERVISOR: Access = Access::Roles(&[Role::Supervisor]);
const SUPERVISOR_OR_MONITOR: Access = Access::Roles(&[Role::Supervisor, Role::Monitor]);
const ADMINISTRATOR: Access = Access::Roles(&[Role::Administrator]);
const ADMINISTRATOR_OR_MONITOR: Access = Access::Roles(&[Role::Administrator, Role::Monitor]);
/// Who may step in.
const ACTS: Access = Access::Roles(&[Role::Supervisor, Role::Administrator]);
const ANY_ROLE: Access = Access::Roles(&Role::ALL);

const TABLE: &[(&str, Access)] = &[
    ("/acd.v1.AdapterService/Connect", ADAPTER),
    ("/acd.v1.AdapterService/ArriveContact", ADAPTER),
    ("/acd.v1.AdapterService/ChangeContact", ADAPTER),
    ("/acd.v1.AdapterService/EndContact", ADAPTER),
    ("/acd.v1.AdapterService/ReportConnected", ADAPTER),
    ("/acd.v1.AdapterService/ReportConnectFailed", ADAPTER),
    ("/acd.v1.AdapterService/ReportHeld", ADAPTER),
    ("/acd.v1.AdapterService/ReportResumed", ADAPTER),
    ("/acd.v1.AdapterService/ReportPhoneAnswered", ADAPTER),
    ("/acd.v1.AdapterService/ChooseExit", ADAPTER),
    ("/acd.v1.AdapterService/RequestCallback", ADAPTER),
    ("/acd.v1.AdapterService/ReturnContact", ADAPTER),
    ("/acd.v1.AdapterService/ReportFirstResponse", ADAPTER),
    ("/acd.v1.AdapterService/AddReference", ADAPTER),
    ("/acd.v1.AdapterService/SetOutsideBusy", ADAPTER),
    ("/acd.v1.AdapterService/ActForAgent", ADAPTER),
    ("/acd.v1.AdapterService/Reconcile", ADAPTER),
    ("/acd.v1.AdapterService/AckDirectives", ADAPTER),
    ("/acd.v1.AgentService/Login", AGENT),
    ("/acd.v1.AgentService/Subscribe", AGENT),
    ("/acd.v1.AgentService/Logout", AGENT),
    ("/acd.v1.AgentService/SetPresence", AGENT),
    ("/acd.v1.AgentService/AcceptOffer", AGENT),
    ("/acd.v1.AgentService/RejectOffer", AGENT),
    ("/acd.v1.AgentService/Hold", AGENT),
    ("/acd.v1.AgentService/Resume", AGENT),
    ("/acd.v1.AgentService/EndTalk", AGENT),
    ("/acd.v1.AgentService/EndWrapUp", AGENT),
    ("/acd.v1.AgentService/RequestWrapUp", AGENT),
    ("/acd.v1.AgentService/EnterWrapUp", AGENT),
    ("/acd.v1.AgentService/ExtendWrapUp", AGENT),
    ("/acd.v1.AgentService/SetDisposition", AGENT),
    ("/acd.v1.AgentService/RequestNext", AGENT),
    ("/acd.v1.AgentService/Transfer", AGENT),
    ("/acd.v1.AgentService/Consult", AGENT),
    ("/acd.v1.AgentService/CompleteTransfer", AGENT),
    ("/acd.v1.AgentService/EndConsult", AGENT),
    ("/acd.v1.AgentService/JoinConsult", AGENT),
    ("/acd.v1.AgentService/Conference", AGENT),
    ("/acd.v1.AgentService/Requeue", AGENT),
    ("/acd.v1.AgentService/Escalate", AGENT),
    ("/acd.v1.AgentService/Park", AGENT),
    ("/acd.v1.AgentService/Unpark", AGENT),
    ("/acd.v1.AgentService/KeepCallback", AGENT),
    ("/acd.v1.AgentService/PutOff", AGENT),
    ("/acd.v1.AgentService/PauseQueue", AGENT),
    ("/acd.v1.AgentService/ResumeQueue", AGENT),
    ("/acd.v1.SupervisorService/GetSnapshot", SUPERVISOR),
    ("/acd.v1.SupervisorService/Watch", SUPERVISOR),
    ("/acd.v1.SupervisorService/ExplainContact", SUPERVISOR),
    ("/acd.v1.SupervisorService/ExplainAgent", SUPERVISOR),
    (
        "/acd.v1.SupervisorService/GetFigures",
        SUPERVISOR_OR_MONITOR,
    ),
    ("/acd.v1.SupervisorService/ListContacts", SUPERVISOR),
    ("/acd.v1.SupervisorService/AdjustContact", ACTS),
    ("/acd.v1.SupervisorService/AssignContact", ACTS),
    ("/acd.v1.SupervisorService/WithdrawContact", ACTS),
    ("/acd.v1.SupervisorService/FreeContact", ACTS),
    ("/acd.v1.SupervisorService/ForcePresence", ACTS),
    ("/acd.v1.SupervisorService/ForceLogout", ACTS),
    ("/acd.v1.SupervisorService/FreeAgent", ACTS),
    ("/acd.v1.SupervisorService/PauseAgent", ACTS),
    ("/acd.v1.SupervisorService/ResumeAgent", ACTS),
    ("/acd.v1.SupervisorService/SetEmergency", ACTS),
    ("/acd.v1.SupervisorService/MonitorContact", ACTS),
    ("/acd.v1.TokenService/RenewToken", ANY_ROLE),
    ("/acd.v1.ConfigService/Validate", ADMINISTRATOR),
    ("/acd.v1.ConfigService/DryRun", ADMINISTRATOR),
    ("/acd.v1.ConfigService/Apply", ADMINISTRATOR),
    ("/acd.v1.ConfigService/Get", ADMINISTRATOR),
    ("/acd.v1.ConfigService/Rollback", ADMINISTRATOR),
    ("/acd.v1.ConfigService/History", ADMINISTRATOR),
    (
        "/acd.v1.ConfigService/ListTenants",
        ADMINISTRATOR_OR_MONITOR,
    ),
    ("/acd.v1.ConfigService/DeleteTenant", ADMINISTRATOR),
    ("/acd.v1.ConfigService/SetAgentSkills", ADMINISTRATOR),
    // Load balancers and orchestrators ask without credentials.
    ("/grpc.health.v1.Health/Check", Access::Public),
    ("/grpc.health.v1.Health/Watch", Access::Public),
    (
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        ANY_ROLE,
    ),
];

/// Who may make the call of this path; none: nobody, there is no such call.
pub fn access(path: &str) -> Option<Access> {
    TABLE
        .iter()
        .find(|(row, _)| *row == path)
        .map(|(_, access)| *access)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;

    /// Every RPC of the services that the server has.
    fn rpcs() -> BTreeSet<String> {
        let sets = [
            acd_proto::FILE_DESCRIPTOR_SET,
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        ];
        let files = sets
            .into_iter()
            .flat_map(|set| FileDescriptorSet::decode(set).expect("descriptors").file);
        let services = files.flat_map(|file| {
            let package = file.package().to_owned();
            file.service
                .into_iter()
                .map(move |service| (package.clone(), service))
        });
        services
            .flat_map(|(package, service)| {
                let name = format!("{package}.{}", service.name());
                service
                    .method
                    .into_iter()
                    .map(move |method| format!("/{name}/{}", method.name()))
            })
            .collect()
    }

    #[test]
    fn every_rpc_has_exactly_one_row_and_every_row_an_rpc() {
        let rows: Vec<String> = TABLE.iter().map(|(path, _)| (*path).to_owned()).collect();
        let distinct: BTreeSet<String> = rows.iter().cloned().collect();
        assert_eq!(rows.len(), distinct.len(), "a row stands twice");
        assert_eq!(distinct, rpcs());
    }

    #[test]
    fn no_role_is_of_the_public_and_none_is_without_a_call() {
        for role in Role::ALL {
            let may = |(_, access): &&(&str, Access)| matches!(access, Access::Roles(roles) if roles.contains(&role));
            assert!(TABLE.iter().any(|row| may(&row)), "{role:?} may do nothing");
        }
        for (path, access) in TABLE {
            if *access == Access::Public {
                assert!(
                    path.starts_with("/grpc.health.v1."),
                    "{path} is open to anybody"
                );
            }
        }
    }
}

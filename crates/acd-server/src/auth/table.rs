//! Who may make which call. Of the calls of the API their definitions say it; here stand those of the services that are
//! everywhere the same. A test fails when one of these is missing or is no more.

use acd_proto::Rpc;
use acd_proto::v1::Role;

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody, without credentials: tells nothing about any tenant.
    Public,
    /// Callers with any role.
    AnyRole,
    /// Callers with one of these roles, in their own tenants.
    Roles(&'static [Role]),
}

const STANDARD: [(&str, Access); 3] = [
    // Load balancers and orchestrators ask without credentials.
    ("/grpc.health.v1.Health/Check", Access::Public),
    ("/grpc.health.v1.Health/Watch", Access::Public),
    (
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        Access::AnyRole,
    ),
];

/// Who may make the call of this path; none: nobody, there is no such call.
pub(super) fn access(path: &str) -> Option<Access> {
    if let Some(rpc) = Rpc::at(path) {
        return Some(Access::Roles(rpc.roles));
    }
    let mut standard = STANDARD.into_iter();
    standard
        .find(|(row, _)| *row == path)
        .map(|(_, access)| access)
}

/// Whether a caller's calls of this path are carried out a few at a time: those of people who look at all there is, each of
/// which is much work. What adapters and agents say comes as fast as it does.
pub(super) fn takes_turns(path: &str) -> bool {
    const LASTS: &str = "/Watch";
    let services = [
        "/acd.v1.SupervisorService/",
        "/acd.v1.ConfigService/",
        "/acd.v1.HistoryService/",
        "/acd.v1.PrivacyService/",
        "/acd.v1.QualityService/",
    ];
    services.iter().any(|service| path.starts_with(service)) && !path.ends_with(LASTS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use acd_proto::RPCS;
    use prost::Message as _;
    use prost_types::FileDescriptorSet;

    use super::*;

    /// Every RPC of these descriptors.
    fn rpcs(descriptors: &[u8]) -> BTreeSet<String> {
        let files = FileDescriptorSet::decode(descriptors)
            .expect("descriptors")
            .file;
        let services = files.iter().flat_map(|file| {
            let of_file = file.service.iter();
            of_file.map(|service| (format!("/{}.{}", file.package(), service.name()), service))
        });
        services
            .flat_map(|(name, service)| {
                let methods = service.method.iter();
                methods.map(move |method| format!("{name}/{}", method.name()))
            })
            .collect()
    }

    #[test]
    fn every_rpc_says_who_may_make_it() {
        let api: BTreeSet<String> = RPCS.iter().map(|rpc| rpc.path.to_owned()).collect();
        assert_eq!(api, rpcs(acd_proto::FILE_DESCRIPTOR_SET));
        let standard: BTreeSet<String> = STANDARD.map(|(path, _)| path.to_owned()).into();
        let mut expected = rpcs(tonic_health::pb::FILE_DESCRIPTOR_SET);
        expected.extend(rpcs(tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET));
        assert_eq!(standard, expected);
        assert_eq!(access("/acd.v1.AgentService/Unheard"), None);
    }

    #[test]
    fn no_role_is_without_a_call_and_only_health_is_public() {
        for role in Role::all() {
            assert!(
                RPCS.iter().any(|rpc| rpc.roles.contains(&role)),
                "{role:?} may do nothing"
            );
        }
        for (path, access) in STANDARD {
            let health = path.starts_with("/grpc.health.v1.");
            assert_eq!(access == Access::Public, health, "{path}");
        }
    }
}

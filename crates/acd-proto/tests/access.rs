//! Every call says who may make it.

use std::path::Path;

#[allow(dead_code, reason = "only the table is built here")]
#[path = "../build/calls.rs"]
mod calls;

/// What the build makes of a definition.
fn build(service: &str) -> Result<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("ping.proto");
    let definition = format!(
        "syntax = \"proto3\"; package acd.v1; import \"acd/v1/access.proto\"; \
         message PingRequest {{}} message PingResponse {{}} service PingService {{ {service} }}"
    );
    std::fs::write(&file, definition).expect("a temporary file");
    let mut compiler =
        protox::Compiler::new([folder.path(), &root]).expect("the folders are there");
    compiler.open_file(&file).expect("a definition");
    calls::table(&compiler.descriptor_pool())
}

const CALL: &str = "rpc Ping(PingRequest) returns (PingResponse)";

#[test]
fn a_call_that_nobody_may_make_fails_the_build_with_what_to_do() {
    for silent in [
        format!("{CALL};"),
        format!("{CALL} {{ option (acd.v1.access) = {{ roles: [] }}; }}"),
        format!("{CALL} {{ option (acd.v1.access) = {{ roles: [ROLE_UNSPECIFIED] }}; }}"),
    ] {
        let error = build(&silent).expect_err(&silent);
        assert!(error.contains("acd.v1.PingService.Ping"), "{error}");
        assert!(error.contains("option (acd.v1.access)"), "{error}");
    }
}

#[test]
fn what_a_call_says_goes_before_what_its_service_says() {
    let default = "option (acd.v1.default_access) = { roles: [ROLE_AGENT] };";
    let inherited = build(&format!("{default} {CALL};")).expect("a table");
    assert!(inherited.contains("[v1::Role::Agent,]"), "{inherited}");
    let own = "{ option (acd.v1.access) = { roles: [ROLE_MONITOR] }; }";
    let own = build(&format!("{default} {CALL} {own}")).expect("a table");
    assert!(own.contains("[v1::Role::Monitor,]"), "{own}");
}

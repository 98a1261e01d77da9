//! The API guide knows every error a caller can meet.

use acd_proto::v1::ErrorReason;

#[test]
fn the_desk_of_the_api_guide_is_the_one_that_is_tested() {
    let guide = include_str!("../../../docs/api.md");
    let desk = include_str!("../../../docs/examples/desk.ts");
    assert!(
        guide.contains(&format!("```ts\n{desk}```")),
        "copy docs/examples/desk.ts into docs/api.md"
    );
}

#[test]
fn every_error_reason_stands_in_the_api_guide() {
    let guide = include_str!("../../../docs/api.md");
    let reasons = ErrorReason::all();
    let missing: Vec<_> = reasons
        .filter(|reason| *reason != ErrorReason::Unspecified)
        .map(ErrorReason::wire_name)
        .filter(|name| !guide.contains(&format!("| `{name}` |")))
        .collect();
    assert!(
        missing.is_empty(),
        "add a row to the table of errors in docs/api.md: {missing:?}"
    );
}

//! What the definitions of the journal tell of the types of the core.

use std::path::Path;

#[allow(dead_code, reason = "only names are made here")]
#[path = "../build/calls.rs"]
mod calls;
#[allow(dead_code, reason = "only the rows are made here")]
#[path = "../build/journal.rs"]
mod journal;

/// The rows of these definitions.
fn rows(definitions: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("some.proto");
    let definitions = format!(
        "syntax = \"proto3\"; package acd.journal.v1; import \"acd/journal/core.proto\"; {definitions}"
    );
    std::fs::write(&file, definitions).expect("a temporary file");
    let mut compiler =
        protox::Compiler::new([folder.path(), &root]).expect("the folders are there");
    compiler.open_file(&file).expect("definitions");
    let rows = journal::rows(&compiler.descriptor_pool());
    rows.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_instant_has_no_unit_in_the_core_and_a_length_has() {
    let rows = rows(
        "message A { optional int64 until_ms = 1; sint64 for_ms = 2; int64 gap_ms = 3 [(length) = true]; }",
    );
    assert_eq!(
        rows,
        "$row! { struct A { until = until_ms, for_ms = for_ms, gap_ms = gap_ms, } }"
    );
}

#[test]
fn a_variant_holds_a_message_or_what_is_in_it_as_is_said() {
    let messages = "message Empty {} message A { int64 at_ms = 1; } message B { bool b = 1; } message C { bool c = 1; }";
    let of = |oneof: &str| {
        rows(&format!(
            "{messages} message Act {{ oneof kind {{ {oneof} }} }}"
        ))
    };
    let fields = "Empty none = 1; string text = 2; A as_is = 3; B in_places = 4 [(content) = CONTENT_PLACES];";
    assert!(
        of(fields).ends_with(
            "$row! { struct A { at = at_ms, } } $row! { struct C { c = c, } } $row! { enum Act in act { None: Empty { }, \
             Text(value), AsIs(value), InPlaces: B { 0 = b, }, } } $row! { holder Act }"
        ),
        "{}",
        of(fields)
    );
    let said_once = "option (contents) = CONTENT_FIELDS; A a = 1; B b = 2; C c = 3 [(content) = CONTENT_PLACES]; Act act = 4;";
    assert_eq!(
        of(said_once),
        "$row! { enum Act in act { A: A { at = at_ms, }, B: B { b = b, }, C: C { 0 = c, }, Act(value), } } \
         $row! { holder Act }"
    );
}

#[test]
fn an_enum_that_shares_its_message_is_no_holder_and_codes_have_no_zero() {
    let rows = rows(
        "message Event { int64 at_ms = 1; oneof kind { bool on = 2; } } \
         enum EndCause { END_CAUSE_UNSPECIFIED = 0; END_CAUSE_NOT_REACHED = 1; }",
    );
    assert_eq!(
        rows,
        "$row! { enum Event in event { On(value), } } $row! { codes EndCause { NotReached, } }"
    );
}

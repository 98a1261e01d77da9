//! The `.proto` files look alike, whoever wrote them.

use crate::checkout::{assert_none, text, tracked_with_extension};

/// Longest line, in characters.
const LINE_LIMIT: usize = 120;

#[test]
fn proto_files_are_formatted_alike() {
    let files = tracked_with_extension("proto");
    assert!(!files.is_empty(), "no .proto file is tracked");
    let findings = files.iter().flat_map(|file| {
        let findings = format_findings(&text(file));
        findings
            .into_iter()
            .map(|finding| format!("{}:{finding}", file.display()))
            .collect::<Vec<_>>()
    });
    assert_none("format:", &findings.collect::<Vec<_>>());
}

#[test]
fn proto_misformat_is_found() {
    assert!(format_findings("message A {\n  // X {\n  string b = 1;\n}\n").is_empty());
    assert_eq!(
        format_findings("message A {\n    string b = 1;\n}\n"),
        ["2: indent by 2 spaces"]
    );
    assert_eq!(format_findings("message A {} \n"), ["1: space at the end"]);
    assert_eq!(
        format_findings("// a\n\n\n// b\n"),
        ["3: second empty line"]
    );
    assert_eq!(
        format_findings("// a"),
        ["1: the file does not end with a line end"]
    );
}

/// Each line that is out of line, by number and reason.
fn format_findings(source: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let (mut depth, mut empty_before) = (0_usize, false);
    for (index, line) in source.lines().enumerate() {
        let mut find = |what: String| findings.push(format!("{}: {what}", index + 1));
        let content = line.trim();
        let code = content.split("//").next().unwrap_or_default();
        let closes = code.matches(['}', ']']).count();
        let opens = code.matches(['{', '[']).count();
        let expected = 2 * if code.starts_with(['}', ']']) {
            depth.saturating_sub(1)
        } else {
            depth
        };
        if line != line.trim_end() {
            find("space at the end".into());
        } else if content.is_empty() {
            if empty_before {
                find("second empty line".into());
            }
        } else if line.len() - content.len() != expected {
            find(format!("indent by {expected} spaces"));
        } else if line.chars().count() > LINE_LIMIT {
            find(format!("longer than {LINE_LIMIT} characters"));
        }
        depth = (depth + opens).saturating_sub(closes);
        empty_before = content.is_empty();
    }
    if !source.ends_with('\n') {
        findings.push(format!(
            "{}: the file does not end with a line end",
            source.lines().count()
        ));
    }
    findings
}

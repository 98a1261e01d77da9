//! Every element of the API and of the journal says what it means, and is named as the others are.

use std::collections::BTreeSet;
use std::path::Path;

use protox::prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet,
};

use crate::checkout::{assert_none, root, tracked_with_extension};

/// Field numbers of descriptor.proto, of which a source location's path consists.
mod part {
    pub(super) const FILE_MESSAGE: i32 = 4;
    pub(super) const FILE_ENUM: i32 = 5;
    pub(super) const FILE_SERVICE: i32 = 6;
    pub(super) const MESSAGE_FIELD: i32 = 2;
    pub(super) const MESSAGE_NESTED: i32 = 3;
    pub(super) const MESSAGE_ENUM: i32 = 4;
    pub(super) const MESSAGE_ONEOF: i32 = 8;
    pub(super) const ENUM_VALUE: i32 = 2;
    pub(super) const SERVICE_METHOD: i32 = 2;
}

#[test]
fn every_proto_element_is_commented() {
    let tracked = tracked_with_extension("proto");
    let names = tracked.iter().map(|file| {
        file.strip_prefix("proto")
            .expect("definitions lie below proto/")
    });
    let findings = compile(&root().join("proto"), names)
        .file
        .iter()
        .flat_map(findings_in)
        .collect::<Vec<_>>();
    assert_none(
        "comment it (meaning, unit, errors) or name it as the others are:",
        &findings,
    );
}

#[test]
fn proto_elements_without_a_comment_are_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = "syntax = \"proto3\";\npackage p;\nmessage A {\n  // Said.\n  string b = 1;\n  optional string c = 2;\n}\n\
                  // Said.\nenum E {\n  // Said.\n  NONE = 0;\n}\n";
    std::fs::write(folder.path().join("a.proto"), source).expect("a temporary file");
    let files = compile(folder.path(), [Path::new("a.proto")].into_iter());
    let findings = files.file.iter().flat_map(findings_in).collect::<Vec<_>>();
    assert_eq!(
        findings,
        [
            "a.proto: p.A has no comment",
            "a.proto: p.A.c has no comment",
            "a.proto: p.E begins with NONE, not E_UNSPECIFIED",
        ]
    );
}

fn compile<'a>(folder: &Path, files: impl Iterator<Item = &'a Path>) -> FileDescriptorSet {
    let mut compiler = protox::Compiler::new([folder]).expect("the folder of definitions is there");
    compiler.include_source_info(true).include_imports(false);
    compiler
        .open_files(files)
        .unwrap_or_else(|error| panic!("{error:?}"));
    compiler.file_descriptor_set()
}

fn findings_in(file: &FileDescriptorProto) -> Vec<String> {
    let mut walk = Walk {
        file: file.name(),
        commented: commented(file),
        findings: Vec::new(),
    };
    for (index, message) in file.message_type.iter().enumerate() {
        walk.message(
            message,
            file.package(),
            &path(&[], part::FILE_MESSAGE, index),
        );
    }
    for (index, of_values) in file.enum_type.iter().enumerate() {
        walk.enumeration(
            of_values,
            file.package(),
            &path(&[], part::FILE_ENUM, index),
        );
    }
    for (index, service) in file.service.iter().enumerate() {
        let name = format!("{}.{}", file.package(), service.name());
        let at = path(&[], part::FILE_SERVICE, index);
        walk.element(&name, &at);
        for (index, method) in service.method.iter().enumerate() {
            walk.element(
                &format!("{name}.{}", method.name()),
                &path(&at, part::SERVICE_METHOD, index),
            );
        }
    }
    walk.findings
}

/// The paths of all elements that have a comment before them or at the end of their line.
fn commented(file: &FileDescriptorProto) -> BTreeSet<Vec<i32>> {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    let said = locations
        .filter(|at| !at.leading_comments().is_empty() || !at.trailing_comments().is_empty());
    said.map(|at| at.path.clone()).collect()
}

struct Walk<'a> {
    file: &'a str,
    commented: BTreeSet<Vec<i32>>,
    findings: Vec<String>,
}

impl Walk<'_> {
    fn element(&mut self, name: &str, at: &[i32]) {
        if !self.commented.contains(at) {
            self.findings
                .push(format!("{}: {name} has no comment", self.file));
        }
    }

    fn message(&mut self, message: &DescriptorProto, parent: &str, at: &[i32]) {
        let name = format!("{parent}.{}", message.name());
        self.element(&name, at);
        for (index, field) in message.field.iter().enumerate() {
            self.element(
                &format!("{name}.{}", field.name()),
                &path(at, part::MESSAGE_FIELD, index),
            );
        }
        for (index, oneof) in message.oneof_decl.iter().enumerate() {
            // `optional` makes a oneof that nobody wrote.
            let of_optional =
                |field: &&protox::prost_reflect::prost_types::FieldDescriptorProto| {
                    field.proto3_optional() && field.oneof_index == i32::try_from(index).ok()
                };
            if message.field.iter().find(of_optional).is_none() {
                self.element(
                    &format!("{name}.{}", oneof.name()),
                    &path(at, part::MESSAGE_ONEOF, index),
                );
            }
        }
        for (index, nested) in message.nested_type.iter().enumerate() {
            // `map<K, V>` makes a message that nobody wrote.
            if !nested
                .options
                .as_ref()
                .is_some_and(|options| options.map_entry())
            {
                self.message(nested, &name, &path(at, part::MESSAGE_NESTED, index));
            }
        }
        for (index, of_values) in message.enum_type.iter().enumerate() {
            self.enumeration(of_values, &name, &path(at, part::MESSAGE_ENUM, index));
        }
    }

    fn enumeration(&mut self, of_values: &EnumDescriptorProto, parent: &str, at: &[i32]) {
        let name = format!("{parent}.{}", of_values.name());
        self.element(&name, at);
        for (index, value) in of_values.value.iter().enumerate() {
            self.element(
                &format!("{name}.{}", value.name()),
                &path(at, part::ENUM_VALUE, index),
            );
        }
        let zero = of_values.value.first().map_or("", |value| value.name());
        let expected = format!("{}_UNSPECIFIED", screaming(of_values.name()));
        if zero != expected {
            self.findings.push(format!(
                "{}: {name} begins with {zero}, not {expected}",
                self.file
            ));
        }
    }
}

fn path(parent: &[i32], part: i32, index: usize) -> Vec<i32> {
    let index = i32::try_from(index).expect("fewer elements than i32 counts");
    [parent, &[part, index]].concat()
}

/// `OfferState` as `OFFER_STATE`.
fn screaming(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(letter.to_ascii_uppercase());
    }
    words
}

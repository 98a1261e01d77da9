//! Compiles every `.proto` under `/proto/acd` with protox, so that no `protoc` is needed. What else is under `/proto` is
//! there for clients in other languages.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

#[path = "build/calls.rs"]
mod calls;
#[path = "build/journal.rs"]
mod journal;

/// What has no derived `Debug` because it holds personal data: two messages that write it by hand, and the journal,
/// which nobody shows.
const REDACTED: [&str; 3] = [".acd.v1.Attribute", ".acd.v1.Personal", ".acd.journal.v1"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    println!("cargo::rerun-if-changed={}", root.display());

    let mut files = Vec::new();
    proto_files(&root.join("acd"), &mut files)?;
    files.sort();

    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_source_info(true).include_imports(true);
    compiler.open_files(&files)?;

    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(
        out_dir.join("descriptors.bin"),
        compiler.encode_file_descriptor_set(),
    )?;
    let pool = compiler.descriptor_pool();
    fs::write(out_dir.join("calls.rs"), calls::generate(&pool)?)?;
    fs::write(out_dir.join("journal.rs"), journal::generate(&pool))?;
    tonic_prost_build::configure()
        // The adapter service has an RPC named `Connect`; the generated dial function has that name too.
        .build_transport(false)
        .skip_debug(REDACTED)
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

fn proto_files(dir: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            proto_files(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            found.push(path);
        }
    }
    Ok(())
}

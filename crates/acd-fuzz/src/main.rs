//! `acd-fuzz`: writes where fuzzing begins into `fuzz/corpus`.

use std::path::Path;

use anyhow::{Context as _, Result};

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (target, name, bytes) in acd_fuzz::seeds(&root)? {
        let folder = root.join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let file = folder.join(name);
        std::fs::write(&file, bytes).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

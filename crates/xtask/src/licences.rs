//! `cargo xtask licences`: what is linked into `acd`, under which licences, with their texts. Whoever hands the binary on
//! owes them to those who get it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::Program;
use crate::workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The file to write; `cargo xtask package` puts one into the package
    #[arg(value_name = "FILE", default_value = "target/third-party-licences.txt")]
    file: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let file = workspace::root().join(&options.file);
    std::fs::write(&file, text()?).with_context(|| format!("cannot write {}", file.display()))?;
    println!("{}", file.display());
    Ok(())
}

/// How the names of files begin that hold a licence or a notice.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
/// Folders of sources that are not linked.
const NOT_LINKED: [&str; 6] = ["tests", "test", "testdata", "benches", "examples", "fuzz"];

/// A crate that is linked.
struct Linked {
    /// Name and version.
    name: String,
    /// As its manifest has it.
    licence: String,
    authors: String,
    folder: PathBuf,
}

/// The whole document.
pub(crate) fn text() -> Result<String> {
    let linked = linked()?;
    let mut document = String::from(
        "What is linked into acd besides its own code, and the licences it comes under. Where a licence lets one choose\n\
         (`OR`), all the texts that its authors ship are here. The Rust standard library is linked as well: MIT OR\n\
         Apache-2.0, by the Rust project's contributors. SQLite, within libsqlite3-sys, is in the public domain.\n\n",
    );
    // The text, and who comes with it; in the order of the first who does.
    let mut texts: Vec<(String, Vec<&str>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for linked in &linked {
        writeln!(document, "{}: {}", linked.name, linked.licence)?;
        for text in linked.texts()? {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let place = *places.entry(words).or_insert_with(|| {
                texts.push((text, Vec::new()));
                texts.len() - 1
            });
            if !texts[place].1.contains(&linked.name.as_str()) {
                texts[place].1.push(&linked.name);
            }
        }
    }
    for (text, names) in texts {
        let rule = "=".repeat(100);
        write!(
            document,
            "\n{rule}\n{}\n{rule}\n\n{}\n",
            names.join(", "),
            text.trim_end()
        )?;
    }
    Ok(document)
}

impl Linked {
    /// The texts that come with it; where its authors ship none, the standard text with their names.
    fn texts(&self) -> Result<Vec<String>> {
        let mut files = Vec::new();
        find(&self.folder, &mut files)?;
        files.sort();
        let mut texts = Vec::new();
        for file in files {
            let bytes =
                std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            texts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        if texts.is_empty() {
            texts.push(self.standard_text()?);
        }
        Ok(texts)
    }

    fn standard_text(&self) -> Result<String> {
        let authors = match self.authors.as_str() {
            "" => format!("the authors of {}", self.name),
            named => named.to_owned(),
        };
        if !self
            .licence
            .split([' ', '/', '(', ')'])
            .any(|one| one == "MIT")
        {
            bail!(
                "{} ({}) ships no licence text, and crates/xtask/licences has none for it",
                self.name,
                self.licence
            );
        }
        Ok(MIT.replace("{authors}", &authors))
    }
}

/// For crates that ship no text.
const MIT: &str = include_str!("../licences/MIT.txt");

/// Files with a licence, in the folder and below it.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_uppercase();
        if path.is_dir() {
            if !NOT_LINKED.contains(&name.to_lowercase().as_str()) {
                find(&path, files)?;
            }
        } else if NAMES.iter().any(|begin| name.starts_with(begin)) && !name.ends_with(".RS") {
            files.push(path);
        }
    }
    Ok(())
}

/// The crates of others that are linked, sorted by name.
fn linked() -> Result<Vec<Linked>> {
    let tree = Program::cargo()
        .args([
            "tree",
            "--locked",
            "--package",
            "acd-cli",
            "--prefix",
            "none",
        ])
        .args(["--edges", "normal,no-proc-macro", "--format", "{p}"])
        .output()?;
    // `serde v1.0.0 (*)`; one of ours has its folder behind it.
    let mut names: Vec<String> = tree
        .lines()
        .filter(|line| !line.contains("(/"))
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .filter(|name| !name.is_empty())
        .collect();
    names.sort();
    names.dedup();

    let host = Program::new("rustc")
        .args(["--print", "host-tuple"])
        .output()?;
    let metadata = Program::cargo()
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", host.trim()])
        .output()?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata gave no JSON")?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let packages: BTreeMap<String, &Value> = packages
        .iter()
        .map(|it| {
            (
                format!("{} v{}", plain(&it["name"]), plain(&it["version"])),
                it,
            )
        })
        .collect();
    let linked = names.into_iter().map(|name| {
        let package = packages
            .get(&name)
            .with_context(|| format!("no metadata of {name}"))?;
        let manifest = PathBuf::from(plain(&package["manifest_path"]));
        let authors = package["authors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(plain);
        Ok(Linked {
            licence: plain(&package["license"]),
            authors: authors.collect::<Vec<_>>().join(", "),
            folder: manifest.parent().unwrap_or(&manifest).to_path_buf(),
            name: name.replacen(" v", " ", 1),
        })
    });
    linked.collect()
}

fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

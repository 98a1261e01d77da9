//! The scenario files, and the documentation that says what can be written in them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use acd_scenario::{Problems, Run, Scenario};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files() -> Vec<PathBuf> {
    let root = root();
    let paths = ["crates/acd-scenario/scenarios", "deploy/examples"].map(|path| root.join(path));
    acd_scenario::find(&paths).expect("the folders can be read")
}

fn name_of(path: &Path) -> String {
    let name = path.strip_prefix(root()).expect("a path of the repository");
    name.display().to_string()
}

fn read(path: &Path) -> Result<Scenario, Problems> {
    let text = std::fs::read_to_string(path).expect("the file can be read");
    Scenario::read(&text, &path.display().to_string(), None)
}

fn run(text: &str) -> Run {
    let scenario =
        Scenario::read(text, "test.acd", None).unwrap_or_else(|problems| panic!("{problems}"));
    scenario.run(false)
}

#[test]
fn every_scenario_passes() {
    let mut wrong = Vec::new();
    for path in files() {
        match read(&path).map(|scenario| scenario.run(false)) {
            Ok(Run { failure: None, .. }) => {}
            Ok(Run {
                failure: Some(failure),
                ..
            }) => wrong.push(failure.to_string()),
            Err(problems) => wrong.push(problems.to_string()),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} scenarios fail:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn the_template_passes() {
    let run = run(acd_scenario::TEMPLATE);
    assert!(run.failure.is_none(), "{:?}", run.failure);
}

#[test]
fn the_example_of_the_guide_passes() {
    let guide = guide();
    let mut blocks = guide
        .split("```\n")
        .filter(|block| block.contains("\ntimeline:\n"));
    let run = run(blocks.next().expect("the guide has an example"));
    assert!(run.failure.is_none(), "{:?}", run.failure);
}

/// The document must be this text. `BLESS=1 cargo test` writes it there.
fn assert_documented(document: &str, expected: &str) {
    let path = root().join(document);
    let text = std::fs::read_to_string(&path).expect("the document can be read");
    if text == expected {
        return;
    }
    assert!(
        std::env::var_os("BLESS").is_some(),
        "{document} does not say what is so: run the test with BLESS=1 and look at the difference"
    );
    std::fs::write(&path, expected).expect("the document can be written");
}

const GUIDE: &str = "docs/scenarios.md";

fn guide() -> String {
    std::fs::read_to_string(root().join(GUIDE)).expect("the guide can be read")
}

#[test]
fn every_statement_is_in_the_reference() {
    let guide = guide();
    let (begin, end) = ("<!-- reference -->\n", "<!-- end of reference -->");
    let (before, rest) = guide.split_once(begin).expect("the mark is there");
    let (_, after) = rest.split_once(end).expect("the end mark is there");
    let reference = acd_scenario::reference();
    assert_documented(GUIDE, &format!("{before}{begin}{reference}{end}{after}"));
}

#[test]
fn the_guide_can_be_read_in_one_sitting() {
    assert!(guide().len() < 60_000, "{} bytes", guide().len());
}

/// The lines of the catalogue: as `covers:` names them, and what they are about.
fn catalogue() -> Vec<(&'static str, &'static str)> {
    let lines = include_str!("../scenarios/CATALOGUE.txt").lines();
    let stated = lines.filter(|line| !line.starts_with('#'));
    stated
        .map(|line| line.split_once(" | ").expect("an id and a subject"))
        .collect()
}

/// The files that cover each line.
fn coverage() -> BTreeMap<String, BTreeSet<String>> {
    let mut covered: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files() {
        for line in read(&path)
            .map(|scenario| scenario.covers)
            .unwrap_or_default()
        {
            covered.entry(line).or_default().insert(name_of(&path));
        }
    }
    covered
}

#[test]
fn every_line_of_the_catalogue_has_a_file_and_every_file_names_lines_that_exist() {
    let (catalogue, coverage) = (catalogue(), coverage());
    let missing: Vec<&str> = catalogue
        .iter()
        .map(|(id, _)| *id)
        .filter(|id| !coverage.contains_key(*id))
        .collect();
    let unknown: Vec<&String> = coverage
        .keys()
        .filter(|id| catalogue.iter().all(|(known, _)| known != id))
        .collect();
    assert!(missing.is_empty(), "no file covers: {}", missing.join(", "));
    assert!(
        unknown.is_empty(),
        "files cover what is no line: {unknown:?}"
    );
}

const COVERAGE: &str = "# Which scenario file shows what

The lines of the feature catalogue (A1 to I), of its scenarios from call queues (S3 to S63) and from contact-centre
platforms (P.C1 to P.C19), each with the [scenario files](scenarios.md) that name it in `covers:`. A test writes this page
from the files: `BLESS=1 cargo test -p acd-scenario --test scenarios coverage`.
";

/// One file to a line, so that two who add files change different lines.
#[test]
fn the_page_of_coverage_is_what_the_files_say() {
    let coverage = coverage();
    let mut page = COVERAGE.to_owned();
    for (id, subject) in catalogue() {
        page.push_str(&format!("\n## {id}: {subject}\n\n"));
        for file in coverage.get(id).into_iter().flatten() {
            page.push_str(&format!("- {}\n", link(file)));
        }
    }
    assert_documented("docs/scenario-coverage.md", &page);
}

fn link(file: &str) -> String {
    let stem = Path::new(file)
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or(file);
    format!("[{stem}](../{file})")
}

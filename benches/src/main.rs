//! What the benchmarks and `cargo xtask` call: `acd-benches` with one of the words below.

use std::path::Path;
use std::process::ExitCode;

use acd_benches::instructions;
use acd_benches::report::Report;
use acd_benches::rows::Row;

const USAGE: &str = "usage:
  acd-benches report FIGURES REPORT         make the report of the figures that were handed in
  acd-benches row KEY AGENTS HOURS KINDS P  live a row under valgrind, whose vgdb has the prefix P";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match *words {
        ["report", figures, report] => write_report(Path::new(figures), Path::new(report)),
        ["row", key, agents, hours, kinds, prefix] => live_row(key, [agents, hours], kinds, prefix),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

fn write_report(figures: &Path, path: &Path) -> Done {
    let report = Report::of(figures)?;
    report.write(path)?;
    report.print();
    println!("written to {}", path.display());
    Ok(())
}

fn live_row(key: &str, numbers: [&str; 2], kinds: &str, prefix: &str) -> Done {
    let row = Row::named(key).ok_or("no such row")?;
    let [agents, hours] = numbers.map(str::parse);
    instructions::live(row, agents?, hours?, Path::new(kinds), Path::new(prefix))?;
    Ok(())
}

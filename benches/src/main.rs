//! What `cargo xtask bench` calls once the benchmarks have run: `acd-benches report FIGURES REPORT`.

use std::path::Path;
use std::process::ExitCode;

use acd_benches::report::Report;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match *words {
        ["report", figures, report] => match write_report(Path::new(figures), Path::new(report)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {figures}: {error}");
                ExitCode::FAILURE
            }
        },
        _ => {
            eprintln!("usage: acd-benches report FIGURES REPORT");
            ExitCode::FAILURE
        }
    }
}

fn write_report(figures: &Path, path: &Path) -> std::io::Result<()> {
    let report = Report::of(figures)?;
    report.write(path)?;
    report.print();
    println!("written to {}", path.display());
    Ok(())
}

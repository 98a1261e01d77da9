//! What `cargo xtask bench` and the end-to-end bench start: `acd-benches report FIGURES REPORT` once the benchmarks have
//! run, `acd-benches bare [ADDRESS]`, the bare server, which prints `ready grpc=ADDRESS` when it listens, and `acd-benches
//! pump ADDRESS AGENTS CONNECTIONS SECONDS`, which prints how many messages a second go through it.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use acd_benches::pump::Pump;
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
        ["bare"] => bare("127.0.0.1:0"),
        ["bare", address] => bare(address),
        ["pump", address, agents, connections, seconds] => {
            pump(address, [agents, connections, seconds])
        }
        _ => {
            eprintln!(
                "usage: acd-benches report FIGURES REPORT | bare [ADDRESS] | pump ADDRESS AGENTS CONNECTIONS SECONDS"
            );
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

fn bare(address: &str) -> ExitCode {
    ended(async {
        let listens = |address| println!("ready grpc={address}");
        acd_benches::bare::serve(address.parse()?, listens).await
    })
}

fn pump(address: &str, numbers: [&str; 3]) -> ExitCode {
    ended(async {
        let [agents, connections, seconds] = numbers.map(str::parse::<u32>);
        let pump = Pump {
            agents: agents?,
            connections: connections?,
            length: Duration::from_secs(seconds?.into()),
        };
        println!("{}", pump.run(address).await?);
        Ok(())
    })
}

fn ended(work: impl Future<Output = Result<(), Box<dyn Error>>>) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new();
    match runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(work))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

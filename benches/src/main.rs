//! What the benchmarks and `cargo xtask` call: `acd-benches` with one of the words below.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use acd_benches::attack::{self, Kind};
use acd_benches::pump::Pump;
use acd_benches::report::Report;
use acd_benches::rows::Row;
use acd_benches::{bare, gate, instructions};

const USAGE: &str = "usage:
  acd-benches report FIGURES REPORT         make the report of the figures that were handed in
  acd-benches gate BASE-LINE                fail when a row takes more instructions than its base line
  acd-benches accept BASE-LINE              make what is counted now the base line
  acd-benches row KEY AGENTS HOURS KINDS P  live a row under valgrind, whose vgdb has the prefix P
  acd-benches bare [ADDRESS]                the bare server; it prints `ready grpc=ADDRESS` when it listens
  acd-benches pump ADDRESS AGENTS CONNECTIONS SECONDS
                                            how many messages a second go through the bare server
  acd-benches attack KIND ADDRESS TOKEN TENANT SECONDS
                                            harms the server with the token in this file; TENANT: whose views it watches";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match *words {
        ["report", figures, report] => write_report(Path::new(figures), Path::new(report)),
        ["gate", base_line] => pass_gate(Path::new(base_line)),
        ["accept", base_line] => accept(Path::new(base_line)),
        ["row", key, agents, hours, kinds, prefix] => live_row(key, [agents, hours], kinds, prefix),
        ["bare"] => serve_bare("127.0.0.1:0"),
        ["bare", address] => serve_bare(address),
        ["pump", address, agents, connections, seconds] => {
            pump(address, [agents, connections, seconds])
        }
        ["attack", kind, address, token, tenant, seconds] => {
            attack(kind, address, Path::new(token), tenant, seconds)
        }
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

fn pass_gate(base_line: &Path) -> Done {
    let findings = gate::judge(&std::env::current_exe()?, base_line)?;
    if findings.is_empty() {
        return Ok(());
    }
    let findings = findings.join("\n  ");
    let remedy = "if that is meant, `cargo xtask bench --accept` makes it the base line";
    Err(format!("the core takes more instructions than before:\n  {findings}\n{remedy}").into())
}

fn accept(base_line: &Path) -> Done {
    gate::accept(&std::env::current_exe()?, base_line)?;
    println!("written to {}", base_line.display());
    Ok(())
}

fn live_row(key: &str, numbers: [&str; 2], kinds: &str, prefix: &str) -> Done {
    let row = Row::named(key).ok_or("no such row")?;
    let [agents, hours] = numbers.map(str::parse);
    instructions::live(row, agents?, hours?, Path::new(kinds), Path::new(prefix))?;
    Ok(())
}

fn serve_bare(address: &str) -> Done {
    let listens = |address| println!("ready grpc={address}");
    // As many threads as the server has where it keeps a processor for its shard.
    let processors = std::thread::available_parallelism()?.get();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads((processors - 1).max(1))
        .enable_all()
        .build()?;
    runtime.block_on(bare::serve(address.parse()?, listens))
}

fn pump(address: &str, numbers: [&str; 3]) -> Done {
    let [agents, connections, seconds] = numbers.map(str::parse::<u32>);
    let pump = Pump {
        agents: agents?,
        connections: connections?,
        length: Duration::from_secs(seconds?.into()),
    };
    let messages_per_s = tokio::runtime::Runtime::new()?.block_on(pump.run(address))?;
    println!("{messages_per_s}");
    Ok(())
}

fn attack(kind: &str, address: &str, token: &Path, tenant: &str, seconds: &str) -> Done {
    let kind = Kind::named(kind).ok_or("no such kind of attack")?;
    let token = std::fs::read_to_string(token)?;
    let length = Duration::from_secs(seconds.parse()?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let told = runtime.block_on(attack::run(kind, address, &token, tenant, length))?;
    println!("{told:?}");
    Ok(())
}

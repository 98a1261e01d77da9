//! The samples below `deploy/` are read by the programs they are written for.

use std::path::Path;
use std::process::Command;

#[test]
fn prometheus_reads_the_sample_scrape_configuration() {
    let promtool = std::env::var_os("ACD_PROMTOOL")
        .expect("run the tests by `cargo xtask test`, which sets ACD_PROMTOOL");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/prometheus/prometheus.yml");
    let output = Command::new(promtool)
        .args(["check", "config"])
        .arg(file)
        .output()
        .expect("promtool starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

//! How a command ends: its exit code, and its error as what is wrong, in which field, and what to do.

use std::process::ExitCode;

use acd_client::Error;

/// It failed, or what was found is not in order.
const FAILED: u8 = 1;
/// The server cannot be reached, or did not answer in time.
const UNREACHABLE: u8 = 3;
/// The server refused.
const REFUSED: u8 = 4;

/// Tells an error on standard error and gives the code to exit with.
pub(crate) fn code(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {}", told(&error));
    ExitCode::from(match cause(&error) {
        Some(Error::Unreachable(_) | Error::DeadlinePassed { .. }) => UNREACHABLE,
        Some(Error::Refused(_)) => REFUSED,
        _ => FAILED,
    })
}

fn cause(error: &anyhow::Error) -> Option<&Error> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

/// A refusal in lines of its own; anything else with its causes in one.
fn told(error: &anyhow::Error) -> String {
    let Some(Error::Refused(refusal)) = cause(error) else {
        return format!("{error:#}");
    };
    let mut text = format!("{}: {}", refusal.reason_name, refusal.message);
    if !refusal.field.is_empty() {
        text.push_str(&format!("\n  field: {}", refusal.field));
    }
    for (field, problem) in &refusal.violations {
        text.push_str(&format!("\n  {field}: {problem}"));
    }
    if !refusal.remedy.is_empty() {
        text.push_str(&format!("\n  remedy: {}", refusal.remedy));
    }
    text
}

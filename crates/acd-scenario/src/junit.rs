//! The report that continuous integration reads.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::problem::Problems;
use crate::run::Run;

/// A JUnit report of scenarios: how each file went, or what is wrong with it, and how long it took.
///
/// # Errors
/// A text that XML cannot hold.
pub fn junit(results: &[(String, Result<Run, Problems>, Duration)]) -> Result<String, String> {
    let mut suite = TestSuite::new("acd scenario run");
    for (file, result, took) in results {
        let mut status = TestCaseStatus::success();
        match result {
            Ok(Run { failure: None, .. }) => {}
            Ok(Run {
                failure: Some(failure),
                ..
            }) => {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(format!(
                    "expected {}; seen: {}",
                    failure.expected, failure.seen
                ));
                status.set_description(failure.to_string());
            }
            Err(problems) => {
                status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message("the file cannot be read");
                status.set_description(problems.to_string());
            }
        }
        let mut case = TestCase::new(file.as_str(), status);
        case.set_time(*took);
        suite.add_test_case(case);
    }
    let mut report = Report::new("acd scenarios");
    report.add_test_suite(suite);
    report.to_string().map_err(|error| error.to_string())
}

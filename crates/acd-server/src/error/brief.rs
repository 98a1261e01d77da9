//! What a refusal says fits: it never repeats more than a little of what it was sent, and all of it goes through gRPC's
//! metadata.

use std::collections::HashMap;

use acd_proto::ERROR_DOMAIN;
use tonic::Status;
use tonic_types::{ErrorDetails, FieldViolation, QuotaViolation, StatusExt as _};

use super::{ApiError, code};

/// The most characters of one value of the input that a text repeats.
const ECHO_CHARS_MAX: usize = 200;
/// The most bytes of texts, as gRPC carries them: with other characters than ASCII's escaped.
const MESSAGE_BYTES_MAX: usize = 1_000;
pub(super) const SENTENCE_BYTES_MAX: usize = 600;
pub(super) const NAME_BYTES_MAX: usize = 250;
/// The most bytes of all details together. In the metadata they are a third longer; with the message they stay below the
/// 8 KiB that clients take.
const DETAILS_BYTES_MAX: usize = 4_500;
/// What stands for what was left out.
const CUT: char = '…';
/// The metadata entry that says how many violations were left out.
const LEFT_OUT: &str = "violations_left_out";

/// A text with every word, and everything in quotes, cut to a length; and then the whole.
pub(super) fn brief(text: &str, bytes_max: usize) -> String {
    let mut brief = String::with_capacity(text.len().min(bytes_max));
    let (mut quoted, mut escaped) = (false, false);
    let (mut run, mut bytes) = (0, 0);
    for character in text.chars() {
        if character == '"' && !escaped {
            quoted = !quoted;
            run = 0;
        } else if character.is_whitespace() && !quoted {
            run = 0;
        } else {
            run += 1;
        }
        escaped = quoted && character == '\\' && !escaped;
        let shown = match run {
            ..=ECHO_CHARS_MAX => character,
            run if run == ECHO_CHARS_MAX + 1 => CUT,
            _ => continue,
        };
        bytes += escaped_bytes(shown);
        if bytes > bytes_max {
            brief.push(CUT);
            break;
        }
        brief.push(shown);
    }
    brief
}

/// How long a character is in gRPC's message, which escapes bytes that are no printable ASCII.
fn escaped_bytes(character: char) -> usize {
    match character {
        ' '..='~' if character != '%' => 1,
        _ => 3 * character.len_utf8(),
    }
}

/// The status of a refusal, small enough for every client.
pub(super) fn status(error: &ApiError) -> Status {
    let message = brief(&error.to_string(), MESSAGE_BYTES_MAX);
    let violations = error.field_violations();
    let mut kept = violations.len();
    loop {
        let details = details(error, &violations, kept);
        let status = Status::with_error_details(code(error.reason), message.clone(), details);
        if kept == 0 || status.details().len() <= DETAILS_BYTES_MAX {
            return status;
        }
        kept /= 2;
    }
}

fn details(error: &ApiError, violations: &[(String, String)], kept: usize) -> ErrorDetails {
    let entries = error.metadata.iter();
    let entries = entries.map(|(key, value)| (*key, &**value, NAME_BYTES_MAX));
    let own = [
        ("field", &*error.field, NAME_BYTES_MAX),
        ("detail", &*error.detail, SENTENCE_BYTES_MAX),
        ("remedy", &*error.remedy, SENTENCE_BYTES_MAX),
    ];
    let own = own.into_iter().filter(|(_, value, _)| !value.is_empty());
    let mut metadata: HashMap<String, String> = entries
        .chain(own)
        .map(|(key, value, bytes_max)| (key.to_owned(), brief(value, bytes_max)))
        .collect();
    let left_out = violations.len() - kept;
    if left_out > 0 {
        metadata.insert(LEFT_OUT.to_owned(), left_out.to_string());
    }
    let mut details =
        ErrorDetails::with_error_info(error.reason.wire_name(), ERROR_DOMAIN, metadata);
    if kept > 0 {
        let told = violations[..kept].iter().map(|(field, description)| {
            let description = brief(description, SENTENCE_BYTES_MAX);
            FieldViolation::new(brief(field, NAME_BYTES_MAX), description)
        });
        details.set_bad_request(told.collect::<Vec<_>>());
    }
    if error.retry_after.is_some() {
        details.set_retry_info(error.retry_after);
    }
    if let Some(whose) = &error.quota {
        details.set_quota_failure(vec![QuotaViolation::new(
            brief(&format!("caller:{whose}"), NAME_BYTES_MAX),
            brief(&error.detail, SENTENCE_BYTES_MAX),
        )]);
    }
    details
}

#[cfg(test)]
mod tests {
    use acd_proto::v1::ErrorReason;
    use proptest::prelude::*;
    use tonic::Code;

    use super::super::Violation;
    use super::*;

    /// What gRPC carries in its metadata for a status.
    fn carried(status: &Status) -> usize {
        let response: tonic::codegen::http::Response<tonic::body::Body> =
            status.clone().into_http();
        let headers = response.headers().iter();
        headers
            .map(|(name, value)| name.as_str().len() + value.len() + 32)
            .sum()
    }

    #[test]
    fn a_refusal_repeats_no_more_than_a_little_of_what_it_was_sent() {
        let sent = "x".repeat(100_000);
        for detail in [
            format!("there is no queue {sent:?}"),
            format!("contact {sent} is held by another adapter"),
            format!("no queue {:?} here", format!("{sent} {sent} \" {sent}")),
        ] {
            let error = ApiError::new(ErrorReason::UnknownQueue, sent.clone(), detail)
                .with("nearest", &sent);
            let status = Status::from(error.clone());
            let info = status.get_details_error_info().expect("error info");
            let refusal = error.of_event(1);
            let mut texts = vec![status.message().to_owned(), refusal.message, refusal.field];
            texts.extend(info.metadata.into_values());
            for text in texts {
                let echoed = text.chars().filter(|it| *it == 'x').count();
                assert!(echoed <= 2 * ECHO_CHARS_MAX, "{echoed}: {text}");
                let longest = text.split(|it| it != 'x').map(str::len).max();
                assert!(longest <= Some(ECHO_CHARS_MAX), "{text}");
            }
        }
    }

    #[test]
    fn what_is_short_is_told_as_it_is() {
        let text = "there is no queue \"a \\\"quoted\\\" one\", nearest \"sales\"; name one of the configuration";
        assert_eq!(brief(text, SENTENCE_BYTES_MAX), text);
    }

    #[test]
    fn a_long_list_of_violations_is_cut_and_says_so() {
        let violation = |nth: usize| Violation {
            field: format!("queues.q{nth}.ring"),
            description: "it is out of range; give a time".repeat(3),
        };
        let mut error = ApiError::new(ErrorReason::ConfigInvalid, "document", "many problems");
        error.violations = (0..1_000).map(violation).collect();
        let status = Status::from(error);
        assert!(carried(&status) < 8_192);
        let told = status.get_details_bad_request().expect("bad request");
        let info = status.get_details_error_info().expect("error info");
        let told = told.field_violations.len();
        assert!(told > 5, "{told}");
        assert_eq!(info.metadata[LEFT_OUT], (1_000 - told).to_string());
    }

    proptest! {
        #[test]
        fn every_refusal_fits_into_the_metadata(
            field in "\\PC{0,400}",
            detail in "(?s).{0,3000}",
            remedy in "\\PC{0,3000}",
            value in "\\PC{0,3000}",
            count in 0..50_usize,
        ) {
            let mut error = ApiError::invalid(field.clone(), &detail, remedy.clone())
                .with("limit", &value)
                .with("nearest", &value)
                .over_quota(value.as_str().into());
            error.violations = (0..count)
                .map(|_| Violation { field: field.clone(), description: detail.clone() })
                .collect();
            let status = Status::from(error);
            prop_assert_eq!(status.code(), Code::InvalidArgument);
            prop_assert!(carried(&status) < 8_192, "{}", carried(&status));
        }
    }
}

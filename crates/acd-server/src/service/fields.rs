//! Checks of single fields: each names the field and what would do.

use acd_core::config::{DURATION_MAX_MS, NAME_BYTES_MAX, check_name};
use acd_core::ids::{Channel, DurationMs, TimeMs};
use acd_core::personal::Personal;
use acd_core::requirement::{GROUPS_MAX, Requirement, TERMS_MAX};
use acd_proto::v1;

use crate::error::ApiError;
use acd_view as view;

/// The latest instant that may be named: the end of the year 9999.
const INSTANT_MAX_MS: TimeMs = 253_402_300_799_999;

/// The longest tag of a language, in bytes.
pub(super) const LANGUAGE_BYTES_MAX: usize = 35;

/// A name that people or adapters gave.
pub(super) fn name<N: for<'n> From<&'n str>>(field: &str, text: &str) -> Result<N, ApiError> {
    let remedy = || format!("give a name of 1..={NAME_BYTES_MAX} bytes without control characters");
    check_name(text).map_err(|wrong| ApiError::invalid(field, wrong, remedy()))?;
    Ok(text.into())
}

/// A short text that is there, without control characters.
pub(super) fn code(field: &str, text: &str, bytes_max: usize) -> Result<(), ApiError> {
    let wrong = |detail| {
        let remedy = format!("give 1..={bytes_max} bytes without control characters");
        ApiError::invalid(field, detail, remedy)
    };
    if text.is_empty() {
        return Err(wrong("it is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(wrong("it holds a control character"));
    }
    length(field, text, bytes_max)
}

/// A text that may not be longer.
pub(super) fn length(field: &str, text: &str, bytes_max: usize) -> Result<(), ApiError> {
    let bytes = text.len();
    if bytes <= bytes_max {
        return Ok(());
    }
    let detail = format!("it has {bytes} bytes, at most {bytes_max} are allowed");
    Err(ApiError::invalid(field, detail, "shorten it").with("limit", bytes_max))
}

/// A list that may not be longer.
pub(super) fn count(field: &str, entries: usize, most: usize) -> Result<(), ApiError> {
    if entries <= most {
        return Ok(());
    }
    let detail = format!("it has {entries} entries, at most {most} are allowed");
    Err(ApiError::invalid(field, detail, "send fewer, or in several calls").with("limit", most))
}

/// The id of a thing the engine created, which is never 0.
pub(super) fn id(field: &str, id: u64) -> Result<u64, ApiError> {
    if id != 0 {
        return Ok(id);
    }
    Err(ApiError::invalid(
        field,
        "it is missing",
        "take the id from the stream or the answer that named it",
    ))
}

/// A part of the message without which the rest says nothing.
pub(super) fn part<T>(field: &str, part: Option<T>) -> Result<T, ApiError> {
    part.ok_or_else(|| ApiError::invalid(field, "it is missing", "set it"))
}

/// An instant of engine time; 0 is none.
pub(super) fn instant(field: &str, at_ms: i64) -> Result<Option<TimeMs>, ApiError> {
    if (0..=INSTANT_MAX_MS).contains(&at_ms) {
        return Ok(Some(at_ms).filter(|at| *at != 0));
    }
    let remedy = format!("give milliseconds since 1970, 1..={INSTANT_MAX_MS}, or 0 for none");
    Err(ApiError::invalid(
        field,
        format!("{at_ms} is no instant"),
        remedy,
    ))
}

/// Where somebody is reached: a number, an extension, an address.
pub(super) fn address(field: &str, message: Option<v1::Personal>) -> Result<Personal, ApiError> {
    let text = message.map(|address| address.value).unwrap_or_default();
    // The text itself is personal: what is wrong is told without it.
    code(field, &text, NAME_BYTES_MAX)?;
    Ok(text.into())
}

/// A length of time that may be negative only if `least` is.
pub(super) fn duration(field: &str, ms: i64, least: DurationMs) -> Result<DurationMs, ApiError> {
    if (least..=DURATION_MAX_MS).contains(&ms) {
        return Ok(ms);
    }
    let remedy = format!("give {least}..={DURATION_MAX_MS} milliseconds");
    Err(ApiError::invalid(
        field,
        format!("{ms} ms is out of range"),
        remedy,
    ))
}

/// A channel.
pub(super) fn channel(field: &str, text: &str) -> Result<Channel, ApiError> {
    Channel::from_name(text).ok_or_else(|| {
        let known = Channel::ALL.map(Channel::as_str).join(", ");
        ApiError::invalid(
            field,
            format!("there is no channel {text:?}"),
            format!("give one of {known}"),
        )
    })
}

/// A requirement of a size that the engine looks at; what it asks for is the engine's to judge.
pub(super) fn requirement(
    field: &str,
    message: Option<&v1::Requirement>,
) -> Result<Option<Requirement>, ApiError> {
    let Some(message) = message else {
        return Ok(None);
    };
    count(&format!("{field}.any_of"), message.any_of.len(), GROUPS_MAX)?;
    for (at, group) in message.any_of.iter().enumerate() {
        count(
            &format!("{field}.any_of[{at}].all_of"),
            group.all_of.len(),
            TERMS_MAX,
        )?;
    }
    Ok(Some(view::requirement_from(message)))
}

#[cfg(test)]
mod tests {
    use acd_proto::v1::ErrorReason;

    use super::*;

    #[test]
    fn every_check_names_the_field_and_a_remedy() {
        let long = "x".repeat(NAME_BYTES_MAX + 1);
        let wide = v1::Requirement {
            any_of: vec![v1::TermGroup::default(); GROUPS_MAX + 1],
        };
        for error in [
            name::<String>("f", "").unwrap_err(),
            name::<String>("f", &long).unwrap_err(),
            name::<String>("f", "a\nb").unwrap_err(),
            code("f", "", 4).unwrap_err(),
            code("f", "abcde", 4).unwrap_err(),
            length("f", "abcde", 4).unwrap_err(),
            count("f", 5, 4).unwrap_err(),
            id("f", 0).unwrap_err(),
            part::<()>("f", None).unwrap_err(),
            duration("f", -1, 0).unwrap_err(),
            instant("f", -1).unwrap_err(),
            instant("f", INSTANT_MAX_MS + 1).unwrap_err(),
            address("f", None).unwrap_err(),
            address("f", Some(long.as_str().into())).unwrap_err(),
            duration("f", DURATION_MAX_MS + 1, 0).unwrap_err(),
            channel("f", "pigeon").unwrap_err(),
            requirement("f", Some(&wide)).unwrap_err(),
        ] {
            assert_eq!(error.reason, ErrorReason::InvalidArgument, "{error}");
            assert!(error.field.starts_with('f'), "{error}");
            assert!(
                !error.detail.is_empty() && !error.remedy.is_empty(),
                "{error}"
            );
        }
    }

    #[test]
    fn what_is_at_its_limit_passes() {
        assert!(length("f", "abcd", 4).is_ok());
        assert!(count("f", 4, 4).is_ok());
        assert_eq!(duration("f", DURATION_MAX_MS, 0).unwrap(), DURATION_MAX_MS);
        assert_eq!(instant("f", 0).unwrap(), None);
        assert_eq!(instant("f", INSTANT_MAX_MS).unwrap(), Some(INSTANT_MAX_MS));
        assert_eq!(channel("f", "voice").unwrap(), Channel::Voice);
        assert_eq!(requirement("f", None).unwrap(), None);
    }
}

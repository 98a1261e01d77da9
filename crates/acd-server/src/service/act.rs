//! What agents and supervisors say beside ids: presences, dispositions, destinations.

use std::sync::Arc;

use acd_core::command::{
    AskedBy, Availability, Destination, Disposition, MonitorMode, RecordingState, Score,
};
use acd_proto::v1::{self, destination::To};

use super::fields;
use crate::error::ApiError;

/// The longest reason code, in bytes.
const REASON_CODE_BYTES_MAX: usize = 64;
/// The longest disposition code, in bytes.
const DISPOSITION_CODE_BYTES_MAX: usize = 64;

/// The presence that is asked for.
pub(super) fn availability(
    presence: v1::Presence,
    reason_code: &str,
) -> Result<Availability, ApiError> {
    match presence {
        v1::Presence::Ready if reason_code.is_empty() => Ok(Availability::Ready),
        v1::Presence::Ready => Err(ApiError::invalid(
            "reason_code",
            "READY has no reason",
            "leave it empty, or ask for NOT_READY",
        )),
        v1::Presence::NotReady => self::reason_code(reason_code).map(Availability::NotReady),
        v1::Presence::Unspecified | v1::Presence::Offline => Err(ApiError::invalid(
            "presence",
            "only READY and NOT_READY can be asked for",
            "give one of the two; to go offline log out",
        )),
    }
}

/// Why somebody is not ready, or paused.
pub(super) fn reason_code(text: &str) -> Result<Arc<str>, ApiError> {
    fields::code("reason_code", text, REASON_CODE_BYTES_MAX)?;
    Ok(text.into())
}

/// What became of a contact, if anything is said. Notes without a code are a draft.
pub(super) fn disposition(
    message: Option<v1::Disposition>,
) -> Result<Option<Disposition>, ApiError> {
    let Some(said) = message else { return Ok(None) };
    if !said.code.is_empty() {
        fields::code("disposition.code", &said.code, DISPOSITION_CODE_BYTES_MAX)?;
    }
    let notes = said.notes.map(|notes| notes.value).unwrap_or_default();
    Ok(Some(Disposition {
        code: said.code.into(),
        notes: notes.into(),
    }))
}

/// What a customer thinks of how they were served; whether it is within its scale is the engine's to judge.
pub(super) fn score(message: Option<v1::Score>) -> Result<Score, ApiError> {
    let said = fields::part("score", message)?;
    let asked_by = match said.asked_by() {
        v1::AskedBy::Keypad => AskedBy::Keypad,
        v1::AskedBy::Message => AskedBy::Message,
        v1::AskedBy::Link => AskedBy::Link,
        v1::AskedBy::Agent => AskedBy::Agent,
        v1::AskedBy::Unspecified => {
            let remedy = "give one of ASKED_BY_KEYPAD, _MESSAGE, _LINK, _AGENT";
            return Err(ApiError::invalid("score.asked_by", "it is missing", remedy));
        }
    };
    let comment = said.comment.map(|comment| comment.value);
    Ok(Score {
        points: said.points,
        scale_max: said.scale_max,
        asked_by,
        question: said.question.into(),
        comment: comment.unwrap_or_default().into(),
    })
}

/// Where a contact is sent, or who is asked.
pub(super) fn destination(message: Option<v1::Destination>) -> Result<Destination, ApiError> {
    match message.and_then(|message| message.to) {
        Some(To::Queue(queue)) => fields::name("to.queue", &queue).map(Destination::Queue),
        Some(To::Agent(agent)) => fields::name("to.agent", &agent).map(Destination::Agent),
        Some(To::External(address)) => {
            fields::address("to.external", Some(address)).map(Destination::External)
        }
        None => {
            let remedy = "set queue, agent or external";
            Err(ApiError::invalid("to", "it names no destination", remedy))
        }
    }
}

/// How a supervisor takes part in a conversation.
pub(super) fn monitor_mode(mode: v1::MonitorMode) -> Result<MonitorMode, ApiError> {
    match mode {
        v1::MonitorMode::Listen => Ok(MonitorMode::Listen),
        v1::MonitorMode::Whisper => Ok(MonitorMode::Whisper),
        v1::MonitorMode::Barge => Ok(MonitorMode::Barge),
        v1::MonitorMode::Unspecified => {
            let remedy = "give one of MONITOR_MODE_LISTEN, _WHISPER, _BARGE";
            Err(ApiError::invalid("mode", "it is missing", remedy))
        }
    }
}

/// How the recording of a conversation is to be, or is.
pub(super) fn recording_state(state: v1::RecordingState) -> Result<RecordingState, ApiError> {
    match state {
        v1::RecordingState::Off => Ok(RecordingState::Off),
        v1::RecordingState::On => Ok(RecordingState::On),
        v1::RecordingState::Paused => Ok(RecordingState::Paused),
        v1::RecordingState::Unspecified => {
            let remedy = "give one of RECORDING_STATE_ON, _PAUSED, _OFF";
            Err(ApiError::invalid("state", "it is missing", remedy))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_has_no_reason_and_not_ready_has_one() {
        use v1::Presence::{NotReady, Offline, Ready};
        assert_eq!(availability(Ready, "").unwrap(), Availability::Ready);
        let pause = availability(NotReady, "break").unwrap();
        assert_eq!(pause, Availability::NotReady("break".into()));
        for (presence, code, field) in [
            (Ready, "break", "reason_code"),
            (NotReady, "", "reason_code"),
            (Offline, "", "presence"),
        ] {
            assert_eq!(&*availability(presence, code).unwrap_err().field, field);
        }
    }

    #[test]
    fn a_destination_names_one_place() {
        let to = |to| destination(Some(v1::Destination { to: Some(to) }));
        let queue = to(To::Queue("vip".into())).unwrap();
        assert_eq!(queue, Destination::Queue("vip".into()));
        let empty = to(To::External(String::new().into())).unwrap_err();
        assert_eq!(&*empty.field, "to.external");
        assert_eq!(&*destination(None).unwrap_err().field, "to");
    }
}

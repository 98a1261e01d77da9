//! What callers hear, as media of Asterisk.

use acd_client::v1::{self, announce_directive::What};

use crate::options::Prompts;

const MINUTE_MS: i64 = 60_000;

/// What an announcement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// These, one after the other.
    Prompts(Vec<String>),
    /// This class of music from now on.
    Music(String),
    /// Nothing: nobody knows how long they will wait.
    Nothing,
}

/// An announcement of the engine.
pub(super) fn announced(what: Option<&What>, prompts: &Prompts) -> Heard {
    let filled = |media: &[String], key: &str, value: i64| {
        let value = value.to_string();
        Heard::Prompts(media.iter().map(|one| one.replace(key, &value)).collect())
    };
    match what {
        Some(What::Greeting(prompt) | What::Periodic(prompt)) => {
            Heard::Prompts(vec![media(prompt)])
        }
        Some(What::Music(class)) => Heard::Music(class.clone()),
        Some(What::Position(1)) => Heard::Prompts(prompts.first.clone()),
        Some(What::Position(position)) => {
            filled(&prompts.position, "{position}", i64::from(*position))
        }
        Some(What::EstimatedWait(v1::EstimatedWait {
            predicted: Some(predicted),
        })) => {
            let minutes = (predicted.p50_ms + MINUTE_MS - 1) / MINUTE_MS;
            filled(&prompts.estimated_wait, "{minutes}", minutes.max(1))
        }
        Some(What::EstimatedWait(_)) | None => Heard::Nothing,
    }
}

/// A prompt of the engine's configuration; without a scheme it is a sound.
pub(super) fn media(prompt: &str) -> String {
    let has_scheme = prompt.split_once(':').is_some_and(|(scheme, _)| {
        matches!(
            scheme,
            "sound" | "recording" | "number" | "digits" | "characters" | "tone"
        )
    });
    if has_scheme {
        prompt.to_owned()
    } else {
        format!("sound:{prompt}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_become_media() {
        let prompts = Prompts::default();
        let heard = |what: What| announced(Some(&what), &prompts);
        assert_eq!(
            heard(What::Greeting("hello".into())),
            Heard::Prompts(vec!["sound:hello".into()])
        );
        assert_eq!(
            heard(What::Position(1)),
            Heard::Prompts(vec!["sound:queue-youarenext".into()])
        );
        let Heard::Prompts(third) = heard(What::Position(3)) else {
            panic!()
        };
        assert_eq!(third[1], "number:3");
        assert_eq!(
            heard(What::EstimatedWait(v1::EstimatedWait { predicted: None })),
            Heard::Nothing
        );
        assert_eq!(media("tone:ring"), "tone:ring");
    }
}

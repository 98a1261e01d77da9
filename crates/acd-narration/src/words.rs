//! The words of closed lists, as events and metrics write them.

use serde::Serialize;
use serde_json::Value;

/// A value of a closed list as one word: `timed_out`, `abandoned(customer)`.
pub fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).map_or_else(|error| error.to_string(), |value| shown(&value))
}

/// The same as people write it: `timed out`, `abandoned (customer)`. For lists that are closed: a name in the value would be
/// changed with it.
pub(crate) fn plain(value: &impl Serialize) -> String {
    word(value).replace('_', " ").replace('(', " (")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| match value {
                    Value::Object(inner) => {
                        let inner: Vec<String> = inner.values().map(shown).collect();
                        format!("{name}({})", inner.join(","))
                    }
                    value => format!("{name}({})", shown(value)),
                })
                .collect();
            fields.join(",")
        }
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use acd_core::command::EndCause;
    use acd_core::event::{CancelReason, OfferEnd, Outcome};

    use super::*;

    #[test]
    fn closed_lists_read_as_words() {
        assert_eq!(word(&Outcome::Answered), "answered");
        assert_eq!(
            word(&Outcome::Abandoned(EndCause::Customer)),
            "abandoned(customer)"
        );
        assert_eq!(
            word(&OfferEnd::Canceled(CancelReason::CustomerGone)),
            "canceled(customer_gone)"
        );
        assert_eq!(
            plain(&OfferEnd::Canceled(CancelReason::CustomerGone)),
            "canceled (customer gone)"
        );
    }
}

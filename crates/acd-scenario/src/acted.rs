//! What came of an action.

use acd_core::command::Reply;
use acd_core::refusal::Refusal;

/// What came of an action.
pub(crate) type Acted = Result<Reply, Trouble>;

/// Why an action was not carried out.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// It is refused, by the engine or by what reads configurations for it.
    Refused {
        /// The reason's code.
        code: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// The scenario asks for what cannot be asked at all.
    Cannot(String),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Trouble::Refused {
            code: refusal.reason.as_str(),
            detail: refusal.detail.to_string(),
        }
    }
}

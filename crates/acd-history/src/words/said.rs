//! What a value of a closed list is called, without writing it down first: every event has several.

use std::fmt;

use serde::ser::{Error, Impossible, Serialize, Serializer};

/// A word, and why if that says more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) word: &'static str,
    pub(super) why: Option<&'static str>,
}

/// Takes a value for its word.
pub(super) struct Words;

/// It is no value of a closed list.
#[derive(Debug, thiserror::Error)]
#[error("no value of a closed list")]
pub(super) struct NoWord;

impl Error for NoWord {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// What has no word.
macro_rules! no_words {
    ($($method:ident($($of:ty),*) -> $made:ty;)+) => {$(
        fn $method(self $(, _: $of)*) -> Result<$made, NoWord> {
            Err(NoWord)
        }
    )+};
}

type No = Impossible<Said, NoWord>;

impl Serializer for Words {
    type Ok = Said;
    type Error = NoWord;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = No;
    type SerializeStructVariant = No;

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
    ) -> Result<Said, NoWord> {
        Ok(Said { word, why: None })
    }

    /// Why stands within; what is no word there is left out.
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
        within: &T,
    ) -> Result<Said, NoWord> {
        let within = within.serialize(Words).ok();
        let why = within.filter(|within| within.why.is_none());
        let why = why.map(|within| within.word);
        Ok(Said { word, why })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        within: &T,
    ) -> Result<Said, NoWord> {
        within.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, within: &T) -> Result<Said, NoWord> {
        within.serialize(self)
    }

    no_words! {
        serialize_bool(bool) -> Said;
        serialize_i8(i8) -> Said;
        serialize_i16(i16) -> Said;
        serialize_i32(i32) -> Said;
        serialize_i64(i64) -> Said;
        serialize_u8(u8) -> Said;
        serialize_u16(u16) -> Said;
        serialize_u32(u32) -> Said;
        serialize_u64(u64) -> Said;
        serialize_f32(f32) -> Said;
        serialize_f64(f64) -> Said;
        serialize_char(char) -> Said;
        serialize_str(&str) -> Said;
        serialize_bytes(&[u8]) -> Said;
        serialize_none() -> Said;
        serialize_unit() -> Said;
        serialize_unit_struct(&'static str) -> Said;
        serialize_seq(Option<usize>) -> No;
        serialize_tuple(usize) -> No;
        serialize_tuple_struct(&'static str, usize) -> No;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> No;
        serialize_map(Option<usize>) -> No;
        serialize_struct(&'static str, usize) -> No;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> No;
    }
}

#[cfg(test)]
mod tests {
    use acd_core::command::EndCause;
    use acd_core::config::{AgentOrder, OverflowReason};
    use acd_core::event::{
        CancelReason, Closed, Fault, JoinRefusal, OfferEnd, Outcome, Withdrawal,
    };
    use serde_json::{Value as Json, json};

    use super::*;

    /// What journals and the API write for a value, and what its word is.
    fn said(value: &impl Serialize) -> (Json, Option<Said>) {
        let written = serde_json::to_value(value).expect("JSON");
        (written, value.serialize(Words).ok())
    }

    #[test]
    fn a_word_is_the_one_that_journals_and_the_api_write() {
        let alone = |word| Some(Said { word, why: None });
        let because = |word, why| {
            let why = Some(why);
            Some(Said { word, why })
        };
        let cases = [
            (said(&Outcome::Answered), alone("answered")),
            (said(&Outcome::TimedOut), alone("timed_out")),
            (
                said(&Outcome::Abandoned(EndCause::Customer)),
                because("abandoned", "customer"),
            ),
            (
                said(&Outcome::Overflowed(OverflowReason::PredictedWait)),
                because("overflowed", "predicted_wait"),
            ),
            (
                said(&Outcome::Withdrawn(Withdrawal::TakenOut)),
                because("withdrawn", "taken_out"),
            ),
            (
                said(&OfferEnd::Canceled(CancelReason::CustomerGone)),
                because("canceled", "customer_gone"),
            ),
            (
                said(&Some(JoinRefusal::Closed(Closed::Hours))),
                because("closed", "hours"),
            ),
            (said(&Fault::None), alone("none")),
            (said(&AgentOrder::LongestIdle), alone("longest_idle")),
        ];
        for ((written, said), wanted) in cases {
            assert_eq!(said, wanted, "{written}");
            let Said { word, why } = wanted.expect("a word");
            let wanted = why.map_or_else(|| json!(word), |why| json!({ word: why }));
            assert_eq!(written, wanted);
        }
    }

    #[test]
    fn what_is_no_value_of_a_closed_list_has_no_word() {
        for (written, said) in [
            said(&7),
            said(&"text"),
            said(&[Fault::Agent]),
            said(&None::<Fault>),
        ] {
            assert_eq!(said, None, "{written}");
        }
    }
}

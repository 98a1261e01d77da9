//! A hash of all facts but what may be erased, to compare two ways of arriving at a state: before it was erased, and
//! after. So it covers neither the texts of personal data nor what is remembered by customer.
//!
//! It is the hash of an encoding of its own, so that it is the same from build to build, compiler to compiler and
//! machine to machine: numbers as eight or sixteen bytes, the lowest first; texts and lists with their length before
//! them; choices by name; the fields of a struct in the order of their declaration.

use std::fmt;

use serde::ser::{self, Serialize};

use super::State;
use crate::stable_hash::StableHash;

impl State {
    /// A hash of all facts but personal data. Equal facts have equal digests.
    pub fn digest(&self) -> u64 {
        digest_of(self.facts())
    }
}

fn digest_of(value: &impl Serialize) -> u64 {
    let mut hash = Encoder::default();
    // Facts have nothing that cannot be encoded; if they had, all digests would be that of the cut encoding.
    let _ = value.serialize(&mut hash);
    hash.0.value()
}

/// The type of personal data.
const PERSONAL: &str = "Personal";
/// What is remembered by customer.
const BY_CUSTOMER: [&str; 2] = ["returns", "last_agents"];

/// Hashes what is encoded.
#[derive(Default)]
struct Encoder(StableHash);

impl Encoder {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.bytes(bytes);
    }

    fn number(&mut self, number: u64) -> Result<(), Unencodable> {
        self.0.number(number);
        Ok(())
    }

    fn signed(&mut self, number: i64) -> Result<(), Unencodable> {
        self.0.bytes(&number.to_le_bytes());
        Ok(())
    }

    fn length(&mut self, length: usize) -> Result<(), Unencodable> {
        self.number(length as u64)
    }

    fn text(&mut self, text: &str) -> Result<(), Unencodable> {
        self.0.text(text);
        Ok(())
    }
}

/// What has no encoding here: a list of unknown length, or what its type refuses to encode.
#[derive(Debug)]
struct Unencodable;

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it has no encoding")
    }
}

impl std::error::Error for Unencodable {}

impl ser::Error for Unencodable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! numbers {
    ($($method:ident($number:ty) as $encoded:ident;)*) => {$(
        fn $method(self, number: $number) -> Result<(), Unencodable> {
            self.$encoded(number.into())
        }
    )*};
}

impl ser::Serializer for &mut Encoder {
    type Ok = ();
    type Error = Unencodable;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        serialize_bool(bool) as number;
        serialize_i8(i8) as signed;
        serialize_i16(i16) as signed;
        serialize_i32(i32) as signed;
        serialize_i64(i64) as signed;
        serialize_u8(u8) as number;
        serialize_u16(u16) as number;
        serialize_u32(u32) as number;
        serialize_u64(u64) as number;
        serialize_char(char) as character;
    }

    fn serialize_i128(self, number: i128) -> Result<(), Unencodable> {
        self.bytes(&number.to_le_bytes());
        Ok(())
    }

    fn serialize_u128(self, number: u128) -> Result<(), Unencodable> {
        self.bytes(&number.to_le_bytes());
        Ok(())
    }

    fn serialize_f32(self, number: f32) -> Result<(), Unencodable> {
        self.number(number.to_bits().into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Unencodable> {
        self.number(number.to_bits())
    }

    fn serialize_str(self, text: &str) -> Result<(), Unencodable> {
        self.text(text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Unencodable> {
        self.length(bytes.len())?;
        self.bytes(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unencodable> {
        self.number(0)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unencodable> {
        self.number(1)?;
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unencodable> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unencodable> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unencodable> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unencodable> {
        match name {
            PERSONAL => Ok(()),
            _ => value.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unencodable> {
        self.text(variant)?;
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Unencodable> {
        self.length(length.ok_or(Unencodable)?)?;
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Unencodable> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unencodable> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Unencodable> {
        self.text(variant)?;
        Ok(self)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self, Unencodable> {
        self.serialize_seq(length)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unencodable> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Unencodable> {
        self.text(variant)?;
        Ok(self)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

impl Encoder {
    fn character(&mut self, character: u32) -> Result<(), Unencodable> {
        self.number(character.into())
    }
}

/// The parts of what has parts: one after the other.
macro_rules! parts {
    ($($kind:ident :: $method:ident;)*) => {$(
        impl ser::$kind for &mut Encoder {
            type Ok = ();
            type Error = Unencodable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unencodable> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Unencodable> {
                Ok(())
            }
        }
    )*};
}
parts! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

impl ser::SerializeMap for &mut Encoder {
    type Ok = ();
    type Error = Unencodable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unencodable> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unencodable> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Unencodable> {
        Ok(())
    }
}

macro_rules! named_parts {
    ($($kind:ident),*) => {$(
        impl ser::$kind for &mut Encoder {
            type Ok = ();
            type Error = Unencodable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Unencodable> {
                match BY_CUSTOMER.contains(&name) {
                    true => Ok(()),
                    false => value.serialize(&mut **self),
                }
            }

            fn end(self) -> Result<(), Unencodable> {
                Ok(())
            }
        }
    )*};
}
named_parts!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, VecDeque};
    use std::sync::Arc;

    use serde::Serialize;

    use super::*;
    use crate::event::OfferEnd;
    use crate::ids::{AgentNo, Channel, ContactId, HandlingId, QueueNo, VisitId};
    use crate::personal::Personal;
    use crate::state::{Facts, LastAgentRecord, OfferResult, OfferState, Presence, ReturnPlace};

    /// One of each kind of thing of which facts are made.
    #[derive(Serialize)]
    struct Sample {
        number: u32,
        negative: i64,
        wide: i128,
        said: bool,
        name: Arc<str>,
        none: Option<u8>,
        some: Option<u8>,
        list: Vec<(u16, AgentNo)>,
        queue: VecDeque<QueueNo>,
        set: BTreeSet<Channel>,
        map: BTreeMap<Channel, u64>,
        presences: Vec<Presence>,
        offer: OfferState,
        result: Result<OfferResult, ()>,
    }

    fn sample() -> Sample {
        Sample {
            number: 7,
            negative: -3,
            wide: -1,
            said: true,
            name: "Zoë".into(),
            none: None,
            some: Some(255),
            list: vec![(1, AgentNo(2)), (3, AgentNo(4))],
            queue: VecDeque::from([QueueNo(5)]),
            set: BTreeSet::from([Channel::Voice, Channel::Task]),
            map: BTreeMap::from([(Channel::Email, 9)]),
            presences: vec![Presence::Offline, Presence::NotReady("break".into())],
            offer: OfferState::Pending { ring_until: 20_000 },
            result: Ok(OfferResult::Ended {
                end: OfferEnd::Rejected,
                fault: crate::event::Fault::Agent,
            }),
        }
    }

    #[test]
    fn a_digest_is_the_same_in_every_build() {
        assert_eq!(digest_of(&sample()), 0x3013_1e26_e244_20b4);
    }

    #[test]
    fn facts_can_be_encoded_whole() {
        let mut hash = Encoder::default();
        Facts::default().serialize(&mut hash).expect("an encoding");
    }

    #[test]
    fn what_may_be_erased_is_not_covered() {
        let digest = |facts: &Facts| digest_of(facts);
        let customer = |value: Personal| {
            let agent = AgentNo(1);
            let contact = ContactId(3);
            let record = LastAgentRecord {
                contact,
                customer: value.clone(),
                agent,
            };
            let place = ReturnPlace {
                queue: QueueNo(0),
                contact,
                customer: value,
                order_time: 1,
            };
            Facts {
                last_agents: [((5, HandlingId(4)), record)].into(),
                returns: [((5, VisitId(4)), place)].into(),
                ..Facts::default()
            }
        };
        let nobody = digest(&Facts::default());
        assert_eq!(digest(&customer("+4930".into())), nobody);
        assert_eq!(
            digest_of(&Personal::from("a")),
            digest_of(&Personal::erased())
        );
        let later = Facts {
            now: 1,
            ..Facts::default()
        };
        assert_ne!(digest(&later), nobody);
    }

    #[test]
    fn neighbours_do_not_flow_into_one_another() {
        assert_ne!(digest_of(&("ab", "c")), digest_of(&("a", "bc")));
        assert_ne!(
            digest_of(&(vec![1u8], vec![2u8])),
            digest_of(&(vec![1u8, 2], Vec::<u8>::new()))
        );
    }
}

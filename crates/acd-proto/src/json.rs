//! Messages as JSON, as their definitions tell them: nobody lists their fields a second time.
//!
//! - A message is an object with the names of its fields; in a `oneof` the field that is set stands for all.
//! - An optional field that is not set is left out, every other field is there.
//! - Numbers are numbers, also those of 64 bits. A value of an enum is its name in small letters without the name of the
//!   enum: `no_answer`.
//! - Bytes that hold JSON are that JSON, all others their hexadecimal digits.
//! - What the definition says is personal data is `"[redacted]"`, unless it is asked for.

use std::collections::HashSet;
use std::sync::LazyLock;

use prost::bytes::Buf;
use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MapKey,
    MessageDescriptor, ReflectMessage as _, Value,
};
use serde_json::Value as Json;

use crate::FILE_DESCRIPTOR_SET;

/// What stands for personal data.
const REDACTED: &str = "[redacted]";

static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(FILE_DESCRIPTOR_SET).ok());

/// Writes the messages of one type as JSON.
#[derive(Debug)]
pub struct JsonForm {
    message: MessageDescriptor,
    /// The fields that are personal data, by their full names.
    personal: HashSet<String>,
    reveals: bool,
}

/// Texts that stand beside a message, by their places.
type Texts<'t> = &'t dyn Fn(u32) -> Option<&'t str>;

impl JsonForm {
    /// The form of the messages of this full name, such as `acd.v1.QueueState`; none if there are none. With `reveals`
    /// personal data is written, too.
    pub fn of(message: &str, reveals: bool) -> Option<Self> {
        let pool = POOL.as_ref()?;
        let message = pool.get_message_by_name(message)?;
        let personal = pool.get_extension_by_name("acd.journal.personal")?;
        let messages = pool.all_messages();
        let fields = messages.flat_map(|message| message.fields().collect::<Vec<_>>());
        let personal = fields.filter(|field| field.options().has_extension(&personal));
        Some(Self {
            message,
            personal: personal.map(|field| field.full_name().to_owned()).collect(),
            reveals,
        })
    }

    /// The message that these bytes encode.
    ///
    /// # Errors
    /// They encode none.
    pub fn decode(&self, encoded: impl Buf) -> Result<Json, prost::DecodeError> {
        self.decode_with(encoded, &|_| None)
    }

    /// The same, where personal texts stand beside the message, and their places in it.
    ///
    /// # Errors
    /// They encode none.
    pub fn decode_with<'t>(
        &self,
        encoded: impl Buf,
        texts: &'t dyn Fn(u32) -> Option<&'t str>,
    ) -> Result<Json, prost::DecodeError> {
        let message = DynamicMessage::decode(self.message.clone(), encoded)?;
        Ok(self.message(&message, texts))
    }

    /// A message of this type.
    ///
    /// # Errors
    /// It is of another type.
    pub fn write(&self, message: &impl prost::Message) -> Result<Json, prost::DecodeError> {
        self.decode(message.encode_to_vec().as_slice())
    }

    fn message(&self, message: &DynamicMessage, texts: Texts<'_>) -> Json {
        let fields = message.descriptor();
        let fields = fields
            .fields()
            .filter(|field| !field.supports_presence() || message.has_field(field));
        let written = fields.map(|field| {
            let value = message.get_field(&field);
            (field.name().to_owned(), self.field(&field, &value, texts))
        });
        Json::Object(written.collect())
    }

    fn field(&self, field: &FieldDescriptor, value: &Value, texts: Texts<'_>) -> Json {
        if !self.personal.contains(field.full_name()) {
            return self.value(&field.kind(), value, texts);
        }
        match value {
            _ if !self.reveals => REDACTED.into(),
            Value::U32(place) => texts(*place).into(),
            value => self.value(&field.kind(), value, texts),
        }
    }

    fn value(&self, kind: &Kind, value: &Value, texts: Texts<'_>) -> Json {
        match value {
            Value::Bool(value) => (*value).into(),
            Value::I32(value) => (*value).into(),
            Value::I64(value) => (*value).into(),
            Value::U32(value) => (*value).into(),
            Value::U64(value) => (*value).into(),
            Value::F32(value) => (*value).into(),
            Value::F64(value) => (*value).into(),
            Value::String(value) => value.as_str().into(),
            Value::Bytes(value) => bytes(value),
            Value::EnumNumber(number) => match kind {
                Kind::Enum(of) => code(of, *number),
                _ => (*number).into(),
            },
            Value::Message(value) => self.message(value, texts),
            Value::List(values) => values
                .iter()
                .map(|value| self.value(kind, value, texts))
                .collect(),
            Value::Map(values) => {
                let of = kind.as_message().map(|entry| entry.map_entry_value_field());
                let kind = of.map_or_else(|| kind.clone(), |of| of.kind());
                let entries = values
                    .iter()
                    .map(|(key, value)| (map_key(key), self.value(&kind, value, texts)));
                Json::Object(entries.collect())
            }
        }
    }
}

/// The name of an enum's value; its number, if this program does not know it.
fn code(of: &EnumDescriptor, number: i32) -> Json {
    let Some(value) = of.get_value(number) else {
        return number.into();
    };
    // Every value begins with the name of its enum.
    let words = of.name().chars().filter(|c| c.is_ascii_uppercase()).count();
    let prefix = of.name().len() + words;
    let name = value.name();
    name.get(prefix..).unwrap_or(name).to_lowercase().into()
}

fn bytes(value: &[u8]) -> Json {
    let digits = || value.iter().map(|byte| format!("{byte:02x}")).collect();
    serde_json::from_slice(value).unwrap_or_else(|_| Json::String(digits()))
}

fn map_key(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use serde_json::json;

    use super::*;
    use crate::journal::v1 as pb;

    fn written(reveals: bool, message: &pb::Record) -> Json {
        let form = JsonForm::of("acd.journal.v1.Record", reveals).expect("a message");
        let bytes = message.encode_to_vec();
        let texts = |place| [None, Some("+4930")][place as usize];
        form.decode_with(&bytes[..], &texts)
            .expect("what was encoded")
    }

    #[test]
    fn fields_have_their_names_and_codes_are_words_and_what_is_personal_is_asked_for() {
        let contact = pb::NewContact {
            name: "call-1".into(),
            customer: Some(1),
            channel: pb::Channel::Voice.into(),
            ..Default::default()
        };
        let config = pb::ConfigApplied {
            config: br#"{"a":1}"#.to_vec(),
            ..Default::default()
        };
        let kinds = [
            pb::event::Kind::ContactAccepted(contact),
            pb::event::Kind::ConfigApplied(config),
        ];
        let events = kinds.map(|kind| pb::Event {
            at_ms: 7,
            kind: Some(kind),
        });
        let record = pb::Record {
            first_seq: u64::MAX,
            events: events.to_vec(),
            ..Default::default()
        };
        let shown = written(true, &record);
        assert_eq!(shown["first_seq"], json!(u64::MAX));
        assert_eq!(shown.get("request"), None);
        let [first, second] = [0, 1].map(|at| &shown["events"][at]);
        assert_eq!(first["at_ms"], 7);
        assert_eq!(first["contact_accepted"]["name"], "call-1");
        assert_eq!(first["contact_accepted"]["channel"], "voice");
        assert_eq!(first["contact_accepted"]["attributes"], json!([]));
        assert_eq!(first["contact_accepted"]["customer"], "+4930");
        assert_eq!(first["contact_accepted"].get("dial"), None);
        assert_eq!(second["config_applied"]["config"]["a"], 1);
        let hidden = written(false, &record);
        let [first, second] = [0, 1].map(|at| &hidden["events"][at]);
        assert_eq!(first["contact_accepted"]["customer"], REDACTED);
        assert_eq!(first["contact_accepted"].get("dial"), None);
        assert_eq!(second["config_applied"]["config"], REDACTED);
    }

    #[test]
    fn every_value_of_an_enum_begins_with_its_name() {
        let pool = POOL.as_ref().expect("definitions");
        for of in pool
            .all_enums()
            .filter(|of| of.full_name().starts_with("acd."))
        {
            let zero = of.get_value(0).expect("a zero");
            let told = code(&of, 0);
            assert_eq!(told, "unspecified", "{} of {}", zero.name(), of.name());
        }
    }
}

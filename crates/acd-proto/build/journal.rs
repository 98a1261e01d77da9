//! The types of the journal as the descriptors tell them, so that whoever maps them to those of the core lists none.

use protox::prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    OneofDescriptor, Value,
};

use crate::calls::{camel, snake};

const PACKAGE: &str = "acd.journal.v1";
/// What the core has in another form, so that it is mapped by hand: what a record consists of, a result, a list and a
/// pair without a type of their own, enums within enums.
const BY_HAND: [&str; 8] = [
    "Record",
    "RecordEvents",
    "Snapshot",
    "Answer",
    "Group",
    "OpeningChange",
    "JoinRefusal",
    "OfferEnd",
];

/// The macro that tells another one of every type that the core has in the same form.
pub(crate) fn generate(pool: &DescriptorPool) -> String {
    format!(
        "/// Calls a macro once for each type that the core has in the same form:\n\
         /// - `struct Name {{ core = wire, ... }}`, with each field's name in the core and in the message;\n\
         /// - `enum Name in module {{ Variant, ... }}`, with the module of its `Kind`: a variant `A(value)` holds what \
             is stored, and `A: Message {{ core = wire, ... }}` what the message holds;\n\
         /// - `holder Name`: the message of an enum holds nothing beside it;\n\
         /// - `codes Name {{ Variant, ... }}`, an enum without content.\n\
         #[macro_export]\nmacro_rules! journal_types {{ ($row:ident) => {{\n{}}} }}\n",
        rows(pool)
    )
}

pub(crate) fn rows(pool: &DescriptorPool) -> String {
    let messages = || {
        let messages = pool.all_messages();
        messages.filter(|it| it.package_name() == PACKAGE)
    };
    let enums = pool.all_enums().filter(|it| it.package_name() == PACKAGE);
    let contents: Vec<MessageDescriptor> = messages()
        .filter_map(|message| kind(&message))
        .flat_map(|oneof| oneof.fields().collect::<Vec<_>>())
        .filter_map(|field| content(&field))
        .map(|(message, _)| message)
        .collect();
    let types = messages()
        .filter(|it| !BY_HAND.contains(&it.name()) && !contents.contains(it))
        .filter(|it| it.fields().len() > 0);
    let codes = enums.filter(|it| !BY_HAND.contains(&it.name()));
    let rows = types.map(|it| row(&it));
    rows.chain(codes.map(|it| codes_row(&it))).collect()
}

/// A message as a struct, or as an enum if it has a `oneof kind`.
fn row(message: &MessageDescriptor) -> String {
    let name = message.name();
    let Some(kind) = kind(message) else {
        let fields = fields(message, Content::Fields);
        return format!("$row! {{ struct {name} {{ {fields} }} }}\n");
    };
    let variants: String = kind.fields().map(|field| variant(&field)).collect();
    let holder = match message.fields().len() == kind.fields().len() {
        true => format!("$row! {{ holder {name} }}\n"),
        false => String::new(),
    };
    format!(
        "$row! {{ enum {name} in {} {{ {variants} }} }}\n{holder}",
        snake(name)
    )
}

fn codes_row(of: &EnumDescriptor) -> String {
    let prefix = format!("{}_", snake(of.name()).to_uppercase());
    let codes = of.values().filter(|value| value.number() != 0);
    let codes: String = codes
        .map(|value| camel(value.name().trim_start_matches(&prefix)) + ", ")
        .collect();
    format!("$row! {{ codes {} {{ {codes} }} }}\n", of.name())
}

/// The `oneof` that makes a message an enum.
fn kind(message: &MessageDescriptor) -> Option<OneofDescriptor> {
    message.oneofs().find(|oneof| oneof.name() == "kind")
}

fn variant(field: &FieldDescriptor) -> String {
    let held = match content(field) {
        Some((message, as_what)) => {
            format!(": {} {{ {} }}", message.name(), fields(&message, as_what))
        }
        None => "(value)".to_owned(),
    };
    format!("{}{held}, ", camel(field.name()))
}

/// What a variant holds of a message that is no value of its own.
#[derive(Clone, Copy, PartialEq)]
enum Content {
    Fields,
    Places,
}

/// The message whose content the variant of a field holds, if it does not hold the message itself.
fn content(field: &FieldDescriptor) -> Option<(MessageDescriptor, Content)> {
    let message = field.kind().as_message()?.clone();
    let of_oneof = || {
        let oneof = field.containing_oneof()?;
        option(oneof.parent_pool(), "contents", &oneof.options())
            .filter(|_| kind(&message).is_none())
    };
    let said = option(field.parent_pool(), "content", &field.options()).or_else(of_oneof);
    let content = match said.and_then(|value| value.as_enum_number()) {
        Some(1) => Content::Fields,
        Some(2) => Content::Places,
        _ if message.fields().len() == 0 => Content::Fields,
        _ => return None,
    };
    Some((message, content))
}

/// The fields of a message, by their names in the core and its own.
fn fields(message: &MessageDescriptor, content: Content) -> String {
    let field = |(place, field): (usize, FieldDescriptor)| match content {
        Content::Fields => format!("{} = {}, ", core_name(&field), field.name()),
        Content::Places => format!("{place} = {}, ", field.name()),
    };
    message.fields().enumerate().map(field).collect()
}

/// The core names an instant without its unit, which its type tells there.
fn core_name(field: &FieldDescriptor) -> &str {
    let is_length = option(field.parent_pool(), "length", &field.options()).is_some();
    let is_instant = field.kind() == Kind::Int64 && !is_length;
    let instant = field.name().strip_suffix("_ms").filter(|_| is_instant);
    instant.unwrap_or(field.name())
}

/// The value of an option of `core.proto`, if it is said.
fn option(pool: &DescriptorPool, name: &str, options: &DynamicMessage) -> Option<Value> {
    let extension = pool.get_extension_by_name(&format!("acd.journal.{name}"))?;
    let said = options.has_extension(&extension);
    said.then(|| options.get_extension(&extension).into_owned())
}

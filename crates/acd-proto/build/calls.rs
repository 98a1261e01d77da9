//! What is alike in many calls, as the descriptors tell it: who may make them, and what their requests have in common.

use std::fmt::Write as _;

use protox::prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
    OneofDescriptor, ServiceDescriptor,
};

const PACKAGE: &str = "acd.v1";
/// The fields of requests that a client of a service fills in by itself.
const FILLED_IN: [(&str, &[&str]); 4] = [
    ("AgentService", &["tenant", "agent", "session_id"]),
    ("SupervisorService", &["tenant"]),
    ("HistoryService", &["tenant"]),
    ("PrivacyService", &["tenant"]),
];

/// The Rust code that goes with `src/call.rs`.
///
/// # Errors
/// Says which call is not described as it should be, and what to do.
pub(crate) fn generate(pool: &DescriptorPool) -> Result<String, String> {
    let mut code = table(pool)?;
    let services = || pool.services().filter(|it| it.package_name() == PACKAGE);
    for service in services() {
        for method in service.methods().filter(is_unary) {
            request(&mut code, &method)?;
        }
        mutations(&mut code, &service);
    }
    for (service, filled_in) in FILLED_IN {
        let service = services().find(|it| it.name() == service);
        let service = service.ok_or("a client is of a service that is no more")?;
        methods(&mut code, &service, filled_in);
    }
    let messages = pool.all_messages();
    for message in messages.filter(|it| it.package_name() == PACKAGE) {
        message.oneofs().for_each(|oneof| parts(&mut code, &oneof));
    }
    Ok(code)
}

/// The table of calls, in the order of their paths: that is where they are looked up.
pub(crate) fn table(pool: &DescriptorPool) -> Result<String, String> {
    let services = pool.services().filter(|it| it.package_name() == PACKAGE);
    let mut rows = Vec::new();
    for service in services {
        for method in service.methods() {
            rows.push(row(pool, &service, &method)?);
        }
    }
    rows.sort();
    let rows = rows.concat();
    Ok(format!(
        "/// Every RPC of the API.\npub const RPCS: &[Rpc] = &[{rows}];\n"
    ))
}

/// A call's row of the table.
fn row(
    pool: &DescriptorPool,
    service: &ServiceDescriptor,
    method: &MethodDescriptor,
) -> Result<String, String> {
    let roles = roles(pool, "access", &method.options())
        .or_else(|| roles(pool, "default_access", &service.options()))
        .ok_or_else(|| {
            format!(
                "nobody may call {}: give it `option ({PACKAGE}.access) = {{ roles: [...] }};`, or its service the \
                 default_access",
                method.full_name()
            )
        })?;
    Ok(format!(
        "Rpc {{ path: {:?}, roles: &[{}], names_tenant: {} }},\n",
        path(method),
        roles.concat(),
        method.input().get_field_by_name("tenant").is_some(),
    ))
}

/// The roles that an option names, if it names any.
fn roles(pool: &DescriptorPool, option: &str, options: &DynamicMessage) -> Option<Vec<String>> {
    let extension = pool.get_extension_by_name(&format!("{PACKAGE}.{option}"))?;
    let access = options.get_extension(&extension);
    let named = access.as_message()?.get_field_by_name("roles")?;
    let numbers = named
        .as_list()?
        .iter()
        .filter_map(|role| role.as_enum_number());
    let role = pool.get_enum_by_name(&format!("{PACKAGE}.Role"))?;
    let names = numbers.filter(|number| *number != 0).map(|number| {
        let name = role.get_value(number).map(|value| value.name().to_owned());
        let name = name.unwrap_or_default();
        format!("v1::Role::{},", camel(name.trim_start_matches("ROLE_")))
    });
    Some(names.collect()).filter(|names: &Vec<String>| !names.is_empty())
}

/// What a request has in common with others: the traits of `src/call.rs`.
fn request(code: &mut String, method: &MethodDescriptor) -> Result<(), String> {
    let request = method.input();
    let (name, answer) = (request.name(), method.output().name().to_owned());
    let has = |field: &str| request.get_field_by_name(field).is_some();
    let mut implement = |of: &str, body: String| {
        *code += &format!("impl {of} for v1::{name} {{ {body} }}\n");
    };
    implement(
        "Call",
        format!(
            "const NAME: &'static str = {name:?}; const PATH: &'static str = {:?}; type Answer = v1::{answer};",
            path(method)
        ),
    );
    if !has("request_id") {
        return Ok(());
    }
    if !has("tenant") {
        return Err(format!(
            "{name} has a request_id and no tenant: give it one"
        ));
    }
    let text = |field: &str| format!("fn {field}(&self) -> &str {{ &self.{field} }} ");
    let take = "fn take_request_id(&mut self) -> String { std::mem::take(&mut self.request_id) }";
    implement("Mutation", text("tenant") + take);
    if has("agent") && has("session_id") {
        let session = "fn session_id(&self) -> u64 { self.session_id }";
        implement("SessionCall", text("agent") + session);
    }
    if has("adapter")
        && let Some((part, said)) = part(&request)
    {
        let body = format!(
            "const PART: &'static str = {part:?}; type Part = v1::{said}; \
             fn part(self) -> Option<v1::{said}> {{ self.{part} }}"
        );
        implement("AdapterCall", text("adapter") + &body);
    }
    Ok(())
}

/// The one field of a request that is a message: its name and its type.
fn part(request: &MessageDescriptor) -> Option<(String, String)> {
    let mut parts = request.fields().filter_map(|field| match field.kind() {
        Kind::Message(said) => Some((field.name().to_owned(), said.name().to_owned())),
        _ => None,
    });
    parts.next().filter(|_| parts.next().is_none())
}

/// The macro that writes the methods of a service which change something and only tell the sequence at which it shows.
fn mutations(code: &mut String, service: &ServiceDescriptor) {
    let mut rows = String::new();
    for method in service.methods().filter(tells_sequence_only) {
        let (request, answer) = (method.input(), method.output());
        let (name, request, answer) = (snake(method.name()), request.name(), answer.name());
        _ = writeln!(
            rows,
            "$crate::mutation!($answer: {name}({request}) -> {answer});"
        );
    }
    let name = snake(service.name());
    *code += &format!(
        "/// The methods of `{}` that change something and answer with no more than the sequence at which it shows. Each \
         calls this generic method.\n#[macro_export]\nmacro_rules! {name}_mutations {{ ($answer:ident) => {{ {rows} }} }}\n",
        service.name()
    );
}

fn is_unary(method: &MethodDescriptor) -> bool {
    !method.is_client_streaming() && !method.is_server_streaming()
}

fn tells_sequence_only(method: &MethodDescriptor) -> bool {
    let (request, answer) = (method.input(), method.output());
    request.get_field_by_name("request_id").is_some()
        && answer
            .fields()
            .map(|field| field.name().to_owned())
            .eq(["sequence"])
}

/// The macro that writes the methods of a service's client: the unary calls whose requests have all that the client fills
/// in.
fn methods(code: &mut String, service: &ServiceDescriptor, filled_in: &[&str]) {
    let mut rows = String::new();
    for method in service.methods() {
        let request = method.input();
        let has = |field: &&str| request.get_field_by_name(field).is_some();
        if is_unary(&method) && filled_in.iter().all(has) {
            rows += &self::method(&method, filled_in);
        }
    }
    let name = snake(service.name());
    *code += &format!(
        "/// The methods of a client of `{}`, which has the fields {filled_in:?} and the methods `request_id` and `call`.\n\
         #[macro_export]\nmacro_rules! {name}_methods {{ () => {{ {rows} }} }}\n",
        service.name()
    );
}

/// A method of a client: it takes what the client does not know.
fn method(method: &MethodDescriptor, filled_in: &[&str]) -> String {
    let request = method.input();
    let (mut parameters, mut fields) = (String::new(), String::new());
    for field in request.fields() {
        let name = field.name();
        let value = match name {
            "request_id" => "self.request_id()".to_owned(),
            _ if filled_in.contains(&name) && field.kind() == Kind::String => {
                format!("self.{name}.clone()")
            }
            _ if filled_in.contains(&name) => format!("self.{name}"),
            _ => {
                let (of, value) = parameter(&field);
                _ = write!(parameters, "{name}: {of}, ");
                value
            }
        };
        _ = write!(fields, "{name}: {value}, ");
    }
    let (answer, value) = match tells_sequence_only(method) {
        true => ("u64".to_owned(), "Ok(answer?.sequence)"),
        false => (format!("$crate::v1::{}", method.output().name()), "answer"),
    };
    format!(
        "#[doc = {:?}]\npub async fn {}(&self, {parameters}) -> Result<{answer}, Error> {{ \
         let answer = self.call($crate::v1::{} {{ {fields} }}).await; {value} }}\n",
        comment(method),
        snake(method.name()),
        request.name(),
    )
}

/// How a method takes the value of a field, and what it makes of it.
fn parameter(field: &FieldDescriptor) -> (String, String) {
    let name = field.name();
    match field.kind() {
        Kind::String => ("&str".to_owned(), format!("{name}.to_owned()")),
        Kind::Message(of) => (
            format!("impl Into<Option<$crate::v1::{}>>", of.name()),
            format!("{name}.into()"),
        ),
        Kind::Enum(of) => (
            format!("$crate::v1::{}", of.name()),
            format!("{name}.into()"),
        ),
        Kind::Uint64 => ("u64".to_owned(), name.to_owned()),
        Kind::Uint32 => ("u32".to_owned(), name.to_owned()),
        Kind::Int64 => ("i64".to_owned(), name.to_owned()),
        Kind::Bool => ("bool".to_owned(), name.to_owned()),
        other => panic!(
            "{}: say how a client gives a field of {other:?}",
            field.full_name()
        ),
    }
}

/// What the definition says about a call.
fn comment(method: &MethodDescriptor) -> String {
    let file = method.parent_file();
    let locations = &file.file_descriptor_proto().source_code_info;
    let mut of_method = locations.iter().flat_map(|info| &info.location);
    let said = of_method.find(|location| location.path == method.path());
    let said = said.and_then(|location| location.leading_comments.clone());
    said.unwrap_or_default().trim_end().to_owned()
}

/// A oneof of messages of which each stands there once is made of each of them; a macro does the same with each.
fn parts(code: &mut String, oneof: &OneofDescriptor) {
    let fields: Vec<FieldDescriptor> = oneof.fields().collect();
    let messages: Option<Vec<String>> = fields.iter().map(message).collect();
    let Some(messages) = messages.filter(|of| {
        !of.iter()
            .any(|one| of.iter().filter(|other| *other == one).count() > 1)
    }) else {
        return;
    };
    let module = snake(oneof.parent_message().name());
    let together = match oneof.name() == module {
        true => module.clone(),
        false => format!("{module}_{}", oneof.name()),
    };
    let of = format!("v1::{module}::{}", camel(oneof.name()));
    let mut names = String::new();
    let mut arms = String::new();
    for (field, message) in fields.iter().zip(messages) {
        let variant = camel(field.name());
        *code += &format!(
            "impl From<v1::{message}> for {of} {{ fn from(part: v1::{message}) -> Self {{ Self::{variant}(part) }} }}\n"
        );
        _ = write!(names, "Self::{variant}(_) => {:?},", field.name());
        _ = write!(arms, "$crate::{of}::{variant}($part) => $then,");
    }
    *code += &format!(
        "impl {of} {{ /// The name of the field that is set.\npub fn field(&self) -> &'static str {{ match self {{ {names} }} }} }}\n\
         /// Does the same with whatever part is set.\n#[macro_export]\n\
         macro_rules! match_{together} {{ ($of:expr, $part:ident => $then:expr) => {{ match $of {{ {arms} }} }} }}\n"
    );
}

fn message(field: &FieldDescriptor) -> Option<String> {
    match field.kind() {
        Kind::Message(message) => Some(message.name().to_owned()),
        _ => None,
    }
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// `RequestWrapUp` as `request_wrap_up`.
pub(crate) fn snake(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// `contact_held` or `CONTACT_HELD` as `ContactHeld`.
pub(crate) fn camel(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    let words = words.map(|word| word[..1].to_uppercase() + &word[1..].to_lowercase());
    words.collect()
}

//! Spans as messages of the protocol.

use acd_traces::{Kind, Span, Traceparent, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1 as otlp;

/// The flag of a trace that is sampled, as W3C Trace Context numbers it.
const SAMPLED: u32 = 1;

/// Who sends spans: said once with all of them.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    resource: Resource,
    scope: InstrumentationScope,
}

impl Origin {
    /// A server that is called so, of this version.
    pub(crate) fn new(service: &str, version: &str) -> Self {
        let text =
            |key: &str, text: &str| key_value(key, any_value::Value::StringValue(text.into()));
        Self {
            resource: Resource {
                attributes: vec![
                    text("service.name", service),
                    text("service.version", version),
                ],
                ..Resource::default()
            },
            scope: InstrumentationScope {
                name: "acd".to_owned(),
                version: version.to_owned(),
                ..InstrumentationScope::default()
            },
        }
    }

    /// The request that sends these.
    pub(crate) fn request(&self, spans: &[Span]) -> ExportTraceServiceRequest {
        let scope_spans = otlp::ScopeSpans {
            scope: Some(self.scope.clone()),
            spans: spans.iter().map(span).collect(),
            ..otlp::ScopeSpans::default()
        };
        ExportTraceServiceRequest {
            resource_spans: vec![otlp::ResourceSpans {
                resource: Some(self.resource.clone()),
                scope_spans: vec![scope_spans],
                ..otlp::ResourceSpans::default()
            }],
        }
    }
}

fn span(span: &Span) -> otlp::Span {
    let kind = match span.kind {
        Kind::Server => otlp::span::SpanKind::Server,
        Kind::Internal => otlp::span::SpanKind::Internal,
    };
    let attributes = span.attributes.iter();
    otlp::Span {
        trace_id: span.trace.to_bytes().into(),
        span_id: span.id.to_bytes().into(),
        parent_span_id: span.parent.map_or_else(Vec::new, |id| id.to_bytes().into()),
        flags: SAMPLED,
        name: span.name.to_owned(),
        kind: kind.into(),
        start_time_unix_nano: span.lapse.begun_at,
        end_time_unix_nano: span.lapse.ended_at,
        attributes: attributes
            .map(|(key, said)| key_value(key, value(said)))
            .collect(),
        links: span.link.iter().map(link).collect(),
        status: span.failure.map(|failure| otlp::Status {
            message: failure.to_owned(),
            code: otlp::status::StatusCode::Error.into(),
        }),
        ..otlp::Span::default()
    }
}

fn link(to: &Traceparent) -> otlp::span::Link {
    otlp::span::Link {
        trace_id: to.trace.to_bytes().into(),
        span_id: to.span.to_bytes().into(),
        ..otlp::span::Link::default()
    }
}

fn value(value: &Value) -> any_value::Value {
    let text = |text: &str| any_value::Value::StringValue(text.to_owned());
    match value {
        Value::Word(word) => text(word),
        Value::Name(name) => text(name),
        Value::Number(number) => any_value::Value::IntValue(*number),
        Value::Flag(flag) => any_value::Value::BoolValue(*flag),
        Value::Words(words) => {
            let values = words.iter().map(|word| AnyValue {
                value: Some(text(word)),
            });
            any_value::Value::ArrayValue(ArrayValue {
                values: values.collect(),
            })
        }
    }
}

fn key_value(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

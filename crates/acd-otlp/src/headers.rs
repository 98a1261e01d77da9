//! The headers that a collector wants to see, such as a token. They are secrets.

use std::path::Path;

use tonic::metadata::{Ascii, MetadataKey, MetadataMap, MetadataValue};

use crate::Error;

/// Headers of every request.
#[derive(Clone, Default)]
pub(crate) struct Headers(MetadataMap);

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Headers")
    }
}

impl Headers {
    /// Reads `name: value`, each on a line of its own; empty lines and those that begin with `#` say nothing.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let mut headers = MetadataMap::new();
        for (line, written) in (1..).zip(text.lines().map(str::trim)) {
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            let (name, value) = header(written).ok_or_else(|| Error::Header {
                path: path.to_owned(),
                line,
            })?;
            headers.append(name, value);
        }
        Ok(Self(headers))
    }

    /// A request with these headers.
    pub(crate) fn request<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        *request.metadata_mut() = self.0.clone();
        request
    }
}

fn header(written: &str) -> Option<(MetadataKey<Ascii>, MetadataValue<Ascii>)> {
    let (name, value) = written.split_once(':')?;
    let name = name.trim().to_ascii_lowercase().parse().ok()?;
    let mut value: MetadataValue<Ascii> = value.trim().parse().ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_stand_on_lines_of_their_own() {
        let text = "# for the collector\n\nAuthorization: Bearer s3cret:1\nx-scope: bank\n";
        let headers = Headers::parse(text, Path::new("headers")).unwrap();
        let request = headers.request(());
        let sent = |name: &str| request.metadata().get(name).unwrap().to_str().unwrap();
        assert_eq!(sent("authorization"), "Bearer s3cret:1");
        assert_eq!(sent("x-scope"), "bank");
    }

    #[test]
    fn a_line_that_is_no_header_is_named_and_not_shown() {
        for (text, wrong) in [
            ("x: 1\ns3cret\n", 2),
            ("na me: s3cret\n", 1),
            (": s3cret\n", 1),
            ("\n\nx: s3cret\u{1}\n", 3),
        ] {
            let error = Headers::parse(text, Path::new("headers")).unwrap_err();
            assert!(matches!(error, Error::Header { line, .. } if line == wrong));
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
}

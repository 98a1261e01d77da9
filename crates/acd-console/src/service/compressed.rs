//! Pages, style sheets and scripts are compressed for whoever takes that: a table of a hundred rows weighs a tenth then.
//! Streams are not, for each would hold a quarter of a megabyte for its window.

use std::io::{self, Write as _};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use flate2::{Compression, GzBuilder};

/// What is shorter is sent as it is.
const WORTH_BYTES: usize = 1_024;
/// By so many bytes at most the length of an answer is changed at random, so that it does not tell what a page holds beside
/// a word that somebody else had searched for in it (BREACH).
const PADDING_BYTES: u32 = 100;

/// Compresses an answer.
pub(super) async fn compressed(request: Request, next: Next) -> Response {
    let takes = takes_gzip(request.headers());
    let response = next.run(request).await;
    if !takes || !is_worth(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // All of these are in memory already.
    let Ok(plain) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if plain.len() < WORTH_BYTES {
        return Response::from_parts(parts, plain.into());
    }
    let Ok(packed) = packed(&plain) else {
        return Response::from_parts(parts, plain.into());
    };
    let headers = &mut parts.headers;
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(packed))
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let taken = headers.get(header::ACCEPT_ENCODING);
    let taken = taken.and_then(|it| it.to_str().ok()).unwrap_or_default();
    taken.split(',').any(|one| one.trim() == "gzip")
}

fn is_worth(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or_default();
    ["text/html", "text/css", "text/javascript"]
        .iter()
        .any(|text| kind.starts_with(text))
}

fn packed(plain: &Bytes) -> io::Result<Vec<u8>> {
    // The name of a file, which nobody reads.
    let padding = getrandom::u32().unwrap_or_default() % PADDING_BYTES;
    let padding = vec![b'-'; padding as usize];
    let mut packer = GzBuilder::new()
        .filename(padding)
        .write(Vec::with_capacity(plain.len() / 4), Compression::fast());
    packer.write_all(plain)?;
    packer.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::{Router, middleware::from_fn, routing::get};
    use flate2::read::GzDecoder;
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(kind: &'static str, text: &str, taken: &str) -> Response {
        let text = text.to_owned();
        let answer = async move || ([(header::CONTENT_TYPE, kind)], text);
        let routes: Router = Router::new()
            .route("/", get(answer))
            .layer(from_fn(compressed));
        let request = Request::get("/").header(header::ACCEPT_ENCODING, taken);
        let request = request.body(Body::empty()).expect("a request");
        routes.oneshot(request).await.expect("an answer")
    }

    fn is_packed(response: &Response) -> bool {
        response.headers().contains_key(header::CONTENT_ENCODING)
    }

    #[tokio::test]
    async fn a_page_is_compressed_for_who_takes_it_and_is_the_same_after() {
        let page = "<td>anna</td>".repeat(1_000);
        let sent = answer("text/html; charset=utf-8", &page, "br, gzip").await;
        assert!(is_packed(&sent));
        let sent = to_bytes(sent.into_body(), usize::MAX)
            .await
            .expect("a body");
        assert!(sent.len() < page.len() / 10, "{}", sent.len());
        let mut read = String::new();
        let unpacked = GzDecoder::new(&sent[..]).read_to_string(&mut read);
        unpacked.expect("it is whole");
        assert_eq!(read, page);
    }

    #[tokio::test]
    async fn who_does_not_ask_for_it_streams_and_short_answers_get_them_plain() {
        let long = "<td>anna</td>".repeat(1_000);
        assert!(!is_packed(&answer("text/html", &long, "identity").await));
        assert!(!is_packed(
            &answer("text/event-stream", &long, "gzip").await
        ));
        assert!(!is_packed(&answer("text/html", "short", "gzip").await));
    }
}

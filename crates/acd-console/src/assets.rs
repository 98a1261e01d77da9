//! Style sheets, scripts and icons. They are part of the program; their names carry a hash of what they hold, so that a browser
//! keeps them for good and never mixes two versions.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write as _, sync::LazyLock};

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

macro_rules! files {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../assets/", $name)))),*]
    };
}

/// The files by name. A script is imported by its plain name: `import { on } from "./console.js"`.
const FILES: &[(&str, &str)] = files! {
    "base.css"
    "console.js"
    "desk.css"
    "desk.js"
    "wall.css"
    "wall.js"
    "supervisor.css"
    "supervisor.js"
    "administrator.css"
    "administrator.js"
    "icon.svg"
    "icon-ringing.svg"
};

/// A file as it is served.
struct Served {
    name: String,
    text: Cow<'static, str>,
}

static SERVED: LazyLock<BTreeMap<&'static str, Served>> = LazyLock::new(|| {
    let mut served = BTreeMap::new();
    // A script's hash is of what it holds, and that names the scripts that it imports: those come first.
    for (name, text) in FILES {
        serve(&mut served, name, text);
    }
    served
});

fn serve(served: &mut BTreeMap<&'static str, Served>, name: &'static str, text: &'static str) {
    if served.contains_key(name) {
        return;
    }
    let mut text = Cow::Borrowed(text);
    for (other, other_text) in FILES.iter().filter(|(it, _)| *it != name) {
        let plain = format!("\"./{other}\"");
        if text.contains(&plain) {
            serve(served, other, other_text);
            let hashed = served.get(other).map(|it| format!("\"./{}\"", it.name));
            text = Cow::Owned(text.replace(&plain, &hashed.unwrap_or(plain.clone())));
        }
    }
    let mut hash = String::new();
    for byte in &Sha256::digest(text.as_bytes())[..8] {
        let _ = write!(hash, "{byte:02x}");
    }
    let (stem, kind) = name.split_once('.').unwrap_or((name, ""));
    let name_served = format!("{stem}.{hash}.{kind}");
    served.insert(
        name,
        Served {
            name: name_served,
            text,
        },
    );
}

/// The address of a file.
pub(crate) fn address(name: &str) -> String {
    let served = SERVED.get(name).map_or(name, |it| it.name.as_str());
    format!("/assets/{served}")
}

/// `GET /assets/NAME.HASH.KIND`.
pub(crate) async fn get(Path(name): Path<String>) -> Response {
    let Some(served) = SERVED.values().find(|served| served.name == name) else {
        return Problem::NotFound.into_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, served.text.as_ref()).into_response()
}

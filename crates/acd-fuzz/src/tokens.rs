//! What callers show: the value of the header `authorization`.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use acd_config::{AuthConfig, JwtAlgorithm, KeyFile};
use acd_proto::v1::ErrorReason;
use acd_server::auth::Authenticator;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Map, Value};

const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
/// The claim that is spoilt by another key.
const ISSUER: &str = "https://issuer.example";

/// Who is let in shows a token with our signature, a name, a role and a tenant; everybody else is told what to do.
pub fn run(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    match kind % 2 {
        0 => as_it_is(bytes),
        _ => signed(bytes),
    }
}

/// Anything at all: nobody can guess our signature.
fn as_it_is(header: &[u8]) {
    if let Err(error) = AUTHENTICATOR.identify(Some(header)) {
        assert_eq!(error.reason, ErrorReason::Unauthenticated);
        assert!(!error.remedy.is_empty());
    } else {
        panic!("somebody got in: {:?}", String::from_utf8_lossy(header));
    }
}

/// Any claims of an issuer whom we trust.
fn signed(claims: &[u8]) {
    let Ok(Value::Object(said)) = serde_json::from_slice(claims) else {
        return;
    };
    let mut claims: Map<String, Value> = usual_claims();
    claims.extend(said);
    let token = jsonwebtoken::encode(
        &Header::default(),
        &claims,
        &EncodingKey::from_secret(SECRET),
    );
    let Ok(token) = token else { return };
    match AUTHENTICATOR.identify(Some(format!("Bearer {token}").as_bytes())) {
        Ok(identity) => {
            assert!(!identity.subject.as_str().is_empty());
            assert!(!identity.roles.is_empty());
            assert!(identity.expires_at.is_some());
            for (claim, bound) in [
                ("agent", identity.agent.is_some()),
                ("adapter", identity.adapter.is_some()),
            ] {
                assert_eq!(claims.contains_key(claim), bound, "{claim}: {claims:?}");
            }
        }
        Err(error) => {
            assert_eq!(error.reason, ErrorReason::Unauthenticated);
            assert!(!error.remedy.is_empty());
        }
    }
}

/// Claims that let their bearer in, until others take their place.
fn usual_claims() -> Map<String, Value> {
    // The year 2100.
    let claims = serde_json::json!({
        "sub": "anna@desk", "aud": "acd", "iss": ISSUER, "exp": 4_102_444_800_i64, "role": "agent", "tenant": "bank",
    });
    claims.as_object().cloned().unwrap_or_default()
}

static AUTHENTICATOR: LazyLock<Authenticator> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let key_file: PathBuf = folder.path().join("secret");
    std::fs::write(&key_file, SECRET).expect("a file");
    let config = AuthConfig {
        algorithm: JwtAlgorithm::Hs256,
        keys: KeyFile::One(key_file),
        audience: "acd".into(),
        issuer: Some(ISSUER.into()),
        role_claim: "role".into(),
        tenant_claim: "tenant".into(),
        leeway: Duration::from_secs(30),
    };
    Authenticator::new(Some(&config)).expect("a good key")
});

//! Bearer tokens (JWT) become identities.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acd_config::{AuthConfig, JwtAlgorithm};
use acd_core::ids::{TenantName, TimeMs};
use acd_proto::v1::{ErrorReason, Role};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation};
use serde_json::Value;

use super::identity::{Identity, Tenants};
use super::keys::{KeyError, Keys, NoKey};
use crate::error::ApiError;

/// The longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 16 * 1_024;
/// The claim that binds a token to one agent.
const AGENT_CLAIM: &str = "agent";
/// The claim that binds a token to one adapter.
const ADAPTER_CLAIM: &str = "adapter";
/// Says in a refusal which claim is at fault; those of roles and tenants by one name, whatever the issuer calls them.
const CLAIM: &str = "claim";
const ROLE: &str = "role";
const TENANT: &str = "tenant";
/// The tenant claim of a caller who may act for every tenant.
const ALL_TENANTS: &str = "*";

/// Turns credentials into identities.
pub enum Authenticator {
    /// Authentication is off: everybody is the local identity.
    Off(Arc<Identity>),
    /// Callers show a bearer token.
    Bearer(Box<Bearer>),
}

/// What verifies bearer tokens.
pub struct Bearer {
    keys: Keys,
    validation: Validation,
    role_claim: String,
    tenant_claim: String,
}

impl Authenticator {
    /// What the configuration asks for; none: authentication is off. Reads the key file.
    ///
    /// # Errors
    /// [`KeyError`] if the key file cannot be used.
    pub fn new(config: Option<&AuthConfig>) -> Result<Self, KeyError> {
        let Some(config) = config else {
            return Ok(Self::Off(Identity::local()));
        };
        let mut validation = Validation::new(algorithm(config.algorithm));
        validation.validate_nbf = true;
        validation.leeway = config.leeway.as_secs();
        validation.set_audience(&[&config.audience]);
        let mut required = vec!["exp", "aud", "sub"];
        if let Some(issuer) = &config.issuer {
            validation.set_issuer(&[issuer]);
            required.push("iss");
        }
        validation.set_required_spec_claims(&required);
        Ok(Self::Bearer(Box::new(Bearer {
            keys: Keys::load(config)?,
            validation,
            role_claim: config.role_claim.clone(),
            tenant_claim: config.tenant_claim.clone(),
        })))
    }

    /// Who calls, by the value of the `authorization` header.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` if authentication is on and the header holds no valid token.
    pub fn identify(&self, authorization: Option<&[u8]>) -> Result<Arc<Identity>, ApiError> {
        match self {
            Self::Off(local) => Ok(local.clone()),
            Self::Bearer(bearer) => bearer.identify(authorization).map(Arc::new),
        }
    }

    /// Reads the keys again: tokens are verified with what their file holds now. Whether that is something new.
    ///
    /// # Errors
    /// [`KeyError`]; what was in use stays in use.
    pub fn reload(&self) -> Result<bool, KeyError> {
        match self {
            Self::Off(_) => Ok(false),
            Self::Bearer(bearer) => bearer.keys.reload(),
        }
    }
}

impl Bearer {
    fn identify(&self, authorization: Option<&[u8]>) -> Result<Identity, ApiError> {
        let header = authorization.ok_or_else(|| {
            unauthenticated(
                "the call has no token",
                "send `authorization: Bearer TOKEN` with every call",
            )
        })?;
        let token = bearer_token(header).ok_or_else(|| {
            unauthenticated(
                "the authorization is no bearer token",
                "send `authorization: Bearer TOKEN`",
            )
        })?;
        if token.len() > TOKEN_BYTES_MAX {
            let detail = format!(
                "the token has {} bytes, at most {TOKEN_BYTES_MAX} are read",
                token.len()
            );
            return Err(unauthenticated(
                detail,
                "ask the issuer for a shorter token",
            ));
        }
        let header = jsonwebtoken::decode_header(token).map_err(|error| judged(error.kind()))?;
        let decoded = self.keys.with(header.kid.as_deref(), |key| {
            jsonwebtoken::decode::<BTreeMap<String, Value>>(token, key, &self.validation)
        });
        let decoded = decoded.map_err(without_key)?;
        self.identity(&decoded.map_err(|error| judged(error.kind()))?.claims)
    }

    fn identity(&self, claims: &BTreeMap<String, Value>) -> Result<Identity, ApiError> {
        let text = |claim: &str| claims.get(claim).and_then(Value::as_str);
        let subject = text("sub")
            .filter(|sub| !sub.is_empty())
            .ok_or_else(|| lacks("sub", "the caller's name"))?;
        let roles: BTreeSet<Role> = names(claims.get(&self.role_claim))
            .into_iter()
            .filter_map(Role::from_name)
            .collect();
        if roles.is_empty() {
            let known: Vec<String> = Role::all().map(Role::name).collect();
            let error = lacks(
                &self.role_claim,
                &format!("a role ({}) or a list of them", known.join(", ")),
            );
            return Err(error.with(CLAIM, ROLE));
        }
        let tenants = names(claims.get(&self.tenant_claim));
        if tenants.is_empty() {
            let error = lacks(
                &self.tenant_claim,
                "a tenant's name, a list of them, or \"*\"",
            );
            return Err(error.with(CLAIM, TENANT));
        }
        let tenants = if tenants.contains(&ALL_TENANTS) {
            Tenants::All
        } else {
            Tenants::Only(tenants.into_iter().map(TenantName::from).collect())
        };
        Ok(Identity {
            subject: subject.into(),
            roles,
            tenants,
            agent: bound(claims, AGENT_CLAIM)?.map(Into::into),
            adapter: bound(claims, ADAPTER_CLAIM)?.map(Into::into),
            expires_at: Some(self.expires_at(claims)?),
        })
    }

    /// When the token is valid no more, in milliseconds since the Unix epoch.
    fn expires_at(&self, claims: &BTreeMap<String, Value>) -> Result<TimeMs, ApiError> {
        let seconds = claims.get("exp").and_then(Value::as_f64);
        let seconds = seconds.ok_or_else(|| lacks("exp", "a number of seconds"))?;
        let leeway = self.validation.leeway as f64;
        // What is beyond the range of milliseconds is for ever, for all that matters.
        Ok(((seconds + leeway) * 1_000.0) as TimeMs)
    }
}

/// The name a claim binds the token to. A claim that is there but no name must not widen what the token allows.
fn bound<'c>(
    claims: &'c BTreeMap<String, Value>,
    claim: &str,
) -> Result<Option<&'c str>, ApiError> {
    match claims.get(claim) {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(name)),
        Some(_) => Err(lacks(claim, "one name, if it is there at all")),
    }
}

/// A claim that is one name or a list of names.
fn names(claim: Option<&Value>) -> Vec<&str> {
    match claim {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn bearer_token(header: &[u8]) -> Option<&str> {
    let (scheme, token) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn algorithm(configured: JwtAlgorithm) -> Algorithm {
    match configured {
        JwtAlgorithm::Hs256 => Algorithm::HS256,
        JwtAlgorithm::Rs256 => Algorithm::RS256,
        JwtAlgorithm::Es256 => Algorithm::ES256,
        JwtAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

fn without_key(why: NoKey) -> ApiError {
    match why {
        NoKey::Unnamed => unauthenticated(
            "the token names no key",
            "ask the issuer to set `kid` in its tokens' header",
        ),
        NoKey::Unknown => unauthenticated(
            "the token is signed with a key that is not in server.auth.key_file",
            "renew the token, or add the issuer's new key to the file",
        ),
    }
}

/// What the caller may know of why its token is not valid.
fn judged(kind: &ErrorKind) -> ApiError {
    match kind {
        ErrorKind::ExpiredSignature => {
            unauthenticated("the token has expired", "renew the token").with(CLAIM, "exp")
        }
        ErrorKind::ImmatureSignature => unauthenticated(
            "the token is not valid yet",
            "wait, or set the issuer's clock",
        ),
        ErrorKind::InvalidAudience => unauthenticated(
            "the token is for another audience",
            "ask the issuer for one with server.auth.audience",
        ),
        ErrorKind::InvalidIssuer => unauthenticated(
            "the token is from another issuer",
            "ask the issuer that server.auth.issuer names",
        ),
        ErrorKind::MissingRequiredClaim(claim) => lacks(claim, "a value"),
        ErrorKind::InvalidAlgorithm => unauthenticated(
            "the token is signed with another algorithm",
            "sign it as server.auth.algorithm says",
        ),
        _ => unauthenticated(
            "the token is malformed or its signature is wrong",
            "renew the token",
        ),
    }
}

fn lacks(claim: &str, wanted: &str) -> ApiError {
    unauthenticated(
        format!("the token's claim {claim:?} does not hold {wanted}"),
        "ask the issuer to set the claim",
    )
    .with(CLAIM, claim)
}

fn unauthenticated(detail: impl std::fmt::Display, remedy: &str) -> ApiError {
    ApiError::new(ErrorReason::Unauthenticated, "authorization", detail).with_remedy(remedy)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use acd_config::KeyFile;
    use jsonwebtoken::{EncodingKey, Header};
    use serde_json::json;

    use super::*;

    /// The year 2100: far enough for a test that reads no clock.
    const LATER: i64 = 4_102_444_800;
    const SECRET: &[u8] = b"a secret of at least thirty-two bytes";

    struct Issuer {
        authenticator: Authenticator,
        _directory: tempfile::TempDir,
    }

    impl Issuer {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let key_file = directory.path().join("secret");
            std::fs::write(&key_file, SECRET).unwrap();
            let config = AuthConfig {
                algorithm: JwtAlgorithm::Hs256,
                keys: KeyFile::One(key_file),
                audience: "acd".into(),
                issuer: Some("https://issuer.example".into()),
                role_claim: "role".into(),
                tenant_claim: "tenant".into(),
                leeway: Duration::from_secs(30),
            };
            Self {
                authenticator: Authenticator::new(Some(&config)).unwrap(),
                _directory: directory,
            }
        }

        fn identify(&self, changed: &Value) -> Result<Arc<Identity>, ApiError> {
            let mut claims = json!({
                "sub": "anna@desk", "aud": "acd", "iss": "https://issuer.example", "exp": LATER,
                "role": "agent", "tenant": "bank", "agent": "anna",
            });
            for (claim, value) in changed.as_object().unwrap() {
                if value.is_null() {
                    claims.as_object_mut().unwrap().remove(claim);
                } else {
                    claims[claim] = value.clone();
                }
            }
            self.present(&sign(&Header::default(), &claims, SECRET))
        }

        fn present(&self, token: &str) -> Result<Arc<Identity>, ApiError> {
            self.authenticator
                .identify(Some(format!("Bearer {token}").as_bytes()))
        }
    }

    fn sign(header: &Header, claims: &Value, secret: &[u8]) -> String {
        jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(secret)).unwrap()
    }

    #[test]
    fn a_valid_token_names_subject_roles_tenants_and_what_it_is_bound_to() {
        let issuer = Issuer::new();
        let anna = issuer.identify(&json!({})).unwrap();
        assert_eq!(anna.subject.as_str(), "anna@desk");
        assert_eq!(anna.roles, [Role::Agent].into());
        assert_eq!(anna.tenants, Tenants::Only(["bank".into()].into()));
        assert_eq!(anna.agent, Some("anna".into()));
        assert_eq!(anna.adapter, None);
        let both = json!({"role": ["supervisor", "monitor"], "tenant": ["bank", "shop"]});
        let both = issuer.identify(&both).unwrap();
        assert_eq!(both.roles, [Role::Supervisor, Role::Monitor].into());
        assert!(both.may_act_for(&"shop".into()).is_ok());
        assert_eq!(
            issuer.identify(&json!({"tenant": "*"})).unwrap().tenants,
            Tenants::All
        );
    }

    #[test]
    fn a_token_that_is_wrong_in_any_way_is_refused_with_a_remedy() {
        let issuer = Issuer::new();
        for (changed, told) in [
            (json!({"exp": 1}), "expired"),
            (json!({"exp": null}), "exp"),
            (json!({"nbf": LATER - 1}), "not valid yet"),
            (json!({"aud": "other"}), "audience"),
            (json!({"aud": null}), "aud"),
            (json!({"iss": "https://evil.example"}), "issuer"),
            (json!({"iss": null}), "iss"),
            (json!({"sub": null}), "sub"),
            (json!({"sub": ""}), "sub"),
            (json!({"role": null}), "role"),
            (json!({"role": "king"}), "role"),
            (json!({"tenant": null}), "tenant"),
            (json!({"tenant": []}), "tenant"),
            (json!({"agent": ["anna", "bert"]}), "agent"),
            (json!({"adapter": 7}), "adapter"),
        ] {
            let error = issuer.identify(&changed).expect_err(told);
            assert_eq!(error.reason, ErrorReason::Unauthenticated, "{changed}");
            assert!(error.detail.contains(told), "{changed}: {}", error.detail);
            assert!(!error.remedy.is_empty());
        }
    }

    #[test]
    fn a_forged_token_is_refused() {
        let issuer = Issuer::new();
        let claims = json!({"sub": "x", "aud": "acd", "iss": "https://issuer.example", "exp": LATER,
                            "role": "administrator", "tenant": "*"});
        let other_secret = sign(
            &Header::default(),
            &claims,
            b"another secret of thirty-two bytes..",
        );
        let other_algorithm = sign(&Header::new(Algorithm::HS384), &claims, SECRET);
        // {"alg":"none"}.{...}. without a signature
        let payload = sign(&Header::default(), &claims, SECRET)
            .split('.')
            .nth(1)
            .unwrap()
            .to_owned();
        let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
        for forged in [
            other_secret,
            other_algorithm,
            unsigned,
            "no token".to_owned(),
            "a".repeat(20_000),
        ] {
            assert_eq!(
                issuer.present(&forged).unwrap_err().reason,
                ErrorReason::Unauthenticated
            );
        }
        assert!(issuer.authenticator.identify(None).is_err());
        assert!(issuer.authenticator.identify(Some(b"Basic YTpi")).is_err());
    }

    #[test]
    fn a_public_key_verifies_what_its_private_key_signed_and_nothing_else() {
        use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
        let claims =
            json!({"sub": "x", "aud": "acd", "exp": LATER, "role": "monitor", "tenant": "*"});
        let sign = |algorithm, pair: &KeyPair| {
            let pem = pair.serialize_pem();
            let key = match algorithm {
                JwtAlgorithm::Es256 => EncodingKey::from_ec_pem(pem.as_bytes()),
                _ => EncodingKey::from_ed_pem(pem.as_bytes()),
            };
            jsonwebtoken::encode(
                &Header::new(super::algorithm(algorithm)),
                &claims,
                &key.unwrap(),
            )
            .unwrap()
        };
        for (algorithm, kind) in [
            (JwtAlgorithm::EdDsa, &PKCS_ED25519),
            (JwtAlgorithm::Es256, &PKCS_ECDSA_P256_SHA256),
        ] {
            let (own, other) = (
                KeyPair::generate_for(kind).unwrap(),
                KeyPair::generate_for(kind).unwrap(),
            );
            let directory = tempfile::tempdir().unwrap();
            let key_file = directory.path().join("issuer.pem");
            std::fs::write(&key_file, own.public_key_pem()).unwrap();
            let config = AuthConfig {
                algorithm,
                keys: KeyFile::One(key_file),
                audience: "acd".into(),
                issuer: None,
                role_claim: "role".into(),
                tenant_claim: "tenant".into(),
                leeway: Duration::ZERO,
            };
            let authenticator = Authenticator::new(Some(&config)).unwrap();
            let present =
                |token: String| authenticator.identify(Some(format!("Bearer {token}").as_bytes()));
            assert_eq!(
                present(sign(algorithm, &own)).unwrap().roles,
                [Role::Monitor].into()
            );
            assert!(present(sign(algorithm, &other)).is_err());
            // The public key is no secret: a token "signed" with it as one must not pass.
            let public_as_secret = EncodingKey::from_secret(own.public_key_pem().as_bytes());
            assert!(
                present(
                    jsonwebtoken::encode(&Header::default(), &claims, &public_as_secret).unwrap()
                )
                .is_err()
            );
        }
    }

    #[test]
    fn a_key_file_that_cannot_be_used_stops_the_start() {
        let directory = tempfile::tempdir().unwrap();
        let key_file = directory.path().join("key");
        let mut config = AuthConfig {
            algorithm: JwtAlgorithm::EdDsa,
            keys: KeyFile::One(key_file.clone()),
            audience: "acd".into(),
            issuer: None,
            role_claim: "role".into(),
            tenant_claim: "tenant".into(),
            leeway: Duration::ZERO,
        };
        assert!(matches!(
            Authenticator::new(Some(&config)),
            Err(KeyError::Unreadable { .. })
        ));
        std::fs::write(&key_file, "short").unwrap();
        assert!(matches!(
            Authenticator::new(Some(&config)),
            Err(KeyError::Unusable { .. })
        ));
        config.algorithm = JwtAlgorithm::Hs256;
        assert!(matches!(
            Authenticator::new(Some(&config)),
            Err(KeyError::ShortSecret { bytes: 5, .. })
        ));
    }
}

//! Tokens that expire, keys that change, callers who call too often.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acd_config::{AuthConfig, JwtAlgorithm, KeyFile};
use acd_proto::v1::{self, ErrorReason};
use jsonwebtoken::{EncodingKey, Header};
use rcgen::{KeyPair, PKCS_ED25519};
use serde_json::{Value, json};
use tonic::transport::Channel;

use crate::doors::series;
use crate::harness::{
    Clients, Pbx, TENANT, TestServer, call, in_time, reason, refused, request_id,
};
use crate::security::{Authority, auth, may_list_tenants, token};

#[expect(
    clippy::disallowed_methods,
    reason = "the times in a token are those of the wall clock"
)]
fn seconds_from_now(seconds: f64) -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs_f64() + seconds
}

/// A server that takes a token for expired the instant it is.
async fn strict(
    directory: &Path,
    limits: impl FnOnce(&mut acd_config::ServerLimits),
) -> TestServer {
    let auth = AuthConfig {
        leeway: Duration::ZERO,
        ..auth(directory)
    };
    TestServer::with(|config| {
        config.auth = Some(auth);
        config.limits.heartbeat = Duration::from_millis(100);
        limits(&mut config.limits);
    })
    .await
}

/// A watch of the tenant.
async fn watch(channel: &Channel, token: &str) -> tonic::Streaming<v1::WatchUpdate> {
    let clients = Clients::over(TENANT, channel.clone(), Some(token));
    let watch = v1::WatchRequest {
        tenant: TENANT.into(),
        ..Default::default()
    };
    clients
        .supervisors
        .clone()
        .watch(watch)
        .await
        .unwrap()
        .into_inner()
}

/// A stream of the reflection service on which nothing is asked.
async fn reflect(
    channel: &Channel,
    token: &str,
) -> tonic::Streaming<tonic_reflection::pb::v1::ServerReflectionResponse> {
    let mut reflection =
        tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient::new(
            channel.clone(),
        );
    let mut asks_nothing = tonic::Request::new(tokio_stream::pending());
    asks_nothing
        .metadata_mut()
        .insert("authorization", format!("Bearer {token}").parse().unwrap());
    let opened = reflection.server_reflection_info(asks_nothing);
    in_time("reflection", opened).await.unwrap().into_inner()
}

/// How a stream ends.
async fn end<T>(stream: &mut tonic::Streaming<T>) -> tonic::Status {
    let reading = async {
        loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the stream ended without a reason"),
                Err(status) => return status,
            }
        }
    };
    in_time("the end of the stream", reading).await
}

async fn renew(channel: &Channel, token: &str) -> v1::RenewTokenResponse {
    let clients = Clients::over(TENANT, channel.clone(), Some(token));
    let mut tokens = clients.tokens.clone();
    let renewed = tokens.renew_token(v1::RenewTokenRequest {}).await;
    renewed.unwrap().into_inner()
}

#[tokio::test]
async fn every_stream_ends_with_its_token_unless_it_is_renewed() {
    let directory = tempfile::tempdir().unwrap();
    let server = strict(directory.path(), |_| {}).await;
    let channel = server.clients().await.channel;
    // Long enough for all that follows where the machine is busy.
    let until = seconds_from_now(10.0);
    let claims =
        |subject: &str, role: &str, until: f64| json!({"sub": subject, "role": role, "exp": until});
    let renewed = claims("renewed", "supervisor", until);
    let mut lasting = watch(&channel, &token(renewed)).await;
    let mut watching = watch(&channel, &token(claims("watching", "supervisor", until))).await;

    let desk = Clients::over(
        TENANT,
        channel.clone(),
        Some(&token(claims("anna", "agent", until))),
    );
    let login = v1::LoginRequest {
        tenant: TENANT.into(),
        request_id: request_id(),
        agent: "anna".into(),
    };
    let session_id = desk
        .agents
        .clone()
        .login(login)
        .await
        .unwrap()
        .into_inner()
        .session_id;
    let subscribe = v1::SubscribeRequest {
        tenant: TENANT.into(),
        agent: "anna".into(),
        session_id,
        ..Default::default()
    };
    let mut screen = desk
        .agents
        .clone()
        .subscribe(subscribe)
        .await
        .unwrap()
        .into_inner();
    let pbx = Clients::over(
        TENANT,
        channel.clone(),
        Some(&token(claims("pbx", "adapter", until))),
    );
    let mut pbx = Pbx::try_connect(&pbx, TENANT, "pbx", "run-1")
        .await
        .unwrap();

    let mut reflection = reflect(&channel, &token(claims("reflecting", "monitor", until))).await;

    // With other rights nothing is renewed; with the same ones the stream of this caller is, and no other.
    let later = seconds_from_now(3_600.0);
    let more = json!({"sub": "renewed", "role": ["supervisor", "agent"], "exp": later});
    assert_eq!(renew(&channel, &token(more)).await.streams, 0);
    let answer = renew(&channel, &token(claims("renewed", "supervisor", later))).await;
    assert_eq!(answer.streams, 1);
    assert_eq!(answer.expires_at_ms, (later * 1_000.0) as i64);

    for end in [
        end(&mut watching).await,
        end(&mut screen).await,
        pbx.end().await,
        end(&mut reflection).await,
    ] {
        assert_eq!(reason(&end), ErrorReason::Unauthenticated);
        assert_eq!(end.code(), tonic::Code::Unauthenticated);
    }
    // The agent whose stream has ended is not present any more; whoever renewed goes on.
    let still = in_time("a message", async {
        loop {
            let update = lasting.message().await.unwrap().expect("it goes on");
            let Some(v1::watch_update::Update::Changes(changes)) = update.update else {
                continue;
            };
            if changes
                .agents
                .iter()
                .any(|it| it.agent == "anna" && it.session_state() == v1::SessionState::Lost)
            {
                return;
            }
        }
    });
    still.await;
}

/// A JWK Set of these Ed25519 keys.
fn key_set(keys: &[(&str, &KeyPair)]) -> String {
    let keys: Vec<Value> = keys
        .iter()
        .map(|(kid, pair)| {
            let x = base64_url(pair.public_key_raw());
            json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "use": "sig", "x": x})
        })
        .collect();
    // An issuer's set may hold keys that are none of ours.
    let others = json!([{"kty": "RSA", "kid": "other", "n": "AQAB", "e": "AQAB"}, {"kty": "what"}]);
    let all: Vec<&Value> = keys.iter().chain(others.as_array().unwrap()).collect();
    json!({ "keys": all }).to_string()
}

/// Base64 for addresses, without padding (RFC 4648, 5).
fn base64_url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits = |chunk: &[u8]| {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        (0..=chunk.len())
            .map(|nth| char::from(DIGITS[(bits >> (18 - 6 * nth) & 63) as usize]))
            .collect::<String>()
    };
    bytes.chunks(3).map(digits).collect()
}

fn signed(pair: &KeyPair, kid: Option<&str>) -> String {
    let header = Header {
        kid: kid.map(str::to_owned),
        ..Header::new(jsonwebtoken::Algorithm::EdDSA)
    };
    let claims = json!({
        "sub": "noc", "aud": "acd", "exp": seconds_from_now(3_600.0), "role": "monitor", "tenant": "*",
    });
    let key = EncodingKey::from_ed_pem(pair.serialize_pem().as_bytes()).unwrap();
    jsonwebtoken::encode(&header, &claims, &key).unwrap()
}

async fn is_let_in(channel: &Channel, token: &str) -> bool {
    let clients = Clients::over(TENANT, channel.clone(), Some(token));
    let list = clients
        .configurations
        .clone()
        .list_tenants(v1::ListTenantsRequest {})
        .await;
    list.is_ok()
}

#[tokio::test]
async fn keys_are_told_apart_by_kid_and_changed_while_the_server_runs() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("jwks.json");
    let [old, new, stranger] = [(); 3].map(|()| KeyPair::generate_for(&PKCS_ED25519).unwrap());
    std::fs::write(&file, key_set(&[("old", &old)])).unwrap();
    let auth = AuthConfig {
        algorithm: JwtAlgorithm::EdDsa,
        keys: KeyFile::Set(file.clone()),
        ..auth(directory.path())
    };
    let server = TestServer::with(|config| {
        config.auth = Some(auth);
        config.reload_interval = Duration::from_secs(3_600);
    })
    .await;
    let channel = server.clients().await.channel;
    assert!(is_let_in(&channel, &signed(&old, Some("old"))).await);
    for refused in [
        signed(&new, Some("new")),
        signed(&new, Some("old")),
        signed(&old, Some("new")),
        signed(&old, None),
        signed(&stranger, Some("other")),
    ] {
        assert!(!is_let_in(&channel, &refused).await);
    }
    // Both for a time, then the new one alone, and what is broken is not taken.
    let reload = || server.credentials().reload();
    std::fs::write(&file, key_set(&[("old", &old), ("new", &new)])).unwrap();
    reload().unwrap();
    assert!(is_let_in(&channel, &signed(&old, Some("old"))).await);
    assert!(is_let_in(&channel, &signed(&new, Some("new"))).await);
    std::fs::write(&file, key_set(&[("new", &new)])).unwrap();
    reload().unwrap();
    assert!(!is_let_in(&channel, &signed(&old, Some("old"))).await);
    for broken in [
        "",
        "{",
        "{\"keys\": []}",
        &key_set(&[("a", &old), ("a", &new)]),
    ] {
        std::fs::write(&file, broken).unwrap();
        let error = reload().unwrap_err().to_string();
        assert!(error.contains("jwks.json"), "{error}");
        assert!(is_let_in(&channel, &signed(&new, Some("new"))).await);
    }
    let (_, metrics) = server.fetch("/metrics").await;
    assert!(
        metrics.contains("acd_credentials_reload_failures_total 4"),
        "{metrics}"
    );
}

#[tokio::test]
async fn files_that_change_are_noticed_without_a_signal() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("issuer.pem");
    let [old, new] = [(); 2].map(|()| KeyPair::generate_for(&PKCS_ED25519).unwrap());
    std::fs::write(&file, old.public_key_pem()).unwrap();
    let auth = AuthConfig {
        algorithm: JwtAlgorithm::EdDsa,
        keys: KeyFile::One(file.clone()),
        ..auth(directory.path())
    };
    let server = TestServer::with(|config| {
        config.auth = Some(auth);
        config.reload_interval = Duration::from_millis(100);
    })
    .await;
    let channel = server.clients().await.channel;
    let token = signed(&new, Some("any"));
    assert!(!is_let_in(&channel, &token).await);
    std::fs::write(&file, new.public_key_pem()).unwrap();
    in_time("the new key", async {
        while !is_let_in(&channel, &token).await {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn certificates_are_changed_while_the_server_runs() {
    let authority = Authority::new();
    let tls = authority.server_tls(false);
    let other = Authority::new();
    let server = TestServer::secured(Some(tls.clone()), Some(auth(authority.path()))).await;
    let token = token(json!({"role": "monitor"}));
    let open = authority.endpoint(&server, None).connect().await.unwrap();
    assert!(!may_list_tenants(other.endpoint(&server, None), &token).await);
    let renewed = other.server_tls(false);
    // A key without its certificate is not taken.
    std::fs::copy(&renewed.key, &tls.key).unwrap();
    let error = server.credentials().reload().unwrap_err().to_string();
    assert!(error.contains("server.tls"), "{error}");
    assert!(may_list_tenants(authority.endpoint(&server, None), &token).await);
    std::fs::copy(&renewed.cert, &tls.cert).unwrap();
    server.credentials().reload().unwrap();
    assert!(may_list_tenants(other.endpoint(&server, None), &token).await);
    assert!(!may_list_tenants(authority.endpoint(&server, None), &token).await);
    // Connections that are open stay.
    assert!(is_let_in(&open, &token).await);
}

/// The begins of these years, in seconds since the Unix epoch.
const BEGIN_OF_2090: f64 = 3_786_912_000.0;
const BEGIN_OF_2091: f64 = 3_818_448_000.0;

#[tokio::test]
async fn when_certificates_end_is_told_also_of_those_that_were_taken_later() {
    let authority = Authority::new();
    let tls = authority.server_tls(true);
    authority.renew(&tls, 2_090);
    let server = TestServer::secured(Some(tls.clone()), Some(auth(authority.path()))).await;
    let expires = async |file: &str| {
        let name = format!("acd_certificate_expires_timestamp_seconds{{file=\"{file}\"}}");
        series(&server, &name).await
    };
    assert_eq!(expires("server.tls.cert").await, BEGIN_OF_2090);
    let authorities = expires("server.tls.client_ca").await;
    assert!(authorities > BEGIN_OF_2091);
    authority.renew(&tls, 2_091);
    server.credentials().reload().unwrap();
    assert_eq!(expires("server.tls.cert").await, BEGIN_OF_2091);
    assert_eq!(expires("server.tls.client_ca").await, authorities);
    // What is not taken changes nothing.
    std::fs::write(&tls.cert, "no certificate").unwrap();
    server.credentials().reload().unwrap_err();
    assert_eq!(expires("server.tls.cert").await, BEGIN_OF_2091);
}

#[tokio::test]
async fn a_caller_who_calls_too_often_is_told_to_wait_and_others_are_served() {
    let directory = tempfile::tempdir().unwrap();
    let server = strict(directory.path(), |limits| {
        limits.calls_per_second = 1;
        limits.calls_burst = 5;
    })
    .await;
    let channel = server.clients().await.channel;
    let of = |subject: &str| token(json!({"sub": subject, "role": "monitor"}));
    let list = async |token: &str| {
        let clients = Clients::over(TENANT, channel.clone(), Some(token));
        let mut configurations = clients.configurations.clone();
        let list = configurations.list_tenants(v1::ListTenantsRequest {}).await;
        list.map(drop)
    };
    let eager = of("eager");
    let refused = in_time("a refusal", async {
        loop {
            if let Err(status) = list(&eager).await {
                return status;
            }
        }
    })
    .await;
    assert_eq!(reason(&refused), ErrorReason::RateLimited);
    assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
    let details = tonic_types::StatusExt::get_error_details(&refused);
    let wait = details
        .retry_info()
        .and_then(|it| it.retry_delay)
        .expect("when to repeat");
    assert!(
        // A call, and what little the answers before it carried.
        wait > Duration::ZERO && wait < Duration::from_secs(2),
        "{wait:?}"
    );
    let quota = &details.quota_failure().expect("whose quota").violations;
    assert_eq!(quota[0].subject, "caller:eager");
    list(&of("patient")).await.expect("not their fault");
    let (_, metrics) = server.fetch("/metrics").await;
    assert!(!metrics.contains("acd_calls_refused_total{reason=\"RATE_LIMITED\"} 0"));
    assert!(
        metrics.contains("acd_server_limit{limit=\"calls_per_second\"} 1"),
        "{metrics}"
    );
}

#[tokio::test]
async fn an_adapter_that_says_too_much_is_read_more_slowly_and_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let server = strict(directory.path(), |limits| {
        limits.calls_per_second = 50;
        limits.calls_burst = 5;
    })
    .await;
    let channel = server.clients().await.channel;
    let pbx = token(json!({"sub": "pbx", "role": "adapter"}));
    let pbx = Clients::over(TENANT, channel, Some(&pbx));
    let mut pbx = Pbx::try_connect(&pbx, TENANT, "pbx", "run-1")
        .await
        .unwrap();
    let mut last = 0;
    for number in 0..30 {
        last = pbx.send(call(&format!("c{number}"), "loans")).await;
    }
    assert!(pbx.settled(last).await.is_empty(), "none is refused");
    assert!(series(&server, "acd_adapter_streams_slowed_total ").await > 0.0);
}

#[tokio::test]
async fn a_token_signed_with_rsa_is_verified() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("issuer.pem");
    std::fs::write(&file, RSA_PUBLIC).unwrap();
    let auth = AuthConfig {
        algorithm: JwtAlgorithm::Rs256,
        keys: KeyFile::One(file),
        ..auth(directory.path())
    };
    let server = TestServer::secured(None, Some(auth)).await;
    let channel = server.clients().await.channel;
    let claims = json!({
        "sub": "noc", "aud": "acd", "exp": seconds_from_now(3_600.0), "role": "monitor", "tenant": "*",
    });
    let sign = |algorithm, key: &EncodingKey| {
        jsonwebtoken::encode(&Header::new(algorithm), &claims, key).unwrap()
    };
    use jsonwebtoken::Algorithm::{HS256, RS256, RS512};
    let own = EncodingKey::from_rsa_pem(RSA_PRIVATE.as_bytes()).unwrap();
    assert!(is_let_in(&channel, &sign(RS256, &own)).await);
    let other = EncodingKey::from_rsa_pem(OTHER_RSA_PRIVATE.as_bytes()).unwrap();
    // The public key is no secret: a token "signed" with it as one must not pass.
    let public_as_secret = EncodingKey::from_secret(RSA_PUBLIC.as_bytes());
    for forged in [
        sign(RS256, &other),
        sign(RS512, &own),
        sign(HS256, &public_as_secret),
    ] {
        let clients = Clients::over(TENANT, channel.clone(), Some(&forged));
        let mut configurations = clients.configurations.clone();
        let list = configurations.list_tenants(v1::ListTenantsRequest {}).await;
        assert_eq!(reason(&refused(list)), ErrorReason::Unauthenticated);
    }
}

// Made for this test and used nowhere else.
const RSA_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxtZSifLiRmxbnVjEUt6g
WwKX5mU0x4MCgC6jyh8sPOMHLID2Zq1ochr26YXfAfUJOjVVwPx33Aq1Q/jcDMlb
g911gyJ6geKDvLg6rPkLNz5nbPNMPnlT9Aaa4WvQco6QaROiGY/2boWSuuu6QMCH
0E3YfEkFdhsDa1taxZDaxieXGmr2xj4I+Kl6ZR5jXqDSP6dIIVvpUlN8n+uipp49
0rZKjOad9GTatZrTNe78/YWRHiJ6+dMQFQlIoqjYsP+E4U6s9Hf70BkAY+9STTHR
HJ0sqIXXMQfjvO/9B22/Yvl2mDHkwlzt7k3qxXqWenG7LXWhS43Ld0D7qIsiO04D
TwIDAQAB
-----END PUBLIC KEY-----\n";
const RSA_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDG1lKJ8uJGbFud
WMRS3qBbApfmZTTHgwKALqPKHyw84wcsgPZmrWhyGvbphd8B9Qk6NVXA/HfcCrVD
+NwMyVuD3XWDInqB4oO8uDqs+Qs3Pmds80w+eVP0Bprha9ByjpBpE6IZj/ZuhZK6
67pAwIfQTdh8SQV2GwNrW1rFkNrGJ5caavbGPgj4qXplHmNeoNI/p0ghW+lSU3yf
66Kmnj3StkqM5p30ZNq1mtM17vz9hZEeInr50xAVCUiiqNiw/4ThTqz0d/vQGQBj
71JNMdEcnSyohdcxB+O87/0Hbb9i+XaYMeTCXO3uTerFepZ6cbstdaFLjct3QPuo
iyI7TgNPAgMBAAECggEAMmbciExRkEFiXbnFFi6JnlhDcesAnHw4k45/BTqup4Zy
6JSOIQve2GG+agZ9t4zJ+H/Ri3hT16q9NQwtl24pLP1jjsicHjVxaFKYyQTeE3RV
mjf4ATQXFFniQ7blIUzDDWelJO6prG1eetRLI6PKKYK6GBMYd840KTAAi+kCk8y9
Td+hAJ4u6Kwx0pXQ9OpG2sq5hxqYY6SNK4a3r0TEgs5dX0YiZSODRFzw/mVOMv7c
BpPmW9SUYh0cTpff3S21mq+lujx/Np76ePEt8Xdx/lSJgIBqtEMHPIQMyItVpIL2
7GeI6TD8pnnvKCKHY3rF+5dvCAwHhgYpzVgVojXDXQKBgQD6iJ/PC7jyzWRZc++K
V+jDsgETNeu0yXkknEiyg4Uwl5Ajxm+nn0Z7iCbMGlYEyca+9cGH3yMoLZiL/iTI
37myxWiTx+Nmkp6HZB5Lpt3djsyldbYTrAgb5JQCM1gvW7iBZ3KvqvFQr25FxQdL
HD5EaoH4D5LLL65l/i5uNMEvTQKBgQDLLPF9W85/9Cl3uD2YNTcd1NPC/t5XV6BV
3vpFfG5Lw5eBWoRX4b6pRWmmulr1OS0yAG/aJtq2OA7uKOim2dL+8ELkOByEHiOY
zJlIIfMHwJkXymrPIs9qh1oOf3smlFrBWF/kI4q+u3Z77NSZ2+3tLrFTk+DvENFU
V47LRl1nCwKBgDP8a6TL2unPAtao/vim+y64Xg69bpaKA/A72b3pGpcVrBwwTfTr
UPXLL7nEcTr3H516Y1ktTR9GLtRFvR5Nhjv5SJT5sk8Td3/Cn6K1Em6p9f8TaN+2
H8yh5rB6NP9GugdoDt0yzHYgoPIrSzMjviv2Kdfua1hsIXUahEnr+nY1AoGAJ0g+
PI2GhGixp8sAZbBMQsFGXBoo5Nw1TMT6wHqJXK6pWUIl+lPUKCgagDjhoy311ggN
mDEQ8lAuWs+gA7pzuAS9+h/7K3QkT8OnEzI1KdeMAfSJ6BiD38XhnJH7Pn9KeL1c
dOCGT9Aw3U7x3/mMq+HuOQmLYM1wm4z+N8EYB/cCgYAgXrbZahT6Sj1c2cRc1Zl2
9fOmSOPVFLRCxfaFJYvjOvsTXNJuoFrq61NXD7xiDpTnKpcZhQvuxoMoE1QSaZvR
epyF4FN3/CVFSvAMkKCTlYEm4W7YzjyqagZMHaSAMzPl0a6cL+SPlFsO6JjHdNv+
CE76EIlDb9RMOcBdfFC1kw==
-----END PRIVATE KEY-----\n";
const OTHER_RSA_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDcUQazRUlzsusM
Bvo7TYyYQVRvb2mwzDuIdcKjyhd4hIr7cRRP11LkB/qybN9mzZceowKBySHL61Yw
ZAwW/xexI7irFPv0Fb1A+kdUCktCVpttIGlraBc4B2pTHX/Qk+j5aGXxfAoWizct
cJ1t4YNxUUAcOQUm6mocxYVzQ/sYzmIepPkNewk3CfPG+NooL0x7vMDUWN64g3tf
WvK5yQju8jN78VoFT66CgT3TV6zee6RhlunMxidWi03KfxNCPBEEMIgkfs04O7zG
t89YNU5FzN/HNVM2eK2LSH5HpgfMlk1dcqRLetRekIUpQrrmGmeVSdTWa+CXMh6W
JMDMkqTRAgMBAAECggEACXv2dyCwMwocernRK1zhBMvpK9vmt5zvIiZ5oM3qGT7R
cdYSGwbIs3bReL1dl6IZk5DOYpJrQUlJ/k7MQ3ArT62bPUgruXv3F/U+PVStHTe3
vKikySIjv753+gh+0FaRtKzlGJJvp71J/IuIx2pqG2Z1RVHCEkUMmNz66/Wc+VoS
nH8q7ivvJFvDP9xSzTpiLgvOQHm56gjt+DR69qS3Ai2MOAJK3VO7PrQEo89sjTpf
UP+s2Lvbf7eO7eNK5LbW0iKS8Ruy4/Kc1FMxBCxUu6eTnVfBsRhbNgYFnTt1kCHB
C7/ABgAfutNgKXVZel8NhH36ZKtGAVVF2B2GrvQu7QKBgQD8cRWaqiBohQto0oJu
lZhW72AyGZcyhpoXgMs3+xhY5lr7HLW2bHGeN9ip/lI7NebjR/snsW//gFOPT6L6
RaGaIp+2PU305EAN3Q4OOrDoTU09+F65V0GaGIFTpDCfbrZl/Ip7el+pgbNW2IVv
N6rfYvYKjBa6YPNGTe/5rJq+7QKBgQDfbAU/GO/X/1YHao3Q/hO2VOXpJiYzJZug
J2KAxgYgz3Ev1lnMgo80QNWwf7J/Xn+y18cChIftkzN9G1AsfsV4z8pL9FXYJ+26
wo1jzTQaHQnlMI3esF3FfbDmbKUh/VgMzvhgjcODs6LEqe+McxyVSCDCZ8M5QfLJ
6PDmYvgc9QKBgG/HNvS8HguJ1cp9Y+nJbaIY7nRgpnVl6nc7vUA1e8tpfKGyTbfP
/uM7AUIMbabwMCM1bT1fMSNmVBmh/p1pFaxlZmjQbmNgagh5eE7OqCTEjc5B2teg
jljIPwOlMS53XGZ+U2dngVJSLvHmf/cGJDAz5pQ3AZ1XboET442fYwnlAoGBAMIu
oGC2y75vrdXERn3eVkOihjCdd5X8mcYYdQR3F9xsb3OkWWfmEZDYyOEeG4WYHGTU
JaOKjJlv1tBlbMk/ZWIbNzfMpM+55GTtsvWK5D3N/0uzZ5qkrtt24slipCNmjaCU
Qkuo6sUM2+sRx6HKao1UoyRUCtk4+EuEqduTKRIBAoGBAMs13+GU1TD6K+7UaPZA
QZiFQ4VFqj3Z1WD6Cm5EZ84WmRzc9iQuyiOBcZjvyE3oEO9vX6dJ4/YcgR45U8Gp
GI2LEYeiS72W6iLRTlk6iGgnUMGIv3PnJeTXxfUWSwIK+wOhSSPcI38SdheQ0TFA
CgRQlUnlp5ABWzMx2V/hnEMj
-----END PRIVATE KEY-----\n";

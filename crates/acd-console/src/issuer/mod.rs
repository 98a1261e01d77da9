//! Signing in at an issuer of OpenID Connect, by the authorization code flow with PKCE.

use std::{io, pin::Pin, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata},
};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::options::Oidc;

/// Where the issuer sends people back to, below the address that people know.
pub(crate) const WAY_BACK: &str = "/login/back";
/// A request to the issuer that takes longer is given up.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer of an issuer.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// How long what the issuer says of itself is believed.
const METADATA_LASTS: Duration = Duration::from_secs(10 * 60);

/// After a failure it is not asked again for so long.
const FAILURE_LASTS: Duration = Duration::from_secs(1);

/// Why nobody can sign in there now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IssuerError {
    /// It cannot be reached, or answers what it should not.
    #[error("{0}")]
    Away(String),
    /// What came back is not what was begun, or is signed by somebody else.
    #[error("{0}")]
    Forged(String),
}

/// A sign-in that has begun: it is kept, sealed, in the browser that began it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Begun {
    state: String,
    nonce: String,
    verifier: String,
    /// Where they wanted to go.
    pub(crate) to: Option<String>,
}

impl Begun {
    /// Whether an answer belongs to it.
    pub(crate) fn is_answered_by(&self, state: &str) -> bool {
        self.state == state
    }
}

/// An answer that is awaited.
pub(crate) type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The issuer, as the console knows it.
pub(crate) struct Issuer {
    oidc: Oidc,
    redirect: RedirectUrl,
    http: Http,
    /// Held while it is asked: who comes meanwhile waits for the same answer.
    known: Mutex<Option<Known>>,
}

/// What the issuer said of itself, or why it did not, and when.
type Known = (Instant, Result<Arc<CoreProviderMetadata>, String>);

impl Issuer {
    /// The issuer of these options, which sends people back to a console of this address.
    pub(crate) fn new(oidc: Oidc, public_url: &str) -> io::Result<Self> {
        let redirect = RedirectUrl::new(format!("{public_url}{WAY_BACK}"));
        Ok(Self {
            redirect: redirect.map_err(io::Error::other)?,
            http: Http::new(oidc.ca.as_deref())?,
            oidc,
            known: Mutex::new(None),
        })
    }

    /// What people call it.
    pub(crate) fn name(&self) -> &str {
        &self.oidc.name
    }

    /// Where to send somebody who wants to sign in, and what their browser keeps meanwhile.
    pub(crate) fn begin(
        self: Arc<Self>,
        to: Option<String>,
    ) -> Pending<Result<(String, Begun), IssuerError>> {
        Box::pin(async move { self.begun(to).await })
    }

    async fn begun(&self, to: Option<String>) -> Result<(String, Begun), IssuerError> {
        let metadata = self.metadata().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = CoreClient::from_provider_metadata(
            (*metadata).clone(),
            self.client_id(),
            self.client_secret(),
        )
        .set_redirect_uri(self.redirect.clone());
        let mut request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        );
        for scope in &self.oidc.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
        let begun = Begun {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            to,
        };
        Ok((url.into(), begun))
    }

    /// The token for the engine, for the code with which somebody came back.
    pub(crate) fn finish(
        self: Arc<Self>,
        begun: Begun,
        code: String,
    ) -> Pending<Result<String, IssuerError>> {
        Box::pin(async move { self.finished(begun, code).await })
    }

    async fn finished(&self, begun: Begun, code: String) -> Result<String, IssuerError> {
        let metadata = self.metadata().await?;
        let client = CoreClient::from_provider_metadata(
            (*metadata).clone(),
            self.client_id(),
            self.client_secret(),
        )
        .set_redirect_uri(self.redirect.clone());
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| IssuerError::Away(error.to_string()))?;
        let answer = request
            .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier))
            .request_async(&self.http)
            .await
            .map_err(|error| IssuerError::Away(told(&error)))?;
        let id = answer
            .id_token()
            .ok_or_else(|| IssuerError::Away("the issuer sent no id token".to_owned()))?;
        let claims = id.claims(&client.id_token_verifier(), &Nonce::new(begun.nonce));
        if let Err(error) = claims {
            // Perhaps it signs with new keys.
            self.forget().await;
            return Err(IssuerError::Forged(told(&error)));
        }
        Ok(match self.oidc.access_token {
            true => answer.access_token().secret().clone(),
            false => id.to_string(),
        })
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.oidc.client_id.clone())
    }

    fn client_secret(&self) -> Option<ClientSecret> {
        let secret = self.oidc.client_secret.as_ref();
        secret.map(|secret| ClientSecret::new(secret.0.clone()))
    }

    /// What it says of itself.
    async fn metadata(&self) -> Result<Arc<CoreProviderMetadata>, IssuerError> {
        let mut known = self.known.lock().await;
        if let Some((since, said)) = &*known {
            let lasts = match said {
                Ok(_) => METADATA_LASTS,
                Err(_) => FAILURE_LASTS,
            };
            if since.elapsed() < lasts {
                return said.clone().map_err(IssuerError::Away);
            }
        }
        let said = self.discovered().await;
        *known = Some((Instant::now(), said.clone()));
        said.map_err(IssuerError::Away)
    }

    async fn discovered(&self) -> Result<Arc<CoreProviderMetadata>, String> {
        let url = IssuerUrl::new(self.oidc.issuer.clone()).map_err(|error| told(&error))?;
        let metadata = CoreProviderMetadata::discover_async(url, &self.http).await;
        Ok(Arc::new(metadata.map_err(|error| told(&error))?))
    }

    async fn forget(&self) {
        *self.known.lock().await = None;
    }
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Requests to the issuer. No redirect is followed.
#[derive(Clone)]
struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<axum::body::Bytes>>,
}

impl Http {
    fn new(ca: Option<&[u8]>) -> io::Result<Self> {
        let mut trusted = RootCertStore::empty();
        match ca {
            Some(pem) => {
                for certificate in CertificateDer::pem_slice_iter(pem) {
                    let certificate = certificate.map_err(io::Error::other)?;
                    trusted.add(certificate).map_err(io::Error::other)?;
                }
            }
            None => {
                let usual = rustls_native_certs::load_native_certs();
                trusted.add_parsable_certificates(usual.certs);
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
        })
    }

    async fn send(self, request: HttpRequest) -> io::Result<HttpResponse> {
        let exchange = async {
            let request = request.map(|body| Full::new(body.into()));
            let answer = self.client.request(request).await;
            let (parts, body) = answer.map_err(io::Error::other)?.into_parts();
            let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
            let body = body.map_err(io::Error::other)?.to_bytes().to_vec();
            Ok(HttpResponse::from_parts(parts, body))
        };
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        timeout(REQUEST_TIMEOUT, exchange).await.map_err(late)?
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<HttpResponse>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.clone().send(request))
    }
}

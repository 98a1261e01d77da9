//! The console as an HTTP service: its routes, what every answer carries, listening and stopping.

mod compressed;
mod headers;
mod listen;
mod moving;
mod problems;

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{Uri, header, uri::PathAndQuery},
    middleware::{Next, from_fn, from_fn_with_state, map_request},
    response::Response,
    routing::get,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use listen::{Certificate, Terms};

use crate::{
    administrator,
    app::{App, Shared},
    assets, desk, entrance,
    figures::Figures,
    issuer::Issuer,
    mirror::Mirrors,
    options::Options,
    persons::Persons,
    problem::Problem,
    session::{self, AskedTenant},
    supervisor, wall,
    watchers::Watchers,
};

/// Connections of Prometheus and probes at the same time.
const PROBES_MAX: usize = 64;

/// The web console.
#[derive(Clone)]
pub struct Console {
    app: App,
    certificate: Option<Arc<Certificate>>,
}

impl Console {
    /// A console of the engine behind this endpoint, which carries nobody's token.
    ///
    /// # Errors
    /// If the file of the key cannot be read or made, the certificate cannot be used, or there is no room for threads.
    pub fn new(options: Options, endpoint: acd_client::Endpoint) -> io::Result<Self> {
        let certificate = options.tls.as_ref().map(Certificate::load).transpose()?;
        let key = session::key(options.key_file.as_deref())?;
        let issuer = match (&options.oidc, &options.public_url) {
            (Some(oidc), Some(url)) => Some(Arc::new(Issuer::new(oidc.clone(), url)?)),
            _ => None,
        };
        let app = App::new(Shared {
            options,
            issuer,
            endpoint,
            key,
            mirrors: Mirrors::default(),
            persons: Persons::default(),
            watchers: Watchers::new()?,
            figures: Figures::default(),
            stop: CancellationToken::new(),
        });
        Ok(Self {
            app,
            certificate: certificate.map(Arc::new),
        })
    }

    /// Serves until `stop`, then ends the streams and gives answers under way a little time.
    ///
    /// What is counted is told on `probes`, if there is such a listener.
    pub async fn serve(
        self,
        listener: TcpListener,
        probes: Option<TcpListener>,
        stop: impl Future<Output = ()>,
    ) {
        let token = self.app.stop.clone();
        let connections = self.app.options.connections;
        let terms = Terms {
            routes: self.router(),
            certificate: self.certificate.clone(),
            limits: self.app.options.limits.clone(),
            stop: token.clone(),
        };
        let plain = Terms {
            routes: self.probes(),
            certificate: None,
            ..terms.clone()
        };
        let probing = async move {
            if let Some(probes) = probes {
                listen::serve(probes, plain, PROBES_MAX).await;
            }
        };
        let serving = listen::serve(listener, terms, connections);
        let stopping = async {
            stop.await;
            token.cancel();
        };
        tokio::join!(serving, probing, stopping);
    }

    /// What Prometheus and probes ask: `/metrics` and `/healthz`. For a listener of their own.
    pub fn probes(&self) -> Router {
        let figures = self.app.figures.clone();
        let metrics = async move || {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], figures.text())
        };
        Router::new()
            .route("/metrics", get(metrics))
            .route("/healthz", get(async || "alive\n"))
    }

    /// Its routes, with what every request and answer passes.
    pub fn router(&self) -> Router {
        let app = self.app.clone();
        let watched = Router::new()
            .merge(wall::routes())
            .merge(supervisor::routes())
            .layer(from_fn(compressed::compressed))
            .layer(from_fn_with_state(app.clone(), answered_by_watchers));
        let others = Router::new()
            .merge(entrance::routes())
            .merge(desk::routes())
            .merge(administrator::routes())
            .route("/assets/{name}", get(assets::get))
            .layer(from_fn(compressed::compressed));
        let pages = Router::new()
            .merge(watched)
            .merge(others)
            .fallback(async || Problem::NotFound)
            // How long a form may be says the check before.
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(app.clone(), session::check))
            .layer(from_fn_with_state(app.clone(), problems::shown))
            .layer(from_fn_with_state(app.clone(), headers::added))
            .with_state(app);
        // The tenant is taken off an address before its route is looked for.
        Router::new().fallback_service(
            tower::ServiceBuilder::new()
                .layer(map_request(tenant_taken_off))
                .service(pages),
        )
    }
}

/// What is asked for by who watches is answered by the threads for them.
async fn answered_by_watchers(State(app): State<App>, request: Request, next: Next) -> Response {
    app.watchers.run(next.run(request)).await
}

/// `/t/bank/queues` is the page `/queues` of the tenant `bank`.
async fn tenant_taken_off(mut request: Request) -> Request {
    let path_and_query = request.uri().path_and_query();
    let text = path_and_query.map_or("/", PathAndQuery::as_str);
    let Some(rest) = text.strip_prefix("/t/") else {
        return request;
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (tenant, rest) = rest.split_at(end);
    let Ok(tenant) = percent_encoding::percent_decode_str(tenant).decode_utf8() else {
        return request;
    };
    let asked = AskedTenant(tenant.into_owned());
    let rest = if rest.starts_with('/') {
        rest.to_owned()
    } else {
        format!("/{rest}")
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = rest.parse().ok();
    if parts.path_and_query.is_some()
        && let Ok(uri) = Uri::from_parts(parts)
    {
        *request.uri_mut() = uri;
        request.extensions_mut().insert(asked);
    }
    request
}

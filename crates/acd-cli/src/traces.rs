//! Traces of contacts, for whoever built them in: the cargo feature `otel`.

use acd_server::server::Options;

/// What sends traces while the server runs, if anything does.
pub(crate) struct Traces {
    #[cfg(feature = "otel")]
    exporter: Option<acd_otlp::Exporter>,
}

impl Traces {
    /// Begins to send traces if the configuration asks for it, and has the server tell them. Of no contact is the same as
    /// no traces.
    #[cfg(feature = "otel")]
    pub(crate) fn begin(options: &mut Options) -> anyhow::Result<Self> {
        let config = options.config.server.traces.as_ref();
        let Some(config) = config.filter(|config| config.sample_thousandths > 0) else {
            return Ok(Self { exporter: None });
        };
        let (exporter, tracing) = acd_otlp::Exporter::start(config, env!("CARGO_PKG_VERSION"))?;
        options.traces = Some(tracing);
        Ok(Self {
            exporter: Some(exporter),
        })
    }

    /// Refuses what the configuration asks for in vain.
    #[cfg(not(feature = "otel"))]
    pub(crate) fn begin(options: &mut Options) -> anyhow::Result<Self> {
        use acd_config::Problem;
        if options.config.server.traces.is_none() {
            return Ok(Self {});
        }
        Err(anyhow::Error::msg(Problem {
            file: options.config_file.clone(),
            place: None,
            path: "server.traces".to_owned(),
            message: "this acd was built without traces".to_owned(),
            remedy: "use one that was built with the cargo feature `otel` (cargo build --release --features otel), or \
                     leave [server.traces] out"
                .to_owned(),
        }))
    }

    /// Sends what waits, for some seconds at most. Blocks the thread.
    pub(crate) fn finish(self) {
        #[cfg(feature = "otel")]
        if let Some(exporter) = self.exporter {
            exporter.finish();
        }
    }
}

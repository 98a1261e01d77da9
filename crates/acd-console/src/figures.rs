//! What the console counts, for Prometheus.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// What is counted. Clones count together.
#[derive(Clone, Default)]
pub(crate) struct Figures(Arc<Counts>);

#[derive(Default)]
struct Counts {
    open: AtomicU64,
    opened: AtomicU64,
    refused: AtomicU64,
    rendered: AtomicU64,
    render_micros: AtomicU64,
    sent: AtomicU64,
    sent_bytes: AtomicU64,
}

/// An open page; it is counted until it is dropped.
pub(crate) struct OpenPage(Figures);

impl Figures {
    /// One more open page, unless there are so many.
    pub(crate) fn open(&self, most: usize) -> Option<OpenPage> {
        let open = self.0.open.fetch_add(1, Ordering::Relaxed);
        let page = OpenPage(self.clone());
        if usize::try_from(open).is_ok_and(|open| open < most) {
            self.0.opened.fetch_add(1, Ordering::Relaxed);
            Some(page)
        } else {
            self.refused();
            None
        }
    }

    /// A page was refused.
    pub(crate) fn refused(&self) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// A page was rendered, which took so long.
    pub(crate) fn rendered(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.0.rendered.fetch_add(1, Ordering::Relaxed);
        self.0.render_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// So many bytes of parts were sent to a page.
    pub(crate) fn sent(&self, bytes: usize) {
        self.0.sent.fetch_add(1, Ordering::Relaxed);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.0.sent_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// All of it in the text format of Prometheus.
    pub(crate) fn text(&self) -> String {
        let counts = &*self.0;
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "seconds for a chart")]
        let render_s = of(&counts.render_micros) as f64 / 1e6;
        let rows = [
            (
                "acd_console_pages_open",
                "gauge",
                "Pages that are kept up to date.",
                of(&counts.open).to_string(),
            ),
            (
                "acd_console_pages_total",
                "counter",
                "Pages that were opened.",
                of(&counts.opened).to_string(),
            ),
            (
                "acd_console_pages_refused_total",
                "counter",
                "Pages for which there was no room.",
                of(&counts.refused).to_string(),
            ),
            (
                "acd_console_renders_total",
                "counter",
                "Renderings of open pages.",
                of(&counts.rendered).to_string(),
            ),
            (
                "acd_console_render_seconds_total",
                "counter",
                "Time that renderings took.",
                render_s.to_string(),
            ),
            (
                "acd_console_sends_total",
                "counter",
                "Messages with parts that were sent.",
                of(&counts.sent).to_string(),
            ),
            (
                "acd_console_sent_bytes_total",
                "counter",
                "Their bytes.",
                of(&counts.sent_bytes).to_string(),
            ),
        ];
        let mut text = String::new();
        for (name, kind, help, value) in rows {
            let _ = write!(
                text,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
            );
        }
        text
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_while_they_are_open_and_bounded() {
        let figures = Figures::default();
        let first = figures.open(1).expect("room for one");
        assert!(figures.open(1).is_none());
        assert!(figures.text().contains("acd_console_pages_open 1\n"));
        drop(first);
        assert!(figures.open(1).is_some());
        let text = figures.text();
        assert!(text.contains("acd_console_pages_open 0\n"), "{text}");
        assert!(
            text.contains("acd_console_pages_refused_total 1\n"),
            "{text}"
        );
    }
}

//! Ids of traces and spans, and which traces are told.

use std::fmt;

use acd_core::stable_hash::StableHash;

/// A contact's trace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(pub(crate) u128);

/// A span, unique in its trace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub(crate) u64);

impl TraceId {
    /// The id as it is sent.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl SpanId {
    /// The id as it is sent.
    pub fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A caller's own trace and span, as the header `traceparent` of W3C Trace Context tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traceparent {
    /// The caller's trace.
    pub trace: TraceId,
    /// The caller's span that made the call.
    pub span: SpanId,
}

impl Traceparent {
    /// Reads the header. None if it is malformed: a caller's mistake in it is no reason to refuse the call.
    pub fn parse(header: &[u8]) -> Option<Self> {
        let header = str::from_utf8(header).ok()?;
        let mut parts = header.split('-');
        let (version, trace) = (parts.next()?, parts.next()?);
        let (span, flags) = (parts.next()?, parts.next()?);
        // A later version may say more behind what this one says; ff is none.
        let is_known = version == "00" && parts.next().is_none();
        let is_later = version.len() == 2 && version != "00" && version != "ff";
        let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let fits = |text: &str, length| text.len() == length && is_hex(text);
        if !(is_known || is_later && is_hex(version))
            || !(fits(trace, 32) && fits(span, 16) && fits(flags, 2))
        {
            return None;
        }
        let trace = u128::from_str_radix(trace, 16).ok().filter(|it| *it != 0)?;
        let span = u64::from_str_radix(span, 16).ok().filter(|it| *it != 0)?;
        Some(Self {
            trace: TraceId(trace),
            span: SpanId(span),
        })
    }
}

/// Which traces are told: the same share of all contacts everywhere, whoever asks. A contact that a small share includes
/// is included in every larger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// Of the numbers below 2^63, how many are included.
    included: u64,
}

impl Sampling {
    /// So many contacts of a thousand.
    pub fn thousandths(milli: u32) -> Self {
        let included = (u128::from(milli.min(1_000)) << 63) / 1_000;
        Self {
            included: included as u64,
        }
    }

    /// Whether the trace is told: by its lower half, as samplers of OpenTelemetry judge by a ratio.
    pub fn includes(self, trace: TraceId) -> bool {
        (trace.0 as u64) >> 1 < self.included
    }
}

/// What the ids of one tenant's traces are made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed(u64, u64);

impl Seed {
    /// The seed of the tenant that led this life under its name in this journal.
    pub(crate) fn of(journal: &str, tenant: &str, life: u64) -> Self {
        let half = |seed| {
            let mut hash = StableHash::seeded(seed);
            hash.text(journal);
            hash.text(tenant);
            hash.number(life);
            mixed(hash.value())
        };
        Self(half(1), half(2))
    }

    /// The trace of the contact that this event accepted, or refused.
    pub(crate) fn trace(self, seq: u64) -> TraceId {
        let (upper, lower) = (mixed(self.0 ^ seq), mixed(self.1 ^ seq));
        // All zero is no id; one in 2^128.
        TraceId((u128::from(upper) << 64 | u128::from(lower)).max(1))
    }
}

/// What a span tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Contact,
    TakenUp,
    Refused,
    Visit,
    Offer,
    Connect,
    Handling,
    Conversation,
    Hold,
    WrapUp,
    Input,
    Decide,
    Commit,
    Tell,
}

impl TraceId {
    /// The span that tells this of the event with this sequence, or of what it began.
    pub(crate) fn span(self, part: Part, seq: u64) -> SpanId {
        // One to one, so that no two parts of a trace share an id.
        let place = seq << 4 | part as u64;
        SpanId(mixed(self.0 as u64 ^ place).max(1))
    }
}

/// The number with its bits spread over all of it, one to one (the finalizer of SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const CONTACTS: u64 = 100_000;

    fn included(milli: u32) -> BTreeSet<u64> {
        let seed = Seed::of("journal", "bank", 1);
        let sampling = Sampling::thousandths(milli);
        (1..=CONTACTS)
            .filter(|seq| sampling.includes(seed.trace(*seq)))
            .collect()
    }

    #[test]
    fn the_share_is_kept_and_a_larger_one_includes_a_smaller() {
        assert_eq!(included(0).len(), 0);
        assert_eq!(included(1_000).len() as u64, CONTACTS);
        let (one, ten) = (included(10), included(100));
        assert!(one.is_subset(&ten));
        // Five deviations of the binomial distribution.
        for (found, share) in [(one.len(), 0.01_f64), (ten.len(), 0.1)] {
            let mean = CONTACTS as f64 * share;
            let deviation = (mean * (1.0 - share)).sqrt();
            assert!((found as f64 - mean).abs() < 5.0 * deviation, "{found}");
        }
    }

    #[test]
    fn the_same_contact_has_the_same_trace_and_no_other_has_it() {
        let of = |journal, tenant, life| Seed::of(journal, tenant, life).trace(7);
        assert_eq!(of("j", "bank", 1), of("j", "bank", 1));
        let others = [
            of("j", "bank", 1),
            of("k", "bank", 1),
            of("j", "shop", 1),
            of("j", "bank", 2),
            Seed::of("j", "bank", 1).trace(8),
        ];
        assert_eq!(BTreeSet::from(others).len(), others.len());
    }

    #[test]
    fn no_two_spans_of_a_trace_share_an_id() {
        let trace = Seed::of("j", "bank", 1).trace(7);
        let parts = [Part::Contact, Part::Offer, Part::Tell];
        let spans = parts.map(|part| (1..1_000).map(move |seq| trace.span(part, seq)));
        let spans: Vec<SpanId> = spans.into_iter().flatten().collect();
        assert_eq!(spans.iter().collect::<BTreeSet<_>>().len(), spans.len());
    }

    #[test]
    fn a_traceparent_is_read_as_w3c_says() {
        let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let read = Traceparent::parse(header.as_bytes()).unwrap();
        assert_eq!(format!("{:?}", read.trace), &header[3..35]);
        assert_eq!(format!("{:?}", read.span), &header[36..52]);
        let later = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more";
        assert_eq!(Traceparent::parse(later.as_bytes()), Some(read));
        for wrong in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(Traceparent::parse(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(Traceparent::parse(&[0xff]), None);
    }
}

//! What is in a file, in pages: two that are alike share what is alike, and a file that grows moves nothing.

use std::sync::Arc;

/// How long a page is.
const PAGE_BYTES: usize = 4_096;

type Page = [u8; PAGE_BYTES];

/// The bytes of a file. What lies behind its end in the last page is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    length: usize,
    /// None: a page of zeros.
    pages: Vec<Option<Arc<Page>>>,
}

impl Content {
    /// How long it is.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// All of it.
    pub(super) fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.length];
        self.read(&mut bytes, 0);
        bytes
    }

    /// Reads what is there; returns how much.
    pub(super) fn read(&self, bytes: &mut [u8], offset: usize) -> usize {
        let read = self.length.saturating_sub(offset).min(bytes.len());
        for (page, within, part) in parts(offset, read) {
            match &self.pages[page] {
                Some(page) => bytes[part.clone()].copy_from_slice(&page[within..][..part.len()]),
                None => bytes[part].fill(0),
            }
        }
        read
    }

    /// Whether these bytes stand there.
    pub(super) fn has(&self, bytes: &[u8], offset: usize) -> bool {
        offset + bytes.len() <= self.length
            && parts(offset, bytes.len()).all(|(page, within, part)| match &self.pages[page] {
                Some(page) => page[within..][..part.len()] == bytes[part],
                None => bytes[part].iter().all(|byte| *byte == 0),
            })
    }

    /// Becomes like another one in this range of bytes, and as long.
    pub(super) fn share(&mut self, other: &Self, range: std::ops::Range<usize>) {
        self.resize(other.length);
        let pages = range.start / PAGE_BYTES..range.end.div_ceil(PAGE_BYTES);
        for page in pages.start..pages.end.min(self.pages.len()) {
            self.pages[page].clone_from(&other.pages[page]);
        }
    }

    /// Puts bytes into it, with zeros before them where it is shorter.
    pub(super) fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if self.length < end {
            self.resize(end);
        }
        for (page, within, part) in parts(offset, bytes.len()) {
            let page = self.page(page);
            page[within..][..part.len()].copy_from_slice(&bytes[part]);
        }
    }

    /// Cuts it, or adds zeros.
    pub(super) fn resize(&mut self, to: usize) {
        self.pages.resize(to.div_ceil(PAGE_BYTES), None);
        let rest = to % PAGE_BYTES;
        if to < self.length
            && rest > 0
            && let Some(Some(last)) = self.pages.last_mut()
        {
            Arc::make_mut(last)[rest..].fill(0);
        }
        self.length = to;
    }

    /// Changes one byte, if there is one.
    pub(super) fn change(&mut self, at: usize, change: impl FnOnce(&mut u8)) {
        if at < self.length {
            change(&mut self.page(at / PAGE_BYTES)[at % PAGE_BYTES]);
        }
    }

    fn page(&mut self, number: usize) -> &mut Page {
        let page = self.pages[number].get_or_insert_with(|| Arc::new([0; PAGE_BYTES]));
        Arc::make_mut(page)
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        let mut content = Self::default();
        content.write(bytes, 0);
        content
    }
}

/// The pages of a piece of a file: each with where the piece begins in it, and the part of the piece that is there.
fn parts(
    offset: usize,
    length: usize,
) -> impl Iterator<Item = (usize, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done;
        let within = at % PAGE_BYTES;
        let part = done..(done + PAGE_BYTES - within).min(length);
        done = part.end;
        (!part.is_empty()).then_some((at / PAGE_BYTES, within, part))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is done to a file.
    #[derive(Clone, Debug)]
    enum Act {
        Write { offset: usize, bytes: Vec<u8> },
        Resize { to: usize },
        Change { at: usize },
    }

    fn act() -> impl Strategy<Value = Act> {
        let at = || 0..4 * PAGE_BYTES;
        let bytes = prop_oneof![1..10_usize, 0..3 * PAGE_BYTES]
            .prop_flat_map(|length| any::<u8>().prop_map(move |byte| vec![byte; length]));
        prop_oneof![
            (at(), bytes).prop_map(|(offset, bytes)| Act::Write { offset, bytes }),
            at().prop_map(|to| Act::Resize { to }),
            at().prop_map(|at| Act::Change { at }),
        ]
    }

    proptest! {
        #[test]
        fn pages_hold_what_one_piece_would(acts in prop::collection::vec(act(), 1..20)) {
            let mut content = Content::default();
            let mut whole: Vec<u8> = Vec::new();
            for act in acts {
                let before = content.clone();
                let whole_before = whole.clone();
                match act {
                    Act::Write { offset, bytes } => {
                        content.write(&bytes, offset);
                        let end = offset + bytes.len();
                        whole.resize(whole.len().max(end), 0);
                        whole[offset..end].copy_from_slice(&bytes);
                    }
                    Act::Resize { to } => {
                        content.resize(to);
                        whole.resize(to, 0);
                    }
                    Act::Change { at } => {
                        content.change(at, |byte| *byte ^= 1);
                        if let Some(byte) = whole.get_mut(at) {
                            *byte ^= 1;
                        }
                    }
                }
                prop_assert_eq!(content.len(), whole.len());
                prop_assert!(content.to_vec() == whole);
                prop_assert!(before.to_vec() == whole_before, "a copy has changed with it");
                let there = whole.get(4_050..4_150.min(whole.len())).unwrap_or_default();
                prop_assert!(content.has(there, 4_050.min(whole.len())));
                prop_assert!(!content.has(&[there, &[1, 2]].concat(), 4_050));
                let mut other = before;
                other.share(&content, 0..whole.len());
                prop_assert!(other == content);
                let mut piece = [9; 100];
                let read = content.read(&mut piece, 4_050);
                let there = whole.get(4_050..).unwrap_or_default();
                prop_assert_eq!(&piece[..read], &there[..there.len().min(100)]);
            }
        }
    }
}

//! What is stored of a record or a snapshot: its payload, and its personal values one by one, each sealed with the key of
//! the contact it belongs to.
//!
//! ```text
//! length of the payload, payload
//! of each value: 0, length, text                        one that belongs to no contact
//!                1, contact, length, sealed text        AES-256-GCM-SIV, with the tag at the end
//!                2, contact                             one whose contact has no key any more
//! ```
//!
//! Lengths and contacts are varints. No nonce is stored: it follows from the sequence of the record or snapshot and the
//! place of the value in it, and the same one twice would tell no more than that the text is the same.

use std::fmt;
use std::str;
use std::sync::Arc;

use acd_core::personal::Personal;
use aes_gcm_siv::aead::{AeadInPlace as _, KeyInit as _};
use aes_gcm_siv::{Aes256GcmSiv, Nonce, Tag};
use bytes::{BufMut as _, Bytes};
use prost::encoding::{decode_varint, encode_varint};
use zeroize::Zeroizing;

use super::Keys;
use super::ring::{LEVELS, SEED_BYTES, Seed, side};
use crate::log::{PersonalValue, Snapshot};

/// Of no contact: not sealed.
const OPEN: u8 = 0;
const SEALED: u8 = 1;
const ERASED: u8 = 2;
const TAG_BYTES: usize = 16;

/// What a value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The entry whose first event has this sequence.
    Entry(u64),
    /// The snapshot after the event of this sequence.
    Snapshot(u64),
}

impl Place {
    /// What is used once for each key: values of entries and of snapshots never meet.
    fn nonce(self, ordinal: usize) -> Nonce {
        let (seq, of) = match self {
            Self::Entry(seq) => (seq, 0),
            Self::Snapshot(seq) => (seq, 1 << 31),
        };
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&seq.to_le_bytes());
        nonce[8..].copy_from_slice(&(ordinal as u32 | of).to_le_bytes());
        nonce.into()
    }
}

/// Stored bytes that are not what was sealed.
#[derive(Debug)]
pub(crate) struct NotSealed;

/// Seals and opens with the keys of one journal. It knows the way to the key it used last, which most often is most of the
/// way to the next.
pub(crate) struct Sealer {
    way: Option<Way>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

/// The way down a tenant's tree to a key.
struct Way {
    tenant: i64,
    generation: u64,
    contact: u64,
    /// Where it begins: at the branch that is left of the tree.
    from: u8,
    /// The seeds by depth, from there on.
    seeds: Box<[Seed]>,
    cipher: Aes256GcmSiv,
}

impl Sealer {
    pub(crate) fn new() -> Self {
        Self { way: None }
    }

    /// What is stored.
    pub(crate) fn seal(
        &mut self,
        keys: &Keys,
        tenant: i64,
        place: Place,
        payload: &[u8],
        personal: &[PersonalValue],
    ) -> Vec<u8> {
        let texts = personal.iter().map(|it| it.value.reveal().len() + 32);
        let mut stored = Vec::with_capacity(payload.len() + 8 + texts.sum::<usize>());
        encode_varint(payload.len() as u64, &mut stored);
        stored.extend_from_slice(payload);
        for (ordinal, PersonalValue { contact, value }) in personal.iter().enumerate() {
            let text = value.reveal().as_bytes();
            let cipher = match contact {
                0 => None,
                _ if value.is_erased() => None,
                contact => self.cipher(keys, tenant, *contact),
            };
            let Some(cipher) = cipher else {
                let is_open = *contact == 0;
                stored.put_u8(if is_open { OPEN } else { ERASED });
                match is_open {
                    true => {
                        encode_varint(text.len() as u64, &mut stored);
                        stored.extend_from_slice(text);
                    }
                    false => encode_varint(*contact, &mut stored),
                }
                continue;
            };
            stored.put_u8(SEALED);
            encode_varint(*contact, &mut stored);
            encode_varint((text.len() + TAG_BYTES) as u64, &mut stored);
            let begin = stored.len();
            stored.extend_from_slice(text);
            // It fails only for texts that are larger than any memory.
            let tag = cipher
                .encrypt_in_place_detached(&place.nonce(ordinal), &[], &mut stored[begin..])
                .unwrap_or_default();
            stored.extend_from_slice(&tag);
        }
        stored
    }

    /// The payload, and the values as far as there are keys for them.
    ///
    /// # Errors
    /// [`NotSealed`].
    pub(crate) fn open(
        &mut self,
        keys: &Keys,
        tenant: i64,
        place: Place,
        stored: &Bytes,
    ) -> Result<(Bytes, Arc<[PersonalValue]>), NotSealed> {
        let mut rest: &[u8] = stored;
        let payload = stored.slice_ref(part(&mut rest)?);
        let mut personal = Vec::new();
        while let Some((kind, after)) = rest.split_first() {
            rest = after;
            let contact = match *kind {
                OPEN => 0,
                SEALED | ERASED => number(&mut rest)?,
                _ => return Err(NotSealed),
            };
            let value = match *kind {
                OPEN => text(part(&mut rest)?)?,
                SEALED => {
                    let nonce = place.nonce(personal.len());
                    let sealed = part(&mut rest)?;
                    match self.cipher(keys, tenant, contact) {
                        Some(cipher) => opened(cipher, &nonce, sealed)?,
                        None => Personal::erased(),
                    }
                }
                _ => Personal::erased(),
            };
            personal.push(PersonalValue { contact, value });
        }
        Ok((payload, personal.into()))
    }

    /// A snapshot as it is stored: its payload is sealed, and holds its personal values.
    pub(crate) fn seal_snapshot(
        &mut self,
        keys: &Keys,
        tenant: i64,
        snapshot: &Snapshot,
    ) -> Snapshot {
        let place = Place::Snapshot(snapshot.seq);
        let (payload, personal) = (&snapshot.payload, &snapshot.personal);
        let sealed = self.seal(keys, tenant, place, payload, personal);
        Snapshot {
            tenant: snapshot.tenant.clone(),
            payload: sealed.into(),
            personal: Arc::default(),
            ..*snapshot
        }
    }

    /// A snapshot, from what is stored of it; none if it is not what was sealed.
    pub(crate) fn open_snapshot(
        &mut self,
        keys: &Keys,
        tenant: i64,
        stored: &Snapshot,
    ) -> Option<Snapshot> {
        let place = Place::Snapshot(stored.seq);
        let opened = self.open(keys, tenant, place, &stored.payload);
        let (payload, personal) = opened.ok()?;
        Some(Snapshot {
            tenant: stored.tenant.clone(),
            payload,
            personal,
            ..*stored
        })
    }

    /// The cipher of a contact; none if its key was destroyed.
    fn cipher(&mut self, keys: &Keys, tenant: i64, contact: u64) -> Option<&Aes256GcmSiv> {
        let generation = keys.generation();
        let known = self.way.take();
        let known = known.filter(|it| it.tenant == tenant && it.generation == generation);
        let way = match known {
            Some(way) if way.contact == contact => way,
            known => {
                let shared = |it: &Way| (it.contact ^ contact).leading_zeros() as u8;
                let (from, begin, mut seeds) = match known {
                    Some(way) if shared(&way) >= way.from => (way.from, shared(&way), way.seeds),
                    _ => {
                        let branch = keys.branch(tenant, contact)?;
                        let none = Seed([0; SEED_BYTES]);
                        let mut seeds = vec![none; usize::from(LEVELS) + 1].into_boxed_slice();
                        seeds[usize::from(branch.depth)] = branch.seed;
                        (branch.depth, branch.depth, seeds)
                    }
                };
                for depth in begin..LEVELS {
                    let [lower, upper] = seeds[usize::from(depth)].below();
                    let next = match side(contact, depth + 1) {
                        0 => lower,
                        _ => upper,
                    };
                    seeds[usize::from(depth) + 1] = next;
                }
                let cipher = Aes256GcmSiv::new((&seeds[usize::from(LEVELS)].0).into());
                Way {
                    tenant,
                    generation,
                    contact,
                    from,
                    seeds,
                    cipher,
                }
            }
        };
        Some(&self.way.insert(way).cipher)
    }
}

fn opened(cipher: &Aes256GcmSiv, nonce: &Nonce, sealed: &[u8]) -> Result<Personal, NotSealed> {
    let (sealed, tag) = sealed.split_last_chunk::<TAG_BYTES>().ok_or(NotSealed)?;
    let mut opened = Zeroizing::new(sealed.to_vec());
    cipher
        .decrypt_in_place_detached(nonce, &[], &mut opened, &Tag::from(*tag))
        .map_err(|_| NotSealed)?;
    text(&opened)
}

fn text(bytes: &[u8]) -> Result<Personal, NotSealed> {
    str::from_utf8(bytes)
        .map(Personal::from)
        .map_err(|_| NotSealed)
}

fn number(rest: &mut &[u8]) -> Result<u64, NotSealed> {
    decode_varint(rest).map_err(|_| NotSealed)
}

/// What stands behind its length.
fn part<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], NotSealed> {
    let length = usize::try_from(number(rest)?).map_err(|_| NotSealed)?;
    let (part, after) = rest.split_at_checked(length).ok_or(NotSealed)?;
    *rest = after;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const TENANT: i64 = 7;

    #[derive(Clone, Debug)]
    enum Act {
        /// Values of these contacts are sealed.
        Seal(Vec<u64>),
        Destroy(u64),
        /// What was sealed in the nth place is opened.
        Open(prop::sample::Index),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let contact = || prop_oneof![8 => 0..60u64, 1 => any::<u64>()];
        let act = prop_oneof![
            4 => vec(contact(), 0..4).prop_map(Act::Seal),
            1 => contact().prop_map(Act::Destroy),
            4 => any::<prop::sample::Index>().prop_map(Act::Open),
        ];
        vec(act, 1..40)
    }

    fn value(contact: u64) -> PersonalValue {
        PersonalValue {
            contact,
            value: Personal::from(format!("number {contact}")),
        }
    }

    proptest! {
        /// In whatever order contacts come, with whatever the sealer remembers.
        #[test]
        fn what_was_sealed_opens_until_its_key_is_destroyed(acts in acts()) {
            let keys = Keys::in_memory();
            keys.grant(TENANT, 0).unwrap();
            let mut sealer = Sealer::new();
            let (mut sealed, mut destroyed) = (Vec::new(), BTreeSet::new());
            for act in acts {
                match act {
                    Act::Seal(contacts) => {
                        let place = Place::Entry(sealed.len() as u64);
                        let values: Vec<_> = contacts.into_iter().map(value).collect();
                        let stored = sealer.seal(&keys, TENANT, place, b"payload", &values);
                        sealed.push((Bytes::from(stored), values));
                    }
                    Act::Destroy(contact) => {
                        keys.destroy(TENANT, &[contact]).unwrap();
                        destroyed.insert(contact);
                    }
                    Act::Open(_) if sealed.is_empty() => {}
                    Act::Open(nth) => {
                        let at = nth.index(sealed.len());
                        let (stored, values) = &sealed[at];
                        let place = Place::Entry(at as u64);
                        let opened = sealer.open(&keys, TENANT, place, stored);
                        let (payload, personal) = opened.unwrap();
                        prop_assert_eq!(&payload[..], b"payload");
                        let expected = values.iter().map(|it| match it.contact {
                            0 => it.clone(),
                            gone if destroyed.contains(&gone) => PersonalValue {
                                contact: gone,
                                value: Personal::erased(),
                            },
                            _ => it.clone(),
                        });
                        prop_assert_eq!(personal.to_vec(), expected.collect::<Vec<_>>());
                    }
                }
            }
        }

        #[test]
        fn no_bytes_at_all_make_it_panic(bytes in vec(any::<u8>(), 0..80)) {
            let keys = Keys::in_memory();
            keys.grant(TENANT, 0).unwrap();
            let _ = Sealer::new().open(&keys, TENANT, Place::Snapshot(1), &Bytes::from(bytes));
        }
    }

    /// A text stands in no sealed bytes, and opens in its own place only.
    #[test]
    fn a_value_is_bound_to_its_place_and_its_tenant() {
        let keys = Keys::in_memory();
        keys.grant(TENANT, 0).unwrap();
        keys.grant(8, 0).unwrap();
        let mut sealer = Sealer::new();
        let sealed = sealer.seal(&keys, TENANT, Place::Entry(5), b"", &[value(3)]);
        let sealed = Bytes::from(sealed);
        let text = b"number 3";
        assert!(!sealed.windows(text.len()).any(|it| it == text));
        for (tenant, place) in [
            (TENANT, Place::Entry(6)),
            (TENANT, Place::Snapshot(5)),
            (8, Place::Entry(5)),
        ] {
            assert!(sealer.open(&keys, tenant, place, &sealed).is_err());
        }
        assert!(sealer.open(&keys, TENANT, Place::Entry(5), &sealed).is_ok());
        let nobody = sealer.open(&keys, 9, Place::Entry(5), &sealed).unwrap();
        assert!(nobody.1[0].value.is_erased());
    }
}

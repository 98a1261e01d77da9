//! Resume tokens: where a reader was, in which journal, tenant and view.

use std::fmt;
use std::str::FromStr;

use acd_core::ids::TenantName;
use acd_core::stable_hash::StableHash;
use acd_journal::JournalId;
use acd_proto::v1::ResyncReason;

use acd_view::ViewFilter;

use super::interest::Interest;

/// What every token of this form begins with; another form gets another mark.
const FORM: &str = "r1";

/// The place of a stream that tokens name: tokens of one scope continue each other's streams and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    journal: JournalId,
    /// A hash of the tenant, which of that name it is, and what the stream shows.
    view: u64,
}

impl Scope {
    /// Tenants that have the same name one after the other are told apart by the number of their life.
    pub(crate) fn new(
        journal: JournalId,
        tenant: &TenantName,
        life: u64,
        interest: &Interest,
    ) -> Self {
        let mut hash = StableHash::default();
        hash.text(tenant.as_str());
        hash.bytes(&life.to_le_bytes());
        match interest {
            Interest::Agent { agent, .. } => {
                hash.text("agent");
                hash.text(agent.as_str());
            }
            Interest::Adapter { adapter, .. } => {
                hash.text("adapter");
                hash.text(adapter.as_str());
            }
            Interest::View(filter) => view(&mut hash, filter),
        }
        Self {
            journal,
            view: hash.value(),
        }
    }

    /// The token of this stream after `sequence`.
    pub(crate) fn token(self, sequence: u64) -> ResumeToken {
        ResumeToken {
            scope: self,
            sequence,
        }
    }

    /// The sequence from which a stream of this scope whose tenant is at `last_sequence` goes on.
    ///
    /// # Errors
    /// Why the token is of no use here.
    pub(crate) fn resume(self, token: &str, last_sequence: u64) -> Result<u64, ResyncReason> {
        let token: ResumeToken = token.parse()?;
        if token.scope != self {
            return Err(ResyncReason::TokenForeign);
        }
        if token.sequence > last_sequence {
            return Err(ResyncReason::TokenAhead);
        }
        Ok(token.sequence)
    }
}

/// All of the filter: taken apart field by field, so that a new one is not forgotten.
fn view(hash: &mut StableHash, filter: &ViewFilter) {
    let ViewFilter {
        queues,
        agents,
        contacts,
        acts,
        performance,
        queue_names,
        agent_names,
    } = filter;
    hash.text("view");
    hash.bytes(&[*queues, *agents, *contacts, *acts, *performance].map(u8::from));
    hash.number(queue_names.len() as u64);
    queue_names.iter().for_each(|name| hash.text(name.as_str()));
    agent_names.iter().for_each(|name| hash.text(name.as_str()));
}

/// A place in the stream of one scope. Text to clients: opaque and stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResumeToken {
    scope: Scope,
    sequence: u64,
}

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scope { journal, view } = self.scope;
        write!(f, "{FORM}-{journal}-{view:016x}-{:x}", self.sequence)
    }
}

impl FromStr for ResumeToken {
    type Err = ResyncReason;

    fn from_str(text: &str) -> Result<Self, ResyncReason> {
        let parse = || {
            let mut parts = text.split('-');
            let form = parts.next()?;
            let journal = parts.next()?.parse().ok()?;
            let view = u64::from_str_radix(parts.next()?, 16).ok()?;
            let sequence = u64::from_str_radix(parts.next()?, 16).ok()?;
            let is_whole = form == FORM && parts.next().is_none();
            is_whole.then_some(Self {
                scope: Scope { journal, view },
                sequence,
            })
        };
        parse().ok_or(ResyncReason::TokenMalformed)
    }
}

#[cfg(test)]
mod tests {
    use acd_core::ids::SessionId;

    use super::*;

    const JOURNAL: &str = "000102030405060708090a0b0c0d0e0f";

    fn agent(name: &str, session: u64) -> Interest {
        Interest::Agent {
            agent: name.into(),
            session: SessionId(session),
        }
    }

    fn scope(tenant: &str, interest: &Interest) -> Scope {
        Scope::new(JOURNAL.parse().unwrap(), &tenant.into(), 1, interest)
    }

    #[test]
    fn a_token_continues_its_own_stream_and_no_other() {
        let ours = scope("bank", &agent("nora", 7));
        let token = ours.token(42).to_string();
        assert_eq!(ours.resume(&token, 42), Ok(42));
        assert_eq!(
            scope("bank", &agent("nora", 9)).resume(&token, 50),
            Ok(42),
            "a later session of the same agent shows the same"
        );
        assert_eq!(ours.resume(&token, 41), Err(ResyncReason::TokenAhead));
        let filter = |queues| {
            Interest::View(ViewFilter {
                queues,
                ..Default::default()
            })
        };
        let of = |journal: &str, life| {
            Scope::new(
                journal.parse().unwrap(),
                &"bank".into(),
                life,
                &agent("nora", 7),
            )
        };
        for foreign in [
            scope("shop", &agent("nora", 7)),
            scope("bank", &agent("omar", 7)),
            scope("bank", &filter(true)),
            of("ff", 1),
            of(JOURNAL, 2),
        ] {
            assert_eq!(foreign.resume(&token, 50), Err(ResyncReason::TokenForeign));
        }
        assert_ne!(scope("bank", &filter(true)), scope("bank", &filter(false)));
    }

    #[test]
    fn every_part_of_a_filter_makes_another_view() {
        let none = ViewFilter::default;
        let filters = [
            none(),
            ViewFilter {
                queues: true,
                ..none()
            },
            ViewFilter {
                agents: true,
                ..none()
            },
            ViewFilter {
                contacts: true,
                ..none()
            },
            ViewFilter {
                acts: true,
                ..none()
            },
            ViewFilter {
                performance: true,
                ..none()
            },
            ViewFilter {
                queue_names: ["a".into()].into(),
                ..none()
            },
            ViewFilter {
                agent_names: ["a".into()].into(),
                ..none()
            },
        ];
        let scopes = filters.map(|filter| scope("bank", &Interest::View(filter)));
        for (nth, one) in scopes.iter().enumerate() {
            assert!(
                scopes[nth + 1..].iter().all(|other| other != one),
                "filter {nth}"
            );
        }
    }

    #[test]
    fn what_is_no_token_is_malformed() {
        let token = scope("bank", &agent("nora", 7)).token(42).to_string();
        for text in [
            "",
            "x",
            "r2-1-2-3",
            "r1-1-2",
            "r1-1-2-zz",
            &format!("{token}-0"),
        ] {
            assert_eq!(
                text.parse::<ResumeToken>(),
                Err(ResyncReason::TokenMalformed),
                "{text:?}"
            );
        }
    }
}

//! Names of what the adapter makes in Asterisk: an adapter that starts anew knows by them what is its own, and whose.

/// The names that begin with an application's.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    app: String,
}

/// What a channel of our own making is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// An agent's phone, called for this offer.
    Leg(u64),
    /// A customer who was called for this offer.
    Outside(u64),
    /// An agent's open line.
    Line,
    /// Anything else: a supervisor, a party outside.
    Other,
}

impl Ids {
    pub(super) fn new(app: &str) -> Self {
        Self {
            app: app.to_owned(),
        }
    }

    /// An agent's phone, called for this offer.
    pub(super) fn leg(&self, offer: u64) -> String {
        format!("{}-leg-{offer}", self.app)
    }

    /// A customer who is called for this offer.
    pub(super) fn outside(&self, offer: u64) -> String {
        format!("{}-out-{offer}", self.app)
    }

    /// An agent's open line; `n` tells its calls apart.
    pub(super) fn line(&self, n: u64) -> String {
        format!("{}-line-{n}", self.app)
    }

    /// A party or a supervisor who is called because of this directive.
    pub(super) fn party(&self, directive: u64) -> String {
        format!("{}-party-{directive}", self.app)
    }

    /// What a supervisor hears.
    pub(super) fn snoop(&self, directive: u64) -> String {
        format!("{}-snoop-{directive}", self.app)
    }

    /// The bridge of those who wait.
    pub(super) fn waiting(&self) -> String {
        format!("{}-wait", self.app)
    }

    /// The bridge of a contact's conversation.
    pub(super) fn talk(&self, contact: &str) -> String {
        format!("{}-talk-{contact}", self.app)
    }

    /// The bridge of a supervisor with what they hear.
    pub(super) fn ear(&self, directive: u64) -> String {
        format!("{}-ear-{directive}", self.app)
    }

    /// Something that is played to a channel, the `n`th.
    pub(super) fn playback(&self, channel: &str, now_ms: i64, n: u64) -> String {
        format!("{}-play-{channel}-{now_ms}.{n}", self.app)
    }

    /// The recording of a contact's conversation by this offer, or of its message (0).
    pub(super) fn recording(&self, contact: &str, offer: u64) -> String {
        // No folder below Asterisk's own, and nothing that a file system minds.
        let plain = |char: char| {
            if char.is_ascii_alphanumeric() || "-_.~+".contains(char) {
                char
            } else {
                '_'
            }
        };
        format!(
            "{}-{}-{offer}",
            self.app,
            contact.chars().map(plain).collect::<String>()
        )
    }

    /// What a channel of our own making is for; none: it is not ours.
    pub(super) fn made(&self, channel: &str) -> Option<Made> {
        let own = channel.strip_prefix(&self.app)?.strip_prefix('-')?;
        let (kind, of) = own.split_once('-')?;
        let offer = of.parse();
        match (kind, offer) {
            ("leg", Ok(offer)) => Some(Made::Leg(offer)),
            ("out", Ok(offer)) => Some(Made::Outside(offer)),
            ("line", _) => Some(Made::Line),
            ("party" | "snoop", _) => Some(Made::Other),
            _ => None,
        }
    }

    /// The contact of a recording. Ids of our own making stand in its name as they are.
    pub(super) fn contact_of_recording(&self, name: &str) -> Option<String> {
        let own = name.strip_prefix(&self.app)?.strip_prefix('-')?;
        let (contact, _) = own.rsplit_once('-')?;
        Some(contact.to_owned())
    }

    /// The channel to which something is played.
    pub(super) fn channel_of_playback(&self, playback: &str) -> Option<String> {
        let own = playback.strip_prefix(&self.app)?.strip_prefix("-play-")?;
        let (channel, _) = own.rsplit_once('-')?;
        Some(channel.to_owned())
    }

    /// The directive of a bridge of a supervisor with what they hear.
    pub(super) fn directive_of_ear(&self, bridge: &str) -> Option<u64> {
        let own = bridge.strip_prefix(&self.app)?.strip_prefix("-ear-")?;
        own.parse().ok()
    }

    /// The contact of a bridge of a conversation.
    pub(super) fn contact_of(&self, bridge: &str) -> Option<String> {
        let own = bridge.strip_prefix(&self.app)?.strip_prefix("-talk-")?;
        Some(own.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_is_known_by_its_name() {
        let ids = Ids::new("acd");
        assert_eq!(ids.made(&ids.leg(7)), Some(Made::Leg(7)));
        assert_eq!(ids.made(&ids.outside(7)), Some(Made::Outside(7)));
        assert_eq!(ids.made(&ids.line(1)), Some(Made::Line));
        assert_eq!(ids.made(&ids.snoop(1)), Some(Made::Other));
        for foreign in ["1764400000.12", "acd2-leg-7", "acd-leg-x", "acd"] {
            assert_eq!(ids.made(foreign), None, "{foreign}");
        }
        assert_eq!(
            ids.contact_of(&ids.talk("pbx-17.3~consult")),
            Some("pbx-17.3~consult".into())
        );
        assert_eq!(ids.recording("a/b c", 1), "acd-a_b_c-1");
        let contact = "pbx-17.3+2~callback";
        assert_eq!(
            ids.contact_of_recording(&ids.recording(contact, 2)),
            Some(contact.into())
        );
        assert_eq!(
            ids.channel_of_playback(&ids.playback("17-x.3", 1, 2)),
            Some("17-x.3".into())
        );
    }
}

//! The words that stand for one of a few choices.

use acd_core::config::{
    AbsentFactor, AfterSessionLoss, Age, AgentCount, AgentOrder, Alerting, AttributeKind,
    CallbackMode, FailureScope, OverflowReason, Recording, TargetFigure, TargetScope, Viewer,
    Weekday, WrapUpBlocks, WrapUpMode,
};
use acd_core::ids::Channel;

/// A choice that a word stands for.
pub(crate) trait Word: Copy + 'static {
    /// Every choice, in the order of the reference.
    const ALL: &'static [Self];

    /// The word.
    fn word(self) -> &'static str;

    /// The choice of this word.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|choice| choice.word() == word)
    }
}

macro_rules! words {
    ($($choice:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl Word for $choice {
            const ALL: &'static [Self] = &[$($choice::$variant),*];

            fn word(self) -> &'static str {
                match self {
                    $($choice::$variant => $word),*
                }
            }
        }
    )*};
}

words! {
    AfterSessionLoss { LogOut = "log_out", NotReady = "not_ready" }
    Age { Keep = "keep", New = "new" }
    AttributeKind {
        Text = "text",
        Number = "number",
        Date = "date",
        Phone = "phone",
        Email = "email",
        Link = "link",
        Card = "card",
        Secret = "secret",
    }
    Viewer { Agent = "agent", Supervisor = "supervisor" }
    AgentCount { LoggedIn = "logged_in", Available = "available", Free = "free" }
    AgentOrder {
        LongestIdle = "longest_idle",
        MostSkilled = "most_skilled",
        LeastSkilled = "least_skilled",
        LeastOccupied = "least_occupied",
        FewestContacts = "fewest_contacts",
        RoundRobin = "round_robin",
        Linear = "linear",
        MostSpareCapacity = "most_spare_capacity",
        LeastLoaded = "least_loaded",
        Percent = "percent",
        Random = "random",
    }
    Alerting { Desktop = "desktop", Phone = "phone", Auto = "auto" }
    CallbackMode { AgentFirst = "agent_first", CustomerFirst = "customer_first" }
    FailureScope { All = "all", Queue = "queue" }
    AbsentFactor {
        LoggedOut = "logged_out",
        NotReady = "not_ready",
        Busy = "busy",
        Unreachable = "unreachable",
        LackingSkill = "lacking_skill",
    }
    OverflowReason {
        Closed = "closed",
        NoStaff = "no_staff",
        Full = "full",
        Diverted = "diverted",
        PredictedWait = "predicted_wait",
        TimedOut = "timed_out",
        OfferLimit = "offer_limit",
        AttemptLimit = "attempt_limit",
    }
    Recording { Never = "never", OnRequest = "on_request", Always = "always" }
    TargetFigure {
        ServiceLevel1 = "service_level_1",
        ServiceLevel2 = "service_level_2",
        ServiceLevel3 = "service_level_3",
        ServiceLevel4 = "service_level_4",
        ServiceLevel5 = "service_level_5",
        ServiceLevel6 = "service_level_6",
        Abandonment = "abandonment",
        Aht = "aht",
        Occupancy = "occupancy",
        Handled = "handled",
        FirstContactResolution = "first_contact_resolution",
        Satisfaction = "satisfaction",
        Quality = "quality",
    }
    TargetScope { Centre = "centre", Queues = "queues", Agents = "agents" }
    Weekday {
        Mon = "mon", Tue = "tue", Wed = "wed", Thu = "thu", Fri = "fri", Sat = "sat", Sun = "sun",
    }
    WrapUpMode {
        None = "none",
        Optional = "optional",
        Timed = "timed",
        Forced = "forced",
        Manual = "manual",
        Requested = "requested",
    }
    WrapUpBlocks { Queue = "queue", Channel = "channel", All = "all" }
}

impl Word for Channel {
    const ALL: &'static [Self] = &Channel::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }
}

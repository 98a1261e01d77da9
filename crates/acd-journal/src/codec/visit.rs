//! Visits: the words of `visit.proto`.

use acd_core::config::Target;
use acd_core::event::{
    Awaited, Behind, Chain, ChainPlace, Gate, MeantFor, Next, Outcome, Prediction, Window,
    Withdrawal,
};
use acd_proto::journal::v1 as pb;
use pb::awaited::Kind as AwaitedKind;
use pb::chain::Kind as ChainKind;
use pb::gate::Kind as GateKind;
use pb::next::Kind as NextKind;
use pb::outcome::Kind as OutcomeKind;
use pb::target::Kind as TargetKind;

use super::error::FieldError;
use super::mapping::{Wire, enumeration, field, message, oneof, required};

message!(Window: Window { who, for_ms });
message!(Behind: Behind { agent; since = since_ms, until = until_ms });
enumeration!(MeantFor {
    All,
    Dedicated,
    Parked,
    Sent
});
message!(ChainPlace: ChainPlace { chain, entry });
oneof! { Chain in Chain { Overflow(reason), Exit(choice) } as ChainKind }
oneof! { Awaited in Awaited { Agent(number), Team(name) } as AwaitedKind }

message!(Prediction: Prediction { p50_ms, p80_ms });

oneof! { Gate in Gate {
    Tier(tier),
    Delay: DelayGate { ; 0 = delay_ms },
    Attempt: Empty {},
} as GateKind }

oneof! { Outcome in Outcome {
    Answered: Empty {},
    Abandoned(cause),
    TimedOut: Empty {},
    Overflowed(reason),
    ExitChoice: Empty {},
    Callback: Empty {},
    NoStaff: Empty {},
    Transferred: Empty {},
    Withdrawn(why),
} as OutcomeKind }
enumeration!(Withdrawal {
    TakenOut,
    Deferred,
    Served
});

oneof! { Next in Next { Outcome: Empty {}, Overflow(target), Moved(queue) } as NextKind }

oneof! { Target in Target {
    Queue(name),
    Agent(name),
    External(destination),
    Voicemail(mailbox),
    Callback: Empty {},
    Announcement(prompt),
    End: Empty {},
} as TargetKind }

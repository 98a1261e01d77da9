//! What adapters are told to do: the words of `adapter.proto`.

use acd_core::event::{Announcement, Directive, DirectiveEnd, ReleaseReason};
use acd_proto::journal::v1 as pb;
use pb::announcement::Kind as AnnouncementKind;
use pb::directive::Kind as DirectiveKind;
use pb::release_reason::Kind as ReleaseReasonKind;

use super::error::FieldError;
use super::mapping::{Wire, enumeration, field, oneof, required};

oneof! { Directive in Directive {
    Connect: ConnectDirective { offer, agent, address },
    CancelConnect: CancelConnectDirective { offer },
    Ring: RingDirective { offer, agent, address },
    CancelRing: CancelRingDirective { offer },
    Dial: DialDirective { offer, agent, address, number },
    Announce: AnnounceDirective { what },
    Bridge: BridgeDirective { handling, agent, address },
    Conference: ConferenceDirective { handling, consult, address },
    Monitor: MonitorDirective { handling, mode, address },
    Voicemail: VoicemailDirective { mailbox },
    Route: RouteDirective { destination },
    Release: ReleaseDirective { reason, prompt },
    Hold: HoldDirective { handling },
    Resume: ResumeDirective { handling },
} as DirectiveKind }

oneof! { Announcement in Announcement {
    Greeting(prompt),
    Music(name),
    Position(position),
    Wait: WaitAnnouncement { ; 0 = predicted },
    Periodic(prompt),
} as AnnouncementKind }

oneof! { ReleaseReason in ReleaseReason {
    Overflow(reason),
    Callback: Empty {},
    Withdrawn: Empty {},
    ExitChoice: Empty {},
    ConsultEnded: Empty {},
    AgentEnded: Empty {},
    Served: Empty {},
} as ReleaseReasonKind }

enumeration!(DirectiveEnd {
    Acknowledged,
    PurposeGone
});

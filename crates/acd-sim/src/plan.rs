//! What a run is: everything follows from its plan.

use std::fmt;

use crate::chance::Chance;

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Fault {
    /// The process is killed between any two of its steps.
    Kill,
    /// The machine loses power.
    PowerCut,
    /// The process is told to stop, and started again.
    Restart,
    /// Connections are cut.
    Cut,
    /// Connections fall silent.
    Silence,
    /// Messages are late.
    Late,
    /// The clock on the wall is set.
    WallStep,
    /// A switch crashes and forgets.
    SwitchCrash,
    /// A desktop crashes.
    DeskCrash,
    /// The disk does not take what is written, for a while.
    BadDisk,
    /// The disk is full for a while.
    FullDisk,
    /// A bit on the disk changes by itself.
    Rot,
    /// The process is killed between any two operations of the disk.
    KillAtDisk,
    /// The configuration changes.
    Configure,
    /// Somebody says anything.
    Strangers,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 15] = [
        Fault::Kill,
        Fault::PowerCut,
        Fault::Restart,
        Fault::Cut,
        Fault::Silence,
        Fault::Late,
        Fault::WallStep,
        Fault::SwitchCrash,
        Fault::DeskCrash,
        Fault::BadDisk,
        Fault::FullDisk,
        Fault::Rot,
        Fault::KillAtDisk,
        Fault::Configure,
        Fault::Strangers,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Kill => "kill",
            Fault::PowerCut => "power-cut",
            Fault::Restart => "restart",
            Fault::Cut => "cut",
            Fault::Silence => "silence",
            Fault::Late => "late",
            Fault::WallStep => "wall-step",
            Fault::SwitchCrash => "switch-crash",
            Fault::DeskCrash => "desk-crash",
            Fault::BadDisk => "bad-disk",
            Fault::FullDisk => "full-disk",
            Fault::Rot => "rot",
            Fault::KillAtDisk => "kill-at-disk",
            Fault::Configure => "configure",
            Fault::Strangers => "strangers",
        }
    }
}

/// Those faults that a run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults(u16);

impl Faults {
    /// Whether this one is among them.
    pub fn has(self, fault: Fault) -> bool {
        self.0 & (1 << fault as u8) != 0
    }

    /// The same without this one.
    pub fn without(self, fault: Fault) -> Self {
        Self(self.0 & !(1 << fault as u8))
    }

    /// The faults, in order.
    pub fn iter(self) -> impl Iterator<Item = Fault> {
        Fault::ALL.into_iter().filter(move |fault| self.has(*fault))
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(
            faults
                .into_iter()
                .fold(0, |all, fault| all | 1 << fault as u8),
        )
    }
}

/// What the clock on the wall shows as a run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// The morning of a working day.
    Morning,
    /// A day of the tenant's zone is nearly over.
    BeforeMidnight,
    /// Its clocks are soon set forward.
    BeforeSummerTime,
    /// Its clocks are soon set back.
    BeforeWinterTime,
}

impl Begin {
    fn draw(chance: &mut Chance) -> Self {
        match chance.below(8) {
            0..=1 => Self::BeforeMidnight,
            2 => Self::BeforeSummerTime,
            3 => Self::BeforeWinterTime,
            _ => Self::Morning,
        }
    }

    /// The instant, in milliseconds since the Unix epoch. The tenant's zone is Europe/Berlin.
    pub fn at_ms(self) -> i64 {
        let (at_s, before_s) = match self {
            // A Monday, 09:00.
            Self::Morning => (1_767_600_000, 0),
            // Its end.
            Self::BeforeMidnight => (1_767_654_000, 40),
            // 2026-03-29, 02:00, and 2026-10-25, 03:00.
            Self::BeforeSummerTime => (1_774_746_000, 40),
            Self::BeforeWinterTime => (1_792_890_000, 40),
        };
        (at_s - before_s) * 1_000
    }
}

/// A run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where all chance comes from.
    pub seed: u64,
    /// How many contacts may arrive.
    pub contacts: u64,
    /// How many agents have desks.
    pub agents: usize,
    /// How many switches there are.
    pub switches: usize,
    /// Whether all come at once, and few have patience.
    pub is_rush: bool,
    /// When it begins.
    pub begin: Begin,
    /// Whether each process starts with a configuration file, which is edited now and then.
    pub has_file: bool,
    /// What may go wrong.
    pub faults: Faults,
}

impl Plan {
    /// The run of this seed.
    pub fn of(seed: u64, contacts: u64) -> Self {
        let mut chance = Chance::of(seed, "plan", 0);
        // Each run has some of the faults only: what is always there hides what comes without it.
        let faults = Fault::ALL
            .into_iter()
            .filter(|_| !chance.once_in(3))
            .collect();
        Self {
            seed,
            contacts,
            is_rush: !seed.is_multiple_of(4),
            agents: 2 + chance.below(crate::centre::AGENTS_MAX - 2),
            switches: 1 + chance.below(2),
            begin: Begin::draw(&mut chance),
            has_file: chance.once_in(3),
            faults,
        }
    }
}

/// As it is given on the command line again.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = Self::of(self.seed, self.contacts);
        write!(f, "--seed {} --contacts {}", self.seed, self.contacts)?;
        if self.agents != own.agents {
            write!(f, " --agents {}", self.agents)?;
        }
        if self.switches != own.switches {
            write!(f, " --switches {}", self.switches)?;
        }
        for fault in own.faults.iter().filter(|fault| !self.faults.has(*fault)) {
            write!(f, " --without {}", fault.name())?;
        }
        Ok(())
    }
}

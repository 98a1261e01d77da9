//! What things look like, with colour and without.

use ratatui::style::{Color, Modifier, Style};

use crate::model::table::Tone;

/// How things look. Without colour it is said by marks, weight and inversion alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    pub(crate) color: bool,
}

impl Palette {
    pub(crate) fn tone(self, tone: Tone) -> Style {
        match tone {
            Tone::Wrong => self.colored(Color::Red).add_modifier(Modifier::BOLD),
            Tone::Risk => self.colored(Color::Yellow),
            Tone::Plain => Style::new(),
            Tone::Faint => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// What must not be overlooked.
    pub(crate) fn banner(self) -> Style {
        self.colored(Color::Red)
            .add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    /// That all is live.
    pub(crate) fn live(self) -> Style {
        self.colored(Color::Green)
    }

    /// A key that can be pressed.
    pub(crate) fn key(self) -> Style {
        self.colored(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    fn colored(self, color: Color) -> Style {
        match self.color {
            true => Style::new().fg(color),
            false => Style::new(),
        }
    }
}

pub(crate) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
pub(crate) const FAINT: Style = Style::new().add_modifier(Modifier::DIM);
/// The titles of columns.
pub(crate) const HEADER: Style =
    Style::new().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED));
/// What is chosen: the row under the cursor, the page that is open.
pub(crate) const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);

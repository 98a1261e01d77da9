//! Keys, as acts.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::model::Act;

/// What a key means; none: nothing.
pub(crate) fn act(key: KeyEvent, is_typing: bool) -> Option<Act> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c' | 'C') => Some(Act::Quit),
            KeyCode::Char('z' | 'Z') => Some(Act::Suspend),
            KeyCode::Char('l' | 'L') => Some(Act::Redraw),
            // What terminals send for the back space key, too.
            KeyCode::Char('h') => Some(Act::Erase),
            _ => None,
        };
    }
    let act = match key.code {
        KeyCode::Enter => Act::Open,
        KeyCode::Esc => Act::Back,
        KeyCode::Up => Act::Step(-1),
        KeyCode::Down => Act::Step(1),
        KeyCode::PageUp => Act::Page(-1),
        KeyCode::PageDown => Act::Page(1),
        KeyCode::Home => Act::First,
        KeyCode::End => Act::Last,
        KeyCode::Tab => Act::OtherTable,
        KeyCode::Left => Act::SortBefore,
        KeyCode::Right => Act::SortNext,
        KeyCode::F(1) => Act::Help,
        KeyCode::F(10) => Act::Quit,
        KeyCode::Backspace if is_typing => Act::Erase,
        KeyCode::Backspace => Act::Back,
        KeyCode::Char(c) if is_typing => Act::Type(c),
        KeyCode::Char(c) => return letter(c),
        _ => return None,
    };
    Some(act)
}

/// What a letter means where none is typed.
fn letter(c: char) -> Option<Act> {
    let act = match c {
        '1'..='4' => Act::Show(c as usize - '1' as usize),
        'q' | 'Q' => Act::Quit,
        'k' => Act::Step(-1),
        'j' => Act::Step(1),
        'g' => Act::First,
        'G' => Act::Last,
        '<' | ',' => Act::SortBefore,
        '>' | '.' => Act::SortNext,
        'r' => Act::Reverse,
        '/' => Act::Filter,
        ' ' => Act::Freeze,
        't' => Act::Tenants,
        '?' | 'h' => Act::Help,
        _ => return None,
    };
    Some(act)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_an_act_or_part_of_what_is_typed() {
        let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
        assert_eq!(act(key(KeyCode::Char('q')), false), Some(Act::Quit));
        assert_eq!(act(key(KeyCode::Char('q')), true), Some(Act::Type('q')));
        assert_eq!(act(key(KeyCode::Char('3')), false), Some(Act::Show(2)));
        assert_eq!(act(key(KeyCode::Char('x')), false), None);
        assert_eq!(act(key(KeyCode::Backspace), true), Some(Act::Erase));
        assert_eq!(act(key(KeyCode::Backspace), false), Some(Act::Back));
        let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        for is_typing in [false, true] {
            assert_eq!(act(control('c'), is_typing), Some(Act::Quit));
            assert_eq!(act(control('z'), is_typing), Some(Act::Suspend));
            assert_eq!(act(control('x'), is_typing), None);
        }
    }
}

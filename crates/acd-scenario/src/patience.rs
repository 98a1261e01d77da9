//! How long a file may be read and run: whoever has it run for others is asked again and again whether to go on.

use std::fmt;
use std::rc::Rc;

/// Whether to go on, with so many events so far.
#[derive(Clone)]
pub struct Patience(Rc<dyn Fn(usize) -> bool>);

impl Patience {
    /// Goes on as long as this says so, given how many events there are.
    pub fn new(goes_on: impl Fn(usize) -> bool + 'static) -> Self {
        Self(Rc::new(goes_on))
    }

    /// Goes on to the end.
    pub(crate) fn without_end() -> Self {
        Self::new(|_| true)
    }

    pub(crate) fn is_over(&self, events: usize) -> bool {
        !(self.0)(events)
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patience")
    }
}

//! What a table of a document can say, key by key. A row has the key, the field and the form of its value; which keys
//! there are, how they are read and how they are written follows from it.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use acd_core::ids::{CalendarName, DurationMs};

use super::lines::Lines;
use super::names::Known;
use super::value::{Shown, Value};
use super::words::Word;
use crate::element::{Element, Section};
use crate::schema::Schema;

/// What a table of the document with a fixed set of keys says.
pub(crate) trait Keyed: Sized {
    /// Its keys, in the order of the reference.
    const SCHEMA: &'static Schema;

    /// Takes what the table says. What it does not say, or says wrongly, stays as it is.
    fn read_keys(&mut self, section: &Section<'_>, known: &Known<'_>);

    /// The keys with their values.
    fn lines(&self, shown: Shown) -> Lines;
}

/// How a value stands in a document.
pub(crate) trait Form<T> {
    /// The value of the element; none if it is wrong, which is reported.
    fn read(&self, element: &Element<'_>, known: &Known<'_>) -> Option<T>;

    /// The value as it is written.
    fn write(&self, value: &T, shown: Shown) -> Value;
}

/// Says what the keys of a table are. A field that has no key of its own stands after `beside`, and a key that says
/// several fields has a form of the whole. The struct is taken apart field by field, so that a new field does not
/// compile until it is here.
macro_rules! keys {
    ($of:ident = $path:literal $(beside $($other:ident),+)? {
        $($key:literal $(= $field:ident)? : $form:expr,)*
    }) => {
        impl Keyed for $of {
            const SCHEMA: &'static Schema = &Schema { path: $path, keys: &[$($key),*] };

            fn read_keys(&mut self, section: &Section<'_>, known: &Known<'_>) {
                $(if let Some(element) = section.get($key) {
                    keys!(read self $($field)?, $form, &element, known);
                })*
            }

            fn lines(&self, shown: Shown) -> Lines {
                let $of { $($($field: _,)?)* $($($other: _),+)? } = self;
                vec![$(($key, keys!(write self $($field)?, $form, shown))),*]
            }
        }
    };
    (read $this:ident $field:ident, $form:expr, $element:expr, $known:expr) => {
        if let Some(value) = $form.read($element, $known) {
            $this.$field = value;
        }
    };
    (read $this:ident, $form:expr, $element:expr, $known:expr) => {
        ($form.0)($element, $this)
    };
    (write $this:ident $field:ident, $form:expr, $shown:expr) => {
        $form.write(&$this.$field, $shown)
    };
    (write $this:ident, $form:expr, $shown:expr) => {
        ($form.1)($this)
    };
}
pub(crate) use keys;

/// A length of time.
pub(crate) struct Duration;

impl Form<DurationMs> for Duration {
    fn read(&self, element: &Element<'_>, _: &Known<'_>) -> Option<DurationMs> {
        element.duration()
    }
    fn write(&self, value: &DurationMs, _: Shown) -> Value {
        Value::duration(*value)
    }
}

/// A whole number in a range.
pub(crate) struct Number(pub(crate) RangeInclusive<u32>);

impl Form<u32> for Number {
    fn read(&self, element: &Element<'_>, _: &Known<'_>) -> Option<u32> {
        element.integer(self.0.clone())
    }
    fn write(&self, value: &u32, _: Shown) -> Value {
        (*value).into()
    }
}

/// True or false.
pub(crate) struct Flag;

impl Form<bool> for Flag {
    fn read(&self, element: &Element<'_>, _: &Known<'_>) -> Option<bool> {
        element.boolean()
    }
    fn write(&self, value: &bool, _: Shown) -> Value {
        (*value).into()
    }
}

/// One of a few words.
pub(crate) struct Choice;

impl<T: Word> Form<T> for Choice {
    fn read(&self, element: &Element<'_>, _: &Known<'_>) -> Option<T> {
        element.word()
    }
    fn write(&self, value: &T, _: Shown) -> Value {
        Value::word(*value)
    }
}

/// Some of a few words.
pub(crate) struct Choices;

impl<T: Word + Ord> Form<BTreeSet<T>> for Choices {
    fn read(&self, element: &Element<'_>, _: &Known<'_>) -> Option<BTreeSet<T>> {
        Some(element.words())
    }
    fn write(&self, value: &BTreeSet<T>, _: Shown) -> Value {
        Value::words(value)
    }
}

/// A text; with an example.
pub(crate) struct Text(pub(crate) &'static str);

impl Form<Arc<str>> for Text {
    fn read(&self, element: &Element<'_>, _: &Known<'_>) -> Option<Arc<str>> {
        element.text(self.0).map(Arc::from)
    }
    fn write(&self, value: &Arc<str>, _: Shown) -> Value {
        Value::text(value)
    }
}

/// The name of a calendar.
pub(crate) struct Calendar;

impl Form<CalendarName> for Calendar {
    fn read(&self, element: &Element<'_>, known: &Known<'_>) -> Option<CalendarName> {
        element.name("office", &known.calendars)
    }
    fn write(&self, value: &CalendarName, _: Shown) -> Value {
        Value::text(value)
    }
}

/// A table with keys of its own.
pub(crate) struct Table;

impl<T: Keyed + Default> Form<T> for Table {
    fn read(&self, element: &Element<'_>, known: &Known<'_>) -> Option<T> {
        let section = element.section(T::SCHEMA)?;
        let mut read = T::default();
        read.read_keys(&section, known);
        Some(read)
    }
    fn write(&self, value: &T, shown: Shown) -> Value {
        Value::table(value.lines(shown))
    }
}

/// A table with keys of its own that is written under a heading of its own.
pub(crate) struct Apart;

impl<T: Keyed + Default> Form<T> for Apart {
    fn read(&self, element: &Element<'_>, known: &Known<'_>) -> Option<T> {
        Table.read(element, known)
    }
    fn write(&self, _: &T, _: Shown) -> Value {
        Value::Absent
    }
}

/// Something, or nothing where the key is left out.
pub(crate) struct Maybe<F>(pub(crate) F);

impl<T, F: Form<T>> Form<Option<T>> for Maybe<F> {
    fn read(&self, element: &Element<'_>, known: &Known<'_>) -> Option<Option<T>> {
        self.0.read(element, known).map(Some)
    }
    fn write(&self, value: &Option<T>, shown: Shown) -> Value {
        let value = value.as_ref();
        value.map_or(Value::Absent, |value| self.0.write(value, shown))
    }
}

/// A form of which there is no other: how it is read, and how it is written.
pub(crate) struct Own<T>(
    pub(crate) fn(&Element<'_>, &Known<'_>) -> Option<T>,
    pub(crate) fn(&T, Shown) -> Value,
);

impl<T> Form<T> for Own<T> {
    fn read(&self, element: &Element<'_>, known: &Known<'_>) -> Option<T> {
        (self.0)(element, known)
    }
    fn write(&self, value: &T, shown: Shown) -> Value {
        (self.1)(value, shown)
    }
}

/// A key that says several fields of the whole.
pub(crate) struct Whole<T>(
    pub(crate) fn(&Element<'_>, &mut T),
    pub(crate) fn(&T) -> Value,
);

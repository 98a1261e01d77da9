//! How a core type and its wire form map to each other, and the macro that writes it for one type of
//! [`journal_types`](acd_proto::journal_types).
//!
//! The macro names every field on both sides, in struct literals and exhaustive matches: a variant or a field that is
//! forgotten on either side does not compile.

use std::sync::Arc;

use super::apart::{Apart, Known};
use super::error::{Fault, FieldError};

/// A core type that can be written as `F`, the Rust type of a generated field.
pub(super) trait Wire<F>: Sized {
    /// What is stored.
    fn to_wire(&self, apart: &mut Apart) -> F;
    /// What was stored.
    fn from_wire(stored: F, known: &Known<'_>) -> Result<Self, FieldError>;
}

/// The value of the field `name`.
pub(super) fn field<T: Wire<F>, F>(
    stored: F,
    name: &str,
    known: &Known<'_>,
) -> Result<T, FieldError> {
    T::from_wire(stored, known).map_err(|error| error.within(name))
}

/// The value of a message field, which protobuf always leaves optional.
pub(super) fn required<T: Wire<F>, F>(
    stored: Option<F>,
    known: &Known<'_>,
) -> Result<T, FieldError> {
    T::from_wire(stored.ok_or(Fault::Missing)?, known)
}

impl<T: Wire<F>, F> Wire<Option<F>> for Option<T> {
    fn to_wire(&self, apart: &mut Apart) -> Option<F> {
        self.as_ref().map(|it| it.to_wire(apart))
    }
    fn from_wire(stored: Option<F>, known: &Known<'_>) -> Result<Self, FieldError> {
        stored.map(|it| T::from_wire(it, known)).transpose()
    }
}

impl<T: Wire<F>, F> Wire<Vec<F>> for Vec<T> {
    fn to_wire(&self, apart: &mut Apart) -> Vec<F> {
        self.iter().map(|it| it.to_wire(apart)).collect()
    }
    fn from_wire(stored: Vec<F>, known: &Known<'_>) -> Result<Self, FieldError> {
        let element = |(index, stored)| {
            T::from_wire(stored, known).map_err(|error: FieldError| error.within_element(index))
        };
        stored.into_iter().enumerate().map(element).collect()
    }
}

impl<T: Wire<F>, F> Wire<Vec<F>> for Arc<[T]> {
    fn to_wire(&self, apart: &mut Apart) -> Vec<F> {
        self.iter().map(|it| it.to_wire(apart)).collect()
    }
    fn from_wire(stored: Vec<F>, known: &Known<'_>) -> Result<Self, FieldError> {
        Vec::from_wire(stored, known).map(Arc::from)
    }
}

impl<T: Wire<F>, F> Wire<F> for Arc<T> {
    fn to_wire(&self, apart: &mut Apart) -> F {
        T::to_wire(self, apart)
    }
    fn from_wire(stored: F, known: &Known<'_>) -> Result<Self, FieldError> {
        T::from_wire(stored, known).map(Arc::new)
    }
}

/// Maps a type that has the same form on both sides. A fault within a variant is found under the variant's name.
macro_rules! wire {
    (struct $name:ident { $($ours:ident = $theirs:ident),* $(,)? }) => {
        impl Wire<pb::$name> for $name {
            fn to_wire(&self, apart: &mut Apart) -> pb::$name {
                let $name { $($ours: $theirs),* } = self;
                pb::$name { $($theirs: Wire::to_wire($theirs, apart)),* }
            }
            fn from_wire(stored: pb::$name, known: &Known<'_>) -> Result<Self, FieldError> {
                Ok($name { $($ours: field(stored.$theirs, stringify!($theirs), known)?),* })
            }
        }
        wire! { required $name }
    };
    (enum $name:ident in $module:ident { $(
        $variant:ident $(($value:ident))? $(: $content:ident { $($ours:tt = $theirs:ident),* $(,)? })?
    ),* $(,)? }) => {
        impl Wire<Option<pb::$module::Kind>> for $name {
            #[allow(unused_variables, reason = "a variant without content has nothing to write")]
            fn to_wire(&self, apart: &mut Apart) -> Option<pb::$module::Kind> {
                Some(match self {$(
                    $name::$variant $(($value))? $({ $($ours: $theirs),* })? => pb::$module::Kind::$variant(
                        $(Wire::to_wire($value, apart))?
                        $(pb::$content { $($theirs: Wire::to_wire($theirs, apart)),* })?
                    ),
                )*})
            }

            #[allow(unused_variables, reason = "a variant without content has nothing to read")]
            fn from_wire(stored: Option<pb::$module::Kind>, known: &Known<'_>) -> Result<Self, FieldError> {
                Ok(match stored.ok_or($crate::codec::error::Fault::Missing)? {$(
                    pb::$module::Kind::$variant(stored) => $name::$variant
                        $(({ let $value = stored; field($value, stringify!($variant), known)? }))?
                        $({$(
                            $ours: field(stored.$theirs, concat!(stringify!($variant), ".", stringify!($theirs)), known)?
                        ),*})?,
                )*})
            }
        }
    };
    (holder $name:ident) => {
        impl Wire<pb::$name> for $name {
            fn to_wire(&self, apart: &mut Apart) -> pb::$name {
                pb::$name { kind: self.to_wire(apart) }
            }
            fn from_wire(stored: pb::$name, known: &Known<'_>) -> Result<Self, FieldError> {
                Self::from_wire(stored.kind, known)
            }
        }
        wire! { required $name }
    };
    (required $name:ident) => {
        impl Wire<Option<pb::$name>> for $name {
            fn to_wire(&self, apart: &mut Apart) -> Option<pb::$name> {
                Some(Wire::to_wire(self, apart))
            }
            fn from_wire(stored: Option<pb::$name>, known: &Known<'_>) -> Result<Self, FieldError> {
                required(stored, known)
            }
        }
    };
    // After the semicolon stand the variants that hold one value of another such enum, each with its name on the wire.
    (codes $name:ident { $($same:ident),* $(,)? $(; $($ours:ident($inner:path) = $theirs:ident),+ $(,)?)? }) => {
        impl Wire<i32> for $name {
            fn to_wire(&self, _: &mut Apart) -> i32 {
                let code = match self {
                    $($name::$same => pb::$name::$same,)*
                    $($($name::$ours($inner) => pb::$name::$theirs,)+)?
                };
                code.into()
            }
            fn from_wire(stored: i32, _: &Known<'_>) -> Result<Self, FieldError> {
                match pb::$name::try_from(stored) {
                    $(Ok(pb::$name::$same) => Ok($name::$same),)*
                    $($(Ok(pb::$name::$theirs) => Ok($name::$ours($inner)),)+)?
                    Ok(pb::$name::Unspecified) | Err(_) => Err($crate::codec::error::Fault::UnknownValue(stored).into()),
                }
            }
        }
    };
}

pub(super) use wire;

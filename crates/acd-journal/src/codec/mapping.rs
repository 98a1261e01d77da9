//! How a core type and its wire form map to each other, and the macro that writes it for one type of
//! [`journal_types`](acd_proto::journal_types).
//!
//! The macro names every field on both sides, in struct literals and exhaustive matches: a variant or a field that is
//! forgotten on either side does not compile.

use std::sync::Arc;

use super::error::{Fault, FieldError};

/// A core type that can be written as `F`, the Rust type of a generated field.
pub(super) trait Wire<F>: Sized {
    /// What is stored.
    fn to_wire(&self) -> F;
    /// What was stored.
    fn from_wire(stored: F) -> Result<Self, FieldError>;
}

/// The value of the field `name`.
pub(super) fn field<T: Wire<F>, F>(stored: F, name: &str) -> Result<T, FieldError> {
    T::from_wire(stored).map_err(|error| error.within(name))
}

/// The value of a message field, which protobuf always leaves optional.
pub(super) fn required<T: Wire<F>, F>(stored: Option<F>) -> Result<T, FieldError> {
    T::from_wire(stored.ok_or(Fault::Missing)?)
}

impl<T: Wire<F>, F> Wire<Option<F>> for Option<T> {
    fn to_wire(&self) -> Option<F> {
        self.as_ref().map(T::to_wire)
    }
    fn from_wire(stored: Option<F>) -> Result<Self, FieldError> {
        stored.map(T::from_wire).transpose()
    }
}

impl<T: Wire<F>, F> Wire<Vec<F>> for Vec<T> {
    fn to_wire(&self) -> Vec<F> {
        self.iter().map(T::to_wire).collect()
    }
    fn from_wire(stored: Vec<F>) -> Result<Self, FieldError> {
        let element = |(index, stored)| {
            T::from_wire(stored).map_err(|error: FieldError| error.within_element(index))
        };
        stored.into_iter().enumerate().map(element).collect()
    }
}

impl<T: Wire<F>, F> Wire<Vec<F>> for Arc<[T]> {
    fn to_wire(&self) -> Vec<F> {
        self.iter().map(T::to_wire).collect()
    }
    fn from_wire(stored: Vec<F>) -> Result<Self, FieldError> {
        Vec::from_wire(stored).map(Arc::from)
    }
}

impl<T: Wire<F>, F> Wire<F> for Arc<T> {
    fn to_wire(&self) -> F {
        T::to_wire(self)
    }
    fn from_wire(stored: F) -> Result<Self, FieldError> {
        T::from_wire(stored).map(Arc::new)
    }
}

/// Maps a type that has the same form on both sides. A fault within a variant is found under the variant's name.
macro_rules! wire {
    (struct $name:ident { $($ours:ident = $theirs:ident),* $(,)? }) => {
        impl Wire<pb::$name> for $name {
            fn to_wire(&self) -> pb::$name {
                let $name { $($ours: $theirs),* } = self;
                pb::$name { $($theirs: Wire::to_wire($theirs)),* }
            }
            fn from_wire(stored: pb::$name) -> Result<Self, FieldError> {
                Ok($name { $($ours: field(stored.$theirs, stringify!($theirs))?),* })
            }
        }
        wire! { required $name }
    };
    (enum $name:ident in $module:ident { $(
        $variant:ident $(($value:ident))? $(: $content:ident { $($ours:tt = $theirs:ident),* $(,)? })?
    ),* $(,)? }) => {
        impl Wire<Option<pb::$module::Kind>> for $name {
            fn to_wire(&self) -> Option<pb::$module::Kind> {
                Some(match self {$(
                    $name::$variant $(($value))? $({ $($ours: $theirs),* })? => pb::$module::Kind::$variant(
                        $(Wire::to_wire($value))?
                        $(pb::$content { $($theirs: Wire::to_wire($theirs)),* })?
                    ),
                )*})
            }

            #[allow(unused_variables, reason = "a variant without content has nothing to read")]
            fn from_wire(stored: Option<pb::$module::Kind>) -> Result<Self, FieldError> {
                Ok(match stored.ok_or($crate::codec::error::Fault::Missing)? {$(
                    pb::$module::Kind::$variant(stored) => $name::$variant
                        $(({ let $value = stored; field($value, stringify!($variant))? }))?
                        $({$(
                            $ours: field(stored.$theirs, concat!(stringify!($variant), ".", stringify!($theirs)))?
                        ),*})?,
                )*})
            }
        }
    };
    (holder $name:ident) => {
        impl Wire<pb::$name> for $name {
            fn to_wire(&self) -> pb::$name {
                pb::$name { kind: self.to_wire() }
            }
            fn from_wire(stored: pb::$name) -> Result<Self, FieldError> {
                Self::from_wire(stored.kind)
            }
        }
        wire! { required $name }
    };
    (required $name:ident) => {
        impl Wire<Option<pb::$name>> for $name {
            fn to_wire(&self) -> Option<pb::$name> {
                Some(Wire::to_wire(self))
            }
            fn from_wire(stored: Option<pb::$name>) -> Result<Self, FieldError> {
                required(stored)
            }
        }
    };
    // After the semicolon stand the variants that hold one value of another such enum, each with its name on the wire.
    (codes $name:ident { $($same:ident),* $(,)? $(; $($ours:ident($inner:path) = $theirs:ident),+ $(,)?)? }) => {
        impl Wire<i32> for $name {
            fn to_wire(&self) -> i32 {
                let code = match self {
                    $($name::$same => pb::$name::$same,)*
                    $($($name::$ours($inner) => pb::$name::$theirs,)+)?
                };
                code.into()
            }
            fn from_wire(stored: i32) -> Result<Self, FieldError> {
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

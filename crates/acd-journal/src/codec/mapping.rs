//! How a core type and its wire form map to each other, and the three macros that say so in a line per variant.
//!
//! The macros name every field on both sides, in struct literals and exhaustive matches: a variant or a field that is
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

/// A struct and its message. After the semicolon stand the fields whose names differ, `core = wire`.
macro_rules! message {
    ($core:ident: $wire:ident { $($same:ident),* $(; $($ours:ident = $theirs:ident),+)? }) => {
        impl Wire<pb::$wire> for $core {
            fn to_wire(&self) -> pb::$wire {
                let $core { $($same,)* $($($ours: $theirs,)+)? } = self;
                pb::$wire {
                    $($same: Wire::to_wire($same),)*
                    $($($theirs: Wire::to_wire($theirs),)+)?
                }
            }
            fn from_wire(stored: pb::$wire) -> Result<Self, FieldError> {
                Ok($core {
                    $($same: field(stored.$same, stringify!($same))?,)*
                    $($($ours: field(stored.$theirs, stringify!($theirs))?,)+)?
                })
            }
        }

        impl Wire<Option<pb::$wire>> for $core {
            fn to_wire(&self) -> Option<pb::$wire> {
                Some(Wire::to_wire(self))
            }
            fn from_wire(stored: Option<pb::$wire>) -> Result<Self, FieldError> {
                required(stored)
            }
        }
    };
}

/// An enum and the `oneof` named `kind` of the message `in`. A variant is written
/// - `Variant(value)`: the wire holds its only value;
/// - `Variant = Struct`: the same, where the value is a struct of the variant's own;
/// - `Variant: Message { same, ... ; core = wire, ... }`: the wire holds a message; a tuple's fields are 0, 1, ...
macro_rules! oneof {
    ($core:ident in $holder:ident { $($variants:tt)* } as $kind:ident) => {
        oneof! { $core { $($variants)* } as $kind }

        impl Wire<pb::$holder> for $core {
            fn to_wire(&self) -> pb::$holder {
                pb::$holder { kind: self.to_wire() }
            }
            fn from_wire(stored: pb::$holder) -> Result<Self, FieldError> {
                Self::from_wire(stored.kind)
            }
        }

        impl Wire<Option<pb::$holder>> for $core {
            fn to_wire(&self) -> Option<pb::$holder> {
                Some(Wire::to_wire(self))
            }
            fn from_wire(stored: Option<pb::$holder>) -> Result<Self, FieldError> {
                required(stored)
            }
        }
    };
    ($core:ident { $(
        $variant:ident
            $(: $wire:ident { $($same:ident),* $(; $($ours:tt = $theirs:ident),+)? })?
            $(($value:ident))?
            $(= $own:ident)?
    ),+ $(,)? } as $kind:ident) => {
        impl Wire<Option<$kind>> for $core {
            fn to_wire(&self) -> Option<$kind> {
                Some(match self {$(
                    $core::$variant $({ $($same,)* $($($ours: $theirs,)+)? })? $(($value))? $((own @ $own { .. }))? => $kind::$variant(
                        $(pb::$wire {
                            $($same: Wire::to_wire($same),)*
                            $($($theirs: Wire::to_wire($theirs),)+)?
                        })?
                        $(Wire::to_wire($value))?
                        $(<$own as Wire<pb::$own>>::to_wire(own))?
                    ),
                )+})
            }

            #[allow(unused_variables, reason = "a variant without content has nothing to read")]
            fn from_wire(stored: Option<$kind>) -> Result<Self, FieldError> {
                Ok(match stored.ok_or($crate::codec::error::Fault::Missing)? {$(
                    $kind::$variant(stored) => $core::$variant
                        $({
                            $($same: field(
                                stored.$same,
                                concat!(stringify!($variant), ".", stringify!($same)),
                            )?,)*
                            $($($ours: field(
                                stored.$theirs,
                                concat!(stringify!($variant), ".", stringify!($theirs)),
                            )?,)+)?
                        })?
                        $((field(stored, concat!(stringify!($variant), ".", stringify!($value)))?))?
                        $((field::<$own, _>(stored, stringify!($variant))?))?,
                )+})
            }
        }
    };
}

/// An enum without content and its protobuf enum. After the semicolon stand the variants that hold one value of
/// another such enum, each with its own name on the wire.
macro_rules! enumeration {
    ($core:ident { $($same:ident),+ $(; $($ours:ident($inner:path) = $theirs:ident),+)? }) => {
        impl Wire<i32> for $core {
            fn to_wire(&self) -> i32 {
                let wire = match self {
                    $($core::$same => pb::$core::$same,)+
                    $($($core::$ours($inner) => pb::$core::$theirs,)+)?
                };
                wire.into()
            }
            fn from_wire(stored: i32) -> Result<Self, FieldError> {
                match pb::$core::try_from(stored) {
                    $(Ok(pb::$core::$same) => Ok($core::$same),)+
                    $($(Ok(pb::$core::$theirs) => Ok($core::$ours($inner)),)+)?
                    Ok(pb::$core::Unspecified) | Err(_) => Err($crate::codec::error::Fault::UnknownValue(stored).into()),
                }
            }
        }
    };
}

pub(super) use {enumeration, message, oneof};

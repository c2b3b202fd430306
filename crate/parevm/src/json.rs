//! Decoder of JSON values, with the path of the wrong value in its errors.
//!
//! A decoder of its own, as the wrappers that track paths around another one compile each type several times: here an
//! error collects its path on the way out.

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
        VariantAccess, Visitor,
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};
use std::fmt;

/// Error of a value that has the wrong type or format.
#[derive(Debug)]
pub struct ValueError {
    /// Steps from the whole value to the wrong one, innermost first.
    steps: Vec<Step>,
    /// What was expected, and what was found.
    pub reason: String,
}

/// Step into an object or a list.
#[derive(Debug)]
enum Step {
    Key(String),
    Index(usize),
}

impl ValueError {
    /// Returns the path of the wrong value, such as `transactions[3].gas`; `None` for the whole value.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        path(self.steps.iter().rev())
    }

    fn within(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

fn path<'s>(steps: impl Iterator<Item = &'s Step>) -> Option<String> {
    steps.fold(None, |path: Option<String>, step| {
        Some(match (path, step) {
            (None, Step::Key(key)) => key.clone(),
            (Some(path), Step::Key(key)) => path + "." + key,
            (path, Step::Index(index)) => format!("{}[{index}]", path.unwrap_or_default()),
        })
    })
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = self.path() {
            write!(f, "{path}: ")?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for ValueError {}

impl Error for ValueError {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self {
            steps: Vec::new(),
            reason: reason.to_string(),
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match found {
            Unexpected::Unit => {
                Self::custom(format_args!("invalid type: null, expected {expected}"))
            }
            found => Self::custom(format_args!("invalid type: {found}, expected {expected}")),
        }
    }
}

/// Decodes `value`.
///
/// # Errors
///
/// [`ValueError`]: the value, or one in it, is not as its type expects.
pub fn decode<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, ValueError> {
    T::deserialize(Decoder::Value(value))
}

/// Decoder of a value, or of the key of an object.
#[derive(Clone, Copy)]
enum Decoder<'de> {
    Value(&'de Value),
    Key(&'de str),
}

impl<'de> Deserializer<'de> for Decoder<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let value = match self {
            Self::Key(key) => return visitor.visit_borrowed_str(key),
            Self::Value(value) => value,
        };
        match value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                let mut left = Items {
                    left: items.iter(),
                    next: 0,
                };
                let decoded = visitor.visit_seq(&mut left)?;
                match left.left.as_slice() {
                    [] => Ok(decoded),
                    _ => Err(Error::invalid_length(
                        items.len(),
                        &"fewer elements in array",
                    )),
                }
            }
            Value::Object(fields) => visitor.visit_map(Fields {
                left: fields.iter(),
                next: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Self::Value(Value::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        let (variant, content) = match self {
            Self::Key(variant) => (variant, None),
            Self::Value(Value::String(variant)) => (variant.as_str(), None),
            Self::Value(Value::Object(fields)) => only(fields)?,
            Self::Value(_) => return Err(Error::custom("invalid type, expected string or map")),
        };
        visitor.visit_enum(Variant { variant, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

/// Returns the field of an enum's variant with content.
fn only(fields: &Map<String, Value>) -> Result<(&str, Option<&Value>), ValueError> {
    let mut fields = fields.iter();
    match (fields.next(), fields.next()) {
        (Some((variant, content)), None) => Ok((variant, Some(content))),
        _ => Err(Error::invalid_value(
            Unexpected::Map,
            &"map with a single key",
        )),
    }
}

/// Items of a list.
struct Items<'de> {
    left: std::slice::Iter<'de, Value>,
    next: usize,
}

impl<'de> SeqAccess<'de> for &mut Items<'de> {
    type Error = ValueError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ValueError> {
        let Some(value) = self.left.next() else {
            return Ok(None);
        };
        let index = self.next;
        self.next += 1;
        let decoded = seed.deserialize(Decoder::Value(value));
        decoded
            .map(Some)
            .map_err(|error| error.within(Step::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// Fields of an object.
struct Fields<'de> {
    left: serde_json::map::Iter<'de>,
    /// Field whose key was decoded.
    next: Option<(&'de str, &'de Value)>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = ValueError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ValueError> {
        let Some((key, value)) = self.left.next() else {
            return Ok(None);
        };
        self.next = Some((key, value));
        let decoded = seed.deserialize(Decoder::Key(key));
        decoded
            .map(Some)
            .map_err(|error| error.within(Step::Key(key.clone())))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, ValueError> {
        let Some((key, value)) = self.next.take() else {
            return Err(Error::custom("a value is read after its key"));
        };
        let decoded = seed.deserialize(Decoder::Value(value));
        decoded.map_err(|error| error.within(Step::Key(key.to_owned())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// Variant of an enum.
struct Variant<'de> {
    variant: &'de str,
    content: Option<&'de Value>,
}

impl<'de> Variant<'de> {
    /// Returns the content; of a variant without, `null`.
    const fn content(&self) -> Decoder<'de> {
        match self.content {
            Some(content) => Decoder::Value(content),
            None => Decoder::Value(&Value::Null),
        }
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ValueError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), ValueError> {
        Ok((seed.deserialize(Decoder::Key(self.variant))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = ValueError;

    fn unit_variant(self) -> Result<(), ValueError> {
        Deserialize::deserialize(self.content())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, ValueError> {
        let decoded = seed.deserialize(self.content());
        decoded.map_err(|error| error.within(Step::Key(self.variant.to_owned())))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.content().deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        self.content().deserialize_any(visitor)
    }
}

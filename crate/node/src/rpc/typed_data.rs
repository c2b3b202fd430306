//! Typed data (EIP-712) and the hash that is signed under them, as MetaMask's `eth_signTypedData_v4` has it
//! (`@metamask/eth-sig-util`, `sign-typed-data.ts`).
//!
//! The domain is a structure like the message: `types.EIP712Domain` says which of its fields count, in which
//! order and of which types; a missing one is an empty one. A structure that is null or missing is 32 zero bytes,
//! which lets types contain themselves.
//!
//! Work grows with the size of the data, and no further: at most 100 structures of 64 KiB of text, 32 structures and
//! lists within each other, and 8 MiB that are hashed. Structures whose fields have one name twice would else mean
//! twice as much with each one within them.
//!
//! Values that are read in different ways by different wallets are refused: `"false"` as a boolean, addresses
//! without `0x` or with a wrong checksum, numbers that do not fit their type or that JSON does not keep.

use alloy_primitives::{B256, U256, hex, keccak256};
use parevm_simulate::checksum;
use serde::Deserialize;
use serde_json::{Number, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
};

/// The structure of the domain.
const DOMAIN: &str = "EIP712Domain";

/// 2^53: a 64-bit float has every integer below it, and no longer every one above.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Structures of one message.
const MAX_TYPES: usize = 100;

/// Bytes of the text of all structures: names and types of their fields.
const MAX_TEXT: usize = 64 << 10;

/// Structures and lists that may be within each other.
const DEEPEST: usize = 32;

/// Bytes that are hashed, or compared to find out what is: of each value 32, its text, its type and its name.
const MAX_HASHED: usize = 8 << 20;

/// Characters of a wrong value that an error shows.
const SHOWN: usize = 80;

type Types = BTreeMap<String, Vec<Field>>;

/// Typed data. Other keys are ignored, as those of a message that its type does not have.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TypedData {
    types: Types,
    primary_type: String,
    #[serde(default)]
    domain: Value,
    #[serde(default)]
    message: Value,
}

/// A field of a structure.
#[derive(Clone, Debug, Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Why typed data have no hash.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub(super) struct TypedDataError {
    /// The field, from `domain`, `message` or `types` on.
    path: String,
    problem: Problem,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("missing, expected {kind}")]
    Missing { kind: String },
    #[error("expected {kind}, found {found}")]
    Mismatch { kind: String, found: String },
    #[error("{found} does not fit {kind}")]
    Range { kind: String, found: String },
    #[error("{found} may have lost digits as a JSON number; write it as a string")]
    Inexact { found: String },
    #[error("{kind} is neither a type of Solidity nor in types")]
    UnknownType { kind: String },
    #[error("{found} is another chain than that of this node, {chain_id}")]
    OtherChain { found: String, chain_id: u64 },
    #[error("{kind} cannot be the name of a structure")]
    TypeName { kind: String },
    #[error("found {found} structures, at most {MAX_TYPES} are hashed")]
    TypeCount { found: usize },
    #[error("names and types have {found} bytes together, at most {MAX_TEXT} are hashed")]
    TypeText { found: usize },
    #[error("more than {DEEPEST} structures and lists are within each other")]
    Depth,
    #[error("more than {MAX_HASHED} bytes would be hashed")]
    Hashed,
    #[error(transparent)]
    Checksum(#[from] checksum::ChecksumError),
}

impl TypedData {
    /// Returns the hash that is signed.
    ///
    /// # Errors
    ///
    /// [`TypedDataError`] with the field that is missing, does not fit its type, or has no known type.
    pub(super) fn signing_hash(&self) -> Result<B256, TypedDataError> {
        self.check_types()?;
        let fields = self.types.get(DOMAIN).cloned().unwrap_or_default();
        // As in eth-sig-util, the domain has no structures within it.
        let types = Types::from([(DOMAIN.to_owned(), fields)]);
        let empty = Value::Object(serde_json::Map::new());
        let domain = match &self.domain {
            Value::Null => &empty,
            domain => domain,
        };
        let domain = Hasher::new(&types).structure(DOMAIN, domain, &Path::Root("domain"))?;
        let mut signed = vec![0x19, 0x01];
        signed.extend(domain);
        if self.primary_type != DOMAIN {
            let mut hasher = Hasher::new(&self.types);
            let path = Path::Root("message");
            signed.extend(hasher.structure(&self.primary_type, &self.message, &path)?);
        }
        Ok(keccak256(signed))
    }

    /// Checks that the domain names no other chain than `chain_id`, as wallets do before they sign.
    ///
    /// # Errors
    ///
    /// [`TypedDataError`]: `domain.chainId` is there and is another number, or none.
    pub(super) fn require_chain(&self, chain_id: u64) -> Result<(), TypedDataError> {
        let Some(given) = self.domain.get("chainId") else {
            return Ok(());
        };
        let path = Path::Field(&Path::Root("domain"), "chainId");
        match integer(given).map_err(|problem| path.error(problem))? {
            Some((false, found)) if found == U256::from(chain_id) => Ok(()),
            _ => Err(path.error(Problem::OtherChain {
                found: shown(given),
                chain_id,
            })),
        }
    }

    /// Whether there are few enough types.
    fn check_types(&self) -> Result<(), TypedDataError> {
        let refused = |problem| Err(Path::Root("types").error(problem));
        let found = self.types.len();
        if found > MAX_TYPES {
            return refused(Problem::TypeCount { found });
        }
        let fields = |fields: &Vec<Field>| -> usize {
            // A blank and a comma stand between them.
            let text = |field: &Field| field.name.len() + field.kind.len() + 2;
            fields.iter().map(text).sum()
        };
        let all = self.types.iter();
        let found: usize = all.map(|(name, of)| name.len() + 2 + fields(of)).sum();
        match found > MAX_TEXT {
            true => refused(Problem::TypeText { found }),
            false => Ok(()),
        }
    }
}

/// Hashes structures of some types.
struct Hasher<'t> {
    types: &'t Types,
    /// `typeHash` by structure.
    hashes: BTreeMap<&'t str, B256>,
    /// Bytes that may still be hashed.
    left: usize,
    /// Structures and lists around the value.
    depth: usize,
}

impl<'t> Hasher<'t> {
    const fn new(types: &'t Types) -> Self {
        Self {
            types,
            hashes: BTreeMap::new(),
            left: MAX_HASHED,
            depth: 0,
        }
    }

    /// Counts `bytes` that are hashed for the value at `path`.
    fn count(&mut self, bytes: usize, path: &Path<'_>) -> Result<(), TypedDataError> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or_else(|| path.error(Problem::Hashed))?;
        Ok(())
    }

    /// Hashes with `hash` what is within a structure or a list at `path`.
    fn within<T>(
        &mut self,
        path: &Path<'_>,
        hash: impl FnOnce(&mut Self) -> Result<T, TypedDataError>,
    ) -> Result<T, TypedDataError> {
        if self.depth == DEEPEST {
            return Err(path.error(Problem::Depth));
        }
        self.depth += 1;
        let hashed = hash(self);
        self.depth -= 1;
        hashed
    }

    /// `hashStruct` of EIP-712.
    fn structure(
        &mut self,
        kind: &str,
        value: &Value,
        path: &Path<'_>,
    ) -> Result<B256, TypedDataError> {
        let Some((name, fields)) = self.types.get_key_value(kind) else {
            return Err(path.error(Problem::UnknownType { kind: kind.into() }));
        };
        let Value::Object(values) = value else {
            return Err(path.mismatch(&format!("an object of type {kind}"), value));
        };
        let mut encoded = self.type_hash(name)?.to_vec();
        self.within(path, |hasher| {
            for field in fields {
                let path = Path::Field(path, &field.name);
                hasher.count(field.name.len(), &path)?;
                let value = values.get(&field.name);
                encoded.extend(hasher.word(&field.kind, value, &path)?);
            }
            Ok(keccak256(encoded))
        })
    }

    /// `encodeData` of EIP-712, of one value.
    fn word(
        &mut self,
        kind: &str,
        value: Option<&Value>,
        path: &Path<'_>,
    ) -> Result<B256, TypedDataError> {
        let text = value.and_then(Value::as_str).map_or(0, str::len);
        self.count(text.saturating_add(kind.len() + 32), path)?;
        if self.types.contains_key(kind) {
            return match value {
                None | Some(Value::Null) => Ok(B256::ZERO),
                Some(value) => self.structure(kind, value, path),
            };
        }
        let value = value.ok_or_else(|| path.error(Problem::Missing { kind: kind.into() }))?;
        let Some((item, _)) = kind
            .strip_suffix(']')
            .and_then(|start| start.rsplit_once('['))
        else {
            return atom(kind, value).map_err(|problem| path.error(problem));
        };
        let Value::Array(values) = value else {
            return Err(path.mismatch(kind, value));
        };
        self.within(path, |hasher| {
            let mut encoded = Vec::new();
            for (index, value) in values.iter().enumerate() {
                encoded.extend(hasher.word(item, Some(value), &Path::Item(path, index))?);
            }
            Ok(keccak256(encoded))
        })
    }

    fn type_hash(&mut self, name: &'t str) -> Result<B256, TypedDataError> {
        if let Some(hash) = self.hashes.get(name) {
            return Ok(*hash);
        }
        let hash = keccak256(self.encode_type(name)?);
        self.hashes.insert(name, hash);
        Ok(hash)
    }

    /// `encodeType` of EIP-712: the structure, then those that it refers to, in order of names.
    fn encode_type(&self, name: &'t str) -> Result<String, TypedDataError> {
        let mut found = BTreeSet::from([name]);
        let mut pending = vec![name];
        while let Some(next) = pending.pop() {
            for field in self.types.get(next).into_iter().flatten() {
                let inner = field.kind.split('[').next().unwrap_or_default();
                if let Some((inner, _)) = self.types.get_key_value(inner)
                    && found.insert(inner)
                {
                    pending.push(inner);
                }
            }
        }
        found.remove(name);
        let mut encoded = String::new();
        for kind in std::iter::once(name).chain(found) {
            if !is_name(kind) {
                let problem = Problem::TypeName { kind: kind.into() };
                return Err(Path::Root("types").error(problem));
            }
            let fields = self.types.get(kind).into_iter().flatten();
            let fields = fields.map(|field| format!("{} {}", field.kind, field.name));
            let fields: Vec<_> = fields.collect();
            encoded.push_str(&format!("{kind}({})", fields.join(",")));
        }
        Ok(encoded)
    }
}

/// Whether a structure may have this name: what reads as a type of Solidity would hide that type.
fn is_name(kind: &str) -> bool {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '$' | ':');
    let is_sized = ["uint", "int", "bytes"].iter().any(|base| {
        kind.strip_prefix(base)
            .is_some_and(|size| size.chars().all(|char| char.is_ascii_digit()))
    });
    !kind.is_empty()
        && kind.chars().all(is_plain)
        && !is_sized
        && !matches!(kind, "address" | "bool" | "string")
}

/// The word of a value that is neither structure nor array.
fn atom(kind: &str, value: &Value) -> Result<B256, Problem> {
    let mismatch = || Problem::Mismatch {
        kind: kind.into(),
        found: shown(value),
    };
    let range = || Problem::Range {
        kind: kind.into(),
        found: shown(value),
    };
    match kind {
        "string" => Ok(keccak256(match value {
            Value::String(text) => text.clone().into_bytes(),
            Value::Null => Vec::new(),
            Value::Number(number) => natural(number)?.ok_or_else(mismatch)?,
            _ => return Err(mismatch()),
        })),
        "bytes" => Ok(keccak256(match value {
            Value::String(text) => digits(text).unwrap_or_else(|| text.clone().into_bytes()),
            Value::Number(number) => natural(number)?.ok_or_else(mismatch)?,
            _ => return Err(mismatch()),
        })),
        "bool" => {
            let yes = match value {
                Value::Bool(yes) => *yes,
                Value::Null => false,
                Value::Number(number) => number.as_f64() != Some(0.0),
                Value::String(text) if text == "true" => true,
                // eth-sig-util takes every other text, "false" too, for true.
                _ => return Err(mismatch()),
            };
            Ok(B256::with_last_byte(yes.into()))
        }
        "address" => {
            let bytes = match value {
                Value::Number(number) => natural(number)?,
                Value::String(text) if text.len() == 42 => {
                    return Ok(checksum::parse(text)?.into_word());
                }
                Value::String(text) => digits(text).filter(|bytes| !bytes.is_empty()),
                _ => None,
            };
            let bytes = bytes.ok_or_else(mismatch)?;
            match bytes.len() <= 20 {
                true => Ok(B256::left_padding_from(&bytes)),
                false => Err(range()),
            }
        }
        _ => {
            let unknown = || Problem::UnknownType { kind: kind.into() };
            if let Some(size) = kind.strip_prefix("bytes") {
                let size = size_of(size, 32).ok_or_else(unknown)?;
                let bytes = match value {
                    Value::Number(number) => natural(number)?,
                    Value::String(text) => digits(text),
                    _ => None,
                };
                let bytes = bytes.ok_or_else(mismatch)?;
                return match bytes.len() <= size {
                    true => Ok(B256::right_padding_from(&bytes)),
                    false => Err(range()),
                };
            }
            let (size, is_signed) = match kind.strip_prefix('u') {
                Some(unsigned) => (unsigned.strip_prefix("int"), false),
                None => (kind.strip_prefix("int"), true),
            };
            let bits = match size.ok_or_else(unknown)? {
                "" => 256,
                size => size_of(size, 256)
                    .filter(|bits| bits % 8 == 0)
                    .ok_or_else(unknown)?,
            };
            let (is_negative, amount) = integer(value)?.ok_or_else(mismatch)?;
            // The least negative number has one more than the greatest positive one.
            let most = U256::MAX >> (256 - bits + usize::from(is_signed));
            let fits = match is_negative {
                true => is_signed && amount.saturating_sub(U256::ONE) <= most,
                false => amount <= most,
            };
            let word = if is_negative {
                amount.wrapping_neg()
            } else {
                amount
            };
            match fits || amount.is_zero() {
                true => Ok(word.into()),
                false => Err(range()),
            }
        }
    }
}

/// A size in the name of a type, from 1 to `most`.
fn size_of(text: &str, most: usize) -> Option<usize> {
    let is_plain = !text.starts_with('0') && text.chars().all(|char| char.is_ascii_digit());
    let size: usize = text.parse().ok().filter(|_| is_plain)?;
    (size <= most).then_some(size)
}

/// The bytes of hexadecimal text, which may have an odd number of digits; `None` of other text.
fn digits(text: &str) -> Option<Vec<u8>> {
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))?;
    match digits.len() % 2 {
        0 => hex::decode(digits).ok(),
        _ => hex::decode(format!("0{digits}")).ok(),
    }
}

/// A JSON number as an integer: its sign and its size; `None` where it is none.
fn whole(number: &Number) -> Result<Option<(bool, u64)>, Problem> {
    if let Some(number) = number.as_u64() {
        return Ok(Some((false, number)));
    }
    if let Some(number) = number.as_i64() {
        return Ok(Some((true, number.unsigned_abs())));
    }
    let found = number.as_f64().unwrap_or(f64::NAN);
    if found.abs() >= EXACT {
        let found = number.to_string();
        return Err(Problem::Inexact { found });
    }
    // Integral and below 2^53: exact.
    Ok((found.fract() == 0.0).then_some((found < 0.0, found.abs() as u64)))
}

/// The bytes of a JSON number that is an integer and not negative, as few as possible and at least one.
fn natural(number: &Number) -> Result<Option<Vec<u8>>, Problem> {
    let number = whole(number)?.filter(|(is_negative, _)| !is_negative);
    Ok(number.map(|(_, number)| match number {
        0 => vec![0],
        number => U256::from(number).to_be_bytes_trimmed_vec(),
    }))
}

/// A number as JSON or as text, decimal or hexadecimal: whether it is negative, and its size.
fn integer(value: &Value) -> Result<Option<(bool, U256)>, Problem> {
    let text = match value {
        Value::Number(number) => {
            let number = whole(number)?;
            return Ok(number.map(|(is_negative, size)| (is_negative, U256::from(size))));
        }
        Value::String(text) => text.trim(),
        _ => return Ok(None),
    };
    let (is_negative, digits, radix) =
        if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            (false, digits, 16)
        } else if let Some(digits) = text.strip_prefix('-') {
            (true, digits, 10)
        } else if text.is_empty() {
            // As JavaScript's BigInt, and so every wallet, reads it.
            (false, "0", 10)
        } else {
            (false, text.strip_prefix('+').unwrap_or(text), 10)
        };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Ok(None);
    }
    let size = U256::from_str_radix(digits, radix.into());
    let size = size.map_err(|_| Problem::Range {
        kind: "256 bits".into(),
        found: shown(value),
    })?;
    Ok(Some((is_negative && !size.is_zero(), size)))
}

/// Where a value is.
enum Path<'p> {
    Root(&'static str),
    Field(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn error(&self, problem: Problem) -> TypedDataError {
        let path = self.to_string();
        TypedDataError { path, problem }
    }

    fn mismatch(&self, kind: &str, value: &Value) -> TypedDataError {
        self.error(Problem::Mismatch {
            kind: kind.into(),
            found: shown(value),
        })
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Field(outer, name) => write!(f, "{outer}.{name}"),
            Self::Item(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}

/// A value as an error shows it.
fn shown(value: &Value) -> String {
    let mut shown = Shown::default();
    // It fails where there is more than is shown.
    match write!(shown, "{value}") {
        Ok(()) => shown.text,
        Err(_) => shown.text + "...",
    }
}

/// The beginning of a text.
#[derive(Default)]
struct Shown {
    text: String,
    chars: usize,
}

impl fmt::Write for Shown {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            if self.chars == SHOWN {
                return Err(fmt::Error);
            }
            self.text.push(char);
            self.chars += 1;
        }
        Ok(())
    }
}

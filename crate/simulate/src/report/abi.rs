//! What the data of a revert says, by ABI.

use alloy_dyn_abi::{DynSolType, DynSolValue, JsonAbiExt, Specifier};
use alloy_json_abi::{AbiItem, Error as AbiError};
use alloy_primitives::Selector;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Value, json};
use std::{borrow::Cow, fmt};

/// What every contract may revert with, and the errors that tokens have in common (ERC-6093).
const KNOWN: [&str; 24] = [
    "Error(string message)",
    "Panic(uint256 code)",
    "ERC20InsufficientBalance(address sender,uint256 balance,uint256 needed)",
    "ERC20InvalidSender(address sender)",
    "ERC20InvalidReceiver(address receiver)",
    "ERC20InsufficientAllowance(address spender,uint256 allowance,uint256 needed)",
    "ERC20InvalidApprover(address approver)",
    "ERC20InvalidSpender(address spender)",
    "ERC721InvalidOwner(address owner)",
    "ERC721NonexistentToken(uint256 tokenId)",
    "ERC721IncorrectOwner(address sender,uint256 tokenId,address owner)",
    "ERC721InvalidSender(address sender)",
    "ERC721InvalidReceiver(address receiver)",
    "ERC721InsufficientApproval(address operator,uint256 tokenId)",
    "ERC721InvalidApprover(address approver)",
    "ERC721InvalidOperator(address operator)",
    "ERC1155InsufficientBalance(address sender,uint256 balance,uint256 needed,uint256 tokenId)",
    "ERC1155InvalidSender(address sender)",
    "ERC1155InvalidReceiver(address receiver)",
    "ERC1155MissingApprovalForAll(address operator,address owner)",
    "ERC1155InvalidApprover(address approver)",
    "ERC1155InvalidOperator(address operator)",
    "ERC1155InvalidArrayLength(uint256 idsLength,uint256 valuesLength)",
    "SafeERC20FailedOperation(address token)",
];

/// Bytes of data that are decoded. Lists may share their items, so that short data can mean very much: see
/// [`most_words`].
const LONGEST: usize = 16 << 10;

/// Words that decoded data may have.
const MOST_WORDS: usize = 1 << 18;

/// Tuples in an ABI that may be within each other: who reads them goes down as deep.
const DEEPEST_TUPLE: usize = 32;

/// Arrays that may be within each other.
const DEEPEST: usize = 2;

/// The errors in an ABI.
pub(super) fn errors<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<AbiError>, D::Error> {
    let items = Vec::<Item>::deserialize(given)?;
    Ok(items.into_iter().filter_map(|Item(error)| error).collect())
}

/// An item of an ABI, of which only errors are read.
struct Item(Option<AbiError>);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        let item = Value::deserialize(given)?;
        if !is_shallow(&item) {
            let words = format!("tuples are nested more than {DEEPEST_TUPLE} deep");
            return Err(D::Error::custom(words));
        }
        let item = AbiItem::deserialize(item).map_err(D::Error::custom)?;
        Ok(Self(match item {
            AbiItem::Error(error) => Some(error.into_owned()),
            _ => None,
        }))
    }
}

/// True when tuples in `item` are nested at most [`DEEPEST_TUPLE`] deep, in components and in the names of types.
fn is_shallow(item: &Value) -> bool {
    let mut pending = vec![(item, 0)];
    while let Some((value, depth)) = pending.pop() {
        // Inputs, and in them components in components: a list and an object each.
        if depth > 2 * (DEEPEST_TUPLE + 1) {
            return false;
        }
        match value {
            Value::Array(items) => pending.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(fields) => {
                let kind = fields
                    .get("type")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                if kind.matches('(').count() > DEEPEST_TUPLE {
                    return false;
                }
                pending.extend(fields.values().map(|of| (of, depth + 1)));
            }
            _ => {}
        }
    }
    true
}

/// What a contract reverted with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DecodedError {
    /// Name of the error.
    pub name: String,
    /// Name and types.
    pub signature: String,
    /// What it holds, in order.
    pub args: Vec<Argument>,
}

/// A value in an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Argument {
    /// Its name; empty where it has none.
    pub name: String,
    /// Its type in Solidity.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its value. A number is a quantity, with a sign where it is negative, a tuple a list.
    pub value: Value,
    /// Its value for people: numbers are decimal.
    #[serde(skip)]
    pub text: String,
}

impl fmt::Display for DecodedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (index, arg) in self.args.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{}", arg.text)?;
        }
        write!(f, ")")
    }
}

/// The errors that a caller knows, and those that are known anyway.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errors<'a>(pub(super) &'a [AbiError]);

impl Errors<'_> {
    /// What `data` says; `None` where no error has this selector and these types.
    pub(super) fn decode(&self, data: &[u8]) -> Option<DecodedError> {
        let (selector, values) = data.split_first_chunk::<4>()?;
        let selector = Selector::from(*selector);
        if values.len() > LONGEST {
            return None;
        }
        let known = KNOWN.iter().filter_map(|text| AbiError::parse(text).ok());
        let all = self
            .0
            .iter()
            .map(Cow::Borrowed)
            .chain(known.map(Cow::Owned));
        all.filter(|error| error.selector() == selector)
            .find_map(|error| decoded(&error, values))
    }
}

fn decoded(error: &AbiError, values: &[u8]) -> Option<DecodedError> {
    let signature = error.signature();
    let deepest = error.inputs.iter().map(|input| {
        let kind = input.selector_type();
        kind.matches('[').count()
    });
    if deepest.max().unwrap_or(0) > DEEPEST {
        return None;
    }
    let mut words = 0_usize;
    for input in &error.inputs {
        let kind = input.resolve().ok()?;
        words = words.saturating_add(most_words(&kind, values.len() / 32));
    }
    if words > MOST_WORDS {
        return None;
    }
    let values = error.abi_decode_input(values).ok()?;
    let args = error
        .inputs
        .iter()
        .zip(&values)
        .map(|(input, value)| Argument {
            name: input.name.clone(),
            kind: input.selector_type().into_owned(),
            value: in_json(value),
            text: in_words(value),
        });
    Some(DecodedError {
        name: error.name.clone(),
        signature,
        args: args.collect(),
    })
}

/// Words that a value of this type has at most where it is decoded from `given` words: each item of a list may be
/// all of them, and a list of fixed length has its items whatever is given.
fn most_words(kind: &DynSolType, given: usize) -> usize {
    match kind {
        DynSolType::Bytes | DynSolType::String => given.max(1),
        DynSolType::Array(item) => given.saturating_mul(most_words(item, given)).max(1),
        DynSolType::FixedArray(item, length) => {
            most_words(item, given).saturating_mul(*length).max(1)
        }
        DynSolType::Tuple(parts) | DynSolType::CustomStruct { tuple: parts, .. } => {
            let parts = parts.iter().map(|part| most_words(part, given));
            parts.fold(1, usize::saturating_add)
        }
        _ => 1,
    }
}

fn in_words(value: &DynSolValue) -> String {
    let list = |values: &[DynSolValue]| {
        let values: Vec<_> = values.iter().map(in_words).collect();
        values.join(", ")
    };
    match value {
        DynSolValue::Int(number, _) => number.to_string(),
        DynSolValue::Uint(number, _) => number.to_string(),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => {
            format!("[{}]", list(values))
        }
        DynSolValue::Tuple(values) | DynSolValue::CustomStruct { tuple: values, .. } => {
            format!("({})", list(values))
        }
        atom => match in_json(atom) {
            Value::String(text) => text,
            other => other.to_string(),
        },
    }
}

fn in_json(value: &DynSolValue) -> Value {
    match value {
        DynSolValue::Bool(yes) => json!(yes),
        DynSolValue::Int(number, _) => {
            let sign = if number.is_negative() { "-" } else { "" };
            json!(format!("{sign}{:#x}", number.unsigned_abs()))
        }
        DynSolValue::Uint(number, _) => json!(number),
        DynSolValue::FixedBytes(word, length) => json!(alloy_primitives::hex::encode_prefixed(
            word.get(..*length).unwrap_or_default()
        )),
        DynSolValue::Address(address) => json!(address),
        DynSolValue::Function(function) => json!(function),
        DynSolValue::Bytes(bytes) => json!(alloy_primitives::hex::encode_prefixed(bytes)),
        DynSolValue::String(text) => json!(text),
        DynSolValue::Array(values)
        | DynSolValue::FixedArray(values)
        | DynSolValue::Tuple(values)
        | DynSolValue::CustomStruct { tuple: values, .. } => values.iter().map(in_json).collect(),
    }
}

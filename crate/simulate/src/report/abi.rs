//! Decoding of custom errors by ABI.

use alloy_dyn_abi::{DynSolType, DynSolValue, JsonAbiExt, Specifier};
use alloy_json_abi::{AbiItem, Error as AbiError};
use alloy_primitives::Selector;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Value, json};
use std::{borrow::Cow, fmt};

/// Errors of Solidity, and the common errors of tokens (ERC-6093).
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

/// Most bytes of data that are decoded. Lists may share their items, so short data can decode to much more: see
/// [`most_words`].
const LONGEST: usize = 16 << 10;

/// Most words of decoded data.
const MOST_WORDS: usize = 1 << 18;

/// Deepest nesting of tuples in an ABI: parsing recurses that deep.
const DEEPEST_TUPLE: usize = 32;

/// Deepest nesting of arrays.
const DEEPEST: usize = 2;

/// Deserializes the errors of an ABI.
pub(super) fn errors<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<AbiError>, D::Error> {
    let items = Vec::<Item>::deserialize(given)?;
    Ok(items.into_iter().filter_map(|Item(error)| error).collect())
}

/// ABI item; `None` if it is no error.
struct Item(Option<AbiError>);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        let item = Value::deserialize(given)?;
        if !is_shallow(&item) {
            let message = format!("tuples are nested more than {DEEPEST_TUPLE} deep");
            return Err(D::Error::custom(message));
        }
        let item = AbiItem::deserialize(item).map_err(D::Error::custom)?;
        Ok(Self(match item {
            AbiItem::Error(error) => Some(error.into_owned()),
            _ => None,
        }))
    }
}

/// Returns true if tuples in `item` are nested at most [`DEEPEST_TUPLE`] deep, in components and in type names.
fn is_shallow(item: &Value) -> bool {
    let mut pending = vec![(item, 0)];
    while let Some((value, depth)) = pending.pop() {
        // Each level of components has a list and an object.
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

/// Decoded error of a revert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DecodedError {
    /// Name of the error.
    pub name: String,
    /// Name and types, as in `Error(string)`.
    pub signature: String,
    /// Arguments in order.
    pub args: Vec<Argument>,
}

/// Argument of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Argument {
    /// Name; empty if it has none.
    pub name: String,
    /// Solidity type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Value. Numbers are quantities, with a sign if negative; tuples are lists.
    pub value: Value,
    /// Value as text: numbers are decimal.
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

/// Decoder of the errors of a caller's ABI and of the known errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct ErrorDecoder<'a>(pub(super) &'a [AbiError]);

impl ErrorDecoder<'_> {
    /// Decodes `data`; `None` if no error has this selector and these types.
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
            .find_map(|error| decode(&error, values))
    }
}

fn decode(error: &AbiError, values: &[u8]) -> Option<DecodedError> {
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
            value: json_of(value),
            text: text_of(value),
        });
    Some(DecodedError {
        name: error.name.clone(),
        signature,
        args: args.collect(),
    })
}

/// Returns the most words of a value of this type that is decoded from `given` words: each item of a list may take
/// all of them, and an array of fixed length always has its items.
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

fn text_of(value: &DynSolValue) -> String {
    let list = |values: &[DynSolValue]| {
        let values: Vec<_> = values.iter().map(text_of).collect();
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
        atom => match json_of(atom) {
            Value::String(text) => text,
            other => other.to_string(),
        },
    }
}

fn json_of(value: &DynSolValue) -> Value {
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
        | DynSolValue::CustomStruct { tuple: values, .. } => values.iter().map(json_of).collect(),
    }
}

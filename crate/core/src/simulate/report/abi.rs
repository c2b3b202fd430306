//! What the data of a revert says, by ABI.

use alloy_dyn_abi::{DynSolValue, JsonAbiExt};
use alloy_json_abi::{AbiItem, Error as AbiError};
use alloy_primitives::Selector;
use serde::{Deserialize, Deserializer, Serialize};
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

/// Bytes of data that are decoded. Nested arrays may share their items, so that short data can mean very
/// much: there are limits to both.
const LONGEST: usize = 16 << 10;

/// Arrays that may be within each other.
const DEEPEST: usize = 2;

/// The errors in an ABI.
pub(super) fn errors<'de, D: Deserializer<'de>>(given: D) -> Result<Vec<AbiError>, D::Error> {
    let items = Vec::<AbiItem<'static>>::deserialize(given)?;
    let errors = items.into_iter().filter_map(|item| match item {
        AbiItem::Error(error) => Some(error.into_owned()),
        _ => None,
    });
    Ok(errors.collect())
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

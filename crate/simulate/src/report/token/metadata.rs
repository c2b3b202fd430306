//! Token metadata: symbol and decimals.

use crate::report::{
    ReportError,
    reader::{ContractReader, Response},
};
use alloy_primitives::Address;
use alloy_sol_types::{SolCall, SolValue};
use serde::Serialize;

/// Functions.
mod interface {
    alloy_sol_types::sol! {
        function symbol() returns (string);
        function decimals() returns (uint8);
    }
}

/// Most characters of a symbol.
const MOST_CHARACTERS: usize = 64;

/// Symbol and decimals of a token, as the token itself returns them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Symbol: at most 64 characters, without hidden and control characters. The token's author chose it, so it
    /// proves nothing.
    pub symbol: Option<String>,
    /// Decimal places of the token's units.
    pub decimals: Option<u8>,
}

impl Token {
    /// Queries the metadata of the contract at `token`.
    pub(in crate::report) fn read(
        reader: &mut ContractReader<'_, '_>,
        token: Address,
    ) -> Result<Self, ReportError> {
        let symbol = match reader.call(token, interface::symbolCall {}.abi_encode())? {
            Response::Value(output) => symbol_of(&output),
            Response::NoCode | Response::Failed => None,
        };
        let decimals = reader.query(token, &interface::decimalsCall {})?.value();
        Ok(Self { symbol, decimals })
    }
}

/// Returns the symbol in `output`: a string, or the 32 bytes of early tokens.
fn symbol_of(output: &[u8]) -> Option<String> {
    let symbol = match String::abi_decode(output) {
        Ok(symbol) => symbol,
        Err(_) => {
            let bytes = output.get(..32).filter(|_| output.len() == 32)?;
            let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(32);
            String::from_utf8(bytes[..length].to_vec()).ok()?
        }
    };
    // No character that controls a terminal, is invisible, or changes the direction of writing.
    let visible = symbol.chars().filter(|char| {
        let is_hidden = matches!(
            char,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}'
        );
        !char.is_control() && !is_hidden
    });
    let visible: String = visible.take(MOST_CHARACTERS).collect();
    (!visible.is_empty()).then_some(visible)
}

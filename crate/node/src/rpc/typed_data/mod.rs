//! Typed data (EIP-712) and their signing hash, as MetaMask's `eth_signTypedData_v4`
//! (`@metamask/eth-sig-util`, `sign-typed-data.ts`).
//!
//! The domain is a structure like the message: `types.EIP712Domain` lists its fields, their order and types; a missing
//! list is empty. A structure that is null or missing is 32 zero bytes, so types may contain themselves.
//!
//! Work is proportional to the size of the data and bounded: at most 100 structures of 64 KiB of text, 32 nested
//! structures and lists, and 8 MiB of hashed bytes. Without the bounds, duplicate field names would double the work with
//! each level.
//!
//! Values that wallets interpret in different ways are refused: `"false"` as a boolean, addresses without `0x` or with a
//! wrong checksum, numbers out of the range of their type or of exact JSON numbers.

mod atom;
mod error;
mod hasher;

use alloy_primitives::{B256, U256, keccak256};
use atom::integer;
use error::{MAX_TEXT, MAX_TYPES, Path, Problem, TypedDataError, shown};
use hasher::Hasher;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Type of the domain.
const DOMAIN: &str = "EIP712Domain";

type Types = BTreeMap<String, Vec<Field>>;

/// Typed data. Other keys are ignored, and so are fields of a message that its type does not have.
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

/// Field of a structure.
#[derive(Clone, Debug, Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl TypedData {
    /// Returns the signing hash.
    ///
    /// # Errors
    ///
    /// [`TypedDataError`] with the field that is missing, does not fit its type, or has no known type.
    pub(super) fn signing_hash(&self) -> Result<B256, TypedDataError> {
        self.check_types()?;
        let fields = self.types.get(DOMAIN).cloned().unwrap_or_default();
        // As in eth-sig-util, the domain contains no structures.
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

    /// Checks that the domain names no chain but `chain_id`, as wallets do before they sign.
    ///
    /// # Errors
    ///
    /// [`TypedDataError`]: `domain.chainId` is another number, or not a number.
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

    /// Checks number and size of the types.
    fn check_types(&self) -> Result<(), TypedDataError> {
        let refused = |problem| Err(Path::Root("types").error(problem));
        let found = self.types.len();
        if found > MAX_TYPES {
            return refused(Problem::TypeCount { found });
        }
        let fields = |fields: &Vec<Field>| -> usize {
            // A blank and a comma separate them.
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

//! Block access list, its encodings and its rules.

use super::json::JsonList;
use alloy_eip7928::{
    AccountChanges, BlockAccessListGasError, BlockAccessListValidationError, ITEM_COST,
    compute_block_access_list_hash, total_bal_items, validate_block_access_list,
};
use alloy_primitives::B256;
use alloy_rlp::Decodable;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Block access list (EIP-7928).
///
/// Index 0 is that of the pre-execution changes, `i + 1` that of transaction `i`, and the number of
/// transactions plus 1 that of the post-execution changes.
///
/// # Example
///
/// ```
/// use parevm::bal::BlockAccessList;
///
/// let list = BlockAccessList::from_json(br#"[{ "address": "0x00000000000000000000000000000000000000aa",
///     "storageChanges": [], "storageReads": [], "nonceChanges": [], "codeChanges": [],
///     "balanceChanges": [{ "index": "0x1", "value": "0x5" }] }]"#)?;
/// assert_eq!(BlockAccessList::from_rlp(&list.to_rlp())?, list);
/// # Ok::<(), parevm::bal::ListError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockAccessList(Vec<AccountChanges>);

/// Error of bytes that are no block access list. The input is wrong; do not retry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The text is not JSON of a list.
    #[error("the block access list is not valid JSON")]
    Json(#[from] serde_json::Error),
    /// The bytes are not RLP of a list.
    #[error("the block access list is not valid RLP")]
    Rlp(#[from] alloy_rlp::Error),
}

/// Rule of EIP-7928 that a list breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListRule {
    /// Order: an entry is unsorted, duplicate, empty, or beyond the block.
    #[error(transparent)]
    Order(#[from] BlockAccessListValidationError),
    /// Size: the list has more items than the gas of the block pays for.
    #[error("it has {} items, the block's gas pays for {}", .0.items, .0.max_items)]
    Size(BlockAccessListGasError),
}

impl BlockAccessList {
    /// Creates a list with the entries `accounts`, in this order. Rules are not checked.
    #[must_use]
    pub const fn new(accounts: Vec<AccountChanges>) -> Self {
        Self(accounts)
    }

    /// Decodes JSON as the `eth_getBlockAccessList*` methods return it, or as the fixtures of this package
    /// have it. Rules are not checked.
    ///
    /// # Errors
    ///
    /// [`ListError::Json`], with the position.
    pub fn from_json(text: &[u8]) -> Result<Self, ListError> {
        Ok(serde_json::from_slice(text)?)
    }

    /// Encodes the JSON that the `eth_getBlockAccessList*` methods return.
    ///
    /// # Errors
    ///
    /// [`ListError::Json`]; unreachable, since every list has JSON.
    pub fn to_json(&self) -> Result<String, ListError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Decodes the RLP of EIP-7928. Rules are not checked.
    ///
    /// # Errors
    ///
    /// [`ListError::Rlp`].
    pub fn from_rlp(mut bytes: &[u8]) -> Result<Self, ListError> {
        let accounts = Vec::decode(&mut bytes)?;
        if !bytes.is_empty() {
            return Err(alloy_rlp::Error::UnexpectedLength.into());
        }
        Ok(Self(accounts))
    }

    /// Encodes the RLP of EIP-7928.
    #[must_use]
    pub fn to_rlp(&self) -> Vec<u8> {
        alloy_rlp::encode(&self.0)
    }

    /// Returns the Keccak-256 hash of the RLP, as in the header.
    #[must_use]
    pub fn hash(&self) -> B256 {
        compute_block_access_list_hash(&self.0)
    }

    /// Returns the entries.
    #[must_use]
    pub fn accounts(&self) -> &[AccountChanges] {
        &self.0
    }

    /// Returns the entries, mutable.
    pub const fn accounts_mut(&mut self) -> &mut Vec<AccountChanges> {
        &mut self.0
    }

    /// Checks order, uniqueness, indices and size for a block of `transactions` transactions with
    /// gas limit `gas_limit`. Only an execution can verify the content.
    ///
    /// # Errors
    ///
    /// First broken [`ListRule`].
    pub fn check(&self, transactions: usize, gas_limit: u64) -> Result<(), ListRule> {
        let items = total_bal_items(&self.0);
        if items > gas_limit / ITEM_COST as u64 {
            return Err(ListRule::Size(BlockAccessListGasError::new(
                items, gas_limit,
            )));
        }
        Ok(validate_block_access_list(&self.0, transactions)?)
    }
}

impl Serialize for BlockAccessList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        JsonList(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for BlockAccessList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use alloy_eip7928::{
        BalanceChange, BlockAccessIndex, CodeChange, NonceChange, SlotChanges, StorageChange,
    };
    use alloy_primitives::{Address, Bytes, U256, b256};

    fn sample() -> BlockAccessList {
        let index = BlockAccessIndex::new(2);
        let mut account = AccountChanges::new(Address::with_last_byte(0xaa));
        account.storage_changes = vec![SlotChanges::new(
            U256::from(1),
            vec![StorageChange::new(index, U256::from(7))],
        )];
        account.storage_reads = vec![U256::from(3)];
        account.balance_changes = vec![BalanceChange::new(index, U256::from(5))];
        account.nonce_changes = vec![NonceChange::new(index, 9)];
        account.code_changes = vec![CodeChange::new(index, Bytes::from_static(&[0xfe]))];
        BlockAccessList::new(vec![account])
    }

    const WORD: &str = "0x000000000000000000000000000000000000000000000000000000000000000";

    #[test]
    fn json_matches_the_execution_apis() {
        let json = sample().to_json().unwrap();
        let expected = format!(
            r#"[{{"address":"0x00000000000000000000000000000000000000aa","storageChanges":[{{"key":"{WORD}1","changes":[{{"index":"0x2","value":"{WORD}7"}}]}}],"storageReads":["{WORD}3"],"balanceChanges":[{{"index":"0x2","value":"0x5"}}],"nonceChanges":[{{"index":"0x2","value":"0x9"}}],"codeChanges":[{{"index":"0x2","code":"0xfe"}}]}}]"#
        );
        assert_eq!(json, expected);
        assert_eq!(
            BlockAccessList::from_json(json.as_bytes()).unwrap(),
            sample()
        );
    }

    #[test]
    fn rlp_round_trips_and_a_tail_is_an_error() {
        let mut bytes = sample().to_rlp();
        assert_eq!(BlockAccessList::from_rlp(&bytes).unwrap(), sample());
        bytes.push(0);
        assert!(BlockAccessList::from_rlp(&bytes).is_err());
    }

    #[test]
    fn the_empty_list_has_the_hash_of_an_empty_rlp_list() {
        let expected = b256!("0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
        assert_eq!(BlockAccessList::default().hash(), expected);
    }

    #[test]
    fn order_index_and_size_are_checked() {
        let list = sample();
        // One account and two slots at 2,000 gas each.
        assert_eq!(list.check(1, 6_000), Ok(()));
        assert!(matches!(
            list.check(1, 5_999),
            Err(ListRule::Size(BlockAccessListGasError {
                items: 3,
                max_items: 2,
                ..
            }))
        ));
        assert!(matches!(list.check(0, 6_000), Err(ListRule::Order(_))));
        let mut twice = list;
        twice.accounts_mut().extend(sample().0);
        assert!(matches!(twice.check(1, 60_000), Err(ListRule::Order(_))));
    }
}

//! How a node begins.

use super::NodeLimits;
use parevm::block::{MOST_CHAIN_ID, OutOfRange};

use alloy_genesis::Genesis;
use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

/// BIP-39 words that development nodes share. Everybody has their keys.
const WELL_KNOWN: &str = "test test test test test test test test test test test junk";

/// How a node begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NodeOptions {
    /// The first block and the rules. Default: a chain for development that runs under Osaka.
    pub genesis: Option<Genesis>,
    /// EIP-155 chain id of the chain for development. Default: 31337.
    pub chain_id: u64,
    /// Timestamp of its genesis block in seconds. Default: 0.
    pub timestamp: u64,
    /// Number of accounts that sign, which own [`Self::balance`] on the chain for development. Default: 10.
    pub accounts: u32,
    /// Of which these are derived (BIP-39, path `m/44'/60'/0'/0/i`). Default: the words that development
    /// nodes share, whose keys everybody knows. Others sign typed data (EIP-712) of this chain only.
    pub mnemonic: String,
    /// Wei of each account. Default: 10,000 ether.
    pub balance: U256,
    /// When blocks are made.
    pub mining: Mining,
    /// What one request may cost.
    pub limits: NodeLimits,
}

/// When a node makes blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mining {
    /// With each transaction.
    #[default]
    Auto,
    /// When it is told to (`evm_mine`).
    Manual,
    /// Every so many seconds. The node has no timer: its host asks for `evm_mine`.
    Interval(u64),
}

/// Each account is derived when the node begins.
const MOST_ACCOUNTS: u64 = 1_000;
/// Seconds, and a time in seconds, to which others are added.
const MOST_SECONDS: u64 = u64::MAX >> 1;

impl NodeOptions {
    /// Whether the keys of the accounts may hold something on other chains: the words are not those that
    /// everybody knows.
    pub(crate) fn has_private_keys(&self) -> bool {
        self.mnemonic != WELL_KNOWN
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// The first that is out of its range.
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let NodeLimits {
            time,
            memory,
            answer,
            gas,
        } = self.limits;
        let (any, most_id) = (U256::from(u64::MAX), MOST_CHAIN_ID);
        let (accounts, seconds) = (U256::from(MOST_ACCOUNTS), U256::from(MOST_SECONDS));
        let interval = match self.mining {
            Mining::Interval(interval) => interval,
            Mining::Auto | Mining::Manual => 1,
        };
        let fields = [
            ("chainId", self.chain_id, 1, most_id),
            ("timestamp", self.timestamp, 0, seconds),
            ("accounts", self.accounts.into(), 0, accounts),
            ("mining.interval", interval, 1, seconds),
            ("limits.time", time, 1, any),
            ("limits.memory", memory, 1, any),
            ("limits.answer", answer, 1, any),
            ("limits.gas", gas, 1, any),
        ];
        fields
            .into_iter()
            .try_for_each(|(field, found, least, most)| {
                OutOfRange::check(field, U256::from(found), U256::from(least), most)
            })
    }
}

impl Default for NodeOptions {
    fn default() -> Self {
        Self {
            genesis: None,
            chain_id: 31_337,
            timestamp: 0,
            accounts: 10,
            mnemonic: WELL_KNOWN.to_owned(),
            balance: U256::from(10).pow(U256::from(22)),
            mining: Mining::Auto,
            limits: NodeLimits::default(),
        }
    }
}

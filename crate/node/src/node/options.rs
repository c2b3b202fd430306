//! Options of a node.

use super::{NodeLimits, accounts::WELL_KNOWN};
use parevm::block::{MOST_CHAIN_ID, OutOfRange};

use alloy_genesis::Genesis;
use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

/// Options of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NodeOptions {
    /// First block and rules. Default: a development chain under Osaka.
    pub genesis: Option<Genesis>,
    /// EIP-155 chain id of the development chain. Default: 31337.
    pub chain_id: u64,
    /// Timestamp of its genesis block in seconds. Default: 0.
    pub timestamp: u64,
    /// Number of accounts that sign, each with [`Self::balance`] on the development chain. Default: 10;
    /// without the feature `dev` 0, the maximum there.
    pub accounts: u32,
    /// Mnemonic of the accounts (BIP-39, path `m/44'/60'/0'/0/i`). Default: the words of development nodes, whose
    /// keys are public. With other words accounts sign typed data (EIP-712) of this chain only.
    pub mnemonic: String,
    /// Balance of each account in wei. Default: 10,000 ether.
    pub balance: U256,
    /// Mining mode.
    pub mining: Mining,
    /// Limits of one request.
    pub limits: NodeLimits,
}

/// Mining mode of a new node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mining {
    /// Mines a block with each transaction.
    #[default]
    Auto,
    /// Mines on request (`evm_mine`).
    Manual,
    /// Seconds between blocks. The node has no timer: its host requests `evm_mine`.
    Interval(u64),
}

/// Maximum number of accounts, each of which is derived at the start. None where the build signs nothing.
const MAX_ACCOUNTS: u64 = if cfg!(feature = "dev") { 1_000 } else { 0 };
/// Maximum of seconds and timestamps, which leaves room for sums.
const MAX_SECONDS: u64 = u64::MAX >> 1;

impl NodeOptions {
    /// Returns true if the accounts may have funds on other chains: the mnemonic is not the public one.
    pub(crate) fn has_private_keys(&self) -> bool {
        self.mnemonic != WELL_KNOWN
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`]: the first number out of its range.
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let NodeLimits {
            time,
            memory,
            answer,
            gas,
        } = self.limits;
        let (any, most_id) = (U256::from(u64::MAX), MOST_CHAIN_ID);
        let (accounts, seconds) = (U256::from(MAX_ACCOUNTS), U256::from(MAX_SECONDS));
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
            accounts: if cfg!(feature = "dev") { 10 } else { 0 },
            mnemonic: WELL_KNOWN.to_owned(),
            balance: U256::from(10).pow(U256::from(22)),
            mining: Mining::Auto,
            limits: NodeLimits::default(),
        }
    }
}

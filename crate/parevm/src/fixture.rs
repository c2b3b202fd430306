//! Fixture: a block with the state before it, as one JSON document.
//!
//! ```text
//! { chainId, config?, block | blockRlp, preState, blockHashes, witness?, blockAccessList? }
//! ```
//!
//! `config` is that of a genesis file: the fork schedule of a chain whose id is unknown.
//!
//! `preState` is the output of geth's prestate tracer. An account that is not in it is absent. An account
//! may have a code hash without the code: reading the code is then an error.

use crate::{
    bal::BlockAccessList,
    block::{
        Block, BlockError, ConfigError, ForkSchedule, json, rlp, rpc::RpcBlock,
        sender_recovery::SenderSource,
    },
    execute::BlockOutcome,
    state::{Account, MemoryState, Witness, bytecode_of, state_root},
    vm::SpecId,
};
use alloy_consensus::Header as ConsensusHeader;
use alloy_genesis::ChainConfig;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U64, U256, keccak256};
use alloy_rlp::Decodable;
use serde::Deserialize;
use std::collections::HashMap;

/// Block with the state before it.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// Block.
    pub block: Block,
    /// State before the block, as far as the fixture has it.
    pub state: MemoryState,
    /// Witness of that state, from which the state root after the block can be computed.
    pub witness: Option<Witness>,
    /// Access list of the block, not verified.
    pub block_access_list: Option<BlockAccessList>,
}

/// Error of a fixture. The input is wrong; do not retry.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FixtureError {
    /// The document or its block cannot be used.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// The `config` of the chain cannot be used.
    #[error("config")]
    Config(#[source] Box<ConfigError>),
    /// The code of an account does not have its code hash.
    #[error("preState.{address}.code has hash {computed}, codeHash is {declared}")]
    CodeMismatch {
        /// Account.
        address: Address,
        /// Value of `codeHash`.
        declared: B256,
        /// Hash of the code.
        computed: B256,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    chain_id: Option<U64>,
    config: Option<ChainConfig>,
    block: Option<RpcBlock>,
    block_rlp: Option<Bytes>,
    pre_state: Option<HashMap<Address, PreAccount>>,
    #[serde(default)]
    block_hashes: HashMap<U64, B256>,
    witness: Option<RawWitness>,
    block_access_list: Option<BlockAccessList>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PreAccount {
    balance: Option<U256>,
    nonce: Option<U64>,
    code: Option<Bytes>,
    code_hash: Option<B256>,
    #[serde(default)]
    storage: HashMap<U256, U256>,
}

#[derive(Deserialize)]
struct RawWitness {
    #[serde(default)]
    state: Vec<Bytes>,
    #[serde(default)]
    codes: Vec<Bytes>,
    #[serde(default)]
    headers: Vec<Bytes>,
}

impl Fixture {
    /// Decodes a fixture from JSON, without gzip. The chain id has a known fork schedule, or the fixture has the
    /// `config` of a genesis file.
    ///
    /// Senders are recovered on rayon's current pool.
    ///
    /// # Errors
    ///
    /// [`FixtureError`], with the field or the transaction.
    ///
    /// # Example
    ///
    /// ```
    /// let error = parevm::Fixture::from_json(br#"{ "chainId": 1 }"#).unwrap_err();
    /// assert_eq!(error.to_string(), "preState is missing");
    /// ```
    pub fn from_json(text: &[u8]) -> Result<Self, FixtureError> {
        Self::read(text, None, SenderSource::Signature)
    }

    /// As [`Fixture::from_json`], but trusts the senders in the document: recovering them takes most of the time.
    /// For a document that another engine has decoded with that function.
    ///
    /// # Errors
    ///
    /// [`FixtureError`], with the field or the transaction.
    pub fn from_checked_json(text: &[u8]) -> Result<Self, FixtureError> {
        Self::read(text, None, SenderSource::Declared)
    }

    /// As [`Fixture::from_json`], on a chain with the fork schedule `schedule`.
    ///
    /// # Errors
    ///
    /// [`FixtureError`], with the field or the transaction.
    pub fn from_json_on(text: &[u8], schedule: Option<ForkSchedule>) -> Result<Self, FixtureError> {
        Self::read(text, schedule, SenderSource::Signature)
    }

    fn read(
        text: &[u8],
        schedule: Option<ForkSchedule>,
        senders: SenderSource,
    ) -> Result<Self, FixtureError> {
        let document: Document = json::parse(text)?;
        let missing = |field| BlockError::Missing { field };
        let chain_id = document.chain_id.ok_or_else(|| missing("chainId"))?.to();
        let pre_state = document.pre_state.ok_or_else(|| missing("preState"))?;
        let given = document.config.as_ref().map(ForkSchedule::from_config);
        let given = given
            .transpose()
            .map_err(|error| FixtureError::Config(Box::new(error)))?;
        let schedule = schedule
            .or(given)
            .or_else(|| ForkSchedule::of_chain(chain_id))
            .ok_or(BlockError::UnknownChain { chain_id })?;
        let block = match (document.block_rlp, document.block) {
            (Some(bytes), _) => rlp::read(&bytes, chain_id, schedule)?,
            (None, Some(block)) => block.read(chain_id, schedule, senders)?,
            (None, None) => return Err(missing("block").into()),
        };
        let mut state = MemoryState::default();
        for (address, account) in pre_state {
            account.insert(address, &block, &mut state)?;
        }
        for (number, hash) in document.block_hashes {
            state.insert_block_hash(number.to(), hash);
        }
        if let (Some(hash), Some(number)) =
            (block.header.parent_hash, block.header.number.checked_sub(1))
        {
            state.insert_block_hash(number, hash);
        }
        let witness = document.witness.map(|witness| {
            let state_root_before = witness
                .headers
                .iter()
                .find(|header| Some(keccak256(header)) == block.header.parent_hash)
                .and_then(|header| ConsensusHeader::decode(&mut header.as_ref()).ok())
                .map(|header| header.state_root);
            for code in witness.codes {
                if state.lacks_code(keccak256(&code)) {
                    state.insert_code(bytecode_of(code));
                }
            }
            Witness::new(witness.state, state_root_before)
        });
        Ok(Self {
            block,
            state,
            witness,
            block_access_list: document.block_access_list,
        })
    }
}

impl Fixture {
    /// Returns the state root after the block, if the witness and `outcome` suffice to compute it.
    #[must_use]
    pub fn state_root_after(&self, outcome: &BlockOutcome) -> Option<B256> {
        let witness = self
            .witness
            .as_ref()
            .filter(|_| outcome.is_state_complete)?;
        state_root(witness, &outcome.state_diff)
    }
}

impl PreAccount {
    fn insert(
        self,
        address: Address,
        block: &Block,
        state: &mut MemoryState,
    ) -> Result<(), FixtureError> {
        let code_hash = match self.code {
            Some(code) if !code.is_empty() => {
                let computed = state.insert_code(bytecode_of(code));
                match self.code_hash {
                    Some(declared) if declared != computed => {
                        return Err(FixtureError::CodeMismatch {
                            address,
                            declared,
                            computed,
                        });
                    }
                    _ => computed,
                }
            }
            _ => self.code_hash.unwrap_or(KECCAK256_EMPTY),
        };
        let account = Account {
            balance: self.balance.unwrap_or_default(),
            nonce: self.nonce.unwrap_or_default().to(),
            code_hash,
        };
        // The tracer also lists absent accounts; from Spurious Dragon on an empty account is absent (EIP-161).
        let spec = block
            .schedule
            .spec(block.header.number, block.header.timestamp);
        if account.is_empty() && spec.is_enabled_in(SpecId::SPURIOUS_DRAGON) {
            return Ok(());
        }
        state.insert_account(address, account);
        for (slot, value) in self.storage {
            state.insert_storage(address, slot, value);
        }
        Ok(())
    }
}

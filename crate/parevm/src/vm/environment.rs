//! Environment of a block's transactions: rules, block context and precompiles.

use super::{BlockPrecompiles, Precompile, keccak256, memo::PrecompileMemo};
use crate::{block::Block, state::WithKeccakCache};
use alloy_eips::eip7840::BlobParams;
use alloy_primitives::{Address, U256};
use revm::{
    Context, Database, Journal, MainBuilder,
    context::{BlockEnv, CfgEnv, Evm, TxEnv},
    context_interface::block::BlobExcessGasAndPrice,
    handler::{EthFrame, instructions::EthInstructions},
    interpreter::interpreter::EthInterpreter,
    primitives::hardfork::SpecId,
};
use std::sync::Arc;

/// Context of an EVM with the database `DB`.
pub type BlockContext<DB> = Context<BlockEnv, TxEnv, CfgEnv, DB, Journal<DB>, ()>;

/// EVM with the database `DB` and the inspector `I`.
pub type BlockEvm<DB, I = ()> = ContextEvm<BlockContext<DB>, I>;

/// EVM with the context `C` and the inspector `I`.
pub type ContextEvm<C, I = ()> =
    Evm<C, I, EthInstructions<EthInterpreter, C>, BlockPrecompiles, EthFrame<EthInterpreter>>;

/// EVM of one worker of a block executor: it borrows the transactions and shares a memo of precompile results.
pub(crate) type WorkerEvm<'t, DB> = ContextEvm<WorkerContext<'t, DB>>;

/// Context of a [`WorkerEvm`].
pub(crate) type WorkerContext<'t, DB> = Context<BlockEnv, &'t TxEnv, CfgEnv, DB, Journal<DB>, ()>;

/// Changes that the protocol makes around the transactions of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProtocolChanges {
    /// System calls, rewards, withdrawals and requests, by the rules of the fork.
    #[default]
    Applied,
    /// None: the transactions run by themselves, as in a call or a state test.
    Omitted,
}

/// Environment of a block's transactions: rules, block context and precompiles.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Rules: fork, chain id, limits.
    pub cfg: CfgEnv,
    /// Block context: values of the block opcodes.
    pub block: BlockEnv,
    /// Blob limits and price; `None` before Cancun.
    pub blob_params: Option<BlobParams>,
    /// Precompiles of the fork and of the caller.
    pub precompiles: BlockPrecompiles,
    /// Whether pre-execution and post-execution changes are applied.
    pub protocol_changes: ProtocolChanges,
}

impl Environment {
    /// Creates the environment of `block`, by the fork schedule of its chain.
    #[must_use]
    pub fn new(block: &Block) -> Self {
        let header = &block.header;
        let spec = block.schedule.spec(header.number, header.timestamp);
        let blob_params = block.schedule.blob_params(header.number, header.timestamp);
        let mut cfg = CfgEnv::new_with_spec(spec).with_chain_id(block.chain_id);
        if let Some(params) = &blob_params {
            cfg.max_blobs_per_tx = Some(params.max_blobs_per_tx);
            cfg.blob_base_fee_update_fraction = Some(update_fraction(params));
        }
        // A Cancun block without the field is taken to have no excess blob gas.
        let blob_excess_gas_and_price = blob_params.as_ref().map(|params| {
            let excess_blob_gas = header.excess_blob_gas.unwrap_or(0);
            BlobExcessGasAndPrice {
                excess_blob_gas,
                blob_gasprice: blob_gas_price(params, excess_blob_gas),
            }
        });
        let prevrandao = spec
            .is_enabled_in(SpecId::MERGE)
            .then(|| header.prev_randao.unwrap_or_default());
        Self {
            cfg,
            block: BlockEnv {
                number: U256::from(header.number),
                beneficiary: header.beneficiary,
                timestamp: U256::from(header.timestamp),
                gas_limit: header.gas_limit,
                basefee: header.base_fee.unwrap_or(0),
                difficulty: if prevrandao.is_some() {
                    U256::ZERO
                } else {
                    header.difficulty
                },
                prevrandao,
                blob_excess_gas_and_price,
                slot_num: header.slot_number.unwrap_or(0),
            },
            blob_params,
            precompiles: BlockPrecompiles::new(spec),
            protocol_changes: ProtocolChanges::Applied,
        }
    }

    /// Omits system calls, rewards, withdrawals and requests.
    #[must_use]
    pub const fn without_protocol_changes(mut self) -> Self {
        self.protocol_changes = ProtocolChanges::Omitted;
        self
    }

    /// Allows transactions from accounts with code, against EIP-3607.
    #[must_use]
    pub const fn with_contract_senders(mut self) -> Self {
        self.cfg.disable_eip3607 = true;
        self
    }

    /// Adds a memo of results of precompiles, for repeated executions such as those that search a gas limit. Clones share it.
    #[must_use]
    pub fn with_precompile_memo(mut self) -> Self {
        self.precompiles = self.precompiles.with_memo(&Arc::default());
        self
    }

    /// Limits the memory of all frames of a transaction, in bytes.
    #[must_use]
    pub const fn with_memory_limit(mut self, bytes: usize) -> Self {
        self.cfg.memory_limit = bytes as u64;
        self
    }

    /// Sets the precompile at `address`; replaces one of the fork.
    ///
    /// # Example
    ///
    /// A precompile that doubles a word, for 30 gas:
    ///
    /// ```
    /// use alloy_consensus::TxLegacy;
    /// use alloy_primitives::{Address, U256};
    /// use parevm::{
    ///     Block, Engine, ExecuteOptions, MemoryState,
    ///     block::{Header, ForkSchedule, Transaction},
    ///     vm::{Environment, PrecompileFailure, Returned, SpecId},
    /// };
    ///
    /// let doubler = Address::with_last_byte(0xdd);
    /// let call = TxLegacy {
    ///     gas_limit: 30_000,
    ///     to: doubler.into(),
    ///     input: vec![1; 32].into(),
    ///     ..Default::default()
    /// };
    /// let transaction = Transaction::new(&call.into(), Address::with_last_byte(0xaa));
    /// let header = Header { gas_limit: 30_000_000, ..Default::default() };
    /// let schedule = ForkSchedule::always(SpecId::BERLIN);
    /// let block = Block::new(1, schedule, header, vec![transaction]);
    /// let state = MemoryState::default();
    ///
    /// let environment = Environment::new(&block).with_precompile(doubler, |input: &[u8], _gas: u64| {
    ///     let word = U256::try_from_be_slice(input)
    ///         .ok_or(PrecompileFailure::Invalid("more than a word".into()))?;
    ///     let output = word.wrapping_shl(1).to_be_bytes_vec().into();
    ///     Ok(Returned { gas_used: 30, output })
    /// });
    ///
    /// let engine = Engine::new(2)?;
    /// let outcome = engine.execute_with(&block, &environment, &state, &ExecuteOptions::default())?;
    /// // The intrinsic gas of 32 bytes of input, and the gas of the precompile.
    /// assert_eq!(outcome.receipts[0].gas_used, 21_000 + 32 * 16 + 30);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_precompile(
        mut self,
        address: Address,
        precompile: impl Precompile + 'static,
    ) -> Self {
        self.precompiles.insert(address, precompile);
        self
    }

    /// Returns the rules: the active fork.
    #[must_use]
    pub const fn spec(&self) -> SpecId {
        self.cfg.spec
    }

    /// Returns the blob base fee in wei per blob gas; zero before Cancun.
    #[must_use]
    pub fn blob_gas_price(&self) -> u128 {
        self.block
            .blob_excess_gas_and_price
            .map_or(0, |blob| blob.blob_gasprice)
    }

    /// Creates an EVM over `database`.
    pub fn evm<DB: Database>(&self, database: DB) -> BlockEvm<DB> {
        self.inspected_evm(database, ())
    }

    /// Creates the EVM of one worker over `database`, with the precompile results of `memo` and the keccak cache of the
    /// database. `transaction` is that of the context until another one is set.
    pub(crate) fn worker_evm<'t, DB: Database + WithKeccakCache>(
        &self,
        database: DB,
        transaction: &'t TxEnv,
        memo: &Arc<PrecompileMemo>,
    ) -> WorkerEvm<'t, DB> {
        let context =
            Context::<BlockEnv, TxEnv, CfgEnv, _, Journal<_>, ()>::new(database, self.spec());
        let mut evm = context
            .with_cfg(self.cfg.clone())
            .with_block(self.block.clone())
            .with_tx(transaction)
            .build_mainnet()
            .with_precompiles(self.precompiles.with_memo(memo));
        keccak256::install(&mut evm.instruction);
        evm
    }

    /// Creates an EVM over `database` with `inspector`.
    pub fn inspected_evm<DB: Database, I>(&self, database: DB, inspector: I) -> BlockEvm<DB, I> {
        BlockContext::new(database, self.spec())
            .with_cfg(self.cfg.clone())
            .with_block(self.block.clone())
            .build_mainnet_with_inspector(inspector)
            .with_precompiles(self.precompiles.clone())
    }
}

/// Returns the blob base fee in wei per blob gas, at most 2^128 - 1. revm's own function overflows, and divides by an
/// update fraction of zero.
fn blob_gas_price(params: &BlobParams, excess_blob_gas: u64) -> u128 {
    match params.update_fraction {
        0 => u128::MAX,
        _ => params.calc_blob_fee(excess_blob_gas),
    }
}

fn update_fraction(params: &BlobParams) -> u64 {
    u64::try_from(params.update_fraction).unwrap_or(u64::MAX)
}

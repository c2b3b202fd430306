//! What the EVM must know of a block before it runs a transaction.

use crate::block::Block;
use alloy_eips::eip7840::BlobParams;
use alloy_primitives::U256;
use revm::{
    Context, Database, Journal, MainBuilder, MainnetEvm,
    context::{BlockEnv, CfgEnv, TxEnv},
    context_interface::block::BlobExcessGasAndPrice,
    primitives::hardfork::SpecId,
};

/// Mainnet's EVM over the database `DB`.
pub type BlockEvm<DB> = MainnetEvm<Context<BlockEnv, TxEnv, CfgEnv, DB, Journal<DB>, ()>>;

/// Rules and block context, the same for every transaction of a block.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Rules: fork, chain id, limits.
    pub cfg: CfgEnv,
    /// What the block opcodes answer.
    pub block: BlockEnv,
    /// Blob limits and price; `None` before Cancun.
    pub blob_params: Option<BlobParams>,
}

impl Environment {
    /// The environment of `block`, by its chain's schedule.
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
        // A Cancun block that does not say its excess blob gas is taken to have none.
        let blob_excess_gas_and_price = blob_params.as_ref().map(|params| {
            BlobExcessGasAndPrice::new(header.excess_blob_gas.unwrap_or(0), update_fraction(params))
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
        }
    }

    /// The fork whose rules hold.
    #[must_use]
    pub const fn spec(&self) -> SpecId {
        self.cfg.spec
    }

    /// Wei per blob gas; zero before Cancun.
    #[must_use]
    pub fn blob_gas_price(&self) -> u128 {
        self.block
            .blob_excess_gas_and_price
            .map_or(0, |blob| blob.blob_gasprice)
    }

    /// An EVM of this block that reads and writes `database`.
    pub fn evm<DB: Database>(&self, database: DB) -> BlockEvm<DB> {
        Context::<BlockEnv, TxEnv, CfgEnv, DB, Journal<DB>, ()>::new(database, self.spec())
            .with_cfg(self.cfg.clone())
            .with_block(self.block.clone())
            .build_mainnet()
    }
}

fn update_fraction(params: &BlobParams) -> u64 {
    u64::try_from(params.update_fraction).unwrap_or(u64::MAX)
}

//! Forks as fixtures call them.

use alloy_eips::eip7840::BlobParams;
use parevm::{
    block::{Schedule, schedule::Activation},
    vm::SpecId,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a fixture says of its chain.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    /// EIP-155 chain id; fixtures without one mean mainnet's.
    #[serde(
        alias = "chainId",
        deserialize_with = "alloy_serde::quantity::opt::deserialize"
    )]
    chainid: Option<u64>,
    /// Blob parameters by fork.
    #[serde(rename = "blobSchedule")]
    blob_schedule: BTreeMap<String, Blobs>,
}

/// Blob parameters of a fork, all in hexadecimal.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blobs {
    #[serde(with = "alloy_serde::quantity")]
    target: u64,
    #[serde(with = "alloy_serde::quantity")]
    max: u64,
    #[serde(with = "alloy_serde::quantity")]
    base_fee_update_fraction: u64,
}

impl Blobs {
    /// The parameters under the rules of `spec`, which say the rest.
    fn under(self, spec: SpecId) -> BlobParams {
        let rules = if spec.is_enabled_in(SpecId::OSAKA) {
            BlobParams::osaka()
        } else {
            // A transaction may have as many blobs as a block.
            BlobParams::cancun().with_max_blobs_per_tx(self.max)
        };
        BlobParams {
            target_blob_count: self.target,
            max_blob_count: self.max,
            update_fraction: self.base_fee_update_fraction.into(),
            ..rules
        }
    }
}

impl Config {
    /// EIP-155 chain id.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.chainid.unwrap_or(1)
    }

    /// A chain that runs under `fork` from its first block on.
    ///
    /// # Errors
    ///
    /// When no fork is called so.
    pub fn always(&self, fork: &str) -> Result<Schedule, String> {
        let spec = spec_of(fork)?;
        let blobs = self.blob_schedule.get(fork);
        let from_the_first = |blobs: &Blobs| (Activation::Block(0), blobs.under(spec));
        Ok(Schedule::new(
            vec![(Activation::Block(0), spec)],
            blobs.map(from_the_first).into_iter().collect(),
            None,
        ))
    }
}

/// The rules that fixtures call `fork`.
///
/// # Errors
///
/// When there are none.
pub fn spec_of(fork: &str) -> Result<SpecId, String> {
    Ok(match fork {
        "Frontier" => SpecId::FRONTIER,
        "Homestead" => SpecId::HOMESTEAD,
        "EIP150" => SpecId::TANGERINE,
        "EIP158" => SpecId::SPURIOUS_DRAGON,
        "Byzantium" => SpecId::BYZANTIUM,
        "ConstantinopleFix" | "Petersburg" => SpecId::PETERSBURG,
        "Istanbul" => SpecId::ISTANBUL,
        "Berlin" => SpecId::BERLIN,
        "London" => SpecId::LONDON,
        "Merge" | "Paris" => SpecId::MERGE,
        "Shanghai" => SpecId::SHANGHAI,
        "Cancun" => SpecId::CANCUN,
        "Prague" => SpecId::PRAGUE,
        "Osaka" | "BPO1" | "BPO2" | "BPO3" | "BPO4" | "BPO5" => SpecId::OSAKA,
        "Amsterdam" => SpecId::AMSTERDAM,
        _ => return Err(format!("the engine has no fork that is called {fork:?}")),
    })
}

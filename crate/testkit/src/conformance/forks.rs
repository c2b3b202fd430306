//! Names of forks in fixtures.

use alloy_eips::eip7840::BlobParams;
use alloy_primitives::U64;
use parevm::{
    block::{
        ForkSchedule,
        fork_schedule::{Activation, blob_params_under},
    },
    vm::SpecId,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Chain configuration of a fixture.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    /// EIP-155 chain id; default: mainnet.
    #[serde(
        alias = "chainId",
        deserialize_with = "alloy_serde::quantity::opt::deserialize"
    )]
    chainid: Option<u64>,
    /// Blob parameters by fork.
    #[serde(rename = "blobSchedule")]
    blob_schedule: BTreeMap<String, Blobs>,
}

/// Blob parameters of a fixture.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blobs {
    target: U64,
    max: U64,
    base_fee_update_fraction: U64,
}

impl Config {
    /// Returns the EIP-155 chain id.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.chainid.unwrap_or(1)
    }

    /// Returns the fork schedule of `network`: the name of a fork that is active from the first block on, or of a transition
    /// such as `ParisToShanghaiAtTime15k` and `BerlinToLondonAt5`.
    ///
    /// # Errors
    ///
    /// The name is unknown.
    pub fn schedule(&self, network: &str) -> Result<ForkSchedule, String> {
        let mut forks = vec![(Activation::Block(0), network)];
        if let Some((first, rest)) = network.split_once("To")
            && let Some((second, at)) = rest.split_once("At")
        {
            let unknown = || format!("{network:?} has no activation of {second}");
            let at = activation(at).ok_or_else(unknown)?;
            forks = vec![(Activation::Block(0), first), (at, second)];
        }
        let mut specs = Vec::new();
        let mut blobs = Vec::new();
        for (at, fork) in forks {
            let spec = spec_of(fork)?;
            specs.push((at, spec));
            let given = self.blob_schedule.get(fork);
            blobs.extend(given.map(|given| (at, given.params(spec))));
        }
        Ok(ForkSchedule::new(specs, blobs, None))
    }
}

impl Blobs {
    fn params(self, spec: SpecId) -> BlobParams {
        let given = BlobParams {
            target_blob_count: self.target.to(),
            max_blob_count: self.max.to(),
            update_fraction: self.base_fee_update_fraction.to(),
            ..BlobParams::cancun()
        };
        blob_params_under(spec, given)
    }
}

/// Decodes an activation: `5` is a height, `Time15k` a timestamp.
fn activation(text: &str) -> Option<Activation> {
    let Some(time) = text.strip_prefix("Time") else {
        return Some(Activation::Block(text.parse().ok()?));
    };
    let (digits, unit) = match time.strip_suffix('k') {
        Some(digits) => (digits, 1_000),
        None => (time, 1),
    };
    let count: u64 = digits.parse().ok()?;
    Some(Activation::Timestamp(count.checked_mul(unit)?))
}

/// Returns the fork that fixtures name `fork`.
///
/// # Errors
///
/// The name is unknown.
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
        _ => return Err(format!("the engine has no fork {fork:?}")),
    })
}

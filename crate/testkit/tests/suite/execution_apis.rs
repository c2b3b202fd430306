//! Files of execution-apis: a genesis, a chain of 54 blocks from Homestead to Osaka, and vectors.

use alloy_genesis::Genesis;
use lzma_rust2::XzReader;
use parevm::{Engine, ExecuteOptions};
use parevm_node::Chain;
use parevm_testkit::data;
use std::{collections::BTreeMap, fs::File, io::Read, sync::LazyLock};

static FILES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let packed = File::open(data::embedded("rpc.tar.xz")).unwrap();
    let mut archive = tar::Archive::new(XzReader::new(packed, true));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(name, bytes);
    }
    files
});

/// Returns every file, by its path.
#[cfg(feature = "schemas")]
pub(crate) fn files() -> &'static BTreeMap<String, Vec<u8>> {
    &FILES
}

/// Returns the text of `genesis.json`.
pub(crate) fn genesis_text() -> &'static [u8] {
    &FILES["genesis.json"]
}

/// Returns the blocks of the chain in RLP, one after the other.
pub(crate) fn blocks() -> &'static [u8] {
    &FILES["chain.rlp"]
}

/// Returns the chain that has the genesis block only.
pub(crate) fn genesis_chain() -> Chain {
    let genesis: Genesis = serde_json::from_slice(genesis_text()).unwrap();
    Chain::from_genesis(&genesis).unwrap()
}

/// Returns the chain of all 54 blocks.
pub(crate) fn chain() -> Chain {
    let mut chain = genesis_chain();
    let engine = Engine::new(2).unwrap();
    chain
        .import_all(&engine, blocks(), &ExecuteOptions::default())
        .unwrap();
    chain
}

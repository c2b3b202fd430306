//! Code of the contracts in `contract/`.

use alloy_primitives::hex;

/// Decodes a file of hexadecimal text at compile time.
macro_rules! contract {
    ($file:literal) => {{
        const TEXT: &[u8] = include_bytes!(concat!("../../contract/", $file, ".hex"));
        // The last byte of the file ends its line.
        const HEX: &[u8] = TEXT.split_at(TEXT.len() - 1).0;
        const CODE: [u8; HEX.len() / 2] = match hex::const_decode_to_array(HEX) {
            Ok(code) => code,
            #[allow(clippy::panic, reason = "it fails the build")]
            Err(_) => panic!("not hex"),
        };
        &CODE
    }};
}

/// OpenZeppelin's ERC-20.
pub(super) const ERC20: &[u8] = contract!("erc20");
/// Contract that sells and buys through the router.
pub(super) const SINGLE_SWAP: &[u8] = contract!("single-swap");
/// Uniswap v3's `SwapRouter`.
pub(super) const SWAP_ROUTER: &[u8] = contract!("swap-router");
/// Uniswap v3's `UniswapV3Pool`.
pub(super) const POOL: &[u8] = contract!("uniswap-v3-pool");

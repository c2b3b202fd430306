// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

/// The chain as the node that is forked has it.
contract ForkTest {
    function test_chain() external view {
        require(block.chainid == 31337, "chain id");
        require(block.number > 0, "blocks");
        require(0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266.balance > 9_000 ether, "balance");
    }
}

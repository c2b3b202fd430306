//! Candidates for changes without an event: balances, owners and approvals to compare before and after a call.

use super::{
    mapping::MappingEntry,
    token::{Approval, Asset, account, is_account},
};
use alloy_primitives::{Address, U256};
use std::collections::{BTreeMap, BTreeSet};

/// Balances, owners and approvals that may have changed without an event.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    /// Account and asset of each balance.
    pub(super) balances: BTreeSet<(Address, Asset)>,
    /// Contract and id of each ERC-721 token.
    pub(super) tokens: BTreeSet<(Address, U256)>,
    /// Approvals, each with whether it may have been spent from.
    pub(super) approvals: BTreeMap<Approval, bool>,
}

impl Candidates {
    /// Adds the ERC-20 balance of `account`.
    pub(super) fn add_balance(&mut self, account: Address, token: Address) {
        self.balances.insert((account, Asset::Erc20 { token }));
    }

    /// Adds `approval`, and whether it may have been spent from.
    pub(super) fn add_approval(&mut self, approval: Approval, is_spent: bool) {
        *self.approvals.entry(approval).or_default() |= is_spent;
    }

    /// Adds what `entry` of the token `contract` may be.
    pub(super) fn add_entry(&mut self, contract: Address, entry: &MappingEntry) {
        // A small number may be an account, but no account is a token id.
        let is_address = |key: U256| !key.is_zero() && key.bit_len() <= 160;
        let words = entry.keys.words();
        for key in words.iter().filter(|key| is_address(**key)) {
            self.add_balance(account(*key), contract);
        }
        match *words {
            [id] if !is_account(id) => {
                self.tokens.insert((contract, id));
            }
            [one, other] => {
                for (holder, token_id) in [(one, other), (other, one)] {
                    if is_address(holder) && !is_account(token_id) {
                        let asset = Asset::Erc1155 {
                            token: contract,
                            token_id,
                        };
                        self.balances.insert((account(holder), asset));
                    }
                }
                if is_address(one) && is_address(other) {
                    let (owner, spender) = (account(one), account(other));
                    let units = Approval::Erc20 {
                        token: contract,
                        owner,
                        spender,
                    };
                    self.add_approval(units, entry.is_by_second);
                    let all = Approval::ForAll {
                        token: contract,
                        owner,
                        operator: spender,
                    };
                    self.add_approval(all, false);
                }
            }
            [owner, second, third] if is_address(owner) && is_address(second) => {
                let (owner, second) = (account(owner), account(second));
                if is_account(third) {
                    let through = Approval::Permit2 {
                        contract,
                        token: second,
                        owner,
                        spender: account(third),
                    };
                    self.add_approval(through, false);
                } else {
                    let units = Approval::Erc6909 {
                        token: contract,
                        token_id: third,
                        owner,
                        spender: second,
                    };
                    self.add_approval(units, entry.is_by_second);
                }
            }
            _ => {}
        }
    }

    /// Adds all of `others`.
    pub(super) fn merge(&mut self, others: &Self) {
        self.balances.extend(&others.balances);
        self.tokens.extend(&others.tokens);
        for (approval, is_spent) in &others.approvals {
            self.add_approval(*approval, *is_spent);
        }
    }
}

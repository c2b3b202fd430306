//! Reduction of a test case that shows a difference.

use super::{Case, Finding};
use alloy_primitives::{Bytes, U256};
use parevm::{
    Block, MemoryState,
    block::Transaction,
    state::{Account, StateSource},
    vm::TxEnv,
};

/// Returns the smallest case that still fails: removes transactions, then parts of them, of the block and of a small
/// state. `fails` returns the finding of a case; it is called until `may_continue` returns false.
///
/// `fails` should try an intermittent difference several times.
#[must_use]
pub fn shrink<'a>(
    case: Case<'a>,
    finding: Finding,
    fails: impl Fn(&Block, &MemoryState) -> Option<Finding>,
    may_continue: impl Fn() -> bool,
) -> (Case<'a>, Finding) {
    let mut best = Best {
        case,
        finding,
        fails,
        may_continue,
    };
    best.fewer_transactions();
    best.block(|block| block.withdrawals.clear());
    best.block(|block| block.ommers.clear());
    for index in 0..best.case.block.transactions.len() {
        best.simpler_transaction(index);
    }
    best.smaller_state();
    best.fewer_transactions();
    (best.case, best.finding)
}

/// Smallest case so far.
struct Best<'a, F, G> {
    case: Case<'a>,
    finding: Finding,
    fails: F,
    may_continue: G,
}

impl<F, G> Best<'_, F, G>
where
    F: Fn(&Block, &MemoryState) -> Option<Finding>,
    G: Fn() -> bool,
{
    /// Returns true and keeps `block` if the case fails with it.
    fn try_block(&mut self, block: Block) -> bool {
        if !(self.may_continue)() {
            return false;
        }
        let found = (self.fails)(&block, &self.case.state);
        found.is_some_and(|finding| {
            self.case.block = block;
            self.finding = finding;
            true
        })
    }

    fn block(&mut self, change: impl FnOnce(&mut Block)) {
        let mut block = self.case.block.clone();
        change(&mut block);
        self.try_block(block);
    }

    /// Removes ever smaller ranges of transactions, with and without decreasing later nonces.
    fn fewer_transactions(&mut self) {
        let mut size = self.case.block.transactions.len().div_ceil(2);
        while size > 0 {
            let mut from = 0;
            while from < self.case.block.transactions.len() {
                let to = (from + size).min(self.case.block.transactions.len());
                let with = |decreases_nonces| without(&self.case.block, from, to, decreases_nonces);
                let (decreased, unchanged) = (with(true), with(false));
                if !self.try_block(decreased) && !self.try_block(unchanged) {
                    from += size;
                }
            }
            size /= 2;
        }
    }

    fn simpler_transaction(&mut self, index: usize) {
        let ways: [fn(&mut TxEnv); 8] = [
            |env| env.data = Bytes::new(),
            |env| {
                let half = env.data.len() / 2;
                env.data.truncate(half);
            },
            |env| env.value = U256::ZERO,
            |env| env.access_list.0.clear(),
            |env| {
                env.authorization_list.pop();
            },
            |env| env.gas_limit = 1_000_000,
            |env| env.gas_priority_fee = env.gas_priority_fee.map(|_| 0),
            |env| {
                env.tx_type = 0;
                env.blob_hashes.clear();
                env.authorization_list.clear();
                env.gas_priority_fee = None;
                env.max_fee_per_blob_gas = 0;
                env.access_list.0.clear();
            },
        ];
        for way in ways {
            self.block(|block| {
                if let Some(transaction) = block.transactions.get_mut(index) {
                    way(&mut transaction.env);
                }
            });
        }
    }

    /// Removes accounts or their code, if there are few.
    fn smaller_state(&mut self) {
        let mut addresses: Vec<_> = self
            .case
            .state
            .iter()
            .map(|(address, ..)| *address)
            .collect();
        if addresses.len() > 100 {
            return;
        }
        addresses.sort_unstable();
        for address in addresses {
            let Ok(Some(account)) = self.case.state.account(address) else {
                continue;
            };
            let codeless = Account {
                code_hash: Account::default().code_hash,
                ..account
            };
            for change in [None, Some(codeless)] {
                if change == Some(account) || !(self.may_continue)() {
                    continue;
                }
                let state = with_account(&self.case.state, address, change);
                if let Some(finding) = (self.fails)(&self.case.block, &state) {
                    self.case.state = std::borrow::Cow::Owned(state);
                    self.finding = finding;
                    break;
                }
            }
        }
    }
}

/// Returns the block without the transactions from `from` to before `to`, optionally with decreased nonces of the same
/// senders.
fn without(block: &Block, from: usize, to: usize, decreases_nonces: bool) -> Block {
    let mut block = block.clone();
    let removed: Vec<Transaction> = block.transactions.drain(from..to).collect();
    for later in block.transactions.iter_mut().skip(from) {
        let of_same = removed
            .iter()
            .filter(|one| one.env.caller == later.env.caller);
        if decreases_nonces {
            later.env.nonce = later.env.nonce.wrapping_sub(of_same.count() as u64);
        }
    }
    block
}

/// Returns the state with `account` at `address`, or without an account there.
fn with_account(
    state: &MemoryState,
    address: alloy_primitives::Address,
    account: Option<Account>,
) -> MemoryState {
    let mut changed = MemoryState::default();
    for (_, code) in state.codes() {
        changed.insert_code(code.clone());
    }
    for (number, hash) in state.block_hashes() {
        changed.insert_block_hash(number, hash);
    }
    for (other, old, storage) in state.iter() {
        let account = if *other == address {
            account
        } else {
            Some(*old)
        };
        let Some(account) = account else { continue };
        changed.insert_account(*other, account);
        for (slot, value) in storage {
            changed.insert_storage(*other, *slot, *value);
        }
    }
    changed
}

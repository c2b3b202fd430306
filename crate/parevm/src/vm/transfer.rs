//! A payment to an account without code, which needs no frame.
//!
//! What the EVM does with one is known beforehand: it takes the gas that a transaction without data
//! costs. revm makes a journal, a frame and a copy of each account for it all the same, which takes
//! longer than to find the accounts. Here its outcome is told from the accounts alone. Wherever
//! something is not as usual, nothing is told, and revm runs the transaction.

use super::{BlockPrecompiles, ExecutionResult, Output, SpecId, SuccessReason};
use crate::state::Account;
use alloy_primitives::{Address, Bytes, KECCAK256_EMPTY, U256};
use revm::{
    context::{
        Block, Cfg, ContextTr, Transaction,
        result::{EVMError, ResultGas},
        transaction::TransactionType,
    },
    handler::validation,
};
use std::convert::Infallible;

/// A payment that is valid as far as the transaction and the block tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transfer {
    pub(crate) sender: Address,
    /// Another than the sender.
    pub(crate) recipient: Address,
    /// Who gets the reward. `None` if that is one of the two: then it is part of what that one gains.
    pub(crate) beneficiary: Option<Address>,
    /// In wei.
    pub(crate) reward: U256,
    /// The nonce that the sender must have. There is a higher one.
    pub(crate) nonce: u64,
    /// What the sender must own: value and fee at the highest price, in wei.
    pub(crate) needed: U256,
    /// Wei that the sender gains, modulo 2^256: it is a loss.
    pub(crate) sender_gain: U256,
    /// Wei that the recipient gains, not zero.
    pub(crate) recipient_gain: U256,
    gas: ResultGas,
}

impl Transfer {
    /// The payment that the transaction of `context` is. `None` for any other transaction, one that
    /// is invalid, and where the rules say more about payments than is told here.
    pub(crate) fn of<C: ContextTr>(
        context: &mut C,
        precompiles: &BlockPrecompiles,
    ) -> Option<Self> {
        let (transaction, block, cfg) = (context.tx(), context.block(), context.cfg());
        let spec = cfg.spec().into();
        let is_plain = transaction.input().is_empty()
            && transaction.tx_type() <= TransactionType::Eip1559 as u8
            && transaction
                .access_list()
                .is_none_or(|mut list| list.next().is_none());
        // From Amsterdam on a payment costs what its recipient is, and leaves a log (EIP-2780, EIP-7708).
        let is_told = !spec.is_enabled_in(SpecId::AMSTERDAM)
            && !cfg.is_amsterdam_eip2780_enabled()
            && !cfg.is_amsterdam_eip8037_enabled();
        let is_checked = !cfg.is_nonce_check_disabled()
            && !cfg.is_balance_check_disabled()
            && !cfg.is_fee_charge_disabled();
        let (sender, recipient) = (transaction.caller(), *transaction.kind().to()?);
        let (value, beneficiary) = (transaction.value(), block.beneficiary());
        if !(is_plain && is_told && is_checked)
            || sender == recipient
            || value.is_zero()
            || precompiles.has(&recipient)
        {
            return None;
        }
        let initial = validation::validate_initial_tx_gas_with_gas_params(
            transaction,
            spec,
            cfg.gas_params(),
            cfg.is_eip7623_disabled(),
            false,
            cfg.tx_gas_limit_cap(),
            None,
        );
        let initial = initial.ok()?;
        let used = initial.initial_total_gas().max(initial.floor_gas());
        let price = transaction.effective_gas_price(block.basefee().into());
        let fee = U256::from(price.checked_mul(used.into())?);
        let reward = U256::from(tip(context).checked_mul(used.into())?);
        let reward_of = |address| match address == beneficiary {
            true => reward,
            false => U256::ZERO,
        };
        let transfer = Self {
            sender,
            recipient,
            beneficiary: (![sender, recipient].contains(&beneficiary)).then_some(beneficiary),
            reward,
            nonce: transaction.nonce(),
            needed: transaction.max_balance_spending().ok()?,
            sender_gain: reward_of(sender).wrapping_sub(value.checked_add(fee)?),
            recipient_gain: value.checked_add(reward_of(recipient))?,
            gas: ResultGas::default()
                .with_total_gas_spent(initial.initial_total_gas())
                .with_floor_gas(initial.floor_gas()),
        };
        validation::validate_env::<_, EVMError<Infallible>>(context).ok()?;
        Some(transfer)
    }

    /// Whether it is carried out between accounts like these. If not, the EVM has to tell what happens.
    pub(crate) fn is_usual(&self, sender: Option<Account>, recipient: Option<Account>) -> bool {
        let bare = |account: Account| account.code_hash == KECCAK256_EMPTY;
        let pays = |sender: Account| {
            sender.nonce == self.nonce && sender.balance >= self.needed && bare(sender)
        };
        let takes = |recipient: Account| {
            bare(recipient) && recipient.balance.checked_add(self.recipient_gain).is_some()
        };
        sender.is_some_and(pays) && recipient.is_none_or(takes)
    }

    /// Sender and recipient afterwards, from what they are before. `None` where the EVM has to tell.
    pub(crate) fn apply(
        &self,
        sender: Option<Account>,
        recipient: Option<Account>,
    ) -> Option<(Account, Account)> {
        if !self.is_usual(sender, recipient) {
            return None;
        }
        let mut sender = sender?;
        sender.nonce = self.nonce.saturating_add(1);
        sender.balance = sender.balance.wrapping_add(self.sender_gain);
        let recipient = paid(recipient, self.recipient_gain)?;
        Some((sender, recipient))
    }

    /// The beneficiary afterwards, if it is neither. `None` where the EVM has to tell.
    pub(crate) fn reward_to(&self, beneficiary: Option<Account>) -> Option<Account> {
        let mut rewarded = beneficiary.unwrap_or_default();
        rewarded.balance = balance_after_reward(rewarded.balance, self.reward);
        // Who is touched and empty may be gone (EIP-161).
        (!rewarded.is_empty()).then_some(rewarded)
    }

    /// How the payment ends.
    pub(crate) fn result(&self) -> ExecutionResult {
        ExecutionResult::Success {
            reason: SuccessReason::Stop,
            gas: self.gas,
            logs: Vec::new(),
            output: Output::Call(Bytes::new()),
        }
    }
}

/// What the beneficiary gets for each gas of the transaction of `context`, in wei.
pub(crate) fn tip<C: ContextTr>(context: &C) -> u128 {
    let base_fee = u128::from(context.block().basefee());
    let price = context.tx().effective_gas_price(base_fee);
    // The base fee is burnt (EIP-1559).
    match context.cfg().spec().into().is_enabled_in(SpecId::LONDON) {
        true => price.saturating_sub(base_fee),
        false => price,
    }
}

/// Balance of a beneficiary that had `balance` wei and gets a reward of `reward` wei. As in revm a
/// reward that does not fit 256 bits is lost.
pub(crate) fn balance_after_reward(balance: U256, reward: U256) -> U256 {
    balance.checked_add(reward).unwrap_or(balance)
}

/// The account with `gain` wei more.
fn paid(account: Option<Account>, gain: U256) -> Option<Account> {
    let account = account.unwrap_or_default();
    let balance = account.balance.checked_add(gain)?;
    Some(Account { balance, ..account })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use crate::vm::TxEnv;
    use revm::{
        Context, Journal,
        context::{BlockEnv, CfgEnv},
        database_interface::EmptyDB,
    };

    const SENDER: Address = Address::repeat_byte(1);
    const RECIPIENT: Address = Address::repeat_byte(2);

    /// The payment of 5 wei, at 10 wei per gas of which 3 are the beneficiary's.
    fn transfer(spec: SpecId, beneficiary: Address) -> Option<Transfer> {
        let block = BlockEnv {
            beneficiary,
            basefee: 7,
            ..BlockEnv::default()
        };
        let transaction = TxEnv {
            caller: SENDER,
            kind: RECIPIENT.into(),
            value: U256::from(5),
            nonce: 3,
            gas_limit: 30_000,
            gas_price: 10,
            ..TxEnv::default()
        };
        let context =
            Context::<BlockEnv, TxEnv, CfgEnv, _, Journal<EmptyDB>, ()>::new(EmptyDB::new(), spec);
        let mut context = context.with_block(block).with_tx(transaction);
        Transfer::of(&mut context, &BlockPrecompiles::new(spec))
    }

    fn account(balance: u64, nonce: u64) -> Account {
        Account {
            balance: U256::from(balance),
            nonce,
            ..Account::default()
        }
    }

    #[test]
    fn a_payment_is_told_from_its_accounts() {
        let third = Address::repeat_byte(3);
        let transfer = transfer(SpecId::OSAKA, third).unwrap();
        let sender = account(300_005, 3);
        let (pays, takes) = transfer.apply(Some(sender), None).unwrap();
        assert_eq!((pays, takes), (account(90_000, 4), account(5, 0)));
        assert_eq!(transfer.beneficiary, Some(third));
        assert_eq!(transfer.reward_to(None), Some(account(63_000, 0)));
        assert_eq!(transfer.result().tx_gas_used(), 21_000);
    }

    #[test]
    fn a_beneficiary_that_pays_or_is_paid_gets_its_reward_with_it() {
        let after = |beneficiary| {
            let transfer = transfer(SpecId::OSAKA, beneficiary).unwrap();
            assert_eq!(transfer.beneficiary, None);
            transfer.apply(Some(account(300_005, 3)), None).unwrap()
        };
        assert_eq!(after(SENDER), (account(153_000, 4), account(5, 0)));
        assert_eq!(after(RECIPIENT), (account(90_000, 4), account(63_005, 0)));
    }

    #[test]
    fn what_is_not_as_usual_is_left_to_the_evm() {
        assert!(transfer(SpecId::AMSTERDAM, SENDER).is_none());
        let transfer = transfer(SpecId::OSAKA, SENDER).unwrap();
        let sender = Some(account(300_005, 3));
        let contract = Some(Account {
            code_hash: alloy_primitives::B256::repeat_byte(1),
            ..account(0, 1)
        });
        assert!(transfer.is_usual(sender, None));
        assert!(!transfer.is_usual(sender, contract));
        let full = Some(Account {
            balance: U256::MAX,
            ..Account::default()
        });
        assert!(!transfer.is_usual(sender, full));
        for sender in [
            None,
            contract,
            Some(account(300_004, 3)),
            Some(account(300_005, 4)),
        ] {
            assert!(!transfer.is_usual(sender, None), "{sender:?}");
        }
    }
}

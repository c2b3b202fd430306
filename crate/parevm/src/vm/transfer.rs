//! Plain transfer: a transaction without input between two accounts without code.
//!
//! It needs no frame: its gas is the intrinsic gas. revm would still create a journal, a frame and a
//! copy of each account, which takes longer than to look up the accounts. Gas and validity come from
//! revm here too. Everything but a plain transfer is `None`; revm then executes the transaction.

use super::{BlockPrecompiles, ExecutionResult, Output, SpecId, SuccessReason};
use crate::state::{Account, Overlay, SourceError};
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

/// Plain transfer that is valid by transaction and block; its accounts are not checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transfer {
    pub(crate) sender: Address,
    /// Not the sender.
    pub(crate) recipient: Address,
    /// Recipient of the reward. `None` if it is sender or recipient, whose gain then includes the reward.
    pub(crate) beneficiary: Option<Address>,
    /// In wei.
    pub(crate) reward: U256,
    /// Nonce that the sender must have; not the highest one.
    pub(crate) nonce: u64,
    /// Balance that the sender must have: value and maximum fee, in wei.
    pub(crate) needed: U256,
    /// Gain of the sender in wei, modulo 2^256: a loss.
    pub(crate) sender_gain: U256,
    /// Gain of the recipient in wei, not zero.
    pub(crate) recipient_gain: U256,
    gas: ResultGas,
}

impl Transfer {
    /// Returns the transaction of `context` as a plain transfer. `None` for any other transaction, for an
    /// invalid one, and from Amsterdam on.
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
        // From Amsterdam on gas depends on the recipient and a transfer logs (EIP-2780, EIP-7708).
        let is_before_amsterdam = !spec.is_enabled_in(SpecId::AMSTERDAM)
            && !cfg.is_amsterdam_eip2780_enabled()
            && !cfg.is_amsterdam_eip8037_enabled();
        let is_checked = !cfg.is_nonce_check_disabled()
            && !cfg.is_balance_check_disabled()
            && !cfg.is_fee_charge_disabled();
        let (sender, recipient) = (transaction.caller(), *transaction.kind().to()?);
        let (value, beneficiary) = (transaction.value(), block.beneficiary());
        if !(is_plain && is_before_amsterdam && is_checked)
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
        let reward = U256::from(priority_fee(context).checked_mul(used.into())?);
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

    /// Returns whether the transfer is valid between these accounts, none of which has code. If not, revm
    /// executes the transaction.
    pub(crate) fn applies_to(&self, sender: Option<Account>, recipient: Option<Account>) -> bool {
        let is_codeless = |account: Account| account.code_hash == KECCAK256_EMPTY;
        let can_send = |sender: Account| {
            sender.nonce == self.nonce && sender.balance >= self.needed && is_codeless(sender)
        };
        let can_receive = |recipient: Account| {
            is_codeless(recipient) && recipient.balance.checked_add(self.recipient_gain).is_some()
        };
        sender.is_some_and(can_send) && recipient.is_none_or(can_receive)
    }

    /// Returns sender and recipient after the transfer. `None` if revm has to execute the transaction.
    pub(crate) fn apply(
        &self,
        sender: Option<Account>,
        recipient: Option<Account>,
    ) -> Option<(Account, Account)> {
        if !self.applies_to(sender, recipient) {
            return None;
        }
        let mut sender = sender?;
        sender.nonce = self.nonce.saturating_add(1);
        sender.balance = sender.balance.wrapping_add(self.sender_gain);
        let recipient = credited(recipient, self.recipient_gain)?;
        Some((sender, recipient))
    }

    /// Returns the beneficiary after the reward, if it is neither sender nor recipient. `None` if revm has to
    /// execute the transaction.
    pub(crate) fn reward_to(&self, beneficiary: Option<Account>) -> Option<Account> {
        let mut rewarded = beneficiary.unwrap_or_default();
        rewarded.balance = balance_after_reward(rewarded.balance, self.reward);
        // A touched empty account is deleted (EIP-161).
        (!rewarded.is_empty()).then_some(rewarded)
    }

    /// Applies the transfer to `overlay`. Returns false, without changes, if revm has to execute the
    /// transaction.
    ///
    /// # Errors
    ///
    /// The source failed.
    pub(crate) fn apply_to(&self, overlay: &mut Overlay<'_>) -> Result<bool, SourceError> {
        let sender = overlay.index_of(self.sender)?;
        let recipient = overlay.index_of(self.recipient)?;
        let accounts = self.apply(overlay.present(sender), overlay.present(recipient));
        let Some((debited, credited)) = accounts else {
            return Ok(false);
        };
        if let Some(address) = self.beneficiary {
            let beneficiary = overlay.present_mut(address)?;
            let Some(rewarded) = self.reward_to(*beneficiary) else {
                return Ok(false);
            };
            *beneficiary = Some(rewarded);
        }
        overlay.set_present(sender, debited);
        overlay.set_present(recipient, credited);
        Ok(true)
    }

    /// Returns the result of the transfer.
    pub(crate) fn result(&self) -> ExecutionResult {
        ExecutionResult::Success {
            reason: SuccessReason::Stop,
            gas: self.gas,
            logs: Vec::new(),
            output: Output::Call(Bytes::new()),
        }
    }
}

/// Returns the priority fee of the transaction of `context`, in wei per gas.
pub(crate) fn priority_fee<C: ContextTr>(context: &C) -> u128 {
    let base_fee = u128::from(context.block().basefee());
    let price = context.tx().effective_gas_price(base_fee);
    // The base fee is burnt (EIP-1559).
    match context.cfg().spec().into().is_enabled_in(SpecId::LONDON) {
        true => price.saturating_sub(base_fee),
        false => price,
    }
}

/// Returns the balance of a beneficiary after a reward, in wei. As in revm a reward that overflows 256 bits
/// is lost.
pub(crate) fn balance_after_reward(balance: U256, reward: U256) -> U256 {
    balance.checked_add(reward).unwrap_or(balance)
}

/// Returns `account` with `gain` wei more; `None` on overflow.
fn credited(account: Option<Account>, gain: U256) -> Option<Account> {
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

    /// Transfer of 5 wei, at 10 wei per gas of which 3 are the priority fee.
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
    fn a_transfer_changes_sender_recipient_and_beneficiary() {
        let third = Address::repeat_byte(3);
        let transfer = transfer(SpecId::OSAKA, third).unwrap();
        let sender = account(300_005, 3);
        let (debited, credited) = transfer.apply(Some(sender), None).unwrap();
        assert_eq!((debited, credited), (account(90_000, 4), account(5, 0)));
        assert_eq!(transfer.beneficiary, Some(third));
        assert_eq!(transfer.reward_to(None), Some(account(63_000, 0)));
        assert_eq!(transfer.result().tx_gas_used(), 21_000);
    }

    #[test]
    fn the_gain_of_a_beneficiary_that_sends_or_receives_includes_the_reward() {
        let after = |beneficiary| {
            let transfer = transfer(SpecId::OSAKA, beneficiary).unwrap();
            assert_eq!(transfer.beneficiary, None);
            transfer.apply(Some(account(300_005, 3)), None).unwrap()
        };
        assert_eq!(after(SENDER), (account(153_000, 4), account(5, 0)));
        assert_eq!(after(RECIPIENT), (account(90_000, 4), account(63_005, 0)));
    }

    #[test]
    fn anything_but_a_plain_transfer_is_executed_by_revm() {
        assert!(transfer(SpecId::AMSTERDAM, SENDER).is_none());
        let transfer = transfer(SpecId::OSAKA, SENDER).unwrap();
        let sender = Some(account(300_005, 3));
        let contract = Some(Account {
            code_hash: alloy_primitives::B256::repeat_byte(1),
            ..account(0, 1)
        });
        assert!(transfer.applies_to(sender, None));
        assert!(!transfer.applies_to(sender, contract));
        let full = Some(Account {
            balance: U256::MAX,
            ..Account::default()
        });
        assert!(!transfer.applies_to(sender, full));
        for sender in [
            None,
            contract,
            Some(account(300_004, 3)),
            Some(account(300_005, 4)),
        ] {
            assert!(!transfer.applies_to(sender, None), "{sender:?}");
        }
    }
}

//! Execution of transactions on the state of an access list, by one worker.

use crate::{
    bal::{BalMismatch, BalState, BalStateAt, BalVerifier},
    block::Block,
    state::{KeccakCache, SourceError, StateSource, StorageAware, WithKeccakCache},
    vm::{
        Bytecode, Environment, ExecutionResult, TxEnv, environment::ContextEvm, journal::clear,
        keccak256, memo::PrecompileMemo, transact::replay_one, transfer::Transfer,
    },
};
use alloy_eip7928::BlockAccessIndex;
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, map::B256Map};
use revm::{
    Context, Database, Journal, MainBuilder,
    context::{BlockEnv, CfgEnv, ContextSetters},
    state::{AccountId, AccountInfo},
};
use std::sync::Arc;

/// Executor of single transactions of a block by its access list.
pub(crate) struct Replayer<'a> {
    block: &'a Block,
    bal_state: &'a BalState<'a>,
    evm: ReplayEvm<'a>,
    /// Verification of the transactions executed so far.
    pub(crate) verifier: BalVerifier,
}

type ReplayEvm<'a> =
    ContextEvm<Context<BlockEnv, &'a TxEnv, CfgEnv, BalDatabase<'a>, Journal<BalDatabase<'a>>, ()>>;

impl<'a> Replayer<'a> {
    /// Creates an executor for `block`; `None` if it has no transactions. All workers share `memo`.
    pub(crate) fn new(
        block: &'a Block,
        environment: &Environment,
        bal_state: &'a BalState<'a>,
        memo: &Arc<PrecompileMemo>,
    ) -> Option<Self> {
        let database = BalDatabase {
            state: bal_state.at(BlockAccessIndex::PRE_EXECUTION),
            known: B256Map::default(),
            keccak_cache: KeccakCache::default(),
        };
        let context = Context::<BlockEnv, TxEnv, CfgEnv, _, Journal<_>, ()>::new(
            database,
            environment.spec(),
        );
        let mut evm = context
            .with_cfg(environment.cfg.clone())
            .with_block(environment.block.clone())
            .with_tx(&block.transactions.first()?.env)
            .build_mainnet()
            .with_precompiles(environment.precompiles.with_memo(memo));
        keccak256::install(&mut evm.instruction);
        Some(Self {
            block,
            bal_state,
            evm,
            verifier: BalVerifier::default(),
        })
    }

    /// Executes transaction `index` and verifies its changes against the list.
    ///
    /// # Errors
    ///
    /// Reason why the list cannot be used. An invalid transaction is one: only an execution without the list shows
    /// whether the block is invalid.
    pub(crate) fn run(&mut self, index: usize) -> Result<ExecutionResult, BalMismatch> {
        let at = BlockAccessIndex::from_tx_index(index as u64);
        self.evm.ctx.journaled_state.database.state.index = at;
        self.evm.ctx.set_tx(&self.block.transactions[index].env);
        if let Some(transfer) = Transfer::of(&mut self.evm.ctx, &self.evm.precompiles)
            && let Some(ran) = self.transfer(&transfer, at)
        {
            return ran;
        }
        let ran = replay_one(&mut self.evm);
        let journal = &mut self.evm.ctx.journaled_state.inner;
        let checked = match &ran {
            Ok(_) => (journal.state.iter_mut()).try_for_each(|(address, account)| {
                self.verifier.account(self.bal_state, at, *address, account)
            }),
            Err(_) => Err(BalMismatch::Differs { first: None }),
        };
        clear(journal);
        checked?;
        ran.map_err(|_| BalMismatch::Differs { first: None })
    }

    /// Applies `transfer` at `at` and verifies its changes. `None` if revm must run it.
    fn transfer(
        &mut self,
        transfer: &Transfer,
        at: BlockAccessIndex,
    ) -> Option<Result<ExecutionResult, BalMismatch>> {
        let bal_state = self.bal_state;
        let find = |address| {
            let position = bal_state.position(address)?;
            let account = bal_state.at(at).account_at(position).ok()?;
            // A touched empty account is deleted (EIP-161); the list cannot express that.
            let is_expressible = account.is_none_or(|account| !account.is_empty());
            is_expressible.then_some((position, account))
        };
        let (payer, sender) = find(transfer.sender)?;
        let (payee, recipient) = find(transfer.recipient)?;
        let (pays, takes) = transfer.apply(sender, recipient)?;
        let rewarded = match transfer.beneficiary {
            Some(address) => {
                let (position, beneficiary) = find(address)?;
                let after = transfer.reward_to(beneficiary)?;
                Some((position, beneficiary, after))
            }
            None => None,
        };
        let two = [(payer, sender, pays), (payee, recipient, takes)];
        let checked = two
            .into_iter()
            .chain(rewarded)
            .try_for_each(|(position, before, after)| {
                let before = before.unwrap_or_default();
                self.verifier
                    .transfer(bal_state, at, position, before, after)
            });
        Some(match checked {
            Ok(()) => Ok(transfer.result()),
            Err(differs) => Err(differs.into()),
        })
    }
}

/// State of an access list, as revm reads it.
#[derive(Debug)]
struct BalDatabase<'a> {
    state: BalStateAt<'a>,
    /// Codes that this worker has used: a separate handle avoids contention on its reference count.
    known: B256Map<Bytecode>,
    /// Hashes that this worker has computed.
    keccak_cache: KeccakCache,
}

impl WithKeccakCache for BalDatabase<'_> {
    fn keccak_cache(&mut self) -> &mut KeccakCache {
        &mut self.keccak_cache
    }
}

impl Database for BalDatabase<'_> {
    type Error = SourceError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        let position = self.state.bal_state().position(address);
        let account = match position {
            Some(position) => self.state.account_at(position)?,
            None => self.state.account(address)?,
        };
        Ok(account.map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: position.and_then(AccountId::new),
            code: None,
        }))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, SourceError> {
        if code_hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        if let Some(code) = self.known.get(&code_hash) {
            return Ok(code.clone());
        }
        let code = self.state.code(code_hash)?;
        self.known.insert(code_hash, code.clone());
        Ok(code)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, SourceError> {
        self.state.storage(address, key)
    }

    fn storage_by_account_id(
        &mut self,
        _address: Address,
        account_id: AccountId,
        key: U256,
    ) -> Result<U256, SourceError> {
        self.state.storage_at(account_id.get(), key)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, SourceError> {
        self.state.block_hash(number)
    }
}

impl StorageAware for BalDatabase<'_> {
    fn has_storage(&mut self, address: Address, _info: &AccountInfo) -> Result<bool, SourceError> {
        self.state.has_storage(address)
    }
}

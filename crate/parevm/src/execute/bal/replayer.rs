//! revm on the state that an access list tells: every transaction by itself.

use crate::{
    bal::{Audit, BalMismatch, Listed, ListedAt},
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

/// Runs transactions of a block by its list, on one worker.
pub(crate) struct Replayer<'a> {
    block: &'a Block,
    listed: &'a Listed<'a>,
    evm: ReplayEvm<'a>,
    /// What the runs of this worker have found of the list.
    pub(crate) audit: Audit,
}

type ReplayEvm<'a> = ContextEvm<
    Context<BlockEnv, &'a TxEnv, CfgEnv, ListedDatabase<'a>, Journal<ListedDatabase<'a>>, ()>,
>;

impl<'a> Replayer<'a> {
    /// A worker for `block`; `None` where there is no transaction to run. All workers share `memo`.
    pub(crate) fn new(
        block: &'a Block,
        environment: &Environment,
        listed: &'a Listed<'a>,
        memo: &Arc<PrecompileMemo>,
    ) -> Option<Self> {
        let database = ListedDatabase {
            state: listed.at(BlockAccessIndex::PRE_EXECUTION),
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
            listed,
            evm,
            audit: Audit::default(),
        })
    }

    /// Runs transaction `index` and checks what it did against the list.
    ///
    /// # Errors
    ///
    /// Why the list cannot be used. A transaction that fails is such a reason: the block may be
    /// invalid, but only a run in order can tell.
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
                self.audit.account(self.listed, at, *address, account)
            }),
            Err(_) => Err(BalMismatch::Differs { first: None }),
        };
        clear(journal);
        checked?;
        ran.map_err(|_| BalMismatch::Differs { first: None })
    }

    /// Carries out `transfer` at `at` and checks it as any transaction. `None` where the EVM has to.
    fn transfer(
        &mut self,
        transfer: &Transfer,
        at: BlockAccessIndex,
    ) -> Option<Result<ExecutionResult, BalMismatch>> {
        let listed = self.listed;
        let find = |address| {
            let place = listed.place(address)?;
            let account = listed.at(at).account_at(place).ok()?;
            // Who was empty and is touched may be gone, which no list tells.
            let is_told = account.is_none_or(|account| !account.is_empty());
            is_told.then_some((place, account))
        };
        let (payer, sender) = find(transfer.sender)?;
        let (payee, recipient) = find(transfer.recipient)?;
        let (pays, takes) = transfer.apply(sender, recipient)?;
        let rewarded = match transfer.beneficiary {
            Some(address) => {
                let (place, beneficiary) = find(address)?;
                let after = transfer.reward_to(beneficiary)?;
                Some((place, beneficiary, after))
            }
            None => None,
        };
        let two = [(payer, sender, pays), (payee, recipient, takes)];
        let checked = two
            .into_iter()
            .chain(rewarded)
            .try_for_each(|(place, before, after)| {
                let before = before.unwrap_or_default();
                self.audit.paid(listed, at, place, before, after)
            });
        Some(match checked {
            Ok(()) => Ok(transfer.result()),
            Err(differs) => Err(differs.into()),
        })
    }
}

/// The state that a list tells, as revm reads it.
#[derive(Debug)]
struct ListedDatabase<'a> {
    state: ListedAt<'a>,
    /// Codes this worker has used: a copy of its own of each handle.
    known: B256Map<Bytecode>,
    /// Hashes this worker has computed.
    keccak_cache: KeccakCache,
}

impl WithKeccakCache for ListedDatabase<'_> {
    fn keccak_cache(&mut self) -> &mut KeccakCache {
        &mut self.keccak_cache
    }
}

impl Database for ListedDatabase<'_> {
    type Error = SourceError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, SourceError> {
        let place = self.state.listed().place(address);
        let account = match place {
            Some(place) => self.state.account_at(place)?,
            None => self.state.account(address)?,
        };
        Ok(account.map(|account| AccountInfo {
            balance: account.balance,
            nonce: account.nonce,
            code_hash: account.code_hash,
            account_id: place.and_then(AccountId::new),
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

impl StorageAware for ListedDatabase<'_> {
    fn has_storage(&mut self, address: Address, _info: &AccountInfo) -> Result<bool, SourceError> {
        self.state.has_storage(address)
    }
}

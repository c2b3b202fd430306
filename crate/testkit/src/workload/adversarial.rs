//! Adversarial blocks: few accounts with as many interactions as possible.

use super::{GAS_PRICE, block, call, environment, numbered, receiver};
use crate::{
    draft_block::DraftBlock,
    program::{self, Neighbours},
    random::Random,
    signer::{self, SIGNERS},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use parevm::{
    Block, MemoryState,
    block::Transaction,
    state::Account,
    vm::{Bytecode, SpecId, TxEnv},
};
use revm::context_interface::{
    either::Either,
    transaction::{
        AccessList, AccessListItem, Authorization, RecoveredAuthority, RecoveredAuthorization,
    },
};

const USERS: u64 = SIGNERS as u64;
const CONTRACTS: u64 = 5;

/// Generates up to `count` valid transactions under the rules of `spec`: calls of contracts with random code, transfers,
/// repeated creations at fixed addresses, self-destructs, changing delegations (EIP-7702), blobs, access lists, zero
/// fees; with ommers, withdrawals and system contracts. Senders, fee recipients and authorities may be the same accounts.
///
/// Each transaction is executed when it is generated, so that its nonce is valid.
#[must_use]
pub fn adversarial(seed: u64, count: usize, spec: SpecId) -> (Block, MemoryState) {
    let mut random = Random::new(seed);
    let cast = Cast::new(&mut random);
    let mut state = cast.state(&mut random, spec);
    let mut block = block(spec, Vec::new());
    block.header.beneficiary = cast.beneficiary;
    environment::decorate(&mut random, &mut block, &mut state, spec, &cast.accounts);
    let mut draft = DraftBlock::new(&block, &state);
    let mut transactions = Vec::with_capacity(count);
    // Some candidates are invalid: their sender has code or cannot pay.
    for _ in 0..count * 2 {
        let transaction = cast.transaction(&mut random, spec, &mut draft);
        if draft.try_push(&transaction) {
            transactions.push(transaction);
        }
        if transactions.len() == count {
            break;
        }
    }
    block.transactions = transactions;
    (block, state)
}

/// Accounts of the block, by role.
struct Cast {
    beneficiary: Address,
    factory: Address,
    contracts: Vec<Address>,
    accounts: Vec<Address>,
}

impl Cast {
    fn new(random: &mut Random) -> Self {
        let factory = numbered(0xd1, 0);
        let child_code = program::child().deployed();
        let child = factory.create2(B256::ZERO, keccak256(child_code));
        let contracts: Vec<_> = (0..CONTRACTS).map(|index| numbered(0xd0, index)).collect();
        let beneficiary = match random.below(4) {
            0 => signed(0),
            1 => contracts[0],
            2 => child,
            _ => numbered(0xc0, 0),
        };
        let mut accounts = contracts.clone();
        accounts.extend([factory, child, child, beneficiary, receiver(0), empty()]);
        accounts.extend((0..USERS).map(signed));
        // ecrecover, sha256, ripemd, identity; modexp and later ones in later forks.
        accounts.extend((1..=9).map(Address::with_last_byte));
        accounts.extend(environment::SYSTEM_CONTRACTS.map(|(address, _)| address));
        Self {
            beneficiary,
            factory,
            contracts,
            accounts,
        }
    }

    fn state(&self, random: &mut Random, spec: SpecId) -> MemoryState {
        let mut state = MemoryState::default();
        let mut account = |address, balance: u128, nonce, code: Option<Bytecode>| {
            let code_hash = code.map(|code| state.insert_code(code));
            let code_hash = code_hash.unwrap_or(Account::default().code_hash);
            let balance = U256::from(balance);
            state.insert_account(
                address,
                Account {
                    balance,
                    nonce,
                    code_hash,
                },
            );
        };
        let near = self.near(spec);
        for address in &self.contracts {
            let code = program::random(random, &near).finish();
            let balance = u128::from(random.below(1_000));
            // Creators with tiny balances: from Amsterdam on the opcode compares them (EIP-8037).
            let is_poor = spec.is_enabled_in(SpecId::AMSTERDAM);
            let balance = if is_poor { balance % 3 } else { balance };
            account(*address, balance, 1, Some(Bytecode::new_legacy(code)));
        }
        let factory = program::factory().finish();
        account(self.factory, 3, 1, Some(Bytecode::new_legacy(factory)));
        account(empty(), 0, 0, None);
        for index in 0..USERS {
            // The last one can pay for one or two transactions.
            let balance = if index + 1 == USERS {
                3_000_000
            } else {
                10_u128.pow(18)
            };
            let is_delegated = index == 1 && spec.is_enabled_in(SpecId::PRAGUE);
            let code = is_delegated.then(|| delegation(self.contracts[1]));
            account(signed(index), balance, 0, code);
        }
        for address in &self.contracts {
            for slot in 0..4 {
                state.insert_storage(*address, U256::from(slot), U256::from(random.below(3)));
            }
        }
        state
    }

    fn near(&self, spec: SpecId) -> Neighbours<'_> {
        Neighbours {
            accounts: &self.accounts,
            factory: self.factory,
            spec,
        }
    }

    fn any(&self, random: &mut Random) -> Address {
        one_of(random, &self.accounts)
    }

    fn transaction(
        &self,
        random: &mut Random,
        spec: SpecId,
        draft: &mut DraftBlock<'_>,
    ) -> Transaction {
        let caller = signed(random.below(USERS));
        let to = match random.below(8) {
            0 | 1 => self.any(random),
            2 => self.factory,
            3 if random.below(3) == 0 => environment::SYSTEM_CONTRACTS[below(random, 4)].0,
            _ => one_of(random, &self.contracts),
        };
        let gas_limit = match random.below(5) {
            // Barely the intrinsic gas, or enough for a few storage slots.
            0 => 21_000 + random.below(40_000),
            _ => 100_000 + random.below(400_000),
        };
        // A new slot or account costs several times as much gas (EIP-8037).
        let gas_limit = match spec.is_enabled_in(SpecId::AMSTERDAM) {
            true => gas_limit * 10,
            false => gas_limit,
        };
        // Sometimes so much that a later transfer may fail.
        let value = match random.below(12) {
            0 => 10_u64.pow(17) * random.below(10),
            _ => random.below(3),
        };
        let nonce = draft.nonce(caller);
        let mut transaction = call(caller, nonce, to, gas_limit, value);
        let env = &mut transaction.env;
        env.data = self.data(random, spec);
        if !spec.is_enabled_in(SpecId::SPURIOUS_DRAGON) {
            env.chain_id = None;
        }
        if random.below(8) == 0 {
            let code = program::random(random, &self.near(spec));
            env.kind = TxKind::Create;
            env.data = if random.below(2) == 0 {
                code.finish()
            } else {
                code.deployed()
            };
            return transaction;
        }
        let has = |fork| spec.is_enabled_in(fork);
        match random.below(6) {
            0 if has(SpecId::BERLIN) => {
                env.tx_type = 1;
                env.access_list = self.access_list(random);
            }
            1 if has(SpecId::LONDON) => {
                env.tx_type = 2;
                // Sometimes the beneficiary is only touched.
                env.gas_priority_fee = Some(u128::from(random.below(3)));
            }
            2 if has(SpecId::CANCUN) => {
                env.tx_type = 3;
                env.gas_priority_fee = Some(1);
                env.max_fee_per_blob_gas = GAS_PRICE;
                env.blob_hashes = vec![B256::with_last_byte(1) | version()];
            }
            3 | 4 if has(SpecId::PRAGUE) => {
                env.tx_type = 4;
                env.gas_priority_fee = Some(1);
                for _ in 0..1 + random.below(3) {
                    self.authorize(random, env, draft);
                }
            }
            _ => {}
        }
        transaction
    }

    /// Returns empty data, random bytes, init code, or the input of a system contract.
    fn data(&self, random: &mut Random, spec: SpecId) -> Bytes {
        let length = match random.below(6) {
            0 | 1 => return Bytes::new(),
            2 | 3 => {
                let code = program::random(random, &self.near(spec));
                return if random.below(3) == 0 {
                    code.finish()
                } else {
                    code.deployed()
                };
            }
            // Withdrawals and consolidations take 56 and 96 bytes, beacon roots and block hashes a word.
            4 => [32, 56, 96][below(random, 3)],
            _ => below(random, 120),
        };
        let mut data = vec![0; length];
        for byte in &mut data {
            // Half of them zero: they cost less.
            *byte = u8::try_from(random.below(512)).unwrap_or(0);
        }
        data.into()
    }

    fn access_list(&self, random: &mut Random) -> AccessList {
        let item = AccessListItem {
            address: self.any(random),
            storage_keys: vec![B256::with_last_byte(1)],
        };
        AccessList(vec![item])
    }

    /// Adds an authorization of any account that delegates to a contract, to another account, or to none; sometimes with
    /// a wrong nonce.
    fn authorize(&self, random: &mut Random, env: &mut TxEnv, draft: &mut DraftBlock<'_>) {
        let authority = signed(random.below(USERS));
        let is_of = |earlier: &Authority| authority_of(earlier) == Some(authority);
        let earlier = env
            .authorization_list
            .iter()
            .filter(|earlier| is_of(earlier))
            .count() as u64;
        let own = u64::from(authority == env.caller);
        let wrong = u64::from(random.below(8) == 0);
        let address = match random.below(4) {
            0 => Address::ZERO,
            1 => self.any(random),
            _ => one_of(random, &self.contracts),
        };
        let authorization = Authorization {
            chain_id: U256::from(random.below(2)),
            address,
            nonce: draft.nonce(authority) + own + earlier + wrong,
        };
        let authority = RecoveredAuthority::Valid(authority);
        let recovered = RecoveredAuthorization::new_unchecked(authorization, authority);
        env.authorization_list.push(Either::Right(recovered));
    }
}

type Authority =
    Either<revm::context_interface::transaction::SignedAuthorization, RecoveredAuthorization>;

fn authority_of(authorization: &Authority) -> Option<Address> {
    match authorization {
        Either::Left(_) => None,
        Either::Right(recovered) => recovered.authority(),
    }
}

fn one_of(random: &mut Random, accounts: &[Address]) -> Address {
    accounts[below(random, accounts.len() as u64)]
}

/// Returns a sender with a known key.
fn signed(index: u64) -> Address {
    let at = usize::try_from(index).unwrap_or(0);
    signer::all()
        .get(at)
        .map_or(Address::ZERO, |signer| signer.address)
}

/// Returns a position below `bound`, which must not be zero.
fn below(random: &mut Random, bound: u64) -> usize {
    usize::try_from(random.below(bound)).unwrap_or(0)
}

/// Returns an existing empty account: a touch deletes it from Spurious Dragon on.
fn empty() -> Address {
    numbered(0xe0, 0)
}

/// Returns the code of an account that delegates to `to`.
fn delegation(to: Address) -> Bytecode {
    let code = [&[0xef, 0x01, 0x00], to.as_slice()].concat();
    Bytecode::new_raw(Bytes::from(code))
}

/// Returns the version byte of a blob hash.
fn version() -> B256 {
    B256::right_padding_from(&[1])
}

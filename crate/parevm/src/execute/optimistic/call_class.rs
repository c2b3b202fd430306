//! Call classes of transactions: the callee and the selector.

use crate::{block::Transaction, vm::TxEnv};
use alloy_primitives::{Address, map::HashMap};
use parevm_stm::{CallClass, CallClasses, Parties};

/// Bytes of the input that select a contract's function.
const SELECTOR: usize = 4;

/// Returns the call class of each of `transactions`: its callee and selector. A transfer without
/// input and a creation have none.
pub(crate) fn call_classes(transactions: &[Transaction]) -> CallClasses {
    let mut numbers: HashMap<(Address, &[u8; SELECTOR]), CallClass> = HashMap::default();
    let mut classes = Vec::with_capacity(transactions.len());
    for Transaction { env, .. } in transactions {
        let function = env.kind.to().copied().zip(env.data.first_chunk());
        let next = CallClass(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
        classes.push(function.map(|function| *numbers.entry(function).or_insert(next)));
    }
    classes.into()
}

/// Number of arguments that are searched for accounts.
const ARGUMENTS: usize = 4;

/// Returns the accounts that a call names: its sender and its first two arguments that look like an address.
pub(crate) fn parties(call: &TxEnv) -> Parties {
    let arguments = call.data.get(SELECTOR..).unwrap_or_default();
    let accounts = arguments
        .chunks_exact(32)
        .take(ARGUMENTS)
        .filter_map(account);
    let mut parties = Parties::default();
    let named = std::iter::once(number(call.caller.as_slice())).chain(accounts);
    for (party, name) in parties.iter_mut().zip(named) {
        *party = name;
    }
    parties
}

/// Returns the number of the account with the address `word`, if it looks like one and not like a small number.
fn account(word: &[u8]) -> Option<u64> {
    let (zeros, address) = word.split_at(12);
    let is_address =
        zeros.iter().all(|byte| *byte == 0) && address.iter().take(8).any(|byte| *byte != 0);
    is_address.then(|| number(address))
}

/// Returns a number for an address, not 0.
fn number(address: &[u8]) -> u64 {
    let folded = address
        .iter()
        .fold(0_u64, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte));
    folded.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Bytes, TxKind, U256};

    #[test]
    fn calls_of_one_function_are_of_one_call_class() {
        let (one, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let call = |to: Address, data: &[u8]| {
            let env = TxEnv {
                kind: TxKind::Call(to),
                data: Bytes::copy_from_slice(data),
                ..TxEnv::default()
            };
            Transaction { hash: None, env }
        };
        let block = [
            call(one, b"swap+1"),
            call(one, b"mint"),
            call(other, b"swap"),
            call(one, b""),
            call(one, b"swap+2"),
        ];
        let classes = call_classes(&block);
        let numbers: Vec<_> = classes.iter().map(|class| Some((*class)?.0)).collect();
        assert_eq!(numbers, [Some(0), Some(1), Some(2), None, Some(0)]);
    }

    #[test]
    fn a_call_names_its_sender_and_two_arguments_that_are_addresses() {
        let call = |arguments: &[[u8; 32]]| TxEnv {
            caller: Address::repeat_byte(1),
            data: [&b"call"[..], &arguments.concat()].concat().into(),
            ..TxEnv::default()
        };
        let word = |byte| Address::repeat_byte(byte).into_word().0;
        let amount = U256::from(10).pow(U256::from(18)).to_be_bytes();
        let all = U256::MAX.to_be_bytes();
        let sender = number(&[1; 20]);
        let (two, three) = (number(&[2; 20]), number(&[3; 20]));
        assert_eq!(parties(&call(&[])), [sender, 0, 0]);
        assert_eq!(parties(&call(&[word(2), amount])), [sender, two, 0]);
        assert_eq!(
            parties(&call(&[all, word(2), word(3), word(4)])),
            [sender, two, three]
        );
        assert_ne!(two, three);
        assert_eq!(number(&[0; 20]), 1);
    }
}

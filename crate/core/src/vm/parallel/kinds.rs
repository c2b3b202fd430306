//! Which transactions are alike: they call the same function.

use crate::block::Transaction;
use alloy_primitives::{Address, map::HashMap};
use parevm_stm::Kinds;

/// The first bytes of the input choose a contract's function.
const SELECTOR: usize = 4;

/// The kind of each of `transactions`: its callee and selector. A payment and a
/// creation have none.
pub(crate) fn kinds(transactions: &[Transaction]) -> Kinds {
    let mut numbers: HashMap<(Address, &[u8; SELECTOR]), u32> = HashMap::default();
    let mut kinds = Vec::with_capacity(transactions.len());
    for Transaction { env, .. } in transactions {
        let function = env.kind.to().copied().zip(env.data.first_chunk());
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        kinds.push(function.map(|function| *numbers.entry(function).or_insert(next)));
    }
    kinds.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::TxEnv;
    use alloy_primitives::{Bytes, TxKind};

    #[test]
    fn calls_of_one_function_are_of_one_kind() {
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
        let kinds = kinds(&block);
        assert_eq!(*kinds, [Some(0), Some(1), Some(2), None, Some(0)]);
    }
}

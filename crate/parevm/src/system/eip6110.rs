//! EIP-6110: deposit requests from the logs of the deposit contract.

use crate::error::ExecuteError;
use alloy_primitives::{Address, B256, Log, address, b256};

/// Type byte of deposit requests (EIP-7685).
pub const REQUEST_TYPE: u8 = 0;

/// First topic of `DepositEvent(bytes,bytes,bytes,bytes,bytes)`.
pub const DEPOSIT_EVENT: B256 =
    b256!("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");

const MAINNET_CONTRACT: Address = address!("00000000219ab540356cBB839Cbe05303d7705Fa");
const SEPOLIA_CONTRACT: Address = address!("7f02C3E3c98b133055B8B348B2Ac625669Ed295D");
const HOLESKY_CONTRACT: Address = address!("4242424242424242424242424242424242424242");

/// Length in bytes of the event's data: five offsets, then each field's length and padded value.
const EVENT_LENGTH: usize = 576;

/// Offset of each field's length word in the event's data, and the length: public key, withdrawal credentials,
/// amount, signature, index.
const FIELDS: [(usize, usize); 5] = [(160, 48), (256, 32), (320, 8), (384, 96), (512, 8)];

/// Returns the deposit contract of a chain. Hoodi and chains without their own use the address of mainnet.
#[must_use]
pub const fn deposit_contract(chain_id: u64) -> Address {
    match chain_id {
        11_155_111 => SEPOLIA_CONTRACT,
        17_000 => HOLESKY_CONTRACT,
        _ => MAINNET_CONTRACT,
    }
}

/// Returns the deposits in the logs of a block, as the data of one request. `contract` is the deposit contract of the
/// chain, `logs` are those of each transaction.
///
/// # Errors
///
/// [`ExecuteError::MalformedDeposit`]: a deposit event does not have the layout of EIP-6110.
pub fn collect<'r>(
    contract: Address,
    logs: impl IntoIterator<Item = &'r [Log]>,
) -> Result<Vec<u8>, ExecuteError> {
    let mut request = Vec::new();
    for (index, logs) in logs.into_iter().enumerate() {
        for log in logs {
            if log.address == contract && log.topics().first() == Some(&DEPOSIT_EVENT) {
                read(&log.data.data, &mut request)
                    .ok_or(ExecuteError::MalformedDeposit { index })?;
            }
        }
    }
    Ok(request)
}

/// Appends the five fields of one event; `None` if its layout is malformed.
fn read(data: &[u8], request: &mut Vec<u8>) -> Option<()> {
    if data.len() != EVENT_LENGTH {
        return None;
    }
    for (position, (at, length)) in FIELDS.into_iter().enumerate() {
        if word(data, position * 32)? != at || word(data, at)? != length {
            return None;
        }
        request.extend_from_slice(data.get(at + 32..at + 32 + length)?);
    }
    Some(())
}

/// Returns the 32-byte big-endian word at `at`, if it fits an index.
fn word(data: &[u8], at: usize) -> Option<usize> {
    let (high, low) = data.get(at..at + 32)?.split_at(28);
    if high.iter().any(|byte| *byte != 0) {
        return None;
    }
    usize::try_from(u32::from_be_bytes(low.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Vec<u8> {
        let mut data = vec![0; EVENT_LENGTH];
        for (position, (at, length)) in FIELDS.into_iter().enumerate() {
            data[position * 32 + 30..position * 32 + 32]
                .copy_from_slice(&u16::try_from(at).unwrap_or(0).to_be_bytes());
            data[at + 31] = u8::try_from(length).unwrap_or(0);
            data[at + 32..at + 32 + length].fill(u8::try_from(position + 1).unwrap_or(0));
        }
        data
    }

    #[test]
    fn the_fields_of_a_deposit_are_joined_without_padding() {
        let mut request = Vec::new();
        assert_eq!(read(&event(), &mut request), Some(()));
        let expected = [
            vec![1; 48],
            vec![2; 32],
            vec![3; 8],
            vec![4; 96],
            vec![5; 8],
        ]
        .concat();
        assert_eq!(request, expected);
    }

    #[test]
    fn a_deposit_with_a_wrong_length_is_refused() {
        let mut data = event();
        data[160 + 31] = 47;
        assert_eq!(read(&data, &mut Vec::new()), None);
        assert_eq!(read(&event()[..575], &mut Vec::new()), None);
    }
}

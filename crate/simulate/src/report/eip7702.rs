//! EIP-7702 authorizations of a call.

use super::ReportError;
use crate::CallError;
use alloy_eips::eip7702::{
    Authorization, RecoveredAuthority, RecoveredAuthorization, SignedAuthorization,
};
use alloy_primitives::{Address, U8, U64, U256};
use parevm::{state::SourceError, vm::TxEnv};
use revm::context_interface::either::Either;
use serde::Deserialize;

/// EIP-7702 authorization: signed, or with the authority that will sign it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CallAuthorization {
    /// Contract whose code the authority executes; zero removes the delegation.
    #[serde(alias = "contractAddress")]
    pub address: Address,
    /// Chain id, zero for all chains. Default: this chain's.
    pub chain_id: Option<U256>,
    /// Nonce of the authority. Default: its nonce when the authorization is applied.
    pub nonce: Option<U64>,
    /// Account that will sign.
    pub authority: Option<Address>,
    /// Parity of the signature's `y`.
    pub y_parity: Option<U8>,
    /// `r` of the signature.
    pub r: Option<U256>,
    /// `s` of the signature.
    pub s: Option<U256>,
}

/// Adds `authorizations` to `transaction`. `nonce` returns the nonce of an account.
///
/// # Errors
///
/// [`ReportError::Authorization`]: one has neither an authority nor a signature.
pub(super) fn authorize(
    authorizations: &[CallAuthorization],
    transaction: &mut TxEnv,
    mut nonce: impl FnMut(Address) -> Result<u64, SourceError>,
) -> Result<(), ReportError> {
    let chain_id = U256::from(transaction.chain_id.unwrap_or_default());
    let mut authorities = vec![transaction.caller];
    for (index, given) in authorizations.iter().enumerate() {
        let mut inner = Authorization {
            chain_id: given.chain_id.unwrap_or(chain_id),
            address: given.address,
            nonce: given.nonce.unwrap_or_default().to(),
        };
        let recovered = match (given.authority, given.y_parity, given.r, given.s) {
            (Some(authority), None, None, None) => {
                if given.nonce.is_none() {
                    // Incremented by the transaction for its sender, and by each earlier authorization.
                    let increments = authorities.iter().filter(|earlier| **earlier == authority);
                    let increments = increments.count() as u64;
                    let now = nonce(authority).map_err(CallError::from)?;
                    inner.nonce = now.saturating_add(increments);
                }
                authorities.push(authority);
                RecoveredAuthorization::new_unchecked(inner, RecoveredAuthority::Valid(authority))
            }
            (None, Some(y_parity), Some(r), Some(s)) if given.nonce.is_some() => {
                SignedAuthorization::new_unchecked(inner, y_parity.to(), r, s).into_recovered()
            }
            _ => return Err(ReportError::Authorization { index }),
        };
        authorities.extend(recovered.authority().filter(|_| given.authority.is_none()));
        transaction
            .authorization_list
            .push(Either::Right(recovered));
    }
    Ok(())
}

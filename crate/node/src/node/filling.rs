//! A request to send becomes a transaction.

use super::{Node, PoolError, PoolTransaction, RequestContext, impersonation};
use crate::rpc::{RpcError, header_of};
use alloy_consensus::{
    EthereumTypedTransaction, SignableTransaction, TxEip4844, TxEip4844Variant, TypedTransaction,
    transaction::Recovered,
};
use alloy_eips::eip7594::BlobTransactionSidecarVariant;
use alloy_primitives::{Address, Signature, TxKind};
use parevm_simulate::{
    CallError, CallRequest, InvalidRequest, Overrides, Simulation, price::set_open_fees,
};
use std::sync::Arc;

const REQUEST: &str = "transaction";

impl Node {
    /// The transaction that `request` asks the node to send, signed by its account, or unsigned where that
    /// is impersonated.
    pub(crate) fn sign_request(
        &self,
        context: &RequestContext<'_>,
        request: CallRequest,
        with_impersonation: Impersonated,
    ) -> Result<PoolTransaction, RpcError> {
        let (sender, typed) = self.fill_request(context, request)?;
        if let TypedTransaction::Eip4844(TxEip4844Variant::TxEip4844(_)) = &typed {
            return Err(PoolError::BlobsMissing.into());
        }
        let (typed, sidecar) = apart(typed);
        let (signature, may_be_unsigned) = match with_impersonation {
            Impersonated::Always => (None, true),
            Impersonated::Taken => (self.sign(sender, &typed), self.impersonation.covers(sender)),
            Impersonated::Refused => (self.sign(sender, &typed), false),
        };
        let sent = match signature {
            Some(signature) => Recovered::new_unchecked(typed.into_envelope(signature), sender),
            None if may_be_unsigned => impersonation::unsigned(typed, sender),
            None => return Err(unknown(sender)),
        };
        Ok(PoolTransaction {
            sent,
            sidecar: sidecar.map(Arc::new),
        })
    }

    fn sign(
        &self,
        sender: Address,
        typed: &EthereumTypedTransaction<TxEip4844>,
    ) -> Option<Signature> {
        self.accounts().sign(sender, typed.signature_hash())
    }

    /// The transaction that `request` asks for, with all that it leaves open, and its sender.
    pub(crate) fn fill_request(
        &self,
        context: &RequestContext<'_>,
        request: CallRequest,
    ) -> Result<(Address, TypedTransaction), RpcError> {
        let sender = self.sender(&request)?;
        Ok((sender, self.fill(context, sender, request)?))
    }

    /// Who sends: the first account where the request does not say.
    pub(crate) fn sender(&self, request: &CallRequest) -> Result<Address, RpcError> {
        request
            .from
            .or_else(|| self.accounts().addresses().next())
            .ok_or_else(|| RpcError::invalid(REQUEST, "from is missing"))
    }

    /// The request with everything that it leaves open.
    fn fill(
        &self,
        context: &RequestContext<'_>,
        sender: Address,
        mut request: CallRequest,
    ) -> Result<TypedTransaction, RpcError> {
        let world = self.world();
        let chain_id = self.chain().chain_id();
        if let Some(given) = request.chain_id
            && given != chain_id
        {
            return Err(CallError::from(InvalidRequest::ChainId { given, chain_id }).into());
        }
        if request.gas_price.is_some()
            && (request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some())
        {
            return Err(CallError::from(InvalidRequest::Prices).into());
        }
        let input = request.input.unique_input();
        let input = input.map_err(|_| CallError::from(InvalidRequest::Input))?;
        request.input = input.cloned().unwrap_or_default().into();
        request.from = Some(sender);
        request.chain_id = Some(chain_id);
        request.to = Some(request.to.unwrap_or(TxKind::Create));
        request.nonce = Some(
            request
                .nonce
                .unwrap_or_else(|| world.pool.next_nonce(sender, world.account(sender).nonce)),
        );
        if request.sidecar.is_some() && request.blob_versioned_hashes.is_none() {
            request.populate_blob_hashes();
        }
        set_open_fees(&mut request, self.spec(), world.next_base_fee());
        if request.gas.is_none() {
            request.gas = Some(match self.estimate(context, &request) {
                // Whether the sender can pay, and offers enough, is looked at when it is sent.
                Err(CallError::GasRequired { .. } | CallError::Invalid(_)) => {
                    self.estimate(context, &without_price(&request))?
                }
                estimated => estimated?,
            });
        }
        request
            .build_typed_tx()
            .map_err(|_| RpcError::invalid(REQUEST, "its fields do not fit each other"))
    }

    fn estimate(
        &self,
        context: &RequestContext<'_>,
        request: &CallRequest,
    ) -> Result<u64, CallError> {
        let chain = self.chain();
        let header = header_of(chain, chain.head());
        let state = chain.state_after(chain.head());
        let overrides = Overrides::default();
        let limits = context.limits.call;
        let simulation = Simulation::new(&header, &state, &overrides, limits)?;
        simulation.estimate_gas(request)
    }
}

fn without_price(request: &CallRequest) -> CallRequest {
    CallRequest {
        gas_price: None,
        max_fee_per_gas: None,
        max_priority_fee_per_gas: None,
        max_fee_per_blob_gas: None,
        ..request.clone()
    }
}

/// Whether impersonation stands in for a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Impersonated {
    /// It does.
    Taken,
    /// It does not: somebody wants to have the signature.
    Refused,
    /// It does for every account, also for those whose keys the node has.
    Always,
}

/// The node does not have the key of `account`.
pub(crate) fn unknown(account: Address) -> RpcError {
    RpcError::server(format!(
        "unknown account {account}: the node does not have its key, and it is not impersonated"
    ))
}

type Apart = (
    EthereumTypedTransaction<TxEip4844>,
    Option<BlobTransactionSidecarVariant>,
);

/// The transaction as blocks hold it, and its blobs.
pub(crate) fn apart(typed: TypedTransaction) -> Apart {
    let mut sidecar = None;
    let typed = typed.map_eip4844(|variant| match variant {
        TxEip4844Variant::TxEip4844(tx) => tx,
        TxEip4844Variant::TxEip4844WithSidecar(with) => {
            sidecar = Some(with.sidecar);
            with.tx
        }
    });
    (typed, sidecar)
}

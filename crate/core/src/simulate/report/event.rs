//! What logs say of tokens: what moved, and who may move it.

use super::{Approval, Asset};
use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::{SolEvent, SolValue, sol};

mod erc20 {
    use super::sol;
    sol! {
        event Transfer(address indexed from, address indexed to, uint256 value);
        event Approval(address indexed owner, address indexed spender, uint256 value);
    }
}

mod erc721 {
    use super::sol;
    sol! {
        event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
        event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
        // ERC-1155 has the same one.
        event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
    }
}

mod erc1155 {
    use super::sol;
    sol! {
        event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value);
        event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values);
    }
}

mod weth {
    use super::sol;
    sol! {
        event Deposit(address indexed dst, uint256 wad);
        event Withdrawal(address indexed src, uint256 wad);
    }
}

mod permit2 {
    use super::sol;
    sol! {
        event Approval(address indexed owner, address indexed token, address indexed spender, uint160 amount, uint48 expiration);
        event Permit(address indexed owner, address indexed token, address indexed spender, uint160 amount, uint48 expiration, uint48 nonce);
        event Lockdown(address indexed owner, address token, address spender);
    }
}

/// What a log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// `amount` of `asset` went from one account to another. One of them is zero where it was made or
    /// burnt.
    Moved {
        asset: Asset,
        from: Address,
        to: Address,
        amount: U256,
    },
    /// Ether was exchanged for as much of the token, as WETH does it. Other contracts log the same when
    /// they are no token.
    Wrapped {
        token: Address,
        account: Address,
        amount: U256,
        is_deposit: bool,
    },
    /// Someone may spend, or may not any more.
    Approved { approval: Approval, grant: Grant },
}

/// What an approval allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Grant {
    /// ERC-20, and the tokens of Permit2: so much.
    Amount(U256),
    /// ERC-721: this account may move the token; zero is nobody.
    Account(Address),
    /// All tokens, or none.
    All(bool),
    /// Permit2: so much, until then.
    #[serde(rename_all = "camelCase")]
    Until {
        /// In units of the token.
        amount: U256,
        /// Seconds since the Unix epoch.
        #[serde(with = "alloy_serde::quantity")]
        expiration: u64,
    },
}

/// What `log` says; nothing where it is no event of a token.
pub(super) fn read(log: &Log) -> Vec<Event> {
    let token = log.address;
    let moved = |asset, from, to, amount| Event::Moved {
        asset,
        from,
        to,
        amount,
    };
    let approved = |approval, grant| vec![Event::Approved { approval, grant }];
    // ERC-20 and ERC-721 share hashes and differ in what is indexed: the decoder counts topics.
    if let Ok(event) = erc20::Transfer::decode_log(log) {
        let asset = Asset::Erc20 { token };
        return vec![moved(asset, event.from, event.to, event.value)];
    }
    if let Ok(event) = erc721::Transfer::decode_log(log) {
        let token_id = event.tokenId;
        let asset = Asset::Erc721 { token, token_id };
        return vec![moved(asset, event.from, event.to, U256::ONE)];
    }
    if let Ok(event) = erc1155::TransferSingle::decode_log(log) {
        let token_id = event.id;
        let asset = Asset::Erc1155 { token, token_id };
        return vec![moved(asset, event.from, event.to, event.value)];
    }
    if let Ok(event) = erc1155::TransferBatch::decode_log(log) {
        let pairs = event.ids.iter().zip(&event.values);
        return pairs
            .map(|(&token_id, &amount)| {
                let asset = Asset::Erc1155 { token, token_id };
                moved(asset, event.from, event.to, amount)
            })
            .collect();
    }
    let wrapped = |account, amount, is_deposit| {
        vec![Event::Wrapped {
            token,
            account,
            amount,
            is_deposit,
        }]
    };
    if let Ok(event) = weth::Deposit::decode_log(log) {
        return wrapped(event.dst, event.wad, true);
    }
    if let Ok(event) = weth::Withdrawal::decode_log(log) {
        return wrapped(event.src, event.wad, false);
    }
    if let Ok(event) = erc20::Approval::decode_log(log) {
        let approval = Approval::Erc20 {
            token,
            owner: event.owner,
            spender: event.spender,
        };
        return approved(approval, Grant::Amount(event.value));
    }
    if let Ok(event) = erc721::Approval::decode_log(log) {
        let approval = Approval::Erc721 {
            token,
            token_id: event.tokenId,
        };
        return approved(approval, Grant::Account(event.approved));
    }
    if let Ok(event) = erc721::ApprovalForAll::decode_log(log) {
        let approval = Approval::ForAll {
            token,
            owner: event.owner,
            operator: event.operator,
        };
        return approved(approval, Grant::All(event.approved));
    }
    let through = |owner, token, spender| Approval::Permit2 {
        contract: log.address,
        token,
        owner,
        spender,
    };
    let until = |amount, expiration: u64| Grant::Until { amount, expiration };
    if let Ok(event) = permit2::Approval::decode_log(log) {
        let grant = until(event.amount.to(), event.expiration.to());
        return approved(through(event.owner, event.token, event.spender), grant);
    }
    if let Ok(event) = permit2::Permit::decode_log(log) {
        let grant = until(event.amount.to(), event.expiration.to());
        return approved(through(event.owner, event.token, event.spender), grant);
    }
    if let Ok(event) = permit2::Lockdown::decode_log(log) {
        let approval = through(event.owner, event.token, event.spender);
        return approved(approval, until(U256::ZERO, 0));
    }
    Vec::new()
}

/// The approval that a call by `spender` of `contract` spends from, by its data. Most tokens log nothing
/// then.
pub(super) fn spent_by(contract: Address, spender: Address, data: &[u8]) -> Vec<Approval> {
    let Some((selector, data)) = data.split_first_chunk::<4>() else {
        return Vec::new();
    };
    let through = |owner, token| Approval::Permit2 {
        contract,
        token,
        owner,
        spender,
    };
    match *selector {
        // transferFrom(address,address,uint256)
        [0x23, 0xb8, 0x72, 0xdd] => {
            let read = <(Address, Address, U256)>::abi_decode_params(data);
            read.map(|(owner, _, _)| {
                vec![Approval::Erc20 {
                    token: contract,
                    owner,
                    spender,
                }]
            })
        }
        // Permit2: transferFrom(address,address,uint160,address)
        [0x36, 0xc7, 0x85, 0x16] => {
            let read = <(Address, Address, U256, Address)>::abi_decode_params(data);
            read.map(|(owner, _, _, token)| vec![through(owner, token)])
        }
        // Permit2: transferFrom((address,address,uint160,address)[])
        [0x0d, 0x58, 0xb1, 0xdb] => {
            let read = <Vec<(Address, Address, U256, Address)>>::abi_decode(data);
            read.map(|list| {
                let one = |(owner, _, _, token)| through(owner, token);
                list.into_iter().map(one).collect()
            })
        }
        _ => return Vec::new(),
    }
    .unwrap_or_default()
}

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

/// As early contracts log it, of either kind.
mod unindexed {
    use super::sol;
    sol! {
        event Transfer(address from, address to, uint256 value);
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

mod erc2309 {
    use super::sol;
    sol! {
        event ConsecutiveTransfer(uint256 indexed fromTokenId, uint256 toTokenId, address indexed fromAddress, address indexed toAddress);
    }
}

mod erc6909 {
    use super::sol;
    sol! {
        event Transfer(address caller, address indexed sender, address indexed receiver, uint256 indexed id, uint256 amount);
        event Approval(address indexed owner, address indexed spender, uint256 indexed id, uint256 amount);
        event OperatorSet(address indexed owner, address indexed spender, bool approved);
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

/// Most tokens of one ERC-2309 event: as many as its authors advise to make at a time. Of more nothing is told.
const MOST_CONSECUTIVE: u64 = 5_000;

/// What `log` says; nothing where it is no event of a token. `is_collection` tells of the contract whether
/// its tokens are owned one by one, where the log leaves that open.
pub(super) fn read<E>(
    log: &Log,
    is_collection: impl FnOnce() -> Result<bool, E>,
) -> Result<Vec<Event>, E> {
    let Some(signature) = log.topics().first() else {
        return Ok(Vec::new());
    };
    let token = log.address;
    let moved = |asset, from, to, amount| Event::Moved {
        asset,
        from,
        to,
        amount,
    };
    let wrapped = |account, amount, is_deposit| Event::Wrapped {
        token,
        account,
        amount,
        is_deposit,
    };
    let approved = |approval, grant| Event::Approved { approval, grant };
    let through = |owner, token, spender| Approval::Permit2 {
        contract: log.address,
        token,
        owner,
        spender,
    };
    let until = |amount, expiration: u64| Grant::Until { amount, expiration };
    Ok(match *signature {
        // ERC-20 and ERC-721 share hashes and differ in what is indexed.
        erc20::Transfer::SIGNATURE_HASH => {
            let one =
                |token_id, from, to| moved(Asset::Erc721 { token, token_id }, from, to, U256::ONE);
            let some = |amount, from, to| moved(Asset::Erc20 { token }, from, to, amount);
            if let Some(event) = decoded::<erc20::Transfer>(log) {
                vec![some(event.value, event.from, event.to)]
            } else if let Some(event) = decoded::<erc721::Transfer>(log) {
                vec![one(event.tokenId, event.from, event.to)]
            } else if let Some(event) = decoded::<unindexed::Transfer>(log) {
                let (value, from, to) = (event.value, event.from, event.to);
                vec![match is_collection()? {
                    true => one(value, from, to),
                    false => some(value, from, to),
                }]
            } else {
                Vec::new()
            }
        }
        erc2309::ConsecutiveTransfer::SIGNATURE_HASH => {
            let event = decoded::<erc2309::ConsecutiveTransfer>(log);
            let range = event.and_then(|event| {
                let more = event.toTokenId.checked_sub(event.fromTokenId)?;
                let more = u64::try_from(more).ok()?;
                (more < MOST_CONSECUTIVE).then_some((event, more))
            });
            let Some((event, more)) = range else {
                return Ok(Vec::new());
            };
            let one = |offset| {
                let token_id = event.fromTokenId + U256::from(offset);
                let asset = Asset::Erc721 { token, token_id };
                moved(asset, event.fromAddress, event.toAddress, U256::ONE)
            };
            (0..=more).map(one).collect()
        }
        erc1155::TransferSingle::SIGNATURE_HASH => told::<erc1155::TransferSingle>(log, |event| {
            let token_id = event.id;
            let asset = Asset::Erc1155 { token, token_id };
            moved(asset, event.from, event.to, event.value)
        }),
        erc1155::TransferBatch::SIGNATURE_HASH => {
            let Some(event) = decoded::<erc1155::TransferBatch>(log) else {
                return Ok(Vec::new());
            };
            let pairs = event.ids.iter().zip(&event.values);
            pairs
                .map(|(&token_id, &amount)| {
                    let asset = Asset::Erc1155 { token, token_id };
                    moved(asset, event.from, event.to, amount)
                })
                .collect()
        }
        erc6909::Transfer::SIGNATURE_HASH => told::<erc6909::Transfer>(log, |event| {
            let token_id = event.id;
            let asset = Asset::Erc6909 { token, token_id };
            moved(asset, event.sender, event.receiver, event.amount)
        }),
        weth::Deposit::SIGNATURE_HASH => {
            told::<weth::Deposit>(log, |event| wrapped(event.dst, event.wad, true))
        }
        weth::Withdrawal::SIGNATURE_HASH => {
            told::<weth::Withdrawal>(log, |event| wrapped(event.src, event.wad, false))
        }
        erc20::Approval::SIGNATURE_HASH => {
            if let Some(event) = decoded::<erc20::Approval>(log) {
                let approval = Approval::Erc20 {
                    token,
                    owner: event.owner,
                    spender: event.spender,
                };
                return Ok(vec![approved(approval, Grant::Amount(event.value))]);
            }
            told::<erc721::Approval>(log, |event| {
                let token_id = event.tokenId;
                let approval = Approval::Erc721 { token, token_id };
                approved(approval, Grant::Account(event.approved))
            })
        }
        erc6909::Approval::SIGNATURE_HASH => told::<erc6909::Approval>(log, |event| {
            let approval = Approval::Erc6909 {
                token,
                token_id: event.id,
                owner: event.owner,
                spender: event.spender,
            };
            approved(approval, Grant::Amount(event.amount))
        }),
        erc721::ApprovalForAll::SIGNATURE_HASH => told::<erc721::ApprovalForAll>(log, |event| {
            let approval = Approval::ForAll {
                token,
                owner: event.owner,
                operator: event.operator,
            };
            approved(approval, Grant::All(event.approved))
        }),
        erc6909::OperatorSet::SIGNATURE_HASH => told::<erc6909::OperatorSet>(log, |event| {
            let approval = Approval::ForAll {
                token,
                owner: event.owner,
                operator: event.spender,
            };
            approved(approval, Grant::All(event.approved))
        }),
        permit2::Approval::SIGNATURE_HASH => told::<permit2::Approval>(log, |event| {
            let grant = until(event.amount.to(), event.expiration.to());
            approved(through(event.owner, event.token, event.spender), grant)
        }),
        permit2::Permit::SIGNATURE_HASH => told::<permit2::Permit>(log, |event| {
            let grant = until(event.amount.to(), event.expiration.to());
            approved(through(event.owner, event.token, event.spender), grant)
        }),
        permit2::Lockdown::SIGNATURE_HASH => told::<permit2::Lockdown>(log, |event| {
            let approval = through(event.owner, event.token, event.spender);
            approved(approval, until(U256::ZERO, 0))
        }),
        _ => Vec::new(),
    })
}

/// The log as an event of this form; `None` where it has another.
fn decoded<E: SolEvent>(log: &Log) -> Option<E> {
    E::decode_log_data(&log.data).ok()
}

/// What `tell` makes of the log as an event of this form.
fn told<E: SolEvent>(log: &Log, tell: impl FnOnce(E) -> Event) -> Vec<Event> {
    decoded(log).map(tell).into_iter().collect()
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
        // ERC-6909: transferFrom(address,address,uint256,uint256)
        [0xfe, 0x99, 0x04, 0x9a] => {
            let read = <(Address, Address, U256, U256)>::abi_decode_params(data);
            read.map(|(owner, _, token_id, _)| {
                vec![Approval::Erc6909 {
                    token: contract,
                    token_id,
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

//! What logs say of tokens: what moved, and who may move it.

use super::{
    Approval, Asset,
    layout::{self, Kind},
};
use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::{SolEvent, sol};

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

/// What a log may say: readings, of which at most one holds, that of its standard first. A reading may be several
/// events.
pub(super) type Readings = Vec<Vec<Event>>;

/// Returns the readings of `log`, none where it is no event of a token.
///
/// Standards share hashes, and tokens index other parameters than their standard does, so that the form of a log
/// does not say what it means. The contract decides, by what it answers before and after the call.
pub(super) fn read(log: &Log) -> Readings {
    let Some(signature) = log.topics().first() else {
        return Vec::new();
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
    let (account, number) = (layout::account, Kind::Number);
    let is_all_indexed = log.topics().len() == 4;
    // Two readings of one layout: that of ERC-721 comes first where everything is indexed.
    let either = |units: Event, one: Event| match is_all_indexed {
        true => [vec![one], vec![units]],
        false => [vec![units], vec![one]],
    };
    match *signature {
        erc20::Transfer::SIGNATURE_HASH => {
            let layouts = layout::read(log, [Kind::Account, Kind::Account, number], 0b011);
            let readings = layouts.into_iter().flat_map(|[from, to, value]| {
                let (from, to) = (account(from), account(to));
                let one = Asset::Erc721 {
                    token,
                    token_id: value,
                };
                either(
                    moved(Asset::Erc20 { token }, from, to, value),
                    moved(one, from, to, U256::ONE),
                )
            });
            readings.collect()
        }
        erc2309::ConsecutiveTransfer::SIGNATURE_HASH => {
            let kinds = [number, number, Kind::Account, Kind::Account];
            let layouts = layout::read(log, kinds, 0b1101);
            let range = layouts.first().and_then(|[first, last, from, to]| {
                let more = u64::try_from(last.checked_sub(*first)?).ok()?;
                let ends = (account(*from), account(*to));
                (more < MOST_CONSECUTIVE).then_some((*first, more, ends))
            });
            let Some((first, more, (from, to))) = range else {
                return Vec::new();
            };
            let one = |offset| {
                let token_id = first + U256::from(offset);
                moved(Asset::Erc721 { token, token_id }, from, to, U256::ONE)
            };
            vec![(0..=more).map(one).collect()]
        }
        erc1155::TransferSingle::SIGNATURE_HASH => {
            let kinds = [Kind::Account, Kind::Account, Kind::Account, number, number];
            let layouts = layout::read(log, kinds, 0b0_0111);
            let readings = layouts.into_iter().map(|[_, from, to, token_id, value]| {
                let asset = Asset::Erc1155 { token, token_id };
                vec![moved(asset, account(from), account(to), value)]
            });
            readings.collect()
        }
        erc1155::TransferBatch::SIGNATURE_HASH => {
            let Some((layouts, ids, values)) = layout::read_batch(log) else {
                return Vec::new();
            };
            let readings = layouts.into_iter().map(|[_, from, to]| {
                let pairs = ids.iter().zip(&values);
                let pairs = pairs.map(|(&token_id, &amount)| {
                    let asset = Asset::Erc1155 { token, token_id };
                    moved(asset, account(from), account(to), amount)
                });
                pairs.collect()
            });
            readings.collect()
        }
        erc6909::Transfer::SIGNATURE_HASH => {
            let kinds = [Kind::Account, Kind::Account, Kind::Account, number, number];
            let layouts = layout::read(log, kinds, 0b0_1110);
            let readings = layouts.into_iter().map(|[_, from, to, token_id, amount]| {
                let asset = Asset::Erc6909 { token, token_id };
                vec![moved(asset, account(from), account(to), amount)]
            });
            readings.collect()
        }
        weth::Deposit::SIGNATURE_HASH | weth::Withdrawal::SIGNATURE_HASH => {
            let is_deposit = *signature == weth::Deposit::SIGNATURE_HASH;
            let layouts = layout::read(log, [Kind::Account, number], 0b01);
            let readings = layouts.into_iter();
            readings
                .map(|[holder, wad]| vec![wrapped(account(holder), wad, is_deposit)])
                .collect()
        }
        erc20::Approval::SIGNATURE_HASH => {
            let layouts = layout::read(log, [Kind::Account, Kind::Account, number], 0b011);
            let readings = layouts.into_iter().flat_map(|[owner, spender, value]| {
                let (owner, spender) = (account(owner), account(spender));
                let units = Approval::Erc20 {
                    token,
                    owner,
                    spender,
                };
                let one = Approval::Erc721 {
                    token,
                    token_id: value,
                };
                either(
                    approved(units, Grant::Amount(value)),
                    approved(one, Grant::Account(spender)),
                )
            });
            readings.collect()
        }
        erc6909::Approval::SIGNATURE_HASH => {
            let kinds = [Kind::Account, Kind::Account, number, number];
            let layouts = layout::read(log, kinds, 0b0111);
            let readings = layouts
                .into_iter()
                .map(|[owner, spender, token_id, amount]| {
                    let approval = Approval::Erc6909 {
                        token,
                        token_id,
                        owner: account(owner),
                        spender: account(spender),
                    };
                    vec![approved(approval, Grant::Amount(amount))]
                });
            readings.collect()
        }
        erc721::ApprovalForAll::SIGNATURE_HASH | erc6909::OperatorSet::SIGNATURE_HASH => {
            let kinds = [Kind::Account, Kind::Account, Kind::Flag];
            let layouts = layout::read(log, kinds, 0b011);
            let readings = layouts.into_iter().map(|[owner, operator, all]| {
                let approval = Approval::ForAll {
                    token,
                    owner: account(owner),
                    operator: account(operator),
                };
                vec![approved(approval, Grant::All(!all.is_zero()))]
            });
            readings.collect()
        }
        permit2::Approval::SIGNATURE_HASH => standard::<permit2::Approval>(log, |event| {
            let grant = until(event.amount.to(), event.expiration.to());
            approved(through(event.owner, event.token, event.spender), grant)
        }),
        permit2::Permit::SIGNATURE_HASH => standard::<permit2::Permit>(log, |event| {
            let grant = until(event.amount.to(), event.expiration.to());
            approved(through(event.owner, event.token, event.spender), grant)
        }),
        permit2::Lockdown::SIGNATURE_HASH => standard::<permit2::Lockdown>(log, |event| {
            let approval = through(event.owner, event.token, event.spender);
            approved(approval, until(U256::ZERO, 0))
        }),
        _ => Vec::new(),
    }
}

/// Returns the reading that `support` speaks for most; of equals the first.
pub(super) fn chosen(readings: &Readings, support: impl Fn(&Event) -> u64) -> &[Event] {
    let mut best: (&[Event], u64) = (&[], 0);
    for (index, reading) in readings.iter().enumerate() {
        let support = reading.iter().map(&support).sum();
        if index == 0 || support > best.1 {
            best = (reading, support);
        }
    }
    best.0
}

/// The one reading of a log whose form is the standard's.
fn standard<E: SolEvent>(log: &Log, read: impl FnOnce(E) -> Event) -> Readings {
    let event = E::decode_log_data(&log.data).ok();
    event.map(|event| vec![read(event)]).into_iter().collect()
}

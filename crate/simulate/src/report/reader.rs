//! Asks tokens what they have, on the state before or after a call.

use super::{Approval, Asset, Grant, ReportError, Token};
use crate::CallError;
use alloy_primitives::{Address, Bytes, KECCAK256_EMPTY, U256};
use alloy_sol_types::{SolCall, SolValue, sol};
use parevm::{
    interrupt::Watch,
    state::{Overlay, SourceError},
    vm::{Environment, ViewCalls, execute_error},
};

sol! {
    function balanceOf(address owner) returns (uint256);
    function ownerOf(uint256 tokenId) returns (address);
    function allowance(address owner, address spender) returns (uint256);
    function getApproved(uint256 tokenId) returns (address);
    function isApprovedForAll(address owner, address operator) returns (bool);
    function symbol() returns (string);
    function decimals() returns (uint8);
}

mod erc1155 {
    super::sol! {
        function balanceOf(address owner, uint256 id) returns (uint256);
    }
}

mod erc6909 {
    super::sol! {
        function allowance(address owner, address spender, uint256 id) returns (uint256);
        function isOperator(address owner, address spender) returns (bool);
    }
}

mod permit2 {
    super::sol! {
        function allowance(address owner, address token, address spender) returns (uint160 amount, uint48 expiration, uint48 nonce);
    }
}

/// Gas of one question. Those of real tokens need less than a tenth of it.
const GAS: u64 = 1_000_000;

/// Gas that a question counts for beside what it uses: who asks works, too.
const ASKING: u64 = 1_500;

/// Characters of a symbol that are told.
const SYMBOL: usize = 64;

/// Gas that may still be used for questions.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
    limit: u64,
}

impl Budget {
    /// Enough to ask for everything that a call with `gas` can move: a question costs about as much as a
    /// transfer, and each transfer has two accounts, asked before and after.
    pub(super) const fn new(gas: u64) -> Self {
        let limit = gas.saturating_mul(8);
        Self { left: limit, limit }
    }

    /// Whether so much gas is left.
    const fn spare(&self, gas: u64) -> Result<(), ReportError> {
        match gas <= self.left {
            true => Ok(()),
            false => Err(ReportError::Questions { limit: self.limit }),
        }
    }
}

/// Asks contracts on one state. What they change is dropped.
pub(super) struct Reader<'r, 's> {
    calls: ViewCalls<'r, 's>,
    watch: Option<Watch<'r>>,
    budget: &'r mut Budget,
}

impl<'r, 's> Reader<'r, 's> {
    /// `environment` is one in which a call needs no funds.
    pub(super) fn new(
        environment: &Environment,
        state: &'r mut Overlay<'s>,
        watch: Option<Watch<'r>>,
        budget: &'r mut Budget,
    ) -> Self {
        Self {
            calls: ViewCalls::new(environment, state),
            watch,
            budget,
        }
    }

    /// How much of `asset` the account has; `None` where the token does not say.
    pub(super) fn owned(
        &mut self,
        account: Address,
        asset: Asset,
    ) -> Result<Option<U256>, ReportError> {
        let said = match asset {
            Asset::Native => {
                let account = unavailable(self.calls.account(account))?;
                return Ok(Some(account.unwrap_or_default().balance));
            }
            Asset::Erc20 { token } => self.ask(token, &balanceOfCall { owner: account })?,
            Asset::Erc1155 { token, token_id } | Asset::Erc6909 { token, token_id } => {
                let question = erc1155::balanceOfCall {
                    owner: account,
                    id: token_id,
                };
                self.ask(token, &question)?
            }
            Asset::Erc721 { token, token_id } => {
                let is_owner = self.owner(token, token_id)? == Some(account);
                return Ok(Some(U256::from(is_owner)));
            }
        };
        Ok(match said {
            Said::Value(amount) => Some(amount),
            Said::Nothing => Some(U256::ZERO),
            Said::Failed => None,
        })
    }

    /// Who owns a token of ERC-721; `None` where it is not there.
    pub(super) fn owner(
        &mut self,
        token: Address,
        token_id: U256,
    ) -> Result<Option<Address>, ReportError> {
        let question = ownerOfCall { tokenId: token_id };
        Ok(match self.ask(token, &question)? {
            Said::Value(owner) => Some(owner).filter(|owner| !owner.is_zero()),
            Said::Nothing | Said::Failed => None,
        })
    }

    /// What `approval` allows; `None` where the contract does not say.
    pub(super) fn granted(&mut self, approval: Approval) -> Result<Option<Grant>, ReportError> {
        Ok(match approval {
            Approval::Erc20 {
                token,
                owner,
                spender,
            } => match self.ask(token, &allowanceCall { owner, spender })? {
                Said::Value(amount) => Some(Grant::Amount(amount)),
                Said::Nothing => Some(Grant::Amount(U256::ZERO)),
                Said::Failed => None,
            },
            Approval::Erc721 { token, token_id } => {
                let question = getApprovedCall { tokenId: token_id };
                match self.ask(token, &question)? {
                    Said::Value(account) => Some(Grant::Account(account)),
                    Said::Nothing | Said::Failed => None,
                }
            }
            Approval::ForAll {
                token,
                owner,
                operator,
            } => {
                let mut said = self.ask(token, &isApprovedForAllCall { owner, operator })?;
                if let Said::Failed = said {
                    let spender = operator;
                    said = self.ask(token, &erc6909::isOperatorCall { owner, spender })?;
                }
                match said {
                    Said::Value(all) => Some(Grant::All(all)),
                    Said::Nothing => Some(Grant::All(false)),
                    Said::Failed => None,
                }
            }
            Approval::Erc6909 {
                token,
                token_id: id,
                owner,
                spender,
            } => match self.ask(token, &erc6909::allowanceCall { owner, spender, id })? {
                Said::Value(amount) => Some(Grant::Amount(amount)),
                Said::Nothing => Some(Grant::Amount(U256::ZERO)),
                Said::Failed => None,
            },
            Approval::Permit2 {
                contract,
                token,
                owner,
                spender,
            } => {
                let question = permit2::allowanceCall {
                    owner,
                    token,
                    spender,
                };
                match self.ask(contract, &question)? {
                    Said::Value(said) => Some(Grant::Until {
                        amount: said.amount.to(),
                        expiration: said.expiration.to(),
                    }),
                    Said::Nothing => Some(Grant::Until {
                        amount: U256::ZERO,
                        expiration: 0,
                    }),
                    Said::Failed => None,
                }
            }
        })
    }

    /// Whether that many events can be asked about.
    pub(super) fn can_ask(&self, events: usize) -> Result<(), ReportError> {
        self.budget.spare(ASKING.saturating_mul(events as u64))
    }

    /// What the contract at `token` calls itself.
    pub(super) fn token(&mut self, token: Address) -> Result<Token, ReportError> {
        let symbol = match self.call(token, symbolCall {}.abi_encode())? {
            Said::Value(said) => symbol_of(&said),
            _ => None,
        };
        let decimals = match self.ask(token, &decimalsCall {})? {
            Said::Value(decimals) => Some(decimals),
            _ => None,
        };
        Ok(Token { symbol, decimals })
    }

    fn ask<C: SolCall>(
        &mut self,
        contract: Address,
        question: &C,
    ) -> Result<Said<C::Return>, ReportError> {
        let said = self.call(contract, question.abi_encode())?;
        Ok(match said {
            Said::Value(said) => match C::abi_decode_returns(&said) {
                Ok(value) => Said::Value(value),
                Err(_) => Said::Failed,
            },
            Said::Nothing => Said::Nothing,
            Said::Failed => Said::Failed,
        })
    }

    fn call(&mut self, contract: Address, data: Vec<u8>) -> Result<Said<Bytes>, ReportError> {
        if let Some(interrupt) = self.watch.and_then(|watch| watch()) {
            return Err(CallError::Interrupted(interrupt).into());
        }
        let account = unavailable(self.calls.account(contract))?;
        if account.is_none_or(|account| account.code_hash == KECCAK256_EMPTY) {
            return Ok(Said::Nothing);
        }
        let ran = self.calls.call(contract, data.into(), GAS);
        let ran = ran.map_err(|error| CallError::from(execute_error(Some(0), error)))?;
        let used = ran.gas_used.saturating_add(ASKING);
        self.budget.spare(used)?;
        self.budget.left -= used;
        Ok(ran.output.map_or(Said::Failed, Said::Value))
    }
}

impl std::fmt::Debug for Reader<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

/// What a contract said.
enum Said<T> {
    Value(T),
    /// There is no contract.
    Nothing,
    /// It failed, or said something else.
    Failed,
}

fn unavailable<T>(read: Result<T, SourceError>) -> Result<T, ReportError> {
    read.map_err(|source| CallError::StateUnavailable(source).into())
}

/// A symbol: a string, or the 32 bytes of early tokens.
fn symbol_of(said: &[u8]) -> Option<String> {
    let symbol = match String::abi_decode(said) {
        Ok(symbol) => symbol,
        Err(_) => {
            let bytes = said.get(..32).filter(|_| said.len() == 32)?;
            let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(32);
            String::from_utf8(bytes[..length].to_vec()).ok()?
        }
    };
    // Nothing that controls a terminal, hides, or turns the direction of writing.
    let shown = symbol.chars().filter(|char| {
        let is_hidden = matches!(
            char,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}'
        );
        !char.is_control() && !is_hidden
    });
    let shown: String = shown.take(SYMBOL).collect();
    (!shown.is_empty()).then_some(shown)
}

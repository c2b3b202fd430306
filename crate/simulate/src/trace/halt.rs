//! Words for the end of a frame, as geth has them (core/vm/errors.go).
//!
//! The one table of this crate. A result alone does not name the opcode, the height of the stack or
//! the size of a contract: [`Endings`](super::Endings) watches the run and completes the words.

use revm::interpreter::InstructionResult;

/// Error of a frame that ended with `result`, in geth's words; `None` where it succeeded.
pub(crate) const fn halt_words(result: InstructionResult) -> Option<&'static str> {
    Some(match result {
        InstructionResult::Stop
        | InstructionResult::Return
        | InstructionResult::SelfDestruct
        | InstructionResult::Suspend => return None,
        InstructionResult::Revert => "execution reverted",
        InstructionResult::CallTooDeep => "max call depth exceeded",
        InstructionResult::OutOfFunds | InstructionResult::OverflowPayment => {
            "insufficient balance for transfer"
        }
        InstructionResult::OutOfGas
        | InstructionResult::MemoryOOG
        | InstructionResult::MemoryLimitOOG
        | InstructionResult::PrecompileOOG => "out of gas",
        InstructionResult::InvalidOperandOOG => "gas uint64 overflow",
        InstructionResult::ReentrancySentryOOG => {
            "out of gas: not enough gas for reentrancy sentry"
        }
        InstructionResult::OpcodeNotFound
        | InstructionResult::NotActivated
        | InstructionResult::InvalidImmediateEncoding => "invalid opcode",
        InstructionResult::InvalidFEOpcode => "invalid opcode: INVALID",
        InstructionResult::CallNotAllowedInsideStatic
        | InstructionResult::StateChangeDuringStaticCall => "write protection",
        InstructionResult::InvalidJump => "invalid jump destination",
        InstructionResult::StackUnderflow => "stack underflow",
        InstructionResult::StackOverflow => "stack limit reached 1024 (1023)",
        InstructionResult::OutOfOffset => "return data out of bounds",
        InstructionResult::CreateCollision => "contract address collision",
        InstructionResult::PrecompileError => "precompiled failed",
        InstructionResult::NonceOverflow => "nonce uint64 overflow",
        InstructionResult::CreateContractSizeLimit => "max code size exceeded",
        InstructionResult::CreateInitCodeSizeLimit => "max initcode size exceeded",
        InstructionResult::CreateContractStartingWithEF
        | InstructionResult::CreateInitCodeStartingEF00
        | InstructionResult::InvalidEOFInitCode
        | InstructionResult::InvalidExtDelegateCallTarget => {
            "invalid code: must not begin with 0xef"
        }
        InstructionResult::FatalExternalError => "state unavailable",
    })
}

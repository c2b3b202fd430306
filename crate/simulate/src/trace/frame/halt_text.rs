//! Text of a halt, as in geth's `core/vm/errors.go`: the one table of this crate.
//!
//! A result alone names neither the opcode, nor the height of the stack, nor the size of a contract:
//! [`FrameOutcomes`](super::FrameOutcomes) observes the run and completes the text.

use revm::interpreter::InstructionResult;

/// Returns geth's error text for a frame that ended with `result`; `None` if it succeeded.
pub(crate) const fn halt_text(result: InstructionResult) -> Option<&'static str> {
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

/** Our shapes are viem's: what viem's actions take, ours take; what ours return, viem's types hold. */
import type { BrowserProvider, Eip1193Provider } from 'ethers'
import type {
  Block,
  CallParameters,
  CallReturnType,
  CreateAccessListParameters,
  CreateAccessListReturnType,
  custom,
  EIP1193Provider,
  EstimateGasParameters,
  EstimateGasReturnType,
  Log,
  SimulateBlocksParameters,
  SimulateBlocksReturnType,
  SimulateCallsParameters,
  SimulateCallsReturnType,
  StateOverride as ViemStateOverride,
  Transaction as ViemTransaction,
} from 'viem'
import { foundry } from 'viem/chains'
import { expectTypeOf, test } from 'vitest'
import type {
  call,
  createAccessList,
  createEvm,
  Evm,
  estimateGas,
  Provider,
  RpcBlock,
  RpcLog,
  StateOverride,
  simulateBlocks,
  simulateCalls,
  Transaction,
  traceCall,
} from '../../js/src/index.js'

test('the provider is what viem and ethers take', () => {
  expectTypeOf<Provider>().toExtend<Parameters<typeof custom>[0]>()
  expectTypeOf<Provider>().toExtend<EIP1193Provider>()
  expectTypeOf<Provider>().toExtend<Eip1193Provider>()
  expectTypeOf<Provider>().toExtend<ConstructorParameters<typeof BrowserProvider>[0]>()
})

test("viem's parameters are ours", () => {
  expectTypeOf<CallParameters>().toExtend<call.Parameters>()
  expectTypeOf<EstimateGasParameters>().toExtend<estimateGas.Parameters>()
  expectTypeOf<CreateAccessListParameters>().toExtend<createAccessList.Parameters>()
  expectTypeOf<CallParameters>().toExtend<traceCall.Parameters>()
  expectTypeOf<ViemStateOverride>().toExtend<StateOverride>()
  type RawCall = { to: `0x${string}`; data?: `0x${string}`; value?: bigint }
  expectTypeOf<SimulateCallsParameters<readonly RawCall[]>['calls']>().toExtend<
    simulateCalls.Parameters['calls']
  >()
  expectTypeOf<Omit<SimulateCallsParameters, 'calls'>>().toExtend<
    Omit<simulateCalls.Parameters, 'calls'>
  >()
  expectTypeOf<SimulateBlocksParameters<readonly RawCall[]>['blocks']>().toExtend<
    simulateBlocks.Parameters['blocks']
  >()
  expectTypeOf<Omit<SimulateBlocksParameters, 'blocks'>>().toExtend<
    Omit<simulateBlocks.Parameters, 'blocks'>
  >()
  expectTypeOf(foundry).toExtend<NonNullable<createEvm.Options['chain']>>()
})

test("our results are viem's", () => {
  expectTypeOf<call.ReturnType>().toExtend<CallReturnType>()
  expectTypeOf<estimateGas.ReturnType>().toExtend<EstimateGasReturnType>()
  expectTypeOf<createAccessList.ReturnType>().toExtend<CreateAccessListReturnType>()
  expectTypeOf<RpcLog>().toExtend<Log>()
  expectTypeOf<Transaction>().toExtend<ViemTransaction>()
  expectTypeOf<RpcBlock>().toExtend<Block>()
  expectTypeOf<simulateBlocks.ReturnType>().toExtend<SimulateBlocksReturnType>()
  expectTypeOf<simulateCalls.ReturnType>().toExtend<SimulateCallsReturnType>()
})

test('a tracer says what its result is', () => {
  const evm = {} as Evm
  expectTypeOf(evm.traceCall({ tracer: 'callTracer' })).resolves.toHaveProperty('calls')
  expectTypeOf(evm.traceCall({})).resolves.toHaveProperty('structLogs')
  expectTypeOf(evm.traceCall({ tracer: '4byteTracer' })).resolves.toEqualTypeOf<
    Record<string, number>
  >()
})

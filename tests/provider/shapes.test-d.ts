/** Our shapes are viem's: what viem's actions take, ours take; what ours return, viem's types hold. */
import type { BrowserProvider, Eip1193Provider } from 'ethers'
import type {
  Abi,
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
  PublicClient,
  SimulateBlocksParameters,
  SimulateBlocksReturnType,
  SimulateCallsParameters,
  SimulateCallsReturnType,
  StateOverride as ViemStateOverride,
  Transaction as ViemTransaction,
} from 'viem'
import { parseAbi } from 'viem'
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

const abi = parseAbi([
  'function balanceOf(address owner) view returns (uint256)',
  'function symbol() view returns (string)',
  'function both(uint256 amount, bool[] flags) returns (uint256 sum, address who)',
  'function touch()',
])

test('viem and ethers accept the provider', () => {
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

test("types of calls by an ABI and of their results are viem's", () => {
  const evm = {} as Evm
  const client = {} as PublicClient
  const calls = [
    { to: '0x', abi, functionName: 'balanceOf', args: ['0x'] },
    { to: '0x', abi, functionName: 'symbol' },
    { to: '0x', abi, functionName: 'both', args: [1n, [true]] },
    { to: '0x', abi, functionName: 'touch' },
    { to: '0x', data: '0x12', value: 1n },
  ] as const
  type Ours = Awaited<ReturnType<typeof ours>>['results']
  type Theirs = Awaited<ReturnType<typeof theirs>>['results']
  const ours = () => evm.simulateCalls({ calls })
  const theirs = () => client.simulateCalls({ calls })
  type Result<results extends readonly unknown[], position extends number> =
    Extract<results[position], { status: 'success' }> extends { result: infer result }
      ? result
      : never
  expectTypeOf<Result<Ours, 0>>().toEqualTypeOf<bigint>()
  expectTypeOf<Result<Ours, 0>>().toEqualTypeOf<Result<Theirs, 0>>()
  expectTypeOf<Result<Ours, 1>>().toEqualTypeOf<Result<Theirs, 1>>()
  expectTypeOf<Result<Ours, 2>>().toEqualTypeOf<readonly [bigint, `0x${string}`]>()
  expectTypeOf<Result<Ours, 2>>().toEqualTypeOf<Result<Theirs, 2>>()
  // viem says void, which a value cannot be.
  expectTypeOf<Result<Ours, 3>>().toEqualTypeOf<undefined>()
  expectTypeOf<Ours>().toExtend<Theirs>()

  // Written where they are used, they need no `as const`.
  const written = evm.simulateCalls({
    calls: [{ to: '0x', abi, functionName: 'balanceOf', args: ['0x'] }],
  })
  expectTypeOf(written).resolves.toHaveProperty('results')
  type Written = Awaited<typeof written>['results']
  expectTypeOf<Result<Written, 0>>().toEqualTypeOf<bigint>()
  const blocks = () => evm.simulateBlocks({ blocks: [{ calls }] })
  type Block = Awaited<ReturnType<typeof blocks>>[number]['calls']
  expectTypeOf<Result<Block, 0>>().toEqualTypeOf<bigint>()

  // @ts-expect-error There is no such function.
  evm.simulateCalls({ calls: [{ to: '0x', abi, functionName: 'balance' }] })
  // @ts-expect-error It takes an address.
  evm.simulateCalls({ calls: [{ to: '0x', abi, functionName: 'balanceOf', args: [1n] }] })
  // @ts-expect-error It takes an argument.
  evm.simulateCalls({ calls: [{ to: '0x', abi, functionName: 'balanceOf' }] })
  // An ABI that is not known takes any.
  const unknown: Abi = []
  evm.simulateCalls({ calls: [{ to: '0x', abi: unknown, functionName: 'any', args: [1n] }] })
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

test('the tracer determines the type of the trace', () => {
  const evm = {} as Evm
  expectTypeOf(evm.traceCall({ tracer: 'callTracer' })).resolves.toHaveProperty('calls')
  expectTypeOf(evm.traceCall({})).resolves.toHaveProperty('structLogs')
  expectTypeOf(evm.traceCall({ tracer: '4byteTracer' })).resolves.toEqualTypeOf<
    Record<string, number>
  >()
})

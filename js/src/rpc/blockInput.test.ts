import { expect, test } from 'vitest'
import { preStateDocument } from './blockInput.js'

const A = `0x${'aa'.repeat(20)}` as const
const B = `0x${'bb'.repeat(20)}` as const
const word = (digit: number) => `0x${String(digit).padStart(64, '0')}` as const

test('of states per transaction the first mention of an account and of a slot counts', () => {
  const states = [
    { result: { [A]: { balance: '0x5', nonce: 1 } } },
    {
      result: {
        // Its nonce and balance are those that the first transaction has left.
        [A.toUpperCase().replace('0X', '0x')]: { balance: '0x3', nonce: 2 },
        [B]: { balance: '0x0', code: '0x00', storage: { [word(1)]: word(7) } },
      },
    },
    {
      result: {
        [B]: { balance: '0x1', code: '0x00', storage: { [word(1)]: word(8), [word(2)]: word(9) } },
      },
    },
  ]
  expect(preStateDocument(states as never)).toEqual({
    [A]: { balance: '0x5', nonce: '0x1', storage: {} },
    [B]: { balance: '0x0', code: '0x00', storage: { [word(1)]: word(7), [word(2)]: word(9) } },
  })
})

test('code that the block itself has put somewhere is not there before it', () => {
  const later = { balance: '0x5', nonce: 1, code: '0x00', storage: { [word(1)]: word(7) } } as const
  const delegated = { ...later, code: `0xef0100${'cc'.repeat(20)}` } as const
  const before = { result: { [A]: { balance: '0x5' }, [B]: { balance: '0x5' } } } as const
  expect(preStateDocument([before, { result: { [A]: later, [B]: delegated } }])).toEqual({
    [A]: { balance: '0x5' },
    // Slots of an account that delegates are its own, and older than its code.
    [B]: { balance: '0x5', storage: { [word(1)]: word(7) } },
  })
})

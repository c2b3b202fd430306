import { expect, test } from 'vitest'
import { createNotices } from './notices.js'

test('each line is written once, and 100 of them', () => {
  const written: string[] = []
  const notify = createNotices((line) => written.push(line))
  for (const _ of [1, 2]) notify('one')
  expect(written).toEqual(['parevm: one\n'])
  for (let number = 0; number < 99; number += 1) notify(`line ${number}`)
  expect(written.length).toBe(100)
  for (let number = 0; number < 10_000; number += 1) notify(`more ${number}`)
  notify('one')
  expect(written.slice(100)).toEqual(['parevm: more refusals are not printed\n'])
})

// Random blocks of `parevm-cli fuzz`, with what parevm leaves.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { difference } from './compare.mjs'
import { open, whyNot } from './engine.mjs'

/**
 * Runs `count` made blocks, and calls `report` with the verdict on each.
 *
 * @param cli - Path of `parevm-cli`.
 */
export async function made({ cli, seed, count, report }) {
  const args = ['fuzz', '--export', '--seed', String(seed), '--count', String(count)]
  const child = spawn(cli, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const block = JSON.parse(line)
    const name = `made block ${block.seed}, ${block.fork}`
    const reason = whyNot(block.fork)
    if (reason) {
      report({ name, skipped: reason })
      continue
    }
    if (!block.isStateComplete) {
      // A chain without the system contracts of its fork: blocks of it are invalid.
      report({ name, skipped: 'the state lacks a system contract' })
      continue
    }
    report({ name, difference: await check(block) })
  }
  const code = await ended
  if (code !== 0) throw new Error(`parevm-cli ended with ${code}`)
}

async function check({ fork, preState, blockHashes, blockRlp, result }) {
  try {
    const run = await open({ fork, pre: preState, blockHashes })
    return await difference(await run(blockRlp), result)
  } catch (error) {
    return `EthereumJS fails: ${error.message}`
  }
}

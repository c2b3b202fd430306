// Runs fixture files on several engines at once.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, StepError } from '../process.mjs'
import { pack } from './beside.mjs'
import { answersOf } from './server.mjs'

/** Largest memory of the test build: 4 GiB, of which only written pages are used. */
const memoryPages = 2 ** 16
/** A file that takes longer than this, in milliseconds, fails. */
const limitMs = 600_000

/**
 * Runs every file of the iterator `files` and passes each to `report`. An engine that dies fails the
 * file it was at; its supervisor starts another for the next one. With a `url` the engines only judge
 * what the server there answers.
 */
export async function runFiles(
  files,
  { suite, build, threads, executors, engines, report, url, ...rest },
) {
  const module = (path) => import(pathToFileURL(join(root, 'dist/testing/js/src', path)).href)
  const { startEvm } = await module('evm/start.js')
  const { nodeHost } = await module('loader/node.js')
  const { assets } = await module('assets.js')
  const timer = setInterval(() => process.stderr.write(`${report.progress()}\n`), 15_000)
  timer.unref()

  const work = async () => {
    const host = { ...nodeHost(assets), memoryPages }
    const { evm, supervisor } = await startEvm(host, { build, threads })
    const ask = (file, text) => {
      const request = { kind: 'conformance', suite, file, text, executors, only: rest.case }
      return supervisor.request(request, { signal: AbortSignal.timeout(limitMs) })
    }
    // An empty file is a verdict, a name that the engine does not know an error.
    await ask('', new Uint8Array()).catch((error) => {
      throw new StepError(error.message.split('\n')[0], 'npm run conformance -- --suite state')
    })
    // All take from one iterator: whoever is free gets the next file.
    for (let next = files.next(); !next.done; next = files.next()) {
      const { name, text, reason, beside, judge = (verdict) => verdict } = next.value
      if (reason !== undefined) {
        report.add(name, [broken(name, reason)])
        continue
      }
      let fixture = text
      if (beside !== undefined) {
        try {
          fixture = pack(beside, text, url && (await answersOf(url, text)))
        } catch (error) {
          const cause = error.cause === undefined ? '' : ` (${error.cause.message})`
          report.add(name, [broken(name, `the server did not answer: ${error.message}${cause}`)])
          continue
        }
      }
      try {
        report.add(name, JSON.parse(await ask(name, fixture)).map(judge))
      } catch (error) {
        report.add(name, [broken(name, `the engine died: ${error.message}`)])
      }
    }
    await evm.close()
  }
  try {
    await Promise.all(Array.from({ length: engines }, work))
  } finally {
    clearInterval(timer)
    files.return()
  }
}

const broken = (name, reason) => ({ case: name, outcome: 'failed', reason, ms: 0 })

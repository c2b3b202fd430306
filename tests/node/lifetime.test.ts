import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const index = JSON.stringify(new URL('../../dist/js/src/index.js', import.meta.url).href)
const block = JSON.stringify(
  fileURLToPath(new URL('../../fixtures/19933122.json.gz', import.meta.url)),
)

/** Runs a program in a process of its own; rejects if it does not end. */
async function program(body: string): Promise<string> {
  const source = `
    import { readFile } from 'node:fs/promises'
    import { createEvm } from ${index}
    const fixture = await readFile(${block})
    ${body}`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', source],
    { timeout: 30_000 },
  )
  return stdout.trim()
}

test.each(['threads', 'single'])('a process exits after close (%s build)', async (build) => {
  const output = await program(`
    const evm = await createEvm({ build: '${build}' })
    const { gasUsed } = await evm.executeBlock({ fixture })
    await evm.close()
    console.log(String(gasUsed))`)
  expect(output).toBe('2056821')
})

test.each(['threads', 'single'])(
  'an idle engine keeps no process alive (%s build)',
  async (build) => {
    const output = await program(`
    const evm = await createEvm({ build: '${build}' })
    const { gasUsed } = await evm.executeBlock({ fixture })
    console.log(String(gasUsed))`)
    expect(output).toBe('2056821')
  },
)

test('an unused engine keeps no process alive', async () => {
  expect(await program(`await createEvm(); console.log('created')`)).toBe('created')
})

test('a pending call keeps the process alive', async () => {
  const output = await program(`
    const evm = await createEvm({ threads: 2 })
    evm.executeBlock({ fixture }).then(({ gasUsed }) => console.log(String(gasUsed)))`)
  expect(output).toBe('2056821')
})

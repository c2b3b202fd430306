import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodeModuleObstacle, nodeWorkerObstacle } from '../loader/obstacle.js'
import { ModuleUnavailableError } from './ModuleUnavailableError.js'
import { OBSTACLES } from './obstacle.js'
import { WorkerUnavailableError } from './WorkerUnavailableError.js'

const page = readFileSync(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8')

test('the page has a section for each reason, and no other', () => {
  const sections = [...page.matchAll(/^### `(\w+)`$/gm)].map(([, code]) => code)
  const running = [
    'UNSUPPORTED_RUNTIME',
    'OUT_OF_MEMORY',
    'WORKER_DIED',
    'ENGINE_FAILED',
    'ENGINE_BUG',
  ]
  expect(sections.toSorted()).toEqual([...Object.keys(OBSTACLES), ...running].toSorted())
  expect(new Set(sections).size).toBe(sections.length)
})

test('each reason has its own sentence and remedy, and none is a bug', () => {
  const sentences = Object.values(OBSTACLES).map(({ sentence }) => sentence)
  expect(new Set(sentences).size).toBe(sentences.length)
  for (const { sentence, hint } of Object.values(OBSTACLES))
    expect(`${sentence}: URL\n${hint}`).not.toMatch(/report/)
})

test('an error has the file, the reason and the remedy', () => {
  const url = 'https://example.org/parevm_bg.wasm'
  const module = new ModuleUnavailableError('MODULE_NOT_FOUND', url)
  expect(module).toMatchObject({ code: 'MODULE_NOT_FOUND', url, data: { url } })
  expect(module.message).toBe(
    `A file of the engine is missing: ${url}\nDeploy \`dist/wasm\` of the package beside \`dist/js\`, or say where it is: \`createEvm({ wasm })\`. A server bundled by Next.js needs \`serverExternalPackages\`.`,
  )
  expect(new WorkerUnavailableError('WORKER_DENIED_BY_NODE', url).message).toContain(
    '--allow-worker',
  )
})

test.each([
  [{ code: 'ENOENT' }, 'MODULE_NOT_FOUND', 'WORKER_NOT_FOUND'],
  [{ code: 'ERR_MODULE_NOT_FOUND' }, 'MODULE_NOT_FOUND', 'WORKER_NOT_FOUND'],
  [{ code: 'ERR_ACCESS_DENIED' }, 'MODULE_DENIED_BY_NODE', 'WORKER_DENIED_BY_NODE'],
  [{ code: 'EACCES' }, 'MODULE_READ_DENIED', undefined],
  [{ name: 'NotCapable' }, 'MODULE_DENIED_BY_DENO', 'WORKER_DENIED_BY_DENO'],
  [{ name: 'PermissionDenied' }, 'MODULE_DENIED_BY_DENO', 'WORKER_DENIED_BY_DENO'],
  [
    { code: 'ERR_MODULE_NOT_FOUND', message: 'Requires read access to "/a.js", run again with' },
    'MODULE_DENIED_BY_DENO',
    'WORKER_DENIED_BY_DENO',
  ],
  [{ code: 'EIO' }, 'MODULE_UNAVAILABLE', undefined],
  ['text', 'MODULE_UNAVAILABLE', undefined],
  [undefined, 'MODULE_UNAVAILABLE', undefined],
])('%o of Node.js or Deno is %s for a file and %s for a worker', (cause, file, worker) => {
  expect(nodeModuleObstacle(cause)).toBe(file)
  expect(nodeWorkerObstacle(cause)).toBe(worker)
})

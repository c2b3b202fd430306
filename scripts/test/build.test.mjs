import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { findBuilderPath } from '../paths.mjs'
import { root } from '../process.mjs'
import { findWaits } from '../wait32.mjs'

const path = (build) => join(root, 'dist/wasm', build, 'parevm_bg.wasm')
const scriptOf = (build) => path(build).replace('_bg.wasm', '.js')
const builds = ['threads', 'single', 'simulate/threads', 'simulate/single']
const skip = builds.every((build) => existsSync(path(build))) ? false : 'not all is built'

/** The memory of a build: `import` or `export`. */
function memoryOf(module) {
  const isMemory = ({ kind }) => kind === 'memory'
  return {
    imported: WebAssembly.Module.imports(module).some(isMemory),
    exported: WebAssembly.Module.exports(module).some(isMemory),
  }
}

test('the threads build waits, and only in functions that hold nothing else', { skip }, () => {
  const waits = findWaits(readFileSync(path('threads')))
  assert.ok(waits.length > 0)
  assert.deepEqual(
    waits.filter(({ alone }) => !alone),
    [],
  )
})

test('the threads build takes its memory from the caller', { skip }, () => {
  const module = new WebAssembly.Module(readFileSync(path('threads')))
  assert.equal(memoryOf(module).imported, true)
})

test('the single build never waits and brings its memory', { skip }, () => {
  const bytes = readFileSync(path('single'))
  assert.deepEqual(findWaits(bytes), [])
  assert.deepEqual(memoryOf(new WebAssembly.Module(bytes)), { imported: false, exported: true })
})

/** Returns engines of the single build of an entry, each with an instance of its own. */
async function engines(build, count) {
  const { createBindings } = await import(pathToFileURL(scriptOf(build)).href)
  const module = new WebAssembly.Module(readFileSync(path(build)))
  return Array.from({ length: count }, () => {
    const bindings = createBindings()
    bindings.initSync({ module })
    return new bindings.Engine(1)
  })
}

const request = (engine, method, params = []) => {
  const { result, error } = engine.request(method, JSON.stringify(params), 0, '00'.repeat(16))
  return JSON.parse(result ?? error)
}

test('each call of createBindings returns bindings with an instance of their own', {
  skip,
}, async () => {
  const [open, other] = await engines('single', 2)
  open.openNode('{}')
  assert.equal(request(open, 'eth_chainId'), '0x7a69')
  const isClosed = ({ message }) => /no node is open/.test(message)
  assert.throws(() => request(other, 'eth_chainId'), isClosed)
})

test('parevm/simulate answers calls, and names the entry that has what it leaves out', {
  skip,
}, async () => {
  const [engine] = await engines('simulate/single', 1)
  engine.openNode('{}')
  const identity = { to: `0x${'4'.padStart(40, '0')}`, data: '0x0102' }
  assert.equal(request(engine, 'eth_call', [identity, 'latest']), '0x0102')
  assert.equal(request(engine, 'eth_call', [identity, 'pending']), '0x0102')
  assert.equal(
    engine.call(undefined, identity.to, identity.data, undefined, undefined, 0),
    '0x0102',
  )
  const [block] = request(engine, 'eth_simulateV1', [
    { blockStateCalls: [{ calls: [identity] }] },
    'latest',
  ])
  assert.equal(block.calls[0].returnData, '0x0102')
  for (const method of ['eth_sendTransaction', 'evm_mine', 'eth_accounts', 'debug_traceBlock']) {
    const { code, message } = request(engine, method)
    assert.equal(code, -32_601)
    assert.match(message, /is in the entry `parevm`/)
  }
  assert.equal(request(engine, 'eth_moonPhase').message, 'the method eth_moonPhase does not exist')
  assert.throws(
    () => engine.openNode('{"accounts":1}'),
    ({ message }) => /accounts is 1, expected 0 to 0/.test(message),
  )
})

for (const build of builds) {
  test(`the bindings of the ${build} build name no file, so that bundlers copy none`, {
    skip,
  }, () => {
    assert.doesNotMatch(readFileSync(scriptOf(build), 'utf8'), /import\.meta|_bg\.wasm/)
  })

  test(`the ${build} build holds no path of the machine that built it`, { skip }, () => {
    assert.equal(findBuilderPath(readFileSync(path(build)), [[root, '']]), null)
  })

  test(`the ${build} build cannot be broken, timed or given fixtures`, { skip }, () => {
    const module = new WebAssembly.Module(readFileSync(path(build)))
    const names = WebAssembly.Module.exports(module).map(({ name }) => name)
    const bindings = readFileSync(scriptOf(build), 'utf8')
    const ofTests = /panicIn|hang|replay|made\b|conformance|fault|bench/i
    const isFull = !build.startsWith('simulate')
    assert.ok(names.includes('engine_call'))
    for (const name of ['executeBlock', 'importChain', 'saveNode', 'openSaved', 'repeat'])
      assert.equal(names.includes(`engine_${name}`), isFull, name)
    assert.deepEqual(
      names.filter((name) => ofTests.test(name)),
      [],
    )
    assert.doesNotMatch(bindings, /panicIn|hang\(|replay|made\(|conformance\(/)
  })
}

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
const skip = existsSync(path('threads')) && existsSync(path('single')) ? false : 'nothing is built'

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

test('each call of createBindings returns bindings with an instance of their own', {
  skip,
}, async () => {
  const { createBindings } = await import(pathToFileURL(scriptOf('single')).href)
  const module = new WebAssembly.Module(readFileSync(path('single')))
  const all = [createBindings(), createBindings()]
  const exports = all.map((bindings) => bindings.initSync({ module }))
  assert.notEqual(exports[0].memory, exports[1].memory)
  const engines = all.map(({ Engine }) => new Engine(1))
  engines[0].openNode('{}')
  const chainId = (engine) => engine.request('eth_chainId', '[]', 0, '00'.repeat(16))
  assert.deepEqual(JSON.parse(chainId(engines[0]).result ?? chainId(engines[0])), '0x7a69')
  assert.throws(
    () => chainId(engines[1]),
    ({ message }) => /no node is open/.test(message),
  )
})

for (const build of ['threads', 'single']) {
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
    assert.ok(names.includes('engine_executeBlock'))
    assert.deepEqual(
      names.filter((name) => ofTests.test(name)),
      [],
    )
    assert.doesNotMatch(bindings, /panicIn|hang\(|replay|made\(|conformance\(/)
  })
}

import { expect, test, vi } from 'vitest'
import { createCompiler } from './wasmSource.js'

/** Modules in the form of each build: only threads import their memory. */
const bytes = {
  single: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
  // (import "a" "b" (memory 1))
  threads: Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[2, 8, 1, 1, 0x61, 1, 0x62, 2, 0, 1],
  ),
}
const modules = {
  single: new WebAssembly.Module(bytes.single),
  threads: new WebAssembly.Module(bytes.threads),
}
const locate = (build: string) => new URL(`https://example.org/${build}-${locate.serial}.wasm`)
locate.serial = 0

const nothing = () => expect.fail('nothing is loaded')

test('engines share the module of a file, which is loaded once', async () => {
  locate.serial += 1
  const load = vi.fn(async () => modules.single)
  const [first, second] = [
    createCompiler(undefined, locate, load),
    createCompiler(undefined, locate, load),
  ]
  expect(await first.compile('single')).toBe(modules.single)
  expect(await second.compile('single')).toBe(modules.single)
  expect(load).toHaveBeenCalledTimes(1)
})

test('a file that does not load is loaded again for the next engine', async () => {
  locate.serial += 1
  const load = vi.fn(async () => modules.single).mockRejectedValueOnce(new Error('offline'))
  const { compile } = createCompiler(undefined, locate, load)
  await expect(compile('single')).rejects.toThrow('offline')
  expect(await compile('single')).toBe(modules.single)
})

test.each(['single', 'threads'] as const)('the %s build is known by its imports', async (build) => {
  for (const source of [modules[build], bytes[build], bytes[build].buffer]) {
    const compiler = createCompiler(source, locate, nothing)
    expect(await compiler.builds?.()).toEqual([build])
    expect(await compiler.compile(build)).toBeInstanceOf(WebAssembly.Module)
  }
})

test('a response is compiled once, whatever type its server names', async () => {
  for (const type of ['application/wasm', 'application/octet-stream']) {
    const response = new Response(bytes.single, { headers: { 'content-type': type } })
    const { builds, compile } = createCompiler(response, locate, nothing)
    expect(await builds?.()).toEqual(['single'])
    expect(await compile('single')).toBe(await compile('single'))
  }
})

test('what is no wasm is an error that says so', async () => {
  for (const source of [Uint8Array.of(1, 2), new Response('<!doctype html>')])
    await expect(createCompiler(source, locate, nothing).builds?.()).rejects.toMatchObject({
      name: 'ModuleUnavailableError',
      code: 'MODULE_WRONG_TYPE',
    })
  const missing = new Response('', { status: 404 })
  await expect(createCompiler(missing, locate, nothing).builds?.()).rejects.toMatchObject({
    code: 'MODULE_NOT_FOUND',
  })
})

test('wasm of several builds is compiled where it is chosen', async () => {
  const load = vi.fn(async () => modules.threads)
  const sources = { threads: 'https://example.org/a.wasm', single: Promise.resolve(bytes.single) }
  const { builds, compile } = createCompiler(sources, locate, load)
  expect(await builds?.()).toEqual(['threads', 'single'])
  expect(load).not.toHaveBeenCalled()
  expect(await compile('threads')).toBe(modules.threads)
  expect(await compile('single')).toBeInstanceOf(WebAssembly.Module)
  expect(load).toHaveBeenCalledExactlyOnceWith('https://example.org/a.wasm')
})

test('wasm of the other build is refused', async () => {
  const { compile } = createCompiler({ threads: modules.single }, locate, nothing)
  await expect(compile('threads')).rejects.toMatchObject({
    name: 'InvalidParameterError',
    data: { parameter: 'wasm.threads' },
  })
})

test('a bundle that has no URL of its own names the option that is missing', async () => {
  const nowhere = () => new URL('parevm_bg.wasm', undefined)
  const { compile } = createCompiler(undefined, nowhere, nothing)
  const error = {
    code: 'MODULE_NOT_FOUND',
    message: expect.stringContaining('createEvm({ wasm })'),
  }
  await expect(compile('single')).rejects.toMatchObject(error)
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { kill, type Server, script, startServer } from './server.js'

export const ALICE = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
export const BOB = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) kill(server)
})

export async function serve(args: string[], shell?: string) {
  const server = await startServer(shell === undefined ? { args } : { args, shell })
  servers.push(server)
  return server
}

/** Runs `parevm serve` with options that it refuses. */
export async function refusal(...args: string[]) {
  const child = spawn(process.execPath, [script, 'serve', '--port', '0', '--threads', '1', ...args])
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  return { code, stderr }
}

export const newFolder = () => mkdtemp(join(tmpdir(), 'parevm-'))
export const newFile = async () => join(await newFolder(), 'chain')
export const pay = (server: Server, value = '0x1') =>
  server.ask('eth_sendTransaction', { from: ALICE, to: BOB, value })
export const headOf = async (server: Server) => Number((await server.ask('eth_blockNumber')).result)
export const hashOf = async (server: Server, block: number) => {
  const { result } = await server.ask('eth_getBlockByNumber', `0x${block.toString(16)}`, false)
  return Reflect.get(Object(result), 'hash')
}

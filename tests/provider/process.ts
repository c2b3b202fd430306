import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** A server that runs in a process of its own. */
export type Served = { url: string; stop(): Promise<void> }

/** Starts `parevm serve` on a free port. */
export async function serve(...options: string[]): Promise<Served> {
  const script = fileURLToPath(new URL('../../dist/js/bin/parevm.js', import.meta.url))
  const args = [script, 'serve', '--port', '0', '--json', ...options]
  return start(process.execPath, args, (text) => JSON.parse(text).url)
}

/**
 * Starts anvil on a free port.
 *
 * @returns The server; a text that says why there is none, where its package is not installed.
 */
export async function anvil(): Promise<Served | string> {
  let program: string
  try {
    program = anvilProgram()
  } catch (error) {
    return (error as Error).message
  }
  const args = ['--port', '0', '--hardfork', 'osaka']
  return start(
    program,
    args,
    (text) => `http://${/Listening on (\S+)/.exec(text)?.[1]}`,
    /Listening/,
  )
}

/**
 * Returns the path of anvil.
 *
 * @throws Error, where its package is not installed.
 */
export function anvilProgram(): string {
  const name = `@foundry-rs/anvil-${process.platform}-${ARCHITECTURES[process.arch]}`
  try {
    const path = createRequire(import.meta.url).resolve(`${name}/package.json`)
    return path.replace(/package\.json$/, 'bin/anvil')
  } catch {
    throw new Error(`${name} is not installed`)
  }
}

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' }

/** Resolves when the program has said where it listens. */
async function start(
  program: string,
  args: string[],
  urlIn: (output: string) => string,
  ready = /\n/,
): Promise<Served> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${output}`)))
    child.stdout.on('data', (text) => {
      output += text
      if (ready.test(output)) resolve(urlIn(output))
    })
  })
  return {
    url,
    async stop() {
      child.kill()
      await ended
    },
  }
}

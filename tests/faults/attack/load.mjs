// Loads the TypeScript of this folder in plain Node: the program itself, and the thread of honest clients.

import { fileURLToPath } from 'node:url'
import { isMainThread, workerData } from 'node:worker_threads'
import { runnerImport } from 'vite'

/** Imports a TypeScript file of this folder. */
export async function load(file) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  return (await runnerImport(path, { logLevel: 'error' })).module
}

if (!isMainThread && workerData?.file !== undefined) {
  const { start } = await load(workerData.file)
  await start(workerData)
}

// What an environment needs beside `import { createEvm } from 'parevm'`. Environments that are not here need nothing.
//
//   node tests/matrix/configuration.mjs     prints the table of the README

import { isProgram } from '../../scripts/process.mjs'

/** For bundlers that leave the package's URLs as they are: its files are copied beside the page. */
const copied = {
  files: {
    'dist/wasm/threads/parevm_bg.wasm': 'threads.wasm',
    'dist/wasm/single/parevm_bg.wasm': 'single.wasm',
    'dist/js/src/worker.bundle.js': 'worker.js',
  },
  options: "{ wasm: { threads: '/threads.wasm', single: '/single.wasm' }, worker: '/worker.js' }",
}

/** Name: the files of the package to copy, the options of `createEvm`, a line elsewhere. */
export const configuration = {
  'Vite 5 dev': { file: 'vite.config.js', line: "optimizeDeps: { exclude: ['parevm'] }" },
  'Vite 6 dev': { file: 'vite.config.js', line: "optimizeDeps: { exclude: ['parevm'] }" },
  'Vite 7 dev': { file: 'vite.config.js', line: "optimizeDeps: { exclude: ['parevm'] }" },
  'Rollup 4': copied,
  'Rolldown 1': copied,
  esbuild: copied,
  'bun build': copied,
  'Next.js 16 (webpack), route handler': {
    file: 'next.config.mjs',
    line: "serverExternalPackages: ['parevm']",
  },
  // Runs without it; Nuxt then has pages prefetch both builds.
  'Nuxt 4': {
    file: 'nuxt.config.ts',
    line: "hooks: { 'build:manifest': (files) => { for (const one of Object.values(files)) if (one.file?.endsWith('.wasm')) one.prefetch = false } }",
  },
  'esbuild, one file for Node.js': {
    file: 'command line',
    line: '--loader:.wasm=binary --target=node20',
    setup: "import wasm from 'parevm/wasm/single/parevm_bg.wasm'",
    options: '{ worker: false, wasm }',
  },
}

/** Returns the table of the README. */
export function configurationTable() {
  const rows = Object.entries(configuration).map(
    ([name, { files, setup, options, file, line }]) => {
      const copies = Object.entries(files ?? {}).map(([from, to]) => `\`${from}\` as \`${to}\``)
      const parts = [
        line && `\`${line}\` (${file})`,
        copies.length > 0 && `copy ${copies.join(', ')}`,
        setup && `\`${setup}\``,
        options && `\`createEvm(${options})\``,
      ]
      return `| ${name} | ${parts.filter(Boolean).join('; ')} |\n`
    },
  )
  return ['| with | needed |\n', '| --- | --- |\n', ...rows].join('')
}

if (isProgram(import.meta.url)) process.stdout.write(configurationTable())

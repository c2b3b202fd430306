// Frameworks that render on a server: the package is imported there and does nothing, and runs in the page.

import { prepareNodes } from '../../../scripts/setup/browser.mjs'
import { readPins } from '../../../scripts/setup.mjs'
import { mainOf, pinned, visit } from '../app.mjs'
import { configuration } from '../configuration.mjs'

/** Frameworks have left the oldest supported line of Node.js. */
async function programOf() {
  return (await prepareNodes(readPins().node)).node22
}

/** Environment of their tools: none asks whether it may count its users. */
const env = {
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  ASTRO_TELEMETRY_DISABLED: '1',
}

async function prepare(context, packages, files, app = {}) {
  await context.write('package.json', JSON.stringify({ private: true, type: 'module' }))
  await context.install(pinned(...packages))
  await context.copy(context.program, 'lib')
  await context.copy(context.block, 'public/block.json.gz')
  for (const [path, text] of Object.entries(files(mainOf({ ...app, program: '../lib/' }))))
    await context.write(path, text)
}

const component = (code) => `'use client'
import { useEffect } from 'react'
${code.replace('report(async', 'const start = () => report(async')}
export function Check() {
  useEffect(() => void start(), [])
  return null
}
`

const handler = `import { readFile } from 'node:fs/promises'
import { createEvm } from 'parevm'
import { check } from '../../lib/check.js'

export const dynamic = 'force-dynamic'

export async function GET() {
  try {
    const fixture = await readFile('public/block.json.gz')
    return Response.json(await check(createEvm, { fixture, build: 'threads', options: { threads: 2 } }))
  } catch ({ name, code, message, hint, cause }) {
    return Response.json({ error: \`\${name}: \${message} \${hint} \${cause}\`, code })
  }
}
`

const nextFiles = (config) => (code) => ({
  'next.config.mjs': `export default ${config}`,
  'app/layout.js': `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>
}
`,
  'app/check.js': component(code),
  'app/page.js': `import { Check } from './check.js'
export default function Page() {
  return <Check />
}
`,
  'app/run/route.js': handler,
})

async function buildNext(context, bundler, config) {
  const node = await programOf()
  await prepare(context, ['next', 'react', 'react-dom'], nextFiles(config))
  const next = context.module('next/dist/bin/next')
  await context.exec(node, [next, 'build', `--${bundler}`], { env })
  const server = await context.start(node, (port) => [next, 'start', '--port', String(port)], {
    env,
  })
  return server.url
}

function nextPage(bundler, { isolated = false } = {}) {
  return {
    name: `Next.js 16 (${bundler}), client component${isolated ? ', isolated' : ''}`,
    short: false,
    async run(context) {
      const url = await buildNext(context, bundler, '{}')
      return visit(context, await context.proxy(url, { isolated }))
    },
  }
}

/** Answer of a route handler: a row, or our error. */
async function askRoute(context, bundler, config) {
  const url = await buildNext(context, bundler, config)
  return (await fetch(`${url}run`)).json()
}

function nextRoute(bundler) {
  const name = `Next.js 16 (${bundler}), route handler`
  return {
    name,
    short: false,
    async run(context) {
      const row = await askRoute(context, bundler, `{ ${configuration[name]?.line ?? ''} }`)
      if (row.error !== undefined) throw new Error(row.error)
      return row
    },
  }
}

const unconfiguredRoute = {
  name: 'Next.js 16 (webpack), route handler, without configuration',
  short: false,
  async run(context) {
    const { code, error } = await askRoute(context, 'webpack', '{}')
    if (!/^(MODULE|WORKER)_NOT_FOUND$/.test(code) || !error.includes('serverExternalPackages'))
      throw new Error(`expected an error that names the configuration, found ${code}: ${error}`)
    return { note: `ends in ${code}, which says what is missing` }
  },
}

const kit = {
  name: 'SvelteKit 3',
  packages: ['kit', 'kit-node', 'svelte', 'svelte-vite', 'vite8'],
  files: (code) => ({
    'vite.config.js': `import { sveltekit } from '@sveltejs/kit/vite'
import adapter from '@sveltejs/adapter-node'
export default { plugins: [sveltekit({ adapter: adapter() })] }
`,
    'src/app.html': `<!doctype html>
<html lang="en"><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>
`,
    'src/start.js': code.replace('report(async', 'export const start = () => report(async'),
    'src/routes/+page.svelte': `<script>
import { onMount } from 'svelte'
import { start } from '../start.js'
onMount(start)
</script>
`,
    'static/.keep': '',
  }),
  build: ['vite/bin/vite.js', 'build'],
  start: () => ['build/index.js'],
  assets: 'static',
}

const nuxt = {
  name: 'Nuxt 4',
  packages: ['nuxt'],
  files: (code) => ({
    'nuxt.config.mjs': `export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  ${configuration['Nuxt 4'].line},
})
`,
    'app/start.js': code.replace('report(async', 'export const start = () => report(async'),
    'app/app.vue': `<script setup>
import { start } from './start.js'
onMounted(start)
</script>
<template><div /></template>
`,
  }),
  build: ['nuxt/bin/nuxt.mjs', 'build'],
  start: () => ['.output/server/index.mjs'],
}

const astro = {
  name: 'Astro 7',
  packages: ['astro', 'astro-node'],
  files: (code) => ({
    'astro.config.mjs': `import node from '@astrojs/node'
export default { output: 'server', adapter: node({ mode: 'standalone' }) }
`,
    'src/start.js': code.replace('report(async', 'export const start = () => report(async'),
    'src/pages/index.astro': `---
import { createEvm } from 'parevm'
const kind = typeof createEvm
---
<html lang="en"><head><title>{kind}</title></head><body>
<script>
import { start } from '../start.js'
start()
</script></body></html>
`,
  }),
  build: ['astro/bin/astro.mjs', 'build'],
  start: () => ['dist/server/entry.mjs'],
}

function row(
  { name, packages, files, build, start, assets = 'public' },
  { isolated = false } = {},
) {
  return {
    name: isolated ? `${name}, isolated` : name,
    short: false,
    async run(context) {
      const node = await programOf()
      await prepare(context, packages, files)
      await context.copy(context.block, `${assets}/block.json.gz`)
      const [program, ...args] = build
      await context.exec(node, [context.module(program), ...args], { env })
      // Their servers read the port from the environment.
      const server = await context.start(
        'sh',
        (port) => ['-c', `HOST=127.0.0.1 PORT=${port} exec "$0" "$@"`, node, ...start()],
        { env },
      )
      return visit(context, await context.proxy(server.url, { isolated }))
    },
  }
}

export default [
  nextPage('turbopack'),
  nextPage('turbopack', { isolated: true }),
  nextPage('webpack'),
  nextRoute('turbopack'),
  nextRoute('webpack'),
  unconfiguredRoute,
  ...[kit, nuxt, astro].map((one) => row(one)),
  row(kit, { isolated: true }),
]

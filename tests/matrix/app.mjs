// Application that every bundler builds: a page that runs the shared program with the package under its bare name.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { trafficOf } from './traffic.mjs'

const versions = JSON.parse(readFileSync(join(import.meta.dirname, 'versions.json'), 'utf8'))

/** Returns the pinned packages of these names. */
export function pinned(...names) {
  return names.map((name) => {
    if (versions[name] === undefined) throw new Error(`${name} has no version in versions.json`)
    return versions[name]
  })
}

/** Returns a module that shows the driver of the browser what the shared program finds. */
export function mainOf({ entry = 'parevm', setup = '', options = '{}', program = './' } = {}) {
  const fixture = entry === 'parevm' ? 'await fetchBlock()' : 'undefined'
  return `import { createEvm } from '${entry}'
import { check } from '${program}check.js'
import { fetchBlock, report } from '${program}page.js'
${setup}

report(async () => {
  const isolated = globalThis.crossOriginIsolated
  return check(createEvm, {
    fixture: ${fixture},
    build: isolated ? 'threads' : 'single',
    options: { ...(isolated ? { threads: 2 } : {}), ...(${options}) },
  })
})
`
}

/**
 * Writes the application: `index.html`, `src/main.js`, and the block in `public`.
 *
 * @param {object} app - Parameters of {@link mainOf}.
 */
export async function writeApp(context, app = {}) {
  await context.copy(context.program, 'src')
  await context.write('src/main.js', mainOf(app))
  await context.copy(context.block, 'public/block.json.gz')
  await context.write('index.html', page('/src/main.js'))
}

/** Returns a page that loads a module. */
export function page(script, head = '') {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8" /><title>parevm</title>${head}</head>
<body><script type="module" src="${script}"></script></body>
</html>
`
}

/** Opens a page of `server`, and resolves with its row. Further `servers` have files of the page, too. */
export async function visit(
  context,
  server,
  { browser = 'chromium', path = '', servers = [], timeoutMs } = {},
) {
  const result = await context.browse(browser, server.url + path, { timeoutMs })
  return { ...result, ...trafficOf(server, ...servers) }
}

/**
 * Opens a page that lacks its configuration; resolves once it has failed with an error of ours.
 *
 * @param {RegExp} code - Code of the error.
 * @param {RegExp} hint - What its text must name.
 */
export async function expectError(context, server, { code, hint }) {
  const error = await context.browse('chromium', server.url).then(
    () => undefined,
    (caught) => caught,
  )
  const found = error?.page
  if (!code.test(found?.code) || !hint.test(found?.hint))
    throw new Error(
      `expected an error ${code} that says ${hint}, found ${error?.message ?? 'none'}`,
    )
  return { note: `ends in ${found.code}, which says what is missing` }
}

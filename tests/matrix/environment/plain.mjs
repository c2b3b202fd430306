// Pages without a bundler: modules under an import map, from the same origin or from another one, such as a CDN.

import { mainOf, page, visit } from '../app.mjs'

const open = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }

function row({
  browser = 'chromium',
  isolated = false,
  cdn = false,
  entry = 'parevm',
  short = false,
}) {
  const words = [
    'script type=module',
    ...(entry === 'parevm' ? [] : [entry]),
    ...(cdn ? ['another origin'] : []),
    ...(browser === 'firefox' ? ['Firefox'] : []),
    ...(isolated ? ['isolated'] : []),
  ]
  return {
    name: words.join(', '),
    short,
    async run(context) {
      await context.install()
      const server = cdn ? await context.serve('node_modules', { headers: open }) : undefined
      // `localhost` and `127.0.0.1` are different origins.
      const base = server?.url.replace('localhost', '127.0.0.1') ?? '/node_modules/'
      const imports = {
        parevm: `${base}parevm/dist/js/src/index.js`,
        'parevm/simulate': `${base}parevm/dist/js/src/simulate/index.js`,
      }
      const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`
      await context.copy(context.program, '.')
      await context.copy(context.block, 'block.json.gz')
      await context.write('main.js', mainOf({ entry }))
      await context.write('index.html', page('/main.js', map))
      const own = await context.serve('.', { isolated })
      return visit(context, own, { browser, servers: server ? [server] : [] })
    },
  }
}

const everywhere = ['chromium', 'firefox'].flatMap((browser) =>
  [false, true].flatMap((cdn) => [false, true].map((isolated) => ({ browser, cdn, isolated }))),
)

export default [
  ...everywhere.map((one) =>
    row({ ...one, short: one.browser === 'chromium' && one.cdn && one.isolated }),
  ),
  row({ entry: 'parevm/simulate', short: true }),
  row({ entry: 'parevm/simulate', isolated: true }),
]

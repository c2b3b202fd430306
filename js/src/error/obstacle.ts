/** Why a file does not load or a worker does not start, with what to do. docs/troubleshooting.md has a section for each. */
export const OBSTACLES = {
  WASM_BLOCKED_BY_CSP: {
    sentence: 'The Content-Security-Policy of this page does not let WebAssembly be compiled',
    hint: "Add 'wasm-unsafe-eval' to its `script-src`.",
  },
  MODULE_BLOCKED_BY_CSP: {
    sentence: 'The Content-Security-Policy of this page does not let a file be fetched',
    hint: "Add the origin of the file ('self' where it is the page's own) to its `connect-src`.",
  },
  MODULE_NOT_FOUND: {
    sentence: 'A file of the engine is not there',
    hint: 'Deploy `dist/wasm` of the package beside `dist/js`, or have your bundler copy it.',
  },
  MODULE_WRONG_TYPE: {
    sentence: 'What lies at the URL of a file of the engine is something else',
    hint: 'Servers that answer every unknown path with a page do that: deploy the file, and serve .wasm as `application/wasm` and .js as `text/javascript`.',
  },
  MODULE_OTHER_ORIGIN: {
    sentence: 'A file of the engine lies on another origin, which does not share it with this page',
    hint: 'Serve the package from the origin of the page, or with the header `Access-Control-Allow-Origin`.',
  },
  MODULE_READ_DENIED: {
    sentence: 'This process may not read a file of the engine',
    hint: 'Make the file readable for its user.',
  },
  MODULE_DENIED_BY_NODE: {
    sentence: "Node's permission model does not let a file of the engine be read",
    hint: 'Start Node with `--allow-fs-read` for the folder of the package.',
  },
  MODULE_DENIED_BY_DENO: {
    sentence: 'Deno does not let a file of the engine be read',
    hint: 'Start Deno with `--allow-read` for the folder of the package.',
  },
  MODULE_UNAVAILABLE: {
    sentence: 'A file of the engine could not be loaded',
    hint: 'Check the network; the `cause` says more.',
  },
  WORKER_BLOCKED_BY_CSP: {
    sentence: 'The Content-Security-Policy of this page does not let a worker be started',
    hint: "Add 'self' to its `worker-src`.",
  },
  WORKER_BLOCKED_BY_COEP: {
    sentence: 'The browser does not start a worker in this cross-origin isolated page',
    hint: 'Serve the script, too, with the header `Cross-Origin-Embedder-Policy: require-corp`.',
  },
  WORKER_NOT_FOUND: {
    sentence: 'The script of a worker is not there',
    hint: 'Deploy all of `dist/js` of the package; with Vite, put `parevm` into `optimizeDeps.exclude`.',
  },
  WORKER_WRONG_TYPE: {
    sentence: 'What lies at the URL of the script of a worker is no JavaScript',
    hint: 'Servers that answer every unknown path with a page do that: deploy the file, and serve it as `text/javascript`.',
  },
  WORKER_OTHER_ORIGIN: {
    sentence: 'Browsers start no worker from another origin than that of the page',
    hint: 'Serve the package from the origin of the page, or bundle it.',
  },
  WORKER_DENIED_BY_NODE: {
    sentence: "Node's permission model does not let a worker be started",
    hint: 'Start Node with `--allow-worker`.',
  },
  WORKER_DENIED_BY_DENO: {
    sentence: 'Deno does not let the script of a worker be read',
    hint: 'Start Deno with `--allow-read` for the folder of the package.',
  },
  WORKER_UNAVAILABLE: {
    sentence: 'A worker could not be started',
    hint: 'The `cause` says more. A bundler must emit the script of the worker and what it imports.',
  },
} as const satisfies Readonly<Record<string, { sentence: string; hint: string }>>

/** Why something could not be loaded or started. */
export type Obstacle = keyof typeof OBSTACLES
/** Why a worker could not be started. */
export type WorkerObstacle = Extract<Obstacle, `WORKER_${string}`>
/** Why a file could not be loaded. */
export type ModuleObstacle = Exclude<Obstacle, WorkerObstacle>

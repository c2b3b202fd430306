/** Reasons why a file does not load or a worker does not start. docs/troubleshooting.md has a section for each. */
export const OBSTACLES = {
  WASM_BLOCKED_BY_CSP: {
    sentence: 'The Content-Security-Policy of this page does not allow WebAssembly to be compiled',
    hint: "Add 'wasm-unsafe-eval' to its `script-src`.",
  },
  MODULE_BLOCKED_BY_CSP: {
    sentence: 'The Content-Security-Policy of this page does not allow a file to be fetched',
    hint: "Add the origin of the file ('self' where it is the page's own) to its `connect-src`.",
  },
  MODULE_NOT_FOUND: {
    sentence: 'A file of the engine is missing',
    hint: 'Deploy `dist/wasm` of the package beside `dist/js`, or say where it is: `createEvm({ wasm })`. A server bundled by Next.js needs `serverExternalPackages`.',
  },
  MODULE_WRONG_TYPE: {
    sentence: 'The URL of a file of the engine serves something else',
    hint: 'Servers that answer every unknown path with a page cause this: deploy the file, or say where it is: `createEvm({ wasm })`; serve .wasm as `application/wasm` and .js as `text/javascript`. In the development server of Vite, put `parevm` into `optimizeDeps.exclude`.',
  },
  MODULE_OTHER_ORIGIN: {
    sentence:
      'A file of the engine is on another origin, which does not allow this page to fetch it',
    hint: 'Serve the package from the origin of the page, or with the header `Access-Control-Allow-Origin`.',
  },
  MODULE_MISMATCH: {
    sentence: 'The wasm is not of the same version and entry of parevm as its JavaScript',
    hint: 'Deploy both from one package; a given `wasm` must be of the entry that is imported.',
  },
  MODULE_READ_DENIED: {
    sentence: 'This process may not read a file of the engine',
    hint: 'Make the file readable for its user.',
  },
  MODULE_DENIED_BY_NODE: {
    sentence: "Node's permission model does not allow a file of the engine to be read",
    hint: 'Start Node with `--allow-fs-read` for the folder of the package.',
  },
  MODULE_DENIED_BY_DENO: {
    sentence: 'Deno does not allow a file of the engine to be read',
    hint: 'Start Deno with `--allow-read` for the folder of the package.',
  },
  MODULE_UNAVAILABLE: {
    sentence: 'A file of the engine could not be loaded',
    hint: 'Check the network; the `cause` has details.',
  },
  WORKER_BLOCKED_BY_CSP: {
    sentence: 'The Content-Security-Policy of this page does not allow a worker to be started',
    hint: "Add 'self' to its `worker-src`.",
  },
  WORKER_BLOCKED_BY_COEP: {
    sentence: 'The browser does not start a worker in this cross-origin isolated page',
    hint: 'Serve the script, too, with the header `Cross-Origin-Embedder-Policy: require-corp`.',
  },
  WORKER_NOT_FOUND: {
    sentence: 'The script of a worker is missing',
    hint: 'Deploy `dist/js` and `dist/wasm` of the package, or say where the script is: `createEvm({ worker })`. In the development server of Vite, put `parevm` into `optimizeDeps.exclude`. A server bundled by Next.js needs `serverExternalPackages`.',
  },
  WORKER_WRONG_TYPE: {
    sentence: 'The URL of the script of a worker does not serve JavaScript',
    hint: 'Servers that answer every unknown path with a page cause this: deploy the file, or say where it is: `createEvm({ worker })`; serve it as `text/javascript`.',
  },
  WORKER_OTHER_ORIGIN: {
    sentence:
      'The script of a worker is on another origin, which does not allow this page to import it',
    hint: "Serve it with the header `Access-Control-Allow-Origin`, allow `blob:` in the page's `worker-src`, or serve the package from the origin of the page.",
  },
  WORKER_DENIED_BY_NODE: {
    sentence: "Node's permission model does not allow a worker to be started",
    hint: 'Start Node with `--allow-worker`.',
  },
  WORKER_DENIED_BY_DENO: {
    sentence: 'Deno does not allow the script of a worker to be read',
    hint: 'Start Deno with `--allow-read` for the folder of the package.',
  },
  WORKER_UNAVAILABLE: {
    sentence: 'A worker could not be started',
    hint: 'The `cause` has details. A bundler must emit the script of the worker and what it imports.',
  },
} as const satisfies Readonly<Record<string, { sentence: string; hint: string }>>

/** Reason of a failed load or start. */
export type Obstacle = keyof typeof OBSTACLES
/** Reason why a worker could not be started. */
export type WorkerObstacle = Extract<Obstacle, `WORKER_${string}`>
/** Reason why a file could not be loaded. */
export type ModuleObstacle = Exclude<Obstacle, WorkerObstacle>

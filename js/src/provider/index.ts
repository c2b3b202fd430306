/** Entry `parevm/provider`: announces a provider, without an engine. */
export { announceProvider } from './announce.js'
export type { Provider } from './provider.js'

export { createEvm } from './evm/create.js'

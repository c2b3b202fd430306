/** Script of the workers of the entry `parevm`, whatever their role, in Node.js and in browsers. */
import { createBindings as createSingle } from '../../wasm/single/parevm.js'
import { createBindings as createThreads } from '../../wasm/threads/parevm.js'
import { workerPort } from './pool/port.js'
import { createService } from './pool/service.js'

createService(workerPort(), (build) => (build === 'threads' ? createThreads : createSingle))

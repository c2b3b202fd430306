import { engineError } from '../error/engineError.js'
import { EvmClosedError } from '../evm/close.js'
import type { choose } from '../loader/choose.js'
import type { Host } from '../loader/host.js'
import type { NodeAnswer } from '../type/wire.js'
import { createDispatcher, type RpcRequest } from './dispatcher.js'
import { EngineFailedError, type EngineHandle, type EngineInfo, startEngine } from './engine.js'
import { stepLifecycle } from './lifecycle.js'
import type { ChainSetup, EngineCalls, EngineRequest } from './message.js'
import type { Pending } from './pending.js'
import { createReclaimer } from './reclaimer.js'
import type { RpcRequest as ServiceRequest } from './service.js'
import { isWireError } from './wireError.js'

/**
 * Returns the supervisor of one engine at a time. It never blocks, and replaces a lost engine: the request that
 * lost it rejects, all others continue on the next one.
 *
 * The engine is a state machine, {@link stepLifecycle}; this is the shell that performs its effects. Requests
 * belong to the dispatcher.
 */
export function createSupervisor(parameters: createSupervisor.Parameters): Supervisor {
  const { host, choice, faults, chain, onAnswer } = parameters
  const readers = choice.build === 'threads' && chain !== undefined ? (parameters.readers ?? 0) : 0
  const reclaimer = createReclaimer()
  let phase: stepLifecycle.Phase = 'idle'
  let engine: EngineHandle | undefined
  let started = createStart()
  /** Resolves when the workers of all stopped engines have ended. */
  let stopped: Promise<void> = Promise.resolve()
  let closed: Promise<void> | undefined

  const apply = (event: stepLifecycle.Event) => {
    const transition = stepLifecycle(phase, event)
    phase = transition.phase
    for (const effect of transition.effects) perform(effect)
  }

  const perform = (effect: stepLifecycle.Effect) => {
    switch (effect.type) {
      case 'prepare':
        started = createStart()
        return void prepare().then(
          () => apply({ type: 'prepared' }),
          (error) => apply({ type: 'failed', error }),
        )
      case 'startWorkers':
        return startWorkers()
      case 'openNode':
        return openNode(effect.info)
      case 'resolveStart':
        dispatcher.setReads(effect.info.reads)
        return started.resolve(effect.info)
      case 'stopWorkers':
        return stopWorkers()
      case 'displaceRequests':
        return dispatcher.displace(effect.error, effect.culprit)
      case 'rejectAll':
        started.reject(effect.error)
        return dispatcher.rejectAll(effect.error)
      case 'dispatch':
        return dispatch()
    }
  }

  const prepare = async () => {
    await stopped
    await reclaimer.wait()
  }

  const startWorkers = () => {
    const module = host.compile(choice.build)
    // A host that starts no worker does not wait for it.
    module.catch(ignore)
    let handle: EngineHandle
    try {
      handle = startEngine({
        host,
        choice,
        module,
        faults,
        readers,
        onReady(info) {
          if (handle === engine) apply({ type: 'ready', info })
        },
        onMessage(message, runner) {
          if (handle === engine) dispatcher.receive(message, runner)
        },
        onLost(error, runner) {
          if (handle === engine) apply({ type: 'lost', error, culprit: dispatcher.idOn(runner) })
        },
      })
    } catch (error) {
      return apply({ type: 'failed', error })
    }
    engine = handle
  }

  const openNode = (info: EngineInfo) => {
    const onOpened = () => apply({ type: 'opened', info })
    if (chain === undefined || engine === undefined) return onOpened()
    dispatcher.open(engine, chain, onOpened, (error) => apply({ type: 'failed', error }))
  }

  const stopWorkers = () => {
    if (engine === undefined) return
    const memory = engine.memory()
    if (memory !== undefined) reclaimer.add(memory)
    stopped = Promise.all([stopped, engine.stop()]).then(() => {})
    engine = undefined
  }

  const dispatch = () => {
    if (phase === 'closed') return
    engine?.keepAlive(!dispatcher.isIdle)
    if (dispatcher.size === 0 && !(engine !== undefined && dispatcher.isSaveDue)) return
    apply({ type: 'demand' })
    if (phase !== 'serving') return
    const serving = engine
    // After the current task, so that the fair queue chooses among all of its requests. Not by
    // `queueMicrotask`, for which Node.js creates an async resource each time.
    void started.promise.then(() => {
      if (serving === undefined || serving !== engine) return
      dispatcher.dispatch(serving)
      if (dispatcher.size === 0) serving.keepAlive(false)
    }, ignore)
  }

  const dispatcher = createDispatcher({
    chain,
    readers,
    onAnswer,
    onIdle: dispatch,
    onLost: (error) => apply({ type: 'lost', error, culprit: undefined }),
    onOverdue: (error) => apply({ type: 'overdue', error }),
  })

  return {
    async start() {
      if (phase === 'closed') throw new EvmClosedError()
      apply({ type: 'demand' })
      return started.promise
    },
    async request(request, options = {}) {
      if (phase === 'closed') throw new EvmClosedError()
      options.signal?.throwIfAborted()
      const answer = dispatcher.add(request as EngineRequest, options)
      dispatch()
      return answer as Promise<never>
    },
    get isFree() {
      return phase === 'serving' && engine?.service !== undefined && dispatcher.isIdle
    },
    requestNow(request) {
      if (phase === 'closed') throw new EvmClosedError()
      if (phase !== 'serving' || engine?.service === undefined)
        throw new EngineFailedError('it starts again', 'Await a call: it waits for the engine.')
      try {
        return engine.service.rpc(request)
      } catch (error) {
        if (isWireError(error)) throw engineError(error)
        const lost = new EngineFailedError(String(error), undefined, error)
        apply({ type: 'lost', error: lost, culprit: undefined })
        throw lost
      }
    },
    close() {
      closed ??= (async () => {
        apply({ type: 'close', error: new EvmClosedError() })
        await stopped
      })()
      return closed
    },
  }
}

export declare namespace createSupervisor {
  type Parameters = {
    host: Host
    choice: choose.Choice
    /** Whether the engine serves requests that break it. Only for tests. */
    faults: boolean
    /** Initial state of the node of each engine; left out, there is none. */
    chain?: ChainSetup | undefined
    /** Workers of the threads build that answer reads beside the engine. @default 0 */
    readers?: number | undefined
    /** Called with each answer of the node, also where its caller has aborted. Must not throw. */
    onAnswer?: ((request: RpcRequest, answer: NodeAnswer) => void) | undefined
  }
}

/** Supervisor of an engine. */
export type Supervisor = {
  /** Starts the engine, if it does not run already. */
  start(): Promise<EngineInfo>
  /** Sends a request to the engine; the type of the result follows from `kind`. */
  request<K extends keyof EngineCalls>(
    request: { kind: K } & EngineCalls[K]['parameters'],
    options?: Partial<Omit<Pending.Options, 'onAbort'>> & {
      /** Name of the caller: clients take turns. */
      client?: string | undefined
    },
  ): Promise<EngineCalls[K]['result']>
  /** Whether the engine runs in the caller's thread and has nothing to do. */
  readonly isFree: boolean
  /**
   * Answers a request that changes nothing, in this task; only in the caller's thread.
   *
   * @throws {@link EngineFailedError} while the engine is lost.
   */
  requestNow(request: ServiceRequest): NodeAnswer
  /** Stops all workers and rejects all pending requests. */
  close(): Promise<void>
}

/** Promise of a start, with the functions that end it. */
type Start = {
  readonly promise: Promise<EngineInfo>
  resolve(info: EngineInfo): void
  reject(error: unknown): void
}

function createStart(): Start {
  let resolve: Start['resolve'] = () => {}
  let reject: Start['reject'] = () => {}
  const promise = new Promise<EngineInfo>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // A restart may have no caller; the next request sees the error then.
  promise.catch(ignore)
  return { promise, resolve, reject }
}

function ignore(): void {}

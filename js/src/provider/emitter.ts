/** Event emitter; `Listeners` has a method for each event. */
export type Emitter<Listeners> = {
  on<K extends keyof Listeners>(event: K, listener: Listeners[K]): void
  /** Adds a listener that is removed after one event. */
  once<K extends keyof Listeners>(event: K, listener: Listeners[K]): void
  removeListener<K extends keyof Listeners>(event: K, listener: Listeners[K]): void
  /** Removes all listeners, or those of one event. */
  removeAllListeners(event?: keyof Listeners): void
  /** Calls the listeners in the order in which they were added. */
  emit<K extends keyof Listeners>(event: K, value: Value<Listeners[K]>): void
}

type Value<Listener> = Listener extends (value: infer Value) => void ? Value : never

/**
 * Returns an emitter that survives its listeners: an error that one throws is reported as an uncaught exception,
 * and the others are still called.
 */
export function createEmitter<Listeners>(): Emitter<Listeners> {
  /** By event: each listener, and whether it is removed after one event. */
  const listeners = new Map<keyof Listeners, Map<unknown, boolean>>()
  const add = (event: keyof Listeners, listener: unknown, isOnce: boolean) => {
    const own = listeners.get(event) ?? new Map<unknown, boolean>()
    listeners.set(event, own.set(listener, isOnce))
  }
  return {
    on: (event, listener) => add(event, listener, false),
    once: (event, listener) => add(event, listener, true),
    removeListener(event, listener) {
      listeners.get(event)?.delete(listener)
    },
    removeAllListeners(event) {
      if (event === undefined) listeners.clear()
      else listeners.delete(event)
    },
    emit(event, value) {
      const own = listeners.get(event)
      for (const [listener, isOnce] of [...(own ?? [])]) {
        if (isOnce) own?.delete(listener)
        try {
          ;(listener as (value: unknown) => void)(value)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}

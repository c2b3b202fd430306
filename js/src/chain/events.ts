/** What listens to events by their names; `Listeners` has a method for each. */
export type Emitter<Listeners> = {
  on<K extends keyof Listeners>(event: K, listener: Listeners[K]): void
  /** As `on`, for one event. */
  once<K extends keyof Listeners>(event: K, listener: Listeners[K]): void
  removeListener<K extends keyof Listeners>(event: K, listener: Listeners[K]): void
  /** Removes the listeners of an event, or all. */
  removeAllListeners(event?: keyof Listeners): void
  /** Calls all listeners, in the order in which they came. */
  emit<K extends keyof Listeners>(event: K, value: Value<Listeners[K]>): void
}

type Value<Listener> = Listener extends (value: infer Value) => void ? Value : never

/**
 * Returns an emitter that is not hurt by its listeners: what one throws shows as an exception that
 * nobody caught, and the others are called.
 */
export function createEmitter<Listeners>(): Emitter<Listeners> {
  /** With each listener, whether it is for one event. */
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

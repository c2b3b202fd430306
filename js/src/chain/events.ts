/** What listens to events by their names; `Listeners` has a method for each. */
export type Emitter<Listeners> = {
  on<K extends keyof Listeners>(event: K, listener: Listeners[K]): void
  removeListener<K extends keyof Listeners>(event: K, listener: Listeners[K]): void
  /** Tells all listeners, in the order in which they came. */
  emit<K extends keyof Listeners>(event: K, value: Told<Listeners[K]>): void
}

type Told<Listener> = Listener extends (value: infer Value) => void ? Value : never

/**
 * Returns an emitter that is not hurt by its listeners: what one throws shows as an exception that
 * nobody caught, and the others are told.
 */
export function createEmitter<Listeners>(): Emitter<Listeners> {
  const listeners = new Map<keyof Listeners, Set<unknown>>()
  return {
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener))
    },
    removeListener(event, listener) {
      listeners.get(event)?.delete(listener)
    },
    emit(event, value) {
      for (const listener of [...(listeners.get(event) ?? [])]) {
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

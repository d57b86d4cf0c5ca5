/** The process was asked to stop. Work that waits is ended with this reason. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

export interface Signals extends Disposable {
  /** Aborted, with a `StoppedError`, at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Resolves with the name of that signal. */
  readonly received: Promise<NodeJS.Signals>
}

/** Listens for SIGINT and SIGTERM. The first asks to stop; a second ends the process at once. */
export function listenForSignals(): Signals {
  const controller = new AbortController()
  const { promise: received, resolve } = Promise.withResolvers<NodeJS.Signals>()

  function stop(name: NodeJS.Signals): void {
    if (controller.signal.aborted) process.exit(130)
    resolve(name)
    controller.abort(new StoppedError(`Stopped by ${name}.`))
  }

  process.on('SIGINT', stop).on('SIGTERM', stop)
  return {
    signal: controller.signal,
    received,
    [Symbol.dispose]() {
      process.off('SIGINT', stop).off('SIGTERM', stop)
    }
  }
}

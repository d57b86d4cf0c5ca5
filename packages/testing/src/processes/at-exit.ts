import { constants } from 'node:os'

/** Processes end before the folders that they write into are removed. */
const order = ['processes', 'folders'] as const
type Stage = (typeof order)[number]

const tasks: Record<Stage, Set<() => void>> = { processes: new Set(), folders: new Set() }
let listening = false

/**
 * Runs `task` when this process ends without having cleaned up: by an error, by `process.exit`, or by a
 * signal that nobody else here listens to. Returns the function that calls it off.
 */
export function atExit(stage: Stage, task: () => void): () => void {
  listen()
  tasks[stage].add(task)
  return () => void tasks[stage].delete(task)
}

function listen(): void {
  if (listening) return
  listening = true
  process.on('exit', runAll)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Whoever else listens has a better, slower way to stop. Alone, Node would die without an exit event.
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal])
    })
  }
}

function runAll(): void {
  for (const stage of order) {
    for (const task of tasks[stage]) {
      try {
        task()
      } catch {
        // The next one must have its turn, and there is nobody left to tell.
      }
    }
  }
}

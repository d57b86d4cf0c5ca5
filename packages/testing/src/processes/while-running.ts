import type { Child } from './start-child.ts'

/**
 * Awaits `readiness`, but not longer than the process lives.
 * @throws Error with the last lines that the process wrote, when it ends first.
 */
export async function whileRunning<T>(child: Child, readiness: Promise<T>): Promise<T> {
  const ended = child.exited.then(({ code, signal }): never => {
    const lines = [...child.stdout.all(), ...child.stderr.all()].slice(-15)
    throw new Error(`${child.name} ended with ${signal ?? code} before it was ready:\n${lines.join('\n')}`)
  })
  // Whichever loses the race fails later, unheard.
  readiness.catch(() => {})
  ended.catch(() => {})
  return Promise.race([readiness, ended])
}

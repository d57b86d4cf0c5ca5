/** Throws when what it looks at is not fit for work. */
export type Check = () => Promise<void> | void

export interface Readiness {
  readonly ready: boolean
  /** What is not ready, and why. */
  readonly problems: Readonly<Record<string, string>>
}

/** What this process knows about its own fitness. */
export interface Health {
  /** Adds a check that is made each time readiness is asked for. */
  check(name: string, check: Check): void
  /** Says that something is not ready, or, with `undefined`, that it is again. */
  report(name: string, problem: string | undefined): void
  /** Makes the checks side by side. One that takes longer than `checkTimeoutMs` has failed. */
  read(): Promise<Readiness>
}

const checkTimeoutMs = 2_000

export function createHealth(checks: Readonly<Record<string, Check>> = {}): Health {
  const known = new Map(Object.entries(checks))
  const reported = new Map<string, string>()

  return {
    check: (name, check) => void known.set(name, check),
    report(name, problem) {
      if (problem === undefined) reported.delete(name)
      else reported.set(name, problem)
    },
    async read() {
      const problems = Object.fromEntries(reported)
      const made = [...known].map(async ([name, check]) => [name, await problemOf(check)] as const)
      for (const [name, problem] of await Promise.all(made)) {
        if (problem !== undefined) problems[name] = problem
      }
      return { ready: Object.keys(problems).length === 0, problems }
    }
  }
}

async function problemOf(check: Check): Promise<string | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve(`no answer within ${checkTimeoutMs} ms`), checkTimeoutMs)
  try {
    return await Promise.race([late, (async () => check())().then(() => undefined)])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    clearTimeout(timer)
  }
}

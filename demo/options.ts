import { parseArgs } from 'node:util'

export interface DemoOptions {
  /** People in the company. */
  readonly users: number
  /** End after the first change, instead of staying up. */
  readonly exit: boolean
  /** One JSON object on standard output, everything else on standard error. */
  readonly json: boolean
}

/** @throws Error that says what to type. */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: 'string', default: '200' },
      exit: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false }
    }
  })
  const users = Number(values.users)
  if (!Number.isInteger(users) || users < 10 || users > 100_000) {
    throw new Error(`--users takes a whole number from 10 to 100000, not ${values.users}`)
  }
  return { users, exit: values.exit, json: values.json }
}

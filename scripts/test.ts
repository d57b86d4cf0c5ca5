import { spawn } from 'node:child_process'

/** `npm test`: the checks, then every test. Arguments go to vitest, and then the checks are left out. */
const filters = process.argv.slice(2)
const checked = filters.length > 0 ? 0 : await run(process.execPath, ['scripts/check.ts'])
process.exitCode = checked || (await run('vitest', ['run', ...filters]))

function run(command: string, args: readonly string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const child = spawn(command, args, { stdio: 'inherit' })
  child.on('error', reject)
  child.on('close', code => resolve(code ?? 1))
  return promise
}

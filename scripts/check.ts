import { spawn } from 'node:child_process'

/** Everything that can be said of the code without running it. All of them run, so that all faults are seen at once. */
const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', process.execPath, 'node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.json'],
  ['format and lint', 'biome', 'check', '--error-on-warnings', '.'],
  ['lint with types', 'oxlint', '--type-aware', '--deny-warnings'],
  ['layers', 'depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'services'],
  ['dead code', 'knip', '--no-config-hints'],
  ['duplicates', 'jscpd', '.']
]

const failed: string[] = []
for (const [name, command, ...args] of checks) {
  const startedAt = performance.now()
  const { code, output } = await run(command, args)
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  if (code === 0) continue
  failed.push(name)
  console.log(output)
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`)
  process.exitCode = 1
}

function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; output: string }>()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  child.on('error', reject)
  child.on('close', code => resolve({ code: code ?? 1, output }))
  return promise
}

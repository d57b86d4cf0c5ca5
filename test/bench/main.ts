import { changeLatency } from './change-latency.ts'
import { initialSync } from './initial-sync.ts'

/** Every benchmark. Each gives one JSON object; its own file says what is measured and how. */
const benches: Readonly<Record<string, () => Promise<object>>> = {
  'change-latency': changeLatency,
  'initial-sync': initialSync
}

const names = process.argv.slice(2).filter(argument => argument !== '--json')
const json = process.argv.includes('--json')
const [name] = names
const bench = name === undefined ? undefined : benches[name]
if (bench === undefined || names.length > 1) {
  console.error(`usage: npm run bench -- NAME [--json]\nNAME is one of: ${Object.keys(benches).join(', ')}`)
  process.exitCode = 2
} else {
  const result = await bench()
  if (json) console.log(JSON.stringify(result))
  else console.table(result)
}

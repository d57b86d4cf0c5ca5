import { parseArgs } from 'node:util'
import { budgetBench } from './budget.ts'
import { changeLatency } from './change-latency.ts'
import { importBench } from './import.ts'
import { initialSync } from './initial-sync.ts'
import { largeGroup } from './large-group.ts'
import type { BenchOptions } from './options.ts'
import { passwordSync } from './password-sync.ts'
import { readinessBench } from './readiness.ts'
import { rulesBench } from './rules.ts'

interface Bench {
  readonly run: (options: BenchOptions) => Promise<object>
  /** The flags that it knows, besides --json. */
  readonly flags: readonly ('objects' | 'under-load')[]
}

/** Every benchmark. Each gives one JSON object; its own file says what is measured and how. */
const benches: Readonly<Record<string, Bench>> = {
  budget: { run: budgetBench, flags: ['objects'] },
  'change-latency': { run: changeLatency, flags: ['objects', 'under-load'] },
  import: { run: importBench, flags: ['objects'] },
  'initial-sync': { run: initialSync, flags: [] },
  'large-group': { run: largeGroup, flags: ['objects'] },
  'password-sync': { run: passwordSync, flags: ['objects'] },
  readiness: { run: readinessBench, flags: ['objects'] },
  rules: { run: rulesBench, flags: ['objects'] }
}

const usage = [
  'usage: npm run bench -- NAME [--json] [flags]',
  ...Object.entries(benches).map(([name, { flags }]) =>
    [`  ${name}`, ...flags.map(flag => (flag === 'objects' ? '[--objects=N]' : `[--${flag}]`))].join(' ')
  )
].join('\n')

interface Demand {
  readonly bench: Bench
  readonly json: boolean
  readonly options: BenchOptions
}

/** `undefined` when the command line cannot be understood. */
function demandOf(argv: readonly string[]): Demand | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        objects: { type: 'string' },
        'under-load': { type: 'boolean', default: false }
      }
    })
    const bench = positionals.length === 1 ? benches[positionals[0] ?? ''] : undefined
    const objects = values.objects === undefined ? undefined : Number(values.objects)
    if (bench === undefined || (objects !== undefined && !(Number.isInteger(objects) && objects > 0)))
      return undefined
    if (objects !== undefined && !bench.flags.includes('objects')) return undefined
    if (values['under-load'] && !bench.flags.includes('under-load')) return undefined
    const options = { underLoad: values['under-load'], ...(objects !== undefined && { objects }) }
    return { bench, json: values.json, options }
  } catch {
    return undefined
  }
}

const demand = demandOf(process.argv.slice(2))
if (demand === undefined) {
  console.error(usage)
  process.exitCode = 2
} else {
  const result = await demand.bench.run(demand.options)
  if (demand.json) console.log(JSON.stringify(result))
  else console.table(result)
}

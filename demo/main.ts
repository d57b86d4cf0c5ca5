import { company, firstSync, populate, startSambaDomain, startSystem } from '@opendirsync/testing'
import { addresses, addressLines } from './addresses.ts'
import { changeOneUser } from './change-one-user.ts'
import { demoOptions } from './options.ts'
import { quarantineReport } from './quarantine-report.ts'
import { Say } from './say.ts'
import { arrivedLines, progressLine } from './summary-lines.ts'

const options = demoOptions(process.argv.slice(2))
const say = new Say(options.json)
// Listened to all the time, and not once: whoever else listens would else take the signal as theirs and exit at once.
const stopped = new Promise(resolve => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, resolve)
})

say.line(`Making an Active Directory domain with a company of ${options.users} people (Samba) …`)
await using domain = await startSambaDomain({
  populate: files => populate(files, company({ users: options.users }))
})

say.line('Starting PostgreSQL, Redis, a tenant (the emulator) and the services …')
await using system = await startSystem({ domain, services: ['transform', 'export', 'api'] })

say.line('Asking for a full import over the REST API …')
const { summary, seconds } = await firstSync(system, {
  timeoutMs: 600_000,
  onProgress: now => say.progress(progressLine(now))
})
say.line()
for (const line of arrivedLines(summary, seconds)) say.line(line)
say.line()
say.line('What did not arrive, or not as it is in the directory, and why:')
for (const line of await quarantineReport(system)) say.line(line)

const changed = await changeOneUser(domain, system)
say.line()
say.line(
  `Then ${changed.displayName} became ${changed.title} in Active Directory. ` +
    `The tenant showed it after ${Math.round(changed.latencyMs)} ms.`
)

const found = addresses(domain, system)
say.line()
for (const line of addressLines(found)) say.line(line)
if (options.json) {
  const counts = {
    staged: Object.values(summary.stagedObjects).reduce((sum, count) => sum + count, 0),
    exported: summary.exported.users + summary.exported.groups,
    quarantined: summary.quarantined,
    seconds: Number(seconds.toFixed(2)),
    changeLatencyMs: Math.round(changed.latencyMs)
  }
  process.stdout.write(`${JSON.stringify({ ...counts, ...found })}\n`)
}

if (!options.exit) {
  say.line()
  say.line('Everything stays up until Ctrl-C.')
  await stopped
  say.line('Stopping …')
}

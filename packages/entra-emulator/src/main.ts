import { parseArgs } from 'node:util'
import { fixedClock } from './clock.ts'
import { conditionsOf } from './condition-flags.ts'
import { type EmulatorOptions, type EntraEmulator, startEntraEmulator } from './emulator.ts'

const usage = `Starts a Microsoft Entra tenant on this machine, until it is interrupted.

  --port N            the port; without it, a free one
  --host ADDRESS      the IPv4 address to listen on (127.0.0.1)
  --host-name NAME    one more name for the certificate; may be repeated
  --domain NAME       a verified domain, the first one is the default; may be repeated (contoso.com)
  --tenant-id ID      the tenant's id; without it, a random one
  --permission NAME   an application permission that is granted; may be repeated (what an installer grants)
  --client-id ID      the application's id; without it, a random one
  --directory-sync    activates directory and password hash synchronization
  --folder PATH       where the CA's certificate is written; without it, a temporary folder
  --throttling        limits requests as Microsoft documents it
  --speed N           limits requests at N times Microsoft's quota per second
  --lag MS            hides new objects for so long, or MIN-MAX for a time drawn for each
  --stale SHARE:MS    this share (0 to 1) of the reads shows what was so long ago; MS may be MIN-MAX
  --seed N            draws other lots than with another number (1)
  --clock TIME        stands still at this time (ISO 8601); without it, the machine's time
  --json              one line of JSON in place of text

The client secret is taken from ENTRA_EMULATOR_CLIENT_SECRET; without it, a random one is made.
`

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    'host-name': { type: 'string', multiple: true },
    domain: { type: 'string', multiple: true },
    'tenant-id': { type: 'string' },
    'client-id': { type: 'string' },
    permission: { type: 'string', multiple: true },
    'directory-sync': { type: 'boolean' },
    folder: { type: 'string' },
    throttling: { type: 'boolean' },
    speed: { type: 'string' },
    lag: { type: 'string' },
    stale: { type: 'string' },
    seed: { type: 'string' },
    clock: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean' }
  }
})

if (values.help) {
  process.stdout.write(usage)
} else {
  await using emulator = await startEntraEmulator(optionsOf(values))
  // Before it says that it is there: whoever reads that may stop it at once.
  const stopped = new Promise(resolve => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  process.stdout.write(values.json ? `${JSON.stringify(connection(emulator))}\n` : description(emulator))
  await stopped
}

function optionsOf(flags: typeof values): EmulatorOptions {
  const secret = process.env.ENTRA_EMULATOR_CLIENT_SECRET
  return {
    port: Number(flags.port ?? 0),
    tenant: {
      ...(flags['tenant-id'] === undefined ? {} : { id: flags['tenant-id'] }),
      ...(flags.domain === undefined ? {} : { domains: flags.domain })
    },
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags['host-name'] === undefined ? {} : { hostNames: flags['host-name'] }),
    ...(flags['client-id'] === undefined ? {} : { clientId: flags['client-id'] }),
    ...(flags.permission === undefined ? {} : { permissions: flags.permission }),
    ...(flags.folder === undefined ? {} : { folder: flags.folder }),
    ...(flags.clock === undefined ? {} : { clock: fixedClock(flags.clock) }),
    ...(flags['directory-sync'] === true && {
      synchronization: { directorySync: true, features: { PasswordHashSync: true } }
    }),
    ...conditionsOf(flags),
    ...(secret === undefined || secret === '' ? {} : { clientSecret: secret })
  }
}

function connection({
  graphUrl,
  authorityHost,
  tokenUrl,
  tenantId,
  clientId,
  clientSecret,
  caFile,
  managedIdentity,
  syncServiceUrl
}: EntraEmulator) {
  const graph = { url: graphUrl, tokenUrl, tenantId, clientId, clientSecret, caFile, authorityHost }
  return { graph, managedIdentity, syncServiceUrl }
}

function description(emulator: EntraEmulator): string {
  const { graph } = connection(emulator)
  const lines = Object.entries(graph).map(([name, value]) => `  ${name.padEnd(14)}${value}\n`)
  return `A tenant is running:\n${lines.join('')}Ctrl-C ends it.\n`
}

import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuthority, type PasswordVerification, type SignIn } from '@opendirsync/entra-emulator'
import {
  type Service,
  type System,
  startSystem,
  startTraceReceiver,
  type TraceReceiver,
  waitFor
} from '@opendirsync/testing'
import { Redis as RedisClient } from 'ioredis'
import { Client } from 'pg'
import { type Person, type ReplicationFixture, startReplicationFixture } from '../drsr/replication-fixture.ts'
import { rsaKeys } from '../sync-service/rsa-keys.ts'
import { patience, type View, viewOf } from './view.ts'

/** A person's password, as the API tells of it. */
interface PersonPassword {
  readonly objectGuid: string
  readonly dn: string
  readonly state: string
  readonly sentAt: string | null
  readonly sentVersion: number | null
}

/** A domain whose passwords go to an emulated tenant, read by an account with the two replication rights and no other. */
export interface PasswordSystem extends AsyncDisposable {
  readonly system: System
  readonly fixture: ReplicationFixture
  readonly view: View
  readonly traces: TraceReceiver
  startPasswordSync(environment?: Readonly<Record<string, string>>): Promise<Service>
  /** One more process, which waits until the other one is gone. */
  standBy(): Promise<Service>
  signIn(name: string, password: string): Promise<SignIn>
  /** What arrived for somebody. */
  verify(name: string, password: string): Promise<PasswordVerification>
  /** Everybody whose password is known of. */
  passwords(state?: string): Promise<PersonPassword[]>
  passwordOf(name: string): Promise<PersonPassword | undefined>
  untilSignedIn(name: string, password: string): Promise<void>
  untilState(name: string, state: string): Promise<void>
  /** All that is in Redis, in every table, in every log and in every span, as bytes. */
  everything(): Promise<Buffer[]>
}

export const upnOf = (name: string) => `${name}@corp.example.test`

export async function startPasswordSystem(people: readonly Person[]): Promise<PasswordSystem> {
  await using started = new AsyncDisposableStack()
  const fixture = started.use(await startReplicationFixture(people))
  const traces = started.use(await startTraceReceiver())
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url }
  const tenant = { synchronization: { directorySync: true, features: { PasswordHashSync: true } } }
  const system = started.use(await startSystem({ domain: fixture.domain, environment, tenant }))
  const view = started.use(viewOf(system))
  const { emulator } = system
  const application = createAuthority('The application of the tests', rsaKeys())
  const certificate = join(fixture.domain.files.folder, 'application.pem')
  await writeFile(certificate, application.keyPem + application.certificatePem)
  await emulator.setClientCertificate(application.certificatePem)
  await emulator.administer('permissions', { grant: ['ADSynchronization.ReadWrite.All'] })

  const reader = fixture.reader('both')
  const variables = {
    PASSWORD_SYNC: 'on',
    PASSWORD_AD_BIND_DN: `${reader.domain}\\${reader.user}`,
    PASSWORD_AD_PASSWORD: reader.password,
    GRAPH_CERTIFICATE_FILE: certificate,
    SYNC_SERVICE_URL: emulator.syncServiceUrl
  }
  const signIn: PasswordSystem['signIn'] = (name, password) => emulator.signIn(upnOf(name), password)
  const passwords: PasswordSystem['passwords'] = async state => {
    const found: PersonPassword[] = []
    for (let after = ''; ; ) {
      const query = `limit=200${after}${state === undefined ? '' : `&state=${state}`}`
      const { body } = await system.call('GET', `/v1/passwords?${query}`)
      const { items, next } = body as { items: PersonPassword[]; next?: string }
      found.push(...items)
      if (next === undefined) return found
      after = `&after=${encodeURIComponent(next)}`
    }
  }
  const passwordOf: PasswordSystem['passwordOf'] = async name =>
    (await passwords()).find(({ dn }) => dn.startsWith(`CN=${name},`))
  const running = started.move()

  return {
    ...{ system, fixture, view, traces, signIn, passwords, passwordOf },
    async startPasswordSync(more = {}) {
      const service = await system.start('password-sync', { ...variables, ...more })
      await service.ready(60_000)
      return service
    },
    standBy: async () => {
      const service = await system.startAnother('password-sync', variables)
      await service.ready(60_000)
      return service
    },
    verify: (name, password) => emulator.verifyPassword({ userPrincipalName: upnOf(name) }, password),
    untilSignedIn: async (name, password) => {
      await waitFor(async () => (await signIn(name, password)).signedIn, {
        ...patience,
        everyMs: 20,
        describe: `${name} to sign in`
      })
    },
    untilState: async (name, state) => {
      await waitFor(
        async () => {
          const now = (await passwordOf(name))?.state
          if (now === state) return true
          throw new Error(`it is ${now}`)
        },
        { ...patience, describe: `the password of ${name} to be ${state}` }
      )
    },
    everything: async () => [
      ...(await inRedis(system.redis.url)),
      ...(await inPostgres(system.postgres.url)),
      ...(['import', 'transform', 'export', 'api', 'password-sync'] as const).map(name =>
        Buffer.from(JSON.stringify(system.service(name).log()))
      ),
      Buffer.from(JSON.stringify(traces.spans()))
    ],
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}

async function inRedis(url: string): Promise<Buffer[]> {
  const client = new RedisClient(url)
  try {
    const found: Buffer[] = []
    for (const name of await client.keys('*')) {
      found.push(Buffer.from(name))
      const dump = await client.dumpBuffer(name)
      if (dump !== null) found.push(dump)
    }
    return found
  } finally {
    client.disconnect()
  }
}

async function inPostgres(url: string): Promise<Buffer[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'"
    )
    const found: Buffer[] = []
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`select t::text as text from ${name} t`)
      found.push(...rows.map(({ text }) => Buffer.from(text)))
    }
    return found
  } finally {
    await client.end()
  }
}

/** Every way in which a hash may be written down: hexadecimal, base64, as it is, and as PostgreSQL shows bytes. */
export function formsOf(hash: string): Buffer[] {
  const bytes = Buffer.from(hash, 'hex')
  return [
    bytes,
    Buffer.from(hash.toLowerCase()),
    Buffer.from(hash.toUpperCase()),
    // Without its end, which depends on what follows.
    Buffer.from(bytes.toString('base64').slice(0, 20)),
    Buffer.from(bytes.toString('base64url').slice(0, 20)),
    Buffer.from(JSON.stringify([...bytes]).slice(1, -1)),
    Buffer.from(createHash('sha256').update(bytes).digest('hex'))
  ]
}

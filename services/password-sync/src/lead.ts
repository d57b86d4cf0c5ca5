import { DomainControllers } from '@opendirsync/active-directory'
import { CookieRefusedError, SetupError, ThrottledError, UnavailableError } from '@opendirsync/contracts'
import type { ServiceContext } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import type { SyncService } from '@opendirsync/sync-service'
import type { PasswordRoute } from './apply-objects.ts'
import { type Following, follow, look } from './follow.ts'
import { Heartbeat } from './heartbeat.ts'
import { openSession, type Session } from './replicate/open-session.ts'
import { WakeUp } from './replicate/wake-up.ts'
import type { Sender } from './send/sender.ts'
import type { PasswordSyncSettings } from './settings.ts'
import { Upkeep } from './upkeep.ts'

export interface LeadParts {
  readonly settings: PasswordSyncSettings
  readonly store: Store
  readonly service: SyncService
  readonly sender: Sender
}

export type Surroundings = Pick<ServiceContext<unknown>, 'log' | 'signal' | 'untilReady'>

interface Domain {
  readonly controllers: DomainControllers
  readonly connector: string
  readonly namingContext: string
}

/**
 * One process for each naming context reads its passwords: this one waits for the lease, works while it holds it, and
 * waits again when it is lost. Ends with the service.
 */
export async function syncPasswords(parts: LeadParts, surroundings: Surroundings): Promise<void> {
  const { signal } = surroundings
  const domain = await findDomain(parts, surroundings)
  while (!signal.aborted) {
    try {
      await oneTurn(parts, domain, surroundings)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

/** Only the directory knows what its domain is called. */
async function findDomain({ settings }: LeadParts, { untilReady, signal }: Surroundings): Promise<Domain> {
  const controllers = new DomainControllers(settings.controllers)
  const namingContext = await untilReady('Active Directory', async () => {
    const { connection, rootDse } = await controllers.connect(signal)
    await connection[Symbol.asyncDispose]()
    return rootDse.defaultNamingContext
  })
  return { controllers, namingContext, connector: settings.connector ?? dnsNameOf(namingContext) }
}

async function oneTurn(parts: LeadParts, domain: Domain, surroundings: Surroundings): Promise<void> {
  const { signal, log, untilReady } = surroundings
  const { connector, namingContext } = domain
  await using lease = await untilReady(`the lease of the passwords of ${connector}`, () =>
    parts.store.waitForLease(`password-sync:${connector}:${namingContext}`, signal)
  )
  log.info({ connector, namingContext }, 'holds the lease of the passwords')
  try {
    await serve(parts, domain, { ...surroundings, signal: AbortSignal.any([signal, lease.lost]) })
  } catch (error) {
    if (signal.aborted || !lease.lost.aborted) throw error
    log.warn({ connector }, 'lost the lease of the passwords, with the connection to PostgreSQL')
  }
}

/** A lost connection leads to another one, at this controller or the next. */
async function serve(parts: LeadParts, domain: Domain, surroundings: Surroundings): Promise<never> {
  const { signal, log, untilReady } = surroundings
  const { connector, namingContext } = domain
  const { store, settings } = parts
  const key = { connector, namingContext }
  const heartbeat = new Heartbeat({ route: key, store, service: parts.service, log })
  const route: PasswordRoute = {
    ...key,
    store,
    sender: parts.sender,
    policy: () => ({ forcesChange: heartbeat.forcesChange, onlyIncluded: settings.onlyIncluded })
  }
  const upkeep = new Upkeep({ store, connector, log })
  const wakeUp = new WakeUp()
  const following: Following = { route, wakeUp, heartbeat, upkeep, pollMs: settings.pollMs, log }
  await untilReady('PostgreSQL', () => store.passwords.position(key))
  for (;;) {
    try {
      await using session = await untilReady(`the passwords of ${connector}`, () => {
        signal.throwIfAborted()
        return tellingProblems(route, () => begin(following, { parts, domain }, signal))
      })
      await tellingProblems(route, () => follow(following, session))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof CookieRefusedError) await store.passwords.dropCursor(key)
      else if (!isWaitedFor(error)) throw error
      log.warn({ connector }, `${error.message} Connecting again.`)
    }
  }
}

/** Connects, and reads once what has changed meanwhile: what a person must mend is waited for here. */
async function begin(
  following: Following,
  { parts, domain }: { parts: LeadParts; domain: Domain },
  signal: AbortSignal
): Promise<Session> {
  const { wakeUp, heartbeat, log } = following
  await heartbeat.beat()
  const onChange = () => wakeUp.notify()
  const session = await openSession({ ...domain, settings: parts.settings, onChange, log }, signal)
  try {
    await look(following, session)
    await parts.store.passwords.problem(following.route, undefined)
    return session
  } catch (error) {
    await session[Symbol.asyncDispose]()
    throw error
  }
}

/** What keeps the service from working is told by the API, too. */
async function tellingProblems<Result>(
  { connector, namingContext, store }: PasswordRoute,
  work: () => Promise<Result>
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (isWaitedFor(error)) {
      const code = error instanceof SetupError ? error.code : error.name
      const problem = { code, message: error.message }
      await store.passwords.problem({ connector, namingContext }, problem).catch(() => {})
    }
    throw error
  }
}

function isWaitedFor(error: unknown): error is SetupError | UnavailableError | ThrottledError {
  return error instanceof SetupError || error instanceof UnavailableError || error instanceof ThrottledError
}

/** `DC=corp,DC=example,DC=com` is the domain corp.example.com (RFC 2247). */
function dnsNameOf(namingContext: string): string {
  return namingContext
    .split(',')
    .flatMap(part => (/^dc=/i.test(part) ? [part.slice(3).toLowerCase()] : []))
    .join('.')
}

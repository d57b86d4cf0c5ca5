import { fileURLToPath } from 'node:url'
import type {
  ConditionsChange,
  Fault,
  PasswordCounts,
  PasswordVerification,
  QuotaUse,
  SignIn,
  StruckFault,
  SynchronizationChange,
  TenantCounts,
  ThrottlingOptions,
  ThrottlingReport,
  WritesReport
} from '@opendirsync/entra-emulator'
import { startChild } from '../processes/start-child.ts'
import { makeTemporaryFolder } from '../processes/temporary-folder.ts'
import { whileRunning } from '../processes/while-running.ts'
import { waitFor } from '../wait-for.ts'
import type { GraphAccess } from './graph-access.ts'
import { HttpsJson } from './https-json.ts'

/** What the emulator counted since it started or was reset. */
export interface RequestCounts {
  readonly total: number
  readonly writes: number
  readonly byOperation: Readonly<Record<string, number>>
  /** Answers by status: requests that came alone, and items of batches. */
  readonly byStatus: Readonly<Record<string, number>>
  /** The last writes, each also when it was part of a batch. */
  readonly log: readonly { readonly method: string; readonly path: string; readonly status: number }[]
}

/** What no application can do: the calls under `/emulator/`. The emulator's README has the bodies. */
type Administered =
  | 'behaviour'
  | 'roles'
  | 'contacts'
  | 'objects'
  | 'objects/remove'
  | 'extensions'
  | 'domains'
  | 'object-quota'
  | 'delta'
  | 'permissions'
  | 'permissions/reset'
  | 'application-roles'
  | 'federated-credentials'

/** Application permissions of Graph, and the directory roles that the application holds. */
interface PermissionUse {
  readonly granted: readonly string[]
  /** Those without which something would have been refused. */
  readonly used: readonly string[]
  readonly roles: readonly string[]
}

export interface EmulatorProcess extends AsyncDisposable {
  readonly graph: GraphAccess
  readonly pid: number
  /** IDENTITY_ENDPOINT and IDENTITY_HEADER of a machine that has the application's identity. */
  readonly managedIdentity: { readonly endpoint: string; readonly header: string }
  requests(): Promise<RequestCounts>
  /** What requests have done to which object, since the start or the last reset. */
  writesByObject(): Promise<WritesReport>
  /** Forgets the counts of both. */
  resetRequests(): Promise<void>
  /** How many objects there are, whoever made them. */
  state(): Promise<TenantCounts>
  addFault(fault: Fault): Promise<void>
  /** The faults since they were cleared, and how often each has struck. */
  faults(): Promise<readonly StruckFault[]>
  clearFaults(): Promise<void>
  /** Throttling, lag, stale reads, behaviour: from now on. What is absent stays. */
  changeConditions(change: ConditionsChange): Promise<void>
  /** Somebody else uses up some of the quotas; with the application's id, of its own too. */
  useQuota(use: QuotaUse): Promise<void>
  quotaUse(): Promise<ThrottlingReport>
  /** Moves the tenant's time: bin, delta links, quotas, lag. */
  advanceClock(advanceMs: number): Promise<void>
  /** Cloud-only users that were there before, each with a userPrincipalName; their ids. No writes are counted. */
  addUsers(users: readonly Readonly<Record<string, unknown>>[]): Promise<readonly string[]>
  administer(what: Administered, body: object): Promise<unknown>
  /** What the application was granted, and what of it was needed so far. */
  permissions(): Promise<PermissionUse>
  /** Changes what the application must prove itself with, and takes its tokens back. */
  setClientSecret(clientSecret: string): Promise<void>
  /** A certificate that the application may prove itself with from now on; PEM, without its key. */
  setClientCertificate(clientCertificatePem: string): Promise<void>
  /** The address of the tenant's synchronization service. Its tokens need `ADSynchronization.ReadWrite.All`. */
  readonly syncServiceUrl: string
  /** Directory synchronization and its features, from now on. What is absent stays. */
  changeSynchronization(change: SynchronizationChange): Promise<void>
  /** What became of the password hashes that were sent. */
  passwordCounts(): Promise<PasswordCounts>
  /** Whether this clear password is the one whose hash arrived for the user. */
  verifyPassword(person: PasswordOwner, password: string): Promise<PasswordVerification>
  /** What the user is told who signs in with this password. */
  signIn(userPrincipalName: string, password: string): Promise<SignIn>
}

/** A user of the tenant; the anchor is its onPremisesImmutableId. */
type PasswordOwner =
  | { readonly userPrincipalName: string }
  | { readonly id: string }
  | { readonly anchor: string }

const program = fileURLToPath(new URL('../../../entra-emulator/src/main.ts', import.meta.url))

export interface EmulatorProcessOptions extends Omit<ConditionsChange, 'throttling'> {
  readonly domains?: readonly string[]
  /** Application permissions that are granted; without it, what an installer grants. */
  readonly permissions?: readonly string[]
  readonly port?: number
  /** True: Microsoft's quotas; or some that differ. Off without it. */
  readonly throttling?: boolean | ThrottlingOptions
  /** Directory synchronization; never activated without it. */
  readonly synchronization?: SynchronizationChange
}

/** The emulated tenant as a process of its own, as `npm run entra-emulator` starts it. */
export async function startEmulator(options: EmulatorProcessOptions = {}): Promise<EmulatorProcess> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(makeTemporaryFolder('entra-emulator'))
  const args = ['--json', '--port', String(options.port ?? 0), '--folder', folder.path]
  for (const domain of options.domains ?? ['corp.example.test']) args.push('--domain', domain)
  for (const permission of options.permissions ?? []) args.push('--permission', permission)
  const child = started.use(
    await startChild({ name: 'entra-emulator', command: process.execPath, args: [program, ...args] })
  )
  const line = await whileRunning(
    child,
    waitFor(() => child.stdout.all()[0], { describe: 'the emulator to say its addresses', timeoutMs: 30_000 })
  )
  const { graph, managedIdentity, syncServiceUrl } = JSON.parse(line) as Pick<
    EmulatorProcess,
    'graph' | 'managedIdentity' | 'syncServiceUrl'
  >
  const https = started.use(new HttpsJson(graph.caFile))

  async function admin(method: string, path: string, body?: object): Promise<unknown> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { 'content-type': 'application/json' }
    const answer = await https.send(`${graph.url}/emulator/${path}`, { method, headers, ...json })
    if (answer.status >= 300) {
      throw new Error(
        `the emulator answered ${answer.status} to ${method} ${path}: ${JSON.stringify(answer.body)}`
      )
    }
    return answer.body
  }

  await admin('POST', 'behaviour', conditionsOf(options))
  if (options.synchronization !== undefined) await admin('POST', 'synchronization', options.synchronization)
  const running = started.move()
  return {
    graph,
    pid: child.pid,
    managedIdentity,
    requests: async () => (await admin('GET', 'requests')) as RequestCounts,
    writesByObject: async () => (await admin('GET', 'writes-by-object')) as WritesReport,
    resetRequests: async () => void (await admin('POST', 'requests/reset')),
    state: async () => (await admin('GET', 'state')) as TenantCounts,
    addFault: async fault => void (await admin('POST', 'faults', fault)),
    faults: async () => (await admin('GET', 'faults')) as readonly StruckFault[],
    clearFaults: async () => void (await admin('POST', 'faults/clear')),
    changeConditions: async change => void (await admin('POST', 'behaviour', change)),
    useQuota: async use => void (await admin('POST', 'quota-use', use)),
    quotaUse: async () => (await admin('GET', 'quota-use')) as ThrottlingReport,
    advanceClock: async advanceMs => void (await admin('POST', 'clock', { advanceMs })),
    addUsers: async users => ((await admin('POST', 'users', users)) as { ids: string[] }).ids,
    administer: (what, body) => admin('POST', what, body),
    permissions: async () => (await admin('GET', 'permissions')) as PermissionUse,
    setClientSecret: async clientSecret =>
      void (await admin('POST', 'credentials', { clientSecret, revokeTokens: true })),
    setClientCertificate: async clientCertificatePem =>
      void (await admin('POST', 'credentials', { clientCertificatePem })),
    syncServiceUrl,
    changeSynchronization: async change => void (await admin('POST', 'synchronization', change)),
    passwordCounts: async () => (await admin('GET', 'passwords')) as PasswordCounts,
    verifyPassword: async (person, password) =>
      (await admin('POST', 'passwords/verify', { ...person, password })) as PasswordVerification,
    signIn: async (userPrincipalName, password) =>
      (await admin('POST', 'sign-in', { userPrincipalName, password })) as SignIn,
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}

function conditionsOf({ throttling = false, ...options }: EmulatorProcessOptions): ConditionsChange {
  const {
    domains: _domains,
    permissions: _permissions,
    port: _port,
    synchronization: _synchronization,
    ...conditions
  } = options
  const on = throttling === true ? {} : throttling
  return { ...conditions, throttling: on === false ? 'off' : on }
}

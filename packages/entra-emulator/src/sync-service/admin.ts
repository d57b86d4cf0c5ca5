import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { type AdminResponse, ok, refused } from '../server/admin-response.ts'
import type { Directory } from '../state/directory.ts'
import type { DirectoryEntry } from '../state/directory-entry.ts'
import { featureNames } from './features.ts'
import type { Passwords } from './passwords.ts'
import { isPasswordOf } from './pph1.ts'
import { signIn } from './sign-in.ts'
import type { Synchronization } from './synchronization.ts'

export interface SynchronizationAdmin {
  readonly directory: Directory
  readonly synchronization: Synchronization
  readonly passwords: Passwords
}

const closed = { additionalProperties: false }
const name = Type.Optional(Type.String({ minLength: 1 }))
const flag = Type.Optional(Type.Boolean())
const password = Type.String()

const synchronizationChange = Compile(
  Type.Object(
    {
      directorySync: flag,
      features: Type.Optional(
        Type.Object(Object.fromEntries(featureNames.map(each => [each, flag])), closed)
      ),
      redirectedTo: Type.Optional(
        Type.Union([Type.String({ pattern: '^https://[a-z0-9.-]+(:[0-9]{1,5})?/?$' }), Type.Null()])
      ),
      oldestBuild: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}([.][0-9]{1,9}){0,3}$' })),
      takesCloudUsers: flag
    },
    closed
  )
)
const verification = Compile(
  Type.Object({ userPrincipalName: name, id: name, anchor: name, password }, closed)
)
const signingIn = Compile(Type.Object({ userPrincipalName: Type.String(), password }, closed))

/** Whether a clear password is the one that arrived for somebody. */
export interface PasswordVerification {
  readonly arrived: boolean
  readonly matches: boolean
  /** How many arrived for this person. */
  readonly arrivals: number
  /** ISO 8601; null when nothing arrived. The first is as the client says, the second by the tenant's clock. */
  readonly changedAt: string | null
  readonly arrivedAt: string | null
  readonly forceChange: boolean
}

/** Passwords and settings of the synchronization; undefined when the address is none of these. */
export function answerSynchronizationAdmin(
  admin: SynchronizationAdmin,
  operation: string,
  input: unknown
): AdminResponse | undefined {
  const { synchronization, passwords, directory } = admin
  switch (operation) {
    case 'GET /emulator/synchronization':
      return ok(synchronization.toJSON())
    case 'POST /emulator/synchronization':
      if (!synchronizationChange.Check(input)) return refused(synchronizationChange.Errors(input))
      synchronization.change(input)
      return ok(synchronization.toJSON())
    case 'GET /emulator/passwords':
      return ok(passwords.toJSON())
    case 'POST /emulator/passwords/verify':
      return verification.Check(input) ? verify(admin, input) : refused(verification.Errors(input))
    case 'POST /emulator/sign-in':
      if (!signingIn.Check(input)) return refused(signingIn.Errors(input))
      return ok(signIn(directory, passwords, input))
    default:
      return undefined
  }
}

interface Person {
  readonly userPrincipalName?: string
  readonly id?: string
  readonly anchor?: string
}

function verify(
  { directory, passwords }: SynchronizationAdmin,
  { password: given, ...person }: Person & { password: string }
): AdminResponse {
  const user = userOf(directory, person)
  if (user === undefined) return { status: 404, body: { error: 'The tenant has no such user' } }
  const kept = passwords.of(user.id)
  return ok({
    arrived: kept !== undefined,
    matches: kept !== undefined && isPasswordOf(kept.pph1, given),
    arrivals: kept?.arrivals ?? 0,
    changedAt: kept?.changedAt ?? null,
    arrivedAt: kept?.arrivedAt ?? null,
    forceChange: kept?.forceChange ?? false
  } satisfies PasswordVerification)
}

function userOf(directory: Directory, { userPrincipalName, id, anchor }: Person): DirectoryEntry | undefined {
  if (id !== undefined) return directory.find(id, 'user')
  if (anchor !== undefined) return directory.findBy('onPremisesImmutableId', anchor)
  return directory.findBy('userPrincipalName', userPrincipalName ?? '')
}

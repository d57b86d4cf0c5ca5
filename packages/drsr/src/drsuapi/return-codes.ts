import { PermanentError, SetupError, UnavailableError } from '@opendirsync/contracts'

/** Win32 errors (MS-ERREF section 2.2) that a controller answers replication calls with. */
export const returnCode = {
  accessDenied: 5,
  badDn: 8439,
  badNamingContext: 8440,
  noReplica: 8452,
  replicationAccessDenied: 8453
} as const

/** What the controller was asked for, for messages. */
export interface Attempt {
  /** `host:port` */
  readonly server: string
  /** The distinguished name or GUID that was asked for. */
  readonly subject: string
}

/** A controller that would, but not now: the same request later may succeed. */
const passing: ReadonlyMap<number, string> = new Map([
  [8, 'it is short of memory'],
  [1722, 'it cannot be reached'],
  [8438, 'it is busy'],
  [8442, 'it has an internal error'],
  [8444, 'its own connection failed'],
  [8446, 'it is short of memory'],
  [8451, 'its database has an error'],
  [8455, 'it cancelled the call'],
  [8456, 'its outbound replication is switched off'],
  [8458, 'two names collide'],
  [8461, 'something more urgent came between'],
  [8462, 'it gave the synchronisation up'],
  [8463, 'it is shutting down']
])

/**
 * What a return code other than zero means to us. A missing right is not among them: which one it is takes another
 * question (see `explainRefusal`).
 */
export function refusalOf(code: number, { server, subject }: Attempt): Error {
  const why = passing.get(code)
  const answer = `${server} answered ${code} to the replication of ${subject}`
  if (why !== undefined) {
    return new UnavailableError('active-directory', `${answer}: ${why}. It will be retried.`)
  }
  switch (code) {
    case returnCode.badDn:
      return new SetupError('ad-naming-context', `${answer}: it knows no such object. Check the name.`)
    case returnCode.badNamingContext:
    case returnCode.noReplica:
      return new SetupError(
        'ad-naming-context',
        `${answer}: it holds no naming context of that name. Give the root of a domain, as DC=corp,DC=example,DC=com, ` +
          'or another domain controller.'
      )
    default:
      return new PermanentError(
        `${answer}: see what Windows error ${code} means, and the controller's event log.`
      )
  }
}

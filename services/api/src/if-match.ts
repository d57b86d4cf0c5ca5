import { ProblemError } from './problem.ts'

/** The ETag of a thing that counts its changes. */
export function etagOf(revision: number): string {
  return `"${revision}"`
}

/**
 * The revision that a caller has decided on; `undefined` when any will do (`*`).
 *
 * @throws ProblemError 428 without the header, 412 when it holds no ETag of ours (RFC 9110 section 13.1.1).
 */
export function expectedRevision(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '') {
    throw new ProblemError(
      428,
      'Send If-Match with the ETag that GET has answered, so that no change of somebody else is lost.',
      { kind: 'if-match-missing' }
    )
  }
  if (ifMatch.trim() === '*') return undefined
  const revision = /^ *"(\d{1,15})" *$/.exec(ifMatch)?.[1]
  if (revision !== undefined) return Number(revision)
  throw new ProblemError(
    412,
    'If-Match is no ETag of this thing. Read it again, and send its ETag as it is.',
    {
      kind: 'changed-meanwhile'
    }
  )
}

import type { PendingExport, WriteOutcome } from '@opendirsync/contracts'
import { later, replicationMs, type Verdict, verdictOf } from '../errors.ts'
import { restoreRequest } from '../matching/hard-match.ts'
import type { Send } from '../transport/graph-request.ts'
import { idIn, kindOf } from './kinds.ts'
import { outcomeOf } from './outcome.ts'
import { writeEverything } from './write-everything.ts'

/** Creating by the alternate key may be repeated, so it needs no question before. */
export async function upsertGroup(pending: PendingExport, send: Send): Promise<WriteOutcome> {
  const answer = await send(kindOf(pending).create(pending))
  if (answer.status === 201) return outcomeOf({ kind: 'done' }, 'create', idIn(answer))
  const verdict = verdictOf(answer)
  if (verdict.kind === 'done') return adoptUpserted(pending, send)
  return hasOurName(pending, verdict) ? adoptHidden(pending, verdict, send) : outcomeOf(verdict, 'create')
}

/**
 * The group was not found by its key and could not be created for it: it is there, and not known everywhere yet, or it
 * is in the bin.
 */
function hasOurName(pending: PendingExport, verdict: Verdict): boolean {
  return (
    verdict.kind === 'refused' &&
    verdict.problem.code === 'object-conflict' &&
    verdict.problem.attribute === kindOf(pending).anchor
  )
}

async function adoptHidden(pending: PendingExport, verdict: Verdict, send: Send): Promise<WriteOutcome> {
  const [named] = (verdict.kind === 'refused' && verdict.problem.conflictsWith) || []
  const notYet = later('The group is not known everywhere yet.', replicationMs, 'missing')
  if (named?.type !== 'Group') return named === undefined ? notYet : outcomeOf(verdict, 'create')
  const restored = verdictOf(await send(restoreRequest(named.entraId)))
  if (restored.kind === 'missing') return notYet
  if (restored.kind !== 'done') return outcomeOf(restored, 'restore')
  return writeEverything(pending, named.entraId, 'restore', send)
}

/** The group was there, and has just been given all that is desired. Only its id is missing. */
async function adoptUpserted(pending: PendingExport, send: Send): Promise<WriteOutcome> {
  const answer = await send(kindOf(pending).find(pending))
  const entraId = idIn(answer)
  const verdict = verdictOf(answer)
  if (verdict.kind === 'done' && entraId === undefined)
    return later('The group has no id yet.', replicationMs)
  return outcomeOf(verdict, 'adopt', entraId)
}

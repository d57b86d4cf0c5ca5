import type { PendingExport, WriteOutcome } from '@opendirsync/contracts'
import { withWholeValues } from '../difference.ts'
import { verdictOf } from '../errors.ts'
import type { Send } from '../transport/graph-request.ts'
import { kindOf, withoutAnchor } from './kinds.ts'
import { outcomeOf } from './outcome.ts'

/** Writes the whole desired state on an object of ours whose present state is not known. */
export async function writeEverything(
  pending: PendingExport,
  entraId: string,
  operation: 'adopt' | 'restore',
  send: Send
): Promise<WriteOutcome> {
  const url = `/${kindOf(pending).collection}/${entraId}`
  const body = withoutAnchor(withWholeValues(pending.desired))
  return outcomeOf(verdictOf(await send({ method: 'PATCH', url, body })), operation, entraId)
}

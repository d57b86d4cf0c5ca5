import {
  type AttributeRecord,
  type PendingExport,
  UnavailableError,
  type WriteOutcome
} from '@opendirsync/contracts'
import { difference } from '../difference.ts'
import { later, replicationMs, type Verdict, verdictOf } from '../errors.ts'
import type { Answer, Send } from '../transport/graph-request.ts'
import { createObject, outcomeOf, restoreRequest, writeEverything } from './create-object.ts'
import { idIn, kindOf, withoutAnchor } from './kinds.ts'

/**
 * Brings one object from what the tenant was last confirmed to have to what it should have. Each way may be walked
 * again after a crash at any point: it asks the tenant before it assumes.
 */
export async function writeObject(pending: PendingExport, send: Send): Promise<WriteOutcome> {
  if (!pending.desiredPresent) return deleteObject(pending, send)
  if (pending.entraId === undefined || pending.entraState === 'absent') return createObject(pending, send)
  if (pending.entraState === 'deleted') return restoreObject(pending, pending.entraId, send)
  return updateObject(pending, pending.entraId, send)
}

async function updateObject(pending: PendingExport, entraId: string, send: Send): Promise<WriteOutcome> {
  const { collection, anchor } = kindOf(pending)
  const changes = difference(pending.desired, pending.exported)
  if (pending.exported !== undefined && anchor in changes) return anchorChanged(anchor)
  const body = withoutAnchor(changes)
  if (Object.keys(body).length === 0) return unchanged()

  const url = `/${collection}/${entraId}`
  const verdict = verdictOf(await send({ method: 'PATCH', url, body }))
  if (verdict.kind === 'refused')
    return { result: 'refused', problem: verdict.problem, ...(await disableAtLeast(url, body, send)) }
  return verdict.kind === 'missing' ? findAgain(pending, entraId, send) : outcomeOf(verdict, 'update')
}

/** A leaver is locked out also when another value of the same change is refused. The refusal stands. */
async function disableAtLeast(
  url: string,
  body: AttributeRecord,
  send: Send
): Promise<{ readonly applied?: AttributeRecord }> {
  if (body.accountEnabled !== false || Object.keys(body).length === 1) return {}
  const verdict = verdictOf(await send({ method: 'PATCH', url, body: { accountEnabled: false } }))
  if (verdict.kind === 'later') throw new UnavailableError('entra', verdict.reason)
  return verdict.kind === 'done' ? { applied: { accountEnabled: false } } : {}
}

/** The id that we know is not there: not yet everywhere, in the bin, or gone. */
async function findAgain(pending: PendingExport, entraId: string, send: Send): Promise<WriteOutcome> {
  const verdict = await look(entraId, pending, send)
  if (verdict.kind === 'done') return later('The object is not known everywhere yet.', replicationMs)
  if (verdict.kind !== 'missing') return outcomeOf(verdict, 'update')

  const { find } = kindOf(pending)
  const known = await send(find(pending))
  const otherId = verdictOf(known).kind === 'done' ? idIn(known) : undefined
  if (otherId !== undefined) return writeEverything(pending, otherId, 'adopt', send)
  return restoreObject(pending, entraId, send)
}

async function restoreObject(pending: PendingExport, entraId: string, send: Send): Promise<WriteOutcome> {
  const verdict = verdictOf(await send(restoreRequest(entraId)))
  if (verdict.kind === 'done') return writeEverything(pending, entraId, 'restore', send)
  if (verdict.kind !== 'missing') return outcomeOf(verdict, 'restore')

  // Not in the bin: restored by an attempt that was not confirmed, or purged.
  const alive = await look(entraId, pending, send)
  if (alive.kind === 'done') return writeEverything(pending, entraId, 'restore', send)
  return createObject(pending, send)
}

/** Into the tenant's bin, for 30 days. An object whose creation was not confirmed is looked for by its anchor. */
async function deleteObject(pending: PendingExport, send: Send): Promise<WriteOutcome> {
  // Also an object that was in the bin: a restore may have been carried out and not confirmed.
  const { collection, find } = kindOf(pending)
  let entraId = pending.entraId
  if (entraId === undefined) {
    const found: Answer = await send(find(pending))
    const verdict = verdictOf(found)
    if (verdict.kind === 'later' || verdict.kind === 'refused') return outcomeOf(verdict, 'delete')
    entraId = verdict.kind === 'done' ? idIn(found) : undefined
    if (entraId === undefined) return unchanged()
  }
  const verdict = verdictOf(await send({ method: 'DELETE', url: `/${collection}/${entraId}` }))
  if (verdict.kind === 'missing') return { result: 'written', operation: 'delete' }
  return outcomeOf(verdict, 'delete', entraId)
}

async function look(entraId: string, pending: PendingExport, send: Send): Promise<Verdict> {
  return verdictOf(await send({ method: 'GET', url: `/${kindOf(pending).collection}/${entraId}?$select=id` }))
}

/** As in Entra Connect, the object is frozen: writing another anchor would hand it to another identity. */
function anchorChanged(anchor: string): WriteOutcome {
  return {
    result: 'refused',
    problem: {
      code: 'source-anchor-changed',
      attribute: anchor,
      message:
        'The source anchor of an exported object has changed. Set it back, or delete the object in the tenant to have it created anew.'
    }
  }
}

function unchanged(): WriteOutcome {
  return { result: 'written', operation: 'unchanged' }
}

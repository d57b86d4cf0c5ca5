import type { PendingExport, WriteOutcome } from '@opendirsync/contracts'
import { difference } from '../difference.ts'
import { later, replicationMs, type Verdict, verdictOf } from '../errors.ts'
import { exportProblem } from '../export-problem.ts'
import { matchByAnchor, restoreRequest } from '../matching/hard-match.ts'
import { isOurs, userWithAnchor } from '../matching/tenant-user.ts'
import { type Send, textIn } from '../transport/graph-request.ts'
import { read } from '../transport/read.ts'
import { createObject } from './create-object.ts'
import { idIn, kindOf, withoutAnchor } from './kinds.ts'
import { leaveOutRefused } from './leave-out-refused.ts'
import type { ObjectContext } from './object-context.ts'
import { outcomeOf } from './outcome.ts'
import { tellApart } from './tell-apart.ts'
import { writeEverything } from './write-everything.ts'

/**
 * Brings one object from what the tenant was last confirmed to have to what it should have. Each way may be walked
 * again after a crash at any point: it asks the tenant before it assumes.
 */
export async function writeObject(pending: PendingExport, context: ObjectContext): Promise<WriteOutcome> {
  const outcome = await writeDifference(pending, context)
  if (outcome.result !== 'refused') return outcome
  return { ...outcome, problem: await tellApart(pending, outcome.problem, context) }
}

async function writeDifference(pending: PendingExport, context: ObjectContext): Promise<WriteOutcome> {
  if (pending.disableOnly === true) return disableObject(pending, context)
  if (!pending.desiredPresent) return deleteObject(pending, context.send)
  if (pending.entraId === undefined || pending.entraState === 'absent') return createObject(pending, context)
  if (pending.entraState === 'deleted') return restoreObject(pending, pending.entraId, context)
  return updateObject(pending, pending.entraId, context)
}

async function updateObject(
  pending: PendingExport,
  entraId: string,
  context: ObjectContext
): Promise<WriteOutcome> {
  const { send } = context
  const { collection, anchor } = kindOf(pending)
  const changes = difference(pending.desired, pending.exported)
  if (pending.exported !== undefined && anchor in changes) return anchorChanged(anchor)
  const body = withoutAnchor(changes)
  if (Object.keys(body).length === 0) return unchanged()

  const url = `/${collection}/${entraId}`
  const verdict = verdictOf(await send({ method: 'PATCH', url, body }))
  if (verdict.kind === 'refused')
    return leaveOutRefused(pending, { entraId, url, body, problem: verdict.problem }, context)
  return verdict.kind === 'missing' ? findAgain(pending, entraId, context) : outcomeOf(verdict, 'update')
}

/** The id that we know is not there: not yet everywhere, in the bin, or gone. */
async function findAgain(
  pending: PendingExport,
  entraId: string,
  context: ObjectContext
): Promise<WriteOutcome> {
  const { send } = context
  const verdict = await look(entraId, pending, send)
  if (verdict.kind === 'done') return later('The object is not known everywhere yet.', replicationMs)
  if (verdict.kind !== 'missing') return outcomeOf(verdict, 'update')

  if (pending.objectType === 'user') {
    const holder = await userWithAnchor(pending, send)
    return holder === undefined
      ? restoreObject(pending, entraId, context)
      : matchByAnchor(pending, holder, context)
  }
  const known = await send(kindOf(pending).find(pending))
  const otherId = verdictOf(known).kind === 'done' ? idIn(known) : undefined
  if (otherId !== undefined) return writeEverything(pending, otherId, 'adopt', send)
  return restoreObject(pending, entraId, context)
}

async function restoreObject(
  pending: PendingExport,
  entraId: string,
  context: ObjectContext
): Promise<WriteOutcome> {
  const { send } = context
  const verdict = verdictOf(await send(restoreRequest(entraId)))
  if (verdict.kind === 'done') return writeEverything(pending, entraId, 'restore', send)
  if (verdict.kind !== 'missing') return outcomeOf(verdict, 'restore')

  // Not in the bin: restored by an attempt that was not confirmed, or purged.
  const alive = await look(entraId, pending, send)
  if (alive.kind === 'done') return writeEverything(pending, entraId, 'restore', send)
  return createObject(pending, context)
}

/** Until the day of its delete. What is not there any more needs no day. Groups cannot be disabled. */
async function disableObject(pending: PendingExport, context: ObjectContext): Promise<WriteOutcome> {
  const { entraId, exported } = pending
  if (pending.objectType !== 'user' || entraId === undefined || exported?.accountEnabled === false)
    return unchanged()
  const url = `/${kindOf(pending).collection}/${entraId}`
  const verdict = verdictOf(await context.send({ method: 'PATCH', url, body: { accountEnabled: false } }))
  if (verdict.kind !== 'missing') return outcomeOf(verdict, 'disable')
  const { kind } = await look(entraId, pending, context.send)
  if (kind !== 'missing') return later('The object is not known everywhere yet.', replicationMs)
  return gone(pending, entraId, context.send)
}

/** Into the tenant's bin, for 30 days. An object whose creation was not confirmed is looked for by its anchor. */
async function deleteObject(pending: PendingExport, send: Send): Promise<WriteOutcome> {
  // Also an object that was in the bin: a restore may have been carried out and not confirmed.
  const entraId = pending.entraId ?? (await unconfirmedId(pending, send))
  if (entraId === undefined) return unchanged()
  const url = `/${kindOf(pending).collection}/${entraId}`
  const verdict = verdictOf(await send({ method: 'DELETE', url }))
  if (verdict.kind === 'missing') return gone(pending, entraId, send)
  return outcomeOf(verdict, 'delete', entraId)
}

/** So long it may take until an object is known everywhere: Microsoft speaks of seconds. */
const knownEverywhereMs = 60_000

/**
 * What is to be deleted is not there. Of what was written just now that is no proof, until it is seen in the bin: an
 * account that is taken for deleted lives on.
 */
async function gone(pending: PendingExport, entraId: string, send: Send): Promise<WriteOutcome> {
  const { writtenAt, disableOnly } = pending
  const kept = disableOnly === true ? { entraId } : {}
  if (writtenAt === undefined || Date.now() - Date.parse(writtenAt) > knownEverywhereMs)
    return { result: 'written', operation: 'delete', ...kept }
  const binned = verdictOf(
    await send({ method: 'GET', url: `/directory/deletedItems/${entraId}?$select=id` })
  )
  return binned.kind === 'done'
    ? { result: 'written', operation: 'delete', entraId }
    : later('The object is not known everywhere yet.', replicationMs)
}

/** What we created and were not told of. An account that only has the same anchor is not ours to delete. */
async function unconfirmedId(pending: PendingExport, send: Send): Promise<string | undefined> {
  if (pending.objectType === 'user') {
    const holder = await userWithAnchor(pending, send)
    return holder !== undefined && isOurs(pending, holder) ? holder.entraId : undefined
  }
  return textIn(await read(kindOf(pending).find(pending).url, send), 'id')
}

async function look(entraId: string, pending: PendingExport, send: Send): Promise<Verdict> {
  return verdictOf(await send({ method: 'GET', url: `/${kindOf(pending).collection}/${entraId}?$select=id` }))
}

/** As in Entra Connect, the object is frozen: writing another anchor would hand it to another identity. */
function anchorChanged(anchor: string): WriteOutcome {
  return {
    result: 'refused',
    problem: exportProblem({
      code: 'source-anchor-changed',
      attribute: anchor,
      message:
        'The source anchor of an exported object has changed. Set it back, or delete the object in the tenant to have it created anew.'
    })
  }
}

function unchanged(): WriteOutcome {
  return { result: 'written', operation: 'unchanged' }
}

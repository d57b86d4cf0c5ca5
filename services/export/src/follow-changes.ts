import type { ConfirmedType } from '@opendirsync/contracts'
import type { ConfirmingDeps } from './confirming-import.ts'

/**
 * One round of changes of a type of object, page by page. When the tenant no longer goes on from where the last one
 * has ended, as after a week, everything is read at once.
 */
export async function followChanges(
  deps: Pick<ConfirmingDeps, 'store' | 'entra' | 'log' | 'graceSeconds'>,
  objectType: ConfirmedType,
  signal: AbortSignal
): Promise<void> {
  if ((await readRound(deps, objectType, signal)) !== 'resync') return
  deps.log.info(
    { objectType },
    `the tenant tells no changes of ${objectType}s since the last time; all are read`
  )
  await deps.store.confirming.resync(objectType)
  await readRound(deps, objectType, signal)
}

async function readRound(
  { store, entra, log, graceSeconds }: Parameters<typeof followChanges>[0],
  objectType: ConfirmedType,
  signal: AbortSignal
): Promise<'ended' | 'resync'> {
  let round = await store.confirming.begin(objectType)
  if (round === undefined) return 'ended'
  const { link, attributes, full } = round
  let told = 0
  for await (const page of entra.changes({
    objectType,
    attributes,
    signal,
    ...(link !== undefined && { link })
  })) {
    if (page.result === 'resync') return 'resync'
    const { objects, link: to, complete, unknown } = page
    round = { ...round, attributes: attributes.filter(name => !unknown.includes(name)) }
    if (!(await store.confirming.page({ round, objects, to, complete, unknown, graceSeconds })))
      return 'ended'
    if (round.link === undefined && unknown.length > 0) log.warn({ objectType, unknown }, sentence(unknown))
    round = { ...round, link: to }
    told += objects.length
  }
  if (full) log.info({ objectType, told }, `read what the tenant has of ${objectType}s`)
  return 'ended'
}

function sentence(unknown: readonly string[]): string {
  return `The tenant does not know ${unknown.join(', ')}: what it has of them is not read, and changes of it go unnoticed. Register what is missing, or take it out of the rules.`
}

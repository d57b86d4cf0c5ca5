import { type DirectoryConnection, type DirSyncStep, readObject } from '@opendirsync/active-directory'
import type { Cookie, DirectoryChange, ObjectGuid } from '@opendirsync/contracts'

export type StageChunk = (changes: readonly DirectoryChange[]) => Promise<readonly ObjectGuid[]>

/**
 * Takes the steps of one page to its end: stages each chunk, then reads completely what the page told only
 * a part of. A restored object is reported without its unchanged attributes, and the groups of a restored
 * member are not reported at all; both are read from the object.
 *
 * @returns the cookie that makes the page final, or `undefined` when there are no more pages.
 */
export async function stageSteps(
  steps: AsyncGenerator<DirSyncStep, void>,
  stage: StageChunk,
  read: { readonly connection: DirectoryConnection; readonly attributes: readonly string[] }
): Promise<{ readonly cookie: Cookie; readonly more: boolean }> {
  const toRead = new Set<ObjectGuid>()
  for (let step = await steps.next(); step.done !== true; step = await steps.next()) {
    if (step.value.kind === 'cookie') {
      // Only now: while a page streams in, no other answer can pass it on this connection.
      await stageReadings([...toRead], stage, read)
      return step.value
    }
    for (const guid of await stage(step.value.changes)) toRead.add(guid)
    for (const change of step.value.changes) if (change.state === 'restored') toRead.add(change.objectGuid)
  }
  throw new Error('a page of DirSync ended without a cookie')
}

const readingsAtOnce = 50

async function stageReadings(
  guids: readonly ObjectGuid[],
  stage: StageChunk,
  {
    connection,
    attributes
  }: { readonly connection: DirectoryConnection; readonly attributes: readonly string[] }
): Promise<void> {
  for (let from = 0; from < guids.length; from += readingsAtOnce) {
    const some = guids.slice(from, from + readingsAtOnce)
    const readings = await Promise.all(some.map(guid => readObject(connection, guid, attributes)))
    const found = readings.filter(reading => reading !== undefined)
    await stage(found)
    await stage(found.flatMap(referrers))
  }
}

/** The members of other objects that the reading names, as changes of those other objects. */
function referrers(reading: {
  readonly objectGuid: ObjectGuid
  readonly backLinks: {
    readonly memberOf: readonly ObjectGuid[]
    readonly directReports: readonly ObjectGuid[]
  }
}): DirectoryChange[] {
  const { objectGuid, backLinks } = reading
  const refersTo = (attribute: 'member' | 'manager') => (source: ObjectGuid) => ({
    objectGuid: source,
    complete: false,
    state: 'present' as const,
    attributes: {},
    links: [{ attribute, added: [objectGuid], removed: [] }]
  })
  return [...backLinks.memberOf.map(refersTo('member')), ...backLinks.directReports.map(refersTo('manager'))]
}

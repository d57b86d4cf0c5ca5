import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import { containerClasses } from './classes.ts'
import { outsideAll } from './container-verdicts.ts'
import { decidingTables } from './decide-rows.ts'
import { markBelowContainers, markBelowGroups } from './mark-scope-affected.ts'
import { missingAttributes, readScope } from './read-scope.ts'
import { type Evaluation, verdictTables } from './verdicts.ts'

/** From this count on it is cheaper to list all members of the scope's groups than the groups of each object. */
const manyObjects = 20_000
/**
 * Up to this count the objects are named. A database that is being filled has no statistics yet, and the planner would
 * take "what is marked" for a large part of the table.
 */
const mostNamed = 5_000

/**
 * Decides what the page has marked. To be called in the last transaction of a page, after its objects, links and
 * deletes, and after `connector.imported_attributes` when it ends a full import.
 *
 * @returns the objects that changed sides: synchronisation has news of these.
 */
export async function settleScope(trx: DatabaseTransaction, connector: string): Promise<ObjectGuid[]> {
  const state = await readScope(trx, connector)
  if (state === undefined) return []
  if (state.learnsContainers) await learnContainers(trx, connector, state.imported)
  const scope = state.scope ?? {}
  const evaluation: Evaluation = {
    connector,
    scope,
    importedAttributes: state.importedAttributes,
    askedAttributes: state.askedAttributes,
    which: sql`s.scope_pending`,
    many: false,
    noneIsNew: false
  }
  if (state.waitsFor.length > 0 && missingAttributes(scope, state.importedAttributes).length === 0) {
    await sql`update connector set scope_waits_for = null where name = ${connector}`.execute(trx)
    return decide(trx, { ...evaluation, which: sql`true`, many: true })
  }
  const marked = await readMarked(trx, connector)
  if (marked.count === 0) return []
  if (marked.nodes.length > 0) await markWhatFollows(trx, evaluation, marked.nodes)
  const all = marked.nodes.length > 0 ? await readMarked(trx, connector) : marked
  const which = all.count > mostNamed ? evaluation.which : named(all.guids)
  return decide(trx, { ...evaluation, which, many: all.count >= manyObjects })
}

async function decide(trx: DatabaseTransaction, evaluation: Evaluation): Promise<ObjectGuid[]> {
  const { rows } = await sql<{ objectGuid: string }>`
    with recursive ${decidingTables(evaluation, false)}
    select object_guid as "objectGuid" from updated where crosses`.execute(trx)
  return rows.map(row => row.objectGuid)
}

const isNode = sql`(s.object_class = 'group' or s.object_class = any(${containerClasses}))`

/** Before the first full import has ended a container is new to us only, not in the directory. */
async function learnContainers(
  trx: DatabaseTransaction,
  connector: string,
  imported: boolean
): Promise<void> {
  await sql`insert into scope_container (connector, object_guid)
    select connector, object_guid from staged_object
    where connector = ${connector} and scope_pending and object_class = any(${containerClasses})
    on conflict do nothing`.execute(trx)
  if (!imported) return
  await sql`update connector set scope_learns_containers = false where name = ${connector}`.execute(trx)
}

interface Marked {
  readonly count: number
  /** Up to `mostNamed` of them. */
  readonly guids: readonly ObjectGuid[]
  /** The containers and groups among them. */
  readonly nodes: readonly ObjectGuid[]
}

async function readMarked(trx: DatabaseTransaction, connector: string): Promise<Marked> {
  const { rows } = await sql<Marked>`
    with marked as (
      select s.object_guid, ${isNode} as node from staged_object s
      where s.connector = ${connector} and s.scope_pending
    )
    select (select count(*) from marked) as count,
      array(select object_guid from marked limit ${mostNamed}) as guids,
      array(select object_guid from marked where node) as nodes`.execute(trx)
  return rows[0] ?? { count: 0, guids: [], nodes: [] }
}

function named(guids: readonly ObjectGuid[]) {
  return sql`s.object_guid = any(${guids})`
}

/** Where the verdict on a marked container or group is another one, what is in it is marked too. */
async function markWhatFollows(
  trx: DatabaseTransaction,
  evaluation: Evaluation,
  nodes: readonly ObjectGuid[]
): Promise<void> {
  const { connector, scope } = evaluation
  const unknownPlace = scope.containers === undefined ? null : outsideAll(scope.containers)
  const { rows } = await sql<{ objectGuid: string; container: boolean }>`
    with recursive ${verdictTables({ ...evaluation, which: named(nodes) })}
    select object_guid as "objectGuid", container from verdict
    where inside is not null
      and inside <> coalesce(was_inside, case when container then ${unknownPlace}::boolean else false end)`.execute(
    trx
  )
  const guids = (container: boolean) =>
    rows.filter(row => row.container === container).map(row => row.objectGuid)
  await markBelowContainers(trx, connector, guids(true))
  await markBelowGroups(trx, connector, guids(false))
}

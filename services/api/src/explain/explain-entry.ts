import type { Finding, Problem } from '@opendirsync/contracts'
import type { ExplainedObject, Explanation, RuleSet } from '@opendirsync/rules'
import type { EntryState, JournalLine, ScannedObject, Store } from '@opendirsync/store'
import { type TenantChange, tenantChange } from '../rules/tenant-change.ts'
import type { FoundEntry } from './find-entries.ts'
import { type PendingExportSeen, pendingExportOf } from './pending-export.ts'

export type ExplainStore = Pick<Store, 'objects' | 'readiness' | 'journal' | 'quarantine'>

export interface ExplainRules {
  readonly inForce: RuleSet
  /** Other ones to explain with. Absent: those in force. */
  readonly other?: RuleSet
}

/** Everything that is known of one entry, and why. */
export interface EntryExplained extends Omit<Explanation, 'objects' | 'projection'> {
  readonly entry?: Pick<EntryState, 'entryId' | 'objectType' | 'sourceAnchor'>
  readonly objects: readonly ObjectExplained[]
  readonly problems: readonly FoundProblem[]
  readonly tenantObject: {
    readonly state: EntryState['entraState']
    readonly entraId?: string
    readonly exportedAt?: string
  }
  readonly pendingExport: PendingExportSeen
  /** With other rules: what would become otherwise. */
  readonly change?: TenantChange | { readonly kind: 'none' }
  readonly journal: readonly JournalLine[]
}

interface ObjectExplained extends ExplainedObject {
  readonly objectClass: string
  readonly joinedBy?: string
  /** It has changed, and synchronisation has not seen that yet. */
  readonly pending: boolean
  readonly findings: readonly Finding[]
}

interface FoundProblem extends Problem {
  readonly foundBy: 'rules' | 'synchronisation' | 'tenant'
  readonly severity?: 'blocking' | 'warning'
}

const journalLinesShown = 20
/** All of one object come together, and few connectors have the same object. */
const objectsWithFindings = 20

/** The same code as the real run, on what is staged now. Writes nothing. */
export async function explainEntry(
  store: ExplainStore,
  { primary, objects }: FoundEntry,
  { inForce, other }: ExplainRules
): Promise<EntryExplained> {
  const rules = other ?? inForce
  const { projection, ...explained } = rules.explain(primary.contributors, primary.anchor)
  const entry = primary.entryId === undefined ? undefined : await store.objects.entry(primary.entryId)
  const lines = await store.journal.newestOfObject(primary.object.objectGuid, journalLinesShown)
  const found = other === undefined ? await foundElsewhere(store, primary, explained.objects, entry) : []
  const byRules: FoundProblem[] = (projection?.problems ?? []).map(problem => ({
    ...problem,
    foundBy: 'rules'
  }))
  return {
    ...explained,
    ...(entry && {
      entry: { entryId: entry.entryId, objectType: entry.objectType, sourceAnchor: entry.sourceAnchor }
    }),
    objects: await Promise.all(explained.objects.map(object => withFacts(store, object, objects))),
    problems: [...byRules, ...found.filter(problem => !byRules.some(known => isSame(known, problem)))],
    tenantObject: {
      state: entry?.entraState ?? 'absent',
      ...(typeof entry?.entraId === 'string' && { entraId: entry.entraId }),
      ...(entry?.exportedAt instanceof Date && { exportedAt: entry.exportedAt.toISOString() })
    },
    pendingExport: pendingExportOf(entry),
    ...(other && { change: tenantChange(inForce, other, primary) ?? { kind: 'none' } }),
    journal: lines
  }
}

async function withFacts(
  { readiness }: Pick<Store, 'readiness'>,
  explained: ExplainedObject,
  objects: readonly ScannedObject[]
): Promise<ObjectExplained> {
  const { connector, objectGuid } = explained
  const scanned = objects.find(
    ({ object }) => object.connector === connector && object.objectGuid === objectGuid
  )
  const { items } = await readiness.findings({ connector, objectGuid }, { limit: objectsWithFindings })
  return {
    ...explained,
    objectClass: scanned?.object.objectClass ?? '',
    ...(scanned?.joinedBy !== undefined && { joinedBy: scanned.joinedBy }),
    pending: scanned !== undefined && scanned.object.revision > scanned.object.synchronisedRevision,
    findings: items.map(({ finding }) => finding)
  }
}

/** What synchronisation has put down beside what the rules say, and what the tenant has refused. */
async function foundElsewhere(
  store: Pick<Store, 'quarantine'>,
  { object }: ScannedObject,
  explained: readonly ExplainedObject[],
  entry: EntryState | undefined
): Promise<FoundProblem[]> {
  const known = (problems: readonly Problem[], foundBy: FoundProblem['foundBy']): FoundProblem[] =>
    problems.map(({ code, attribute, message }) => ({
      code,
      ...(attribute !== undefined && { attribute }),
      message,
      foundBy
    }))
  if (entry !== undefined) {
    const refused = entry.refusal === null ? [] : [entry.refusal]
    return [...known(entry.problems, 'synchronisation'), ...known(refused, 'tenant')]
  }
  // What has no place in the metaverse and is not left out by a rule has its reason in the quarantine.
  if (explained.every(({ judgement }) => judgement.outcome === 'out-of-scope')) return []
  const { items } = await store.quarantine.list({ limit: 1, after: `${object.objectGuid}|` })
  const [item] = items
  const isIt = item?.objectGuid === object.objectGuid && item.connector === object.connector
  return isIt ? known(item.problems, 'synchronisation') : []
}

function isSame(one: Problem, other: Problem): boolean {
  return one.code === other.code && one.attribute === other.attribute && one.message === other.message
}

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ObjectGuid, ObjectType, Rules } from '@opendirsync/contracts'
import type { ScannedObject, Store } from '@opendirsync/store'
import { type ChangeKind, changeKinds, type TenantChange, tenantChange } from './tenant-change.ts'

type KindCounts = Record<ChangeKind, number>

interface Sample extends TenantChange {
  readonly connector: string
  readonly objectGuid: ObjectGuid
  readonly dn: string
}

export interface RulesPreview {
  /** Users, groups and contacts that were looked at; what is joined to another one is part of that. */
  objects: number
  readonly counts: Record<ObjectType | 'total', KindCounts>
  /** Target attribute to the number of objects of the tenant in which it would change. */
  readonly attributes: Record<string, number>
  readonly samples: Record<ChangeKind, Sample[]>
}

export interface Comparison {
  readonly before: Rules
  readonly after: Rules
}

const scannedAtOnce = 1_000
const samplesOfKind = 20
/** Then other requests have their turn. */
const sliceMs = 10

const classes: ReadonlySet<string> = new Set(['user', 'inetOrgPerson', 'group', 'contact'])

/**
 * What becomes of all known objects under other rules. Writes nothing.
 *
 * @throws the signal's reason
 */
export async function previewRules(
  { objects }: Pick<Store, 'objects'>,
  { before, after }: Comparison,
  signal: AbortSignal
): Promise<RulesPreview> {
  const preview = emptyPreview()
  let position: ObjectGuid | undefined
  let sliceBegan = performance.now()
  for (;;) {
    const page = await objects.scan({ after: position, limit: scannedAtOnce })
    for (const scanned of page) {
      note(preview, scanned, tenantChange(before, after, scanned))
      if (performance.now() - sliceBegan < sliceMs) continue
      await nextTurn()
      signal.throwIfAborted()
      sliceBegan = performance.now()
    }
    signal.throwIfAborted()
    const last = page.at(-1)
    if (last === undefined) return preview
    position = last.object.objectGuid
  }
}

function note(preview: RulesPreview, { object, joinedBy }: ScannedObject, change: TenantChange | undefined) {
  if (joinedBy === undefined && classes.has(object.objectClass)) preview.objects += 1
  if (change === undefined) return
  const { kind, objectType, attributes } = change
  preview.counts.total[kind] += 1
  preview.counts[objectType][kind] += 1
  if (kind === 'changed') {
    for (const { attribute } of attributes) {
      preview.attributes[attribute] = (preview.attributes[attribute] ?? 0) + 1
    }
  }
  const samples = preview.samples[kind]
  if (samples.length >= samplesOfKind) return
  const { connector, objectGuid, dn } = object
  samples.push({ connector, objectGuid, dn, ...change })
}

function emptyPreview(): RulesPreview {
  return {
    objects: 0,
    counts: { total: noCounts(), user: noCounts(), group: noCounts(), contact: noCounts() },
    attributes: {},
    samples: ofKinds<Sample[]>(() => [])
  }
}

function noCounts(): KindCounts {
  return ofKinds(() => 0)
}

function ofKinds<Value>(make: () => Value): Record<ChangeKind, Value> {
  return Object.fromEntries(changeKinds.map(kind => [kind, make()])) as Record<ChangeKind, Value>
}

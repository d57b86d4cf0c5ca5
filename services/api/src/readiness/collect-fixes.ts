import type { FindingFilter, FoundFinding, NewFix, Store } from '@opendirsync/store'
import type { FixRequest } from '../routes/readiness/readiness-schema.ts'
import { foundFindings } from './found-findings.ts'

/** The most fixes of one run. */
const mostFixes = 10_000

interface CollectedFix extends NewFix {
  readonly confidence: 'certain' | 'guess'
  /** The findings that it mends. */
  readonly codes: string[]
}

export interface Collected {
  /** Each value once. */
  readonly fixes: readonly CollectedFix[]
  /** Of findings that were named: why nothing is done about them. */
  readonly skipped: readonly { objectGuid: string; attribute: string; reason: string }[]
  /** There are more than one run takes. */
  readonly more: boolean
}

type Parts = Pick<Store, 'readiness'>
type Request = Pick<FixRequest, 'findings' | 'filter' | 'confidence'> & { readonly connector: string }

/** The proposed fixes that a request is about. */
export function collectFixes(store: Parts, request: Request): Promise<Collected> {
  const { connector, findings, filter = {}, confidence = 'certain' } = request
  if (findings !== undefined) return namedFixes(store, connector, findings)
  return fittingFixes(store, { connector, ...filter }, confidence)
}

async function fittingFixes(
  store: Parts,
  filter: FindingFilter,
  confidence: 'certain' | 'any'
): Promise<Collected> {
  const collection = new Collection()
  for await (const row of foundFindings(store, filter)) {
    const { fix } = row.finding
    if (fix === undefined || (confidence === 'certain' && fix.confidence !== 'certain')) continue
    if (!collection.add(row)) return { fixes: collection.fixes, skipped: [], more: true }
  }
  return { fixes: collection.fixes, skipped: [], more: false }
}

async function namedFixes(
  store: Parts,
  connector: string,
  named: NonNullable<FixRequest['findings']>
): Promise<Collected> {
  const collection = new Collection()
  const skipped: Collected['skipped'][number][] = []
  for (const { objectGuid, attribute, value } of named) {
    const filter = { connector, objectGuid: objectGuid.toLowerCase(), attribute }
    const meant: FoundFinding[] = []
    for await (const row of foundFindings(store, filter)) {
      if (value === undefined || row.finding.value === value) meant.push(row)
    }
    const fixable = meant.filter(({ finding }) => finding.fix !== undefined)
    for (const row of fixable) {
      if (!collection.add(row)) return { fixes: collection.fixes, skipped, more: true }
    }
    if (fixable.length === 0) skipped.push({ objectGuid, attribute, reason: reasonOf(meant.length) })
  }
  return { fixes: collection.fixes, skipped, more: false }
}

function reasonOf(findings: number): string {
  return findings === 0
    ? 'There is no such finding, or not any more. Read the findings again.'
    : 'No fix is proposed for this finding: a person has to decide what the value should be.'
}

/** Findings of one value share one fix. */
class Collection {
  private readonly byValue = new Map<string, CollectedFix>()

  get fixes(): CollectedFix[] {
    return [...this.byValue.values()]
  }

  /** @returns false when there is no room for it */
  add({ objectGuid, dn, finding: { code, fix } }: FoundFinding): boolean {
    if (fix === undefined) return true
    const { action, attribute, from, to, confidence } = fix
    const key = `${objectGuid}\n${attribute.toLowerCase()}\n${from === null ? `+${to}` : `=${from}`}`
    const known = this.byValue.get(key)
    if (known !== undefined) {
      if (!known.codes.includes(code)) known.codes.push(code)
      return true
    }
    if (this.byValue.size >= mostFixes) return false
    this.byValue.set(key, { objectGuid, dn, attribute, action, from, to, confidence, codes: [code] })
    return true
  }
}

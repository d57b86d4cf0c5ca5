import type { ObjectType, ProposedFix, StagedObject } from '@opendirsync/contracts'
import { checksFor } from './all-checks.ts'
import { listCharacters } from './characters.ts'
import {
  type AttributePlan,
  type CheckFacts,
  type Found,
  nothing,
  type ObjectCheck,
  type ReadinessSettings,
  type Subject,
  type ValueCheck
} from './check.ts'
import type { Finding } from './finding.ts'

/** One round mends what it can; what a fix brings to light is mended in the next. */
const mostRounds = 6

const noSettings: ReadinessSettings = {}

/**
 * What is wrong with an object by itself. Never throws, whatever the values are. An object without faults costs about
 * a microsecond.
 *
 * Scope is not asked: who is left out is for the rules to say, by the object's own facts and never by how its cn begins.
 */
export function checkObject(
  staged: Pick<StagedObject, 'attributes' | 'dn'>,
  objectType: ObjectType,
  settings: ReadinessSettings = noSettings
): readonly Finding[] {
  const { plans, objectChecks } = checksFor(objectType, settings.signInAttribute)
  const subject: Subject = { objectType, dn: staged.dn, attributes: staged.attributes, settings }
  const findings: Finding[] = []
  for (const plan of plans) examineAttribute(plan, subject, findings)
  let fixed: Set<string> | undefined
  for (const check of objectChecks) {
    for (const found of check.find(subject)) {
      fixed ??= new Set(findings.flatMap(({ fix }) => (fix === undefined ? [] : keyOf(fix))))
      findings.push(findingOfObject(check, found, fixed))
    }
  }
  return findings.length === 0 ? nothing : settled(findings, subject)
}

function examineAttribute(plan: AttributePlan, subject: Subject, findings: Finding[]): void {
  const values = subject.attributes[plan.attribute]
  if (values === undefined) return
  const count = plan.values === 'first' ? Math.min(1, values.length) : values.length
  for (let at = 0; at < count; at++) {
    const value = values[at] ?? ''
    if (!plan.clean(value) && value.trim() !== '') findings.push(...examine(plan, value, subject))
  }
}

/** The findings of one value, and the one fix that mends them together. */
function examine(plan: AttributePlan, raw: string, subject: Subject): Finding[] {
  const value = raw.trim()
  const fails = (check: ValueCheck, text: string) =>
    check.test(check.code === 'spaces-around' ? text : text.trim(), subject)
  const failed = plan.checks.filter(check => fails(check, raw))
  if (failed.length === 0) return []
  const { mended, confidence } = mend(plan.checks, value, subject)
  const fix: ProposedFix | undefined =
    mended === raw
      ? undefined
      : { action: 'replace', attribute: plan.attribute, from: raw, to: mended, confidence }
  return failed.map(check => {
    const heals = fix !== undefined && check.mend !== undefined && !fails(check, mended)
    return finding(check, plan.attribute, raw, heals ? fix : undefined, check.blame?.(value))
  })
}

interface Mended {
  readonly mended: string
  readonly confidence: ProposedFix['confidence']
}

function mend(checks: readonly ValueCheck[], value: string, subject: Subject): Mended {
  let mended = value
  let confidence: ProposedFix['confidence'] = 'certain'
  for (let round = 0; round < mostRounds; round++) {
    const before = mended
    for (const check of checks) {
      const next = mendOnce(check, mended, subject)
      if (next !== mended && check.confidence === 'guess') confidence = 'guess'
      mended = next
    }
    if (mended === before) break
  }
  return { mended, confidence }
}

/** The value as it is where the check has nothing against it, or nothing better to propose. */
function mendOnce(check: ValueCheck, value: string, subject: Subject): string {
  if (check.mend === undefined || !check.test(value, subject)) return value
  return check.mend(value, subject)?.trim() || value
}

/** A value has one fix: the one that was proposed first. */
function findingOfObject(check: ObjectCheck, found: Found, fixed: Set<string>): Finding {
  const attribute = found.attribute ?? check.attributes[0] ?? ''
  const fix = found.fix && { ...found.fix, attribute }
  if (fix === undefined || fixed.has(keyOf(fix))) return finding(check, attribute, found.value, undefined)
  fixed.add(keyOf(fix))
  return finding(check, attribute, found.value, fix)
}

function keyOf({ attribute, from }: ProposedFix): string {
  return `${attribute}\n${from ?? ''}`
}

function finding(
  check: CheckFacts,
  attribute: string,
  value: string,
  fix: ProposedFix | undefined,
  blamed?: Iterable<string>
): Finding {
  const characters = blamed === undefined ? '' : listCharacters(blamed)
  return {
    attribute,
    code: check.code,
    severity: check.severity,
    value,
    why: characters === '' ? check.why : `${check.why} It has: ${characters}.`,
    ...(fix && { fix })
  }
}

/**
 * AD holds no value twice: one that would become equal to another of the object is removed instead. Where that other one
 * goes in this round, it is left for the next.
 */
function settled(findings: readonly Finding[], { attributes }: Subject): readonly Finding[] {
  if (!findings.some(isProxyChange)) return findings
  const there = new Map((attributes.proxyAddresses ?? []).map(value => [value.toLowerCase(), value]))
  const going = new Set(findings.map(({ fix }) => (fix?.action === 'remove-value' ? fix.from : null)))
  const decided = new Map<ProposedFix, ProposedFix | undefined>()

  function decide(fix: ProxyChange['fix']): ProposedFix | undefined {
    const key = fix.to.toLowerCase()
    const other = there.get(key)
    if (other === undefined || other === fix.from) {
      there.set(key, fix.to)
      return fix
    }
    if (fix.from === null || going.has(other)) return undefined
    return { ...fix, action: 'remove-value', to: null }
  }

  return findings.map(one => {
    if (!isProxyChange(one)) return one
    const { fix, ...rest } = one
    if (!decided.has(fix)) decided.set(fix, decide(fix))
    const final = decided.get(fix)
    return { ...rest, ...(final && { fix: final }) }
  })
}

type ProxyChange = Finding & { readonly fix: ProposedFix & { readonly to: string } }

function isProxyChange(one: Finding): one is ProxyChange {
  return one.fix?.attribute === 'proxyAddresses' && one.fix.to !== null
}

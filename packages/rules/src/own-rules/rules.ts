import type { AttributeValue, ObjectType } from '@opendirsync/contracts'
import type { DirectoryValues } from '../attribute-flow.ts'
import { closest } from '../expressions/closest.ts'
import type { Flow, Rule, RuleScope } from '../rule.ts'
import type { RuleSettings } from '../rule-settings.ts'
import { spelled } from './attribute-names.ts'
import { type FlowContext, readFlows } from './flows.ts'
import { attributesByDefault, metaverseType, refusedTargets } from './metaverse-attributes.ts'
import type { Fields, Reader } from './reader.ts'
import { readScope } from './scope.ts'
import { extensionProperty, extensionType, refusedProperties, tenantProperties } from './tenant-properties.ts'

const keys = [
  'name',
  'description',
  'direction',
  'objectType',
  'precedence',
  'scope',
  'flows',
  'exclude'
] as const
const maxRules = 500

type RuleFields = Fields<(typeof keys)[number]>
type Direction = Rule['direction']

interface Head {
  readonly name: string
  readonly direction: Direction
  readonly objectType: ObjectType
  readonly precedence: number
}

interface Draft {
  readonly reader: Reader
  readonly fields: RuleFields
  readonly head: Head
}

/** All rules of the file. The inbound ones are read first: what they write, the outbound ones may read. */
export function readRules(reader: Reader, settings: RuleSettings): readonly Rule[] {
  const elements = reader.elements('rules', maxRules) ?? []
  const drafts = elements.flatMap(element => readHead(element) ?? [])
  refuseDoubles(drafts)
  const read = new Map<Draft, Rule>()
  const written = new Map<ObjectType, Set<string>>()
  for (const objectType of ['user', 'group', 'contact'] as const) {
    written.set(objectType, new Set(attributesByDefault(settings, objectType)))
  }
  for (const draft of drafts.filter(({ head }) => head.direction === 'inbound')) {
    const rule = readInbound(draft, settings, attributesByDefault(settings, draft.head.objectType))
    if (rule !== undefined) read.set(draft, rule)
    for (const { target } of rule?.flows ?? []) written.get(draft.head.objectType)?.add(target)
  }
  for (const draft of drafts.filter(({ head }) => head.direction === 'outbound')) {
    const rule = readOutbound(draft, written.get(draft.head.objectType) ?? new Set())
    if (rule !== undefined) read.set(draft, rule)
  }
  return drafts.flatMap(draft => read.get(draft) ?? [])
}

function readHead(reader: Reader): Draft | undefined {
  const fields = reader.fields(keys, ['name', 'objectType', 'precedence'])
  if (fields === undefined) return undefined
  fields.optional('description')?.text('what the rule is for', 2_000)
  const name = fields.optional('name')?.text('the name of the rule', 100)
  const objectType = fields.optional('objectType')?.oneOf(['user', 'group', 'contact'])
  const precedence = fields.optional('precedence')?.integer(1, 99)
  const direction = fields.has('direction')
    ? fields.at('direction').oneOf(['inbound', 'outbound'])
    : 'inbound'
  if (objectType === undefined || direction === undefined) return undefined
  // With a name or a precedence missing the file is refused anyway; what else is wrong is told all the same.
  return {
    reader,
    fields,
    head: { name: name?.trim() ?? '', direction, objectType, precedence: precedence ?? 0 }
  }
}

function refuseDoubles(drafts: readonly Draft[]): void {
  const names = new Set<string>()
  const ranks = new Map<string, string>()
  for (const { fields, head } of drafts) {
    const { name, direction, objectType, precedence } = head
    if (names.has(name.toLowerCase()))
      fields.at('name').refuse(`A rule before this one is called "${name}", too.`)
    names.add(name.toLowerCase())
    const rank = `${direction} ${objectType} ${precedence}`
    const other = ranks.get(rank)
    if (other !== undefined && precedence > 0) {
      fields
        .at('precedence')
        .refuse(
          `"${other}" has precedence ${precedence} among the ${direction} rules for ${objectType}, too.`
        )
    }
    ranks.set(rank, name)
  }
}

function readInbound(
  { reader, fields, head }: Draft,
  settings: RuleSettings,
  byDefault: ReadonlySet<string>
): Rule | undefined {
  const context: FlowContext = {
    isRead: () => true,
    target: (name, at) => inboundTarget(name, at, settings, byDefault)
  }
  const scope = fields.optional('scope')
  const read = scope === undefined ? undefined : readScope<DirectoryValues>(scope, context.isRead)
  const base = {
    ...head,
    direction: 'inbound',
    origin: 'own',
    ...(read !== undefined && { scope: read })
  } as const
  if (fields.has('exclude')) return readExclusion({ reader, fields, head }, read, base)
  const flows = flowsOf<DirectoryValues>(fields, reader, context)
  return flows === undefined ? undefined : { ...base, flows }
}

function readExclusion(
  { reader, fields }: Draft,
  scope: RuleScope<DirectoryValues> | undefined,
  base: Omit<Extract<Rule, { direction: 'inbound' }>, 'flows'>
): Rule | undefined {
  const exclude = fields.at('exclude').fields(['reason'], ['reason'])
  const reason = exclude?.optional('reason')?.text('the reason that is shown at the object', 500)
  if (fields.has('flows')) reader.refuseKey('flows', 'A rule that excludes objects has no flows.')
  if (!fields.has('scope'))
    reader.refuse('A rule that excludes objects needs a scope: it would exclude all of them.')
  if (reason === undefined || scope === undefined) return undefined
  const [attribute] = scope.sources
  return {
    ...base,
    flows: [],
    excludes: { code: 'excluded-by-rule', message: reason, ...(attribute !== undefined && { attribute }) }
  }
}

function readOutbound({ reader, fields, head }: Draft, known: ReadonlySet<string>): Rule | undefined {
  const { objectType } = head
  if (fields.has('exclude')) return reader.refuseKey('exclude', 'Only an inbound rule can exclude objects.')
  if (objectType === 'contact') {
    return fields
      .at('objectType')
      .refuse('Contacts are read-only in Microsoft Graph: no outbound rule can write them.')
  }
  const context: FlowContext = {
    isRead: (attribute, at, within) => isInMetaverse(attribute, at, known, within),
    target: (name, at) => outboundTarget(name, at, objectType)
  }
  const scope = fields.optional('scope')
  const read = scope === undefined ? undefined : readScope<AttributeValue | undefined>(scope, context.isRead)
  const flows = flowsOf<AttributeValue | undefined>(fields, reader, context)
  if (flows === undefined) return undefined
  return { ...head, direction: 'outbound', origin: 'own', flows, ...(read !== undefined && { scope: read }) }
}

function flowsOf<Source extends DirectoryValues | AttributeValue>(
  fields: RuleFields,
  reader: Reader,
  context: FlowContext
): readonly Flow<Source>[] | undefined {
  const flows = fields.optional('flows')
  if (flows !== undefined) return readFlows<Source>(flows, context)
  if (fields.isMeant('flows') || fields.isMeant('exclude')) return undefined
  return reader.refuse('A rule has flows, or excludes objects: one of flows and exclude is missing.')
}

function inboundTarget(
  written: string,
  at: Reader,
  settings: RuleSettings,
  byDefault: ReadonlySet<string>
): ReturnType<FlowContext['target']> {
  const name = spelled(written)
  const refused = Object.hasOwn(refusedTargets, name) ? refusedTargets[name] : undefined
  if (refused !== undefined) return at.refuse(`A rule cannot write ${name}. ${refused}`)
  if (/^(manager|member|owner)$/i.test(name)) {
    return at.refuse(`A rule cannot write ${name}. References are synchronised by themselves.`)
  }
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,255}$/.test(name)) {
    return at.refuse(`"${name}" is not the name of an attribute: letters, digits and hyphens.`)
  }
  return { name, type: metaverseType(name, settings, byDefault) }
}

function outboundTarget(
  written: string,
  at: Reader,
  objectType: Exclude<ObjectType, 'contact'>
): ReturnType<FlowContext['target']> {
  const properties = tenantProperties[objectType]
  const isNamed = (name: string) => name.toLowerCase() === written.toLowerCase()
  const name = Object.keys(properties).find(isNamed)
  const type = name === undefined ? undefined : properties[name]
  if (name !== undefined && type !== undefined) return { name, type }
  if (extensionProperty.test(written)) return { name: written, type: extensionType }
  const [whole = ''] = written.split('.')
  const refused = Object.keys(refusedProperties).find(known => known.toLowerCase() === whole.toLowerCase())
  if (refused !== undefined) return at.refuse(`A rule cannot write ${refused}. ${refusedProperties[refused]}`)
  const meant = closest(written, Object.keys(properties))
  return at.refuse(
    `${written} is not a property that a rule can write for a ${objectType}. ${
      meant === undefined
        ? `There are ${Object.keys(properties).join(', ')} and extension_….`
        : `Did you mean ${meant}?`
    }`
  )
}

/** An outbound rule reads the metaverse; what is not there would always be NULL. */
function isInMetaverse(
  attribute: string,
  at: Reader,
  known: ReadonlySet<string>,
  within: number | undefined
): boolean {
  if (known.has(attribute)) return true
  const meant = closest(attribute, known)
  const hint =
    meant === undefined
      ? `Write an inbound rule with a flow to ${attribute} first.`
      : `Did you mean ${meant}?`
  at.refuse(
    `An outbound rule reads the metaverse, which has no ${attribute} for this object type. ${hint}`,
    within
  )
  return false
}

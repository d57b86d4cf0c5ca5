import type { AttributeRecord, AttributeValue, ConfirmedType, ToldObject } from '@opendirsync/contracts'
import { isRecord, textIn } from '../transport/graph-request.ts'

/** As Graph names the references that delta follows. */
export const referenceOf: Readonly<Record<ConfirmedType, 'manager' | 'members'>> = {
  user: 'manager',
  group: 'members'
}

/** One item of a delta answer; undefined when it has no id. */
export function toldObject(
  value: unknown,
  objectType: ConfirmedType,
  attributes: readonly string[]
): ToldObject | undefined {
  const entraId = textIn(value, 'id')
  if (entraId === undefined || !isRecord(value)) return undefined
  const removed = reasonIn(value)
  const references = referencesIn(value[`${referenceOf[objectType]}@delta`])
  return {
    entraId,
    ...(removed !== undefined && { removed }),
    attributes: attributesIn(value, attributes),
    added: references.filter(({ gone }) => !gone).map(({ id }) => id),
    removedReferences: references.filter(({ gone }) => gone).map(({ id }) => id)
  }
}

/** Those of the attributes that the object has, under whatever name Graph spells them. */
export function attributesIn(
  value: Readonly<Record<string, unknown>>,
  attributes: readonly string[]
): AttributeRecord {
  return Object.fromEntries(
    attributes.flatMap((name): [string, AttributeValue][] =>
      name in value ? [[name, attributeValue(value[name])]] : []
    )
  )
}

function attributeValue(value: unknown): AttributeValue {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value
  if (Array.isArray(value)) return value.map(String)
  if (!isRecord(value)) return null
  return Object.fromEntries(
    Object.entries(value).map(([part, text]) => [part, typeof text === 'string' ? text : null])
  )
}

function reasonIn(value: unknown): ToldObject['removed'] {
  const removed = isRecord(value) ? value['@removed'] : undefined
  if (removed === undefined) return undefined
  return textIn(removed, 'reason') === 'deleted' ? 'deleted' : 'changed'
}

/** In the order in which they are told: the last word on a reference counts. */
function referencesIn(delta: unknown): { readonly id: string; readonly gone: boolean }[] {
  if (!Array.isArray(delta)) return []
  const last = new Map<string, boolean>()
  for (const each of delta) {
    const id = textIn(each, 'id')
    if (id !== undefined) last.set(id, isRecord(each) && each['@removed'] !== undefined)
  }
  return Array.from(last, ([id, gone]) => ({ id, gone }))
}

import { berTag } from '../ber/tags.ts'
import { boolean, constructed, integer, octetString, sequence } from '../ber/write.ts'
import { type Control, encodeControl } from './controls.ts'
import { encodeFilter } from './filter.ts'
import { controlsTag, operationTag } from './operation-tags.ts'

/** Values to write: text as UTF-8, bytes as they are. */
export type WriteValue = string | Uint8Array

export interface SearchRequest {
  /** A DN, `''` for the root DSE, or `<GUID=…>`. */
  readonly base: string
  readonly scope: 'base' | 'one' | 'subtree'
  /** Text form (RFC 4515); default `(objectClass=*)`. */
  readonly filter?: string
  /** Default: all that the server gives of itself. `['1.1']`: none. */
  readonly attributes?: readonly string[]
  readonly controls?: readonly Control[]
}

export interface AttributeModification {
  readonly operation: 'add' | 'delete' | 'replace'
  readonly attribute: string
  /** None: `delete` and `replace` remove the whole attribute. */
  readonly values?: readonly WriteValue[]
}

const scopes = { base: 0, one: 1, subtree: 2 } as const
const modifications = { add: 0, delete: 1, replace: 2 } as const

/** A whole LDAPMessage around an operation (RFC 4511 section 4.1.1). */
export function encodeMessage(id: number, operation: Buffer, controls: readonly Control[] = []): Buffer {
  if (controls.length === 0) return sequence(integer(id), operation)
  return sequence(integer(id), operation, constructed(controlsTag, ...controls.map(encodeControl)))
}

export function bindRequest(dn: string, password: string): Buffer {
  const simple = octetString(password, 0x80)
  return constructed(operationTag.bindRequest, integer(3), octetString(dn), simple)
}

export function unbindRequest(): Buffer {
  return constructed(operationTag.unbindRequest)
}

export function abandonRequest(id: number): Buffer {
  return integer(id, operationTag.abandonRequest)
}

export function searchRequest({ base, scope, filter, attributes = [] }: SearchRequest): Buffer {
  const enumerated = (value: number) => integer(value, berTag.enumerated)
  return constructed(
    operationTag.searchRequest,
    octetString(base),
    enumerated(scopes[scope]),
    enumerated(0),
    integer(0),
    integer(0),
    boolean(false),
    encodeFilter(filter ?? '(objectClass=*)'),
    sequence(...attributes.map(name => octetString(name)))
  )
}

export function modifyRequest(dn: string, changes: readonly AttributeModification[]): Buffer {
  const encoded = changes.map(({ operation, attribute, values = [] }) =>
    sequence(integer(modifications[operation], berTag.enumerated), encodeAttribute(attribute, values))
  )
  return constructed(operationTag.modifyRequest, octetString(dn), sequence(...encoded))
}

export function addRequest(dn: string, attributes: Iterable<[string, readonly WriteValue[]]>): Buffer {
  const encoded = Array.from(attributes, ([name, values]) => encodeAttribute(name, values))
  return constructed(operationTag.addRequest, octetString(dn), sequence(...encoded))
}

export function deleteRequest(dn: string): Buffer {
  return octetString(dn, operationTag.deleteRequest)
}

export function renameRequest(dn: string, newRdn: string, newParent?: string): Buffer {
  const parts = [octetString(dn), octetString(newRdn), boolean(true)]
  if (newParent !== undefined) parts.push(octetString(newParent, 0x80))
  return constructed(operationTag.renameRequest, ...parts)
}

export function startTlsRequest(): Buffer {
  return constructed(operationTag.extendedRequest, octetString('1.3.6.1.4.1.1466.20037', 0x80))
}

function encodeAttribute(name: string, values: readonly WriteValue[]): Buffer {
  const set = constructed(berTag.set, ...values.map(value => octetString(value)))
  return sequence(octetString(name), set)
}

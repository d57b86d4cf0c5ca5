import {
  attribute,
  type Content,
  type Element,
  element,
  type Namespace,
  namespace,
  type Text,
  word,
  writeDocument
} from '@opendirsync/binary-xml'
import { coexistence, operations } from './message.ts'
import type { SyncFault, SyncRedirection } from './sync-fault.ts'

/** What a reply says of the call that it answers. */
export interface Answered {
  readonly action: string
  readonly messageId: string | undefined
}

export const coexistencePrefix = namespace('b', coexistence)
export const arraysPrefix = namespace('b', 'http://schemas.microsoft.com/2003/10/Serialization/Arrays')
const instancePrefix = namespace('i', word('http://www.w3.org/2001/XMLSchema-instance'))
const nil = attribute('i', word('nil'), { type: 'true' })

/** Texts as WCF writes them. */
export function chars(value: string): Text {
  return value === '' ? { type: 'empty' } : { type: 'chars', value }
}

export function truth(value: boolean): Text {
  return { type: value ? 'true' : 'false' }
}

/** In the shortest record, as WCF writes it. */
export function integer(value: number): Text {
  if (value === 0) return { type: 'zero' }
  if (value === 1) return { type: 'one' }
  return { type: value >= -128 && value < 128 ? 'int8' : 'int32', value }
}

/** A member of a data contract; nil without a value. */
export function member(name: string, value: readonly Content[] | Text | undefined, prefix = ''): Element {
  return value === undefined
    ? element(name, [], { prefix, attributes: [instancePrefix, nil] })
    : element(name, value, { prefix })
}

/** `<operation>Response` with `<operation>Result`, or without where the operation gives nothing. */
export function resultReply(
  operation: string,
  result: Result | undefined,
  { action, messageId }: Answered
): Buffer {
  const results =
    result === undefined
      ? []
      : [element(`${operation}Result`, result.content, { attributes: result.attributes ?? [] })]
  const body = element(`${operation}Response`, results, { attributes: [namespace('', operations)] })
  return reply(body, { action: `${action}Response`, messageId })
}

export interface Result {
  readonly content: readonly Content[] | Text
  readonly attributes?: readonly Namespace[]
}

export function faultReply(fault: SyncFault, { messageId }: Pick<Answered, 'messageId'>): Buffer {
  const { message, code, side, subcode } = fault
  const words = [
    ...(code === undefined ? [] : [element('ErrorCode', integer(code))]),
    element('ErrorDescription', chars(message))
  ]
  const detail =
    side === 'Receiver'
      ? [element('AdminWebServiceFault', words, { attributes: [namespace('', operations)] })]
      : undefined
  const body = faultElement(message, detail, { side, subcode })
  const action = subcode === undefined ? `${operations}/IProvisioningWebService/Fault` : wcfFault
  return reply(body, { action, messageId })
}

export function redirectionReply(
  { message, url }: SyncRedirection,
  answered: Pick<Answered, 'messageId'>
): Buffer {
  const named = element('BindingRedirectionFault', [element('Url', chars(url))], {
    attributes: [namespace('', operations)]
  })
  const action = `${operations}/IProvisioningWebService/BindingRedirectionFault`
  return reply(faultElement(message, [named], { side: 'Receiver' }), { action, ...answered })
}

const wcfFault = 'http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault'

/** SOAP 1.2 part 1, section 5.4. */
function faultElement(
  words: string,
  detail: readonly Content[] | undefined,
  { side, subcode }: { side: SyncFault['side']; subcode?: string | undefined }
): Element {
  const part = (name: string, content: readonly Content[] | Text): Element =>
    element(word(name), content, { prefix: 's' })
  const language = attribute('xml', 'lang', chars('en-US'))
  const reason = element(word('Text'), chars(words), { prefix: 's', attributes: [language] })
  const code = [
    part('Value', chars(`s:${side}`)),
    ...(subcode === undefined ? [] : [part('Subcode', [part('Value', chars(`a:${subcode}`))])])
  ]
  return part('Fault', [
    part('Code', code),
    part('Reason', [reason]),
    ...(detail === undefined ? [] : [part('Detail', detail)])
  ])
}

function reply(content: Element, { action, messageId }: Answered): Buffer {
  const must = attribute('s', word('mustUnderstand'), { type: 'one' })
  const id = messageId?.replace(/^urn:uuid:/i, '')
  const isUuid = id !== undefined && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
  const header = [
    element(word('Action'), chars(action), { prefix: 'a', attributes: [must] }),
    ...(isUuid
      ? [element(word('RelatesTo'), { type: 'uniqueId', value: id.toLowerCase() }, { prefix: 'a' })]
      : [])
  ]
  const parts = [
    element(word('Header'), header, { prefix: 's' }),
    element(word('Body'), [content], { prefix: 's' })
  ]
  const attributes = [
    namespace('s', word('http://www.w3.org/2003/05/soap-envelope')),
    namespace('a', word('http://www.w3.org/2005/08/addressing'))
  ]
  return writeDocument(element(word('Envelope'), parts, { prefix: 's', attributes }))
}

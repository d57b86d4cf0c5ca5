import {
  type Element,
  elementsIn,
  isNil,
  localName,
  readDocument,
  textIn,
  textOfWord
} from '@opendirsync/binary-xml'

const soap = 'http://www.w3.org/2003/05/soap-envelope'
const addressing = 'http://www.w3.org/2005/08/addressing'
const administrativeService = 'urn:microsoft.online.administrativeservice'
/** Of the operations and of what they carry. */
export const operations = 'http://schemas.microsoft.com/online/aws/change/2010/01'
/** Of credentials and their results. */
export const coexistence = 'http://schemas.datacontract.org/2004/07/Microsoft.Online.Coexistence.Schema'

/** An element by what it means: prefixes resolved, whatever record its text had. */
export interface XmlNode {
  readonly namespace: string
  readonly name: string
  /** Undefined when the element says that it has no value. */
  readonly text: string | undefined
  readonly children: readonly XmlNode[]
}

export interface SyncMessage {
  readonly action: string
  readonly messageId: string | undefined
  readonly token: string
  readonly buildNumber: string
  readonly trackingId: string
  /** The element of the operation. */
  readonly body: XmlNode | undefined
}

/** The members of the header SyncToken. It is a data contract. */
const tokenMembers = [
  'ApplicationId',
  'BearerToken',
  'ClientVersion',
  'DirSyncBuildNumber',
  'FIMBuildNumber',
  'IsInstalledOnDC',
  'IssueDateTime',
  'LanguageId',
  'LiveToken',
  'ProtocolVersion',
  'RichCoexistenceEnabled',
  'TrackingId'
]

/** @throws Error when the bytes are not a SOAP 1.2 message in binary XML */
export function readMessage(bytes: Buffer): SyncMessage {
  const root = nodeOf(readDocument(bytes))
  if (root.namespace !== soap || root.name !== 'Envelope')
    throw new TypeError('This is not a SOAP 1.2 message.')
  const header = child(root, soap, 'Header')
  const signIn = header && child(header, administrativeService, 'SyncToken')
  const members =
    signIn === undefined ? new Map<string, XmlNode>() : membersOf(signIn, operations, tokenMembers)
  const text = (name: string): string => members.get(name)?.text ?? ''
  return {
    action: (header && child(header, addressing, 'Action')?.text) ?? '',
    messageId: header && child(header, addressing, 'MessageID')?.text,
    token: text('BearerToken'),
    buildNumber: text('DirSyncBuildNumber'),
    trackingId: text('TrackingId'),
    body: child(root, soap, 'Body')?.children[0]
  }
}

export function child(node: XmlNode, namespace: string, name: string): XmlNode | undefined {
  return node.children.find(each => each.namespace === namespace && each.name === name)
}

/**
 * The members of a data contract, by name. The names stand in the order of the alphabet, and so must the elements: WCF
 * reads over what it does not know and over what comes too late.
 */
export function membersOf(
  node: XmlNode,
  namespace: string,
  names: readonly string[]
): ReadonlyMap<string, XmlNode> {
  const members = new Map<string, XmlNode>()
  let next = 0
  for (const each of node.children) {
    const index = each.namespace === namespace ? names.indexOf(each.name, next) : -1
    if (index === -1) continue
    members.set(each.name, each)
    next = index + 1
  }
  return members
}

type Scope = ReadonlyMap<string, string>

function nodeOf(element: Element, outer: Scope = new Map()): XmlNode {
  const declared = element.attributes.filter(each => each.kind === 'namespace')
  const own = declared.map(({ prefix, uri }) => [prefix, textOfWord(uri)] as const)
  const scope = own.length === 0 ? outer : new Map([...outer, ...own])
  const namespace = scope.get(element.prefix)
  if (namespace === undefined && element.prefix !== '') throw new TypeError('A prefix has no namespace.')
  return {
    namespace: namespace ?? '',
    name: localName(element),
    text: isNil(element) ? undefined : textIn(element),
    children: elementsIn(element).map(each => nodeOf(each, scope))
  }
}

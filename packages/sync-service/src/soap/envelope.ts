import {
  type Attribute,
  attribute,
  type Content,
  type Element,
  element,
  namespace,
  type Text,
  word
} from '@opendirsync/binary-xml'

/** The namespace of the operations, and of what is in their replies. */
const operations = 'http://schemas.microsoft.com/online/aws/change/2010/01'
const syncToken = 'urn:microsoft.online.administrativeservice'
/** The id of Microsoft's own tool: the service serves known tools only. */
export const applicationId = '1651564e-7ce4-4d99-88be-0a65050d8dc3'
/** Of the protocol, as the tool of that id says it. */
export const clientVersion = '8.0'

export const schemaInstance = namespace('i', word('http://www.w3.org/2001/XMLSchema-instance'))
export const isNil = attribute('i', word('nil'), { type: 'true' })

export interface EnvelopeFacts {
  readonly operation: string
  /** What the operation's element holds. */
  readonly content: readonly Content[]
  readonly endpoint: URL
  readonly token: string
  /** A UUID: of this call, also in the header `client-request-id`. */
  readonly trackingId: string
  /** Which build of the tool this stands for; the service refuses old ones. */
  readonly buildNumber: string
}

/** A SOAP 1.2 message with WS-Addressing, and the sign-in among its headers. */
export function envelope(facts: EnvelopeFacts): Element {
  const { operation, content, trackingId, endpoint } = facts
  const must = attribute('s', word('mustUnderstand'), { type: 'one' })
  const addressing = (
    name: string,
    value: readonly Content[] | Text,
    attributes: readonly Attribute[] = []
  ) => element(word(name), value, { prefix: 'a', attributes })
  const header = [
    addressing('Action', text(`${operations}/IProvisioningWebService/${operation}`), [must]),
    signIn(facts),
    addressing('MessageID', { type: 'uniqueId', value: trackingId }),
    addressing('ReplyTo', [
      addressing('Address', { type: 'word', value: word('http://www.w3.org/2005/08/addressing/anonymous') })
    ]),
    addressing('To', text(endpoint.href), [must])
  ]
  const body = [element(operation, content, { attributes: [namespace('', operations)] })]
  return element(
    word('Envelope'),
    [element(word('Header'), header, { prefix: 's' }), element(word('Body'), body, { prefix: 's' })],
    {
      prefix: 's',
      attributes: [
        namespace('s', word('http://www.w3.org/2003/05/soap-envelope')),
        namespace('a', word('http://www.w3.org/2005/08/addressing'))
      ]
    }
  )
}

/** Text as the service's clients send it. */
export function text(value: string): Text {
  return { type: 'unicode', value }
}

export function truth(value: boolean): Text {
  return { type: value ? 'true' : 'false' }
}

/** A data contract: its members stand in the order of the alphabet. */
function signIn({ token, trackingId, buildNumber }: EnvelopeFacts): Element {
  const member = (name: string, value: readonly Content[] | Text) =>
    element(name, value, { attributes: [namespace('', operations)] })
  const members = [
    member('ApplicationId', { type: 'uuid', value: applicationId }),
    member('BearerToken', text(token)),
    member('ClientVersion', text(clientVersion)),
    member('DirSyncBuildNumber', text(buildNumber)),
    member('FIMBuildNumber', text(buildNumber)),
    member('IsInstalledOnDC', truth(false)),
    member('IssueDateTime', text('0001-01-01T00:00:00')),
    member('LanguageId', text('en-US')),
    member('LiveToken', []),
    member('ProtocolVersion', text('2.0')),
    member('RichCoexistenceEnabled', truth(false)),
    member('TrackingId', { type: 'uuid', value: trackingId })
  ]
  const role = attribute('s', word('role'), text(syncToken))
  return element('SyncToken', members, { attributes: [role, namespace('', syncToken), schemaInstance] })
}

import {
  attribute,
  type Content,
  type Element,
  element,
  elementsBelow,
  namespace,
  type Text,
  textAt,
  word,
  writeDocument
} from '@opendirsync/binary-xml'
import type { ReceivedCall, Reply } from './tenant-service.ts'

const operations = 'http://schemas.microsoft.com/online/aws/change/2010/01'
const schema = 'http://schemas.datacontract.org/2004/07/Microsoft.Online.Coexistence.Schema'

/** As WCF writes a reply: short texts as characters, known ones by their number, numbers as numbers. */
function chars(value: string): Text {
  return { type: 'chars', value }
}

function message(body: Content): Buffer {
  const attributes = [
    namespace('s', word('http://www.w3.org/2003/05/soap-envelope')),
    namespace('a', word('http://www.w3.org/2005/08/addressing'))
  ]
  const relates = element(
    word('RelatesTo'),
    { type: 'uniqueId', value: '11111111-2222-3333-4444-555555555555' },
    { prefix: 'a' }
  )
  const header = element(word('Header'), [relates], { prefix: 's' })
  return writeDocument(
    element(word('Envelope'), [header, element(word('Body'), [body], { prefix: 's' })], {
      prefix: 's',
      attributes
    })
  )
}

export function result(operation: string, content: readonly Content[]): Reply {
  const inner = element(`${operation}Result`, content)
  return {
    body: message(element(`${operation}Response`, [inner], { attributes: [namespace('', operations)] }))
  }
}

export function fault(words: string, detail: readonly Content[] = [], status = 500): Reply {
  const part = (name: string, content: readonly Content[] | Text) =>
    element(word(name), content, { prefix: 's' })
  const language = attribute('xml', 'lang', chars('en-US'))
  const reason = element(word('Text'), chars(words), { prefix: 's', attributes: [language] })
  const code = part('Code', [part('Value', chars('s:Receiver'))])
  return { status, body: message(part('Fault', [code, part('Reason', [reason]), part('Detail', detail)])) }
}

export function redirection(url: string): Reply {
  const named = element('Url', chars(url))
  return fault('Binding redirection.', [
    element('BindingRedirectionFault', [named], { attributes: [namespace('', operations)] })
  ])
}

interface CompanyFacts {
  readonly tenantId: string
  readonly isDirSyncing?: boolean
  readonly features?: number
}

export function company({ tenantId, isDirSyncing = true, features = 41_017 }: CompanyFacts): Reply {
  const allowed = ['ObjectWriteback', 'PasswordWriteback'].map(each =>
    element('string', chars(each), { prefix: 'b' })
  )
  return result('GetCompanyConfiguration', [
    element('AllowedFeatures', allowed),
    element('DirSyncFeatures', { type: 'int32', value: features }),
    element('DisplayName', chars('Contoso')),
    element('IsDirSyncing', { type: isDirSyncing ? 'true' : 'false' }),
    element('IsPasswordSyncing', { type: 'boolean', value: true }),
    element('SynchronizationInterval', { type: 'timeSpan', value: 18_000_000_000n }),
    element('TenantId', { type: 'uuid', value: tenantId })
  ])
}

export function itemsOf({ content }: ReceivedCall): Element[] {
  return [...elementsBelow(content, 'SyncCredentialsChangeItem')]
}

/** @param resultOf the number for each person, and the words to it */
export function credentialResults(
  call: ReceivedCall,
  resultOf: (sourceAnchor: string) => readonly [code: number, words?: string] = () => [0]
): Reply {
  const nil = attribute('i', word('nil'), { type: 'true' })
  const member = (name: string, value: Text | undefined) =>
    element(name, value ?? [], { prefix: 'b', attributes: value === undefined ? [nil] : [] })
  const results = itemsOf(call).map(item => {
    const anchor = textAt(item, 'SourceAnchor') ?? ''
    const [code, words] = resultOf(anchor)
    return element(
      'SyncCredentialsChangeResult',
      [
        member('CloudAnchor', undefined),
        member('ExtendedErrorInformation', words === undefined ? undefined : chars(words)),
        member('Result', code === 0 ? { type: 'zero' } : { type: 'int8', value: code }),
        member('SourceAnchor', chars(anchor))
      ],
      { prefix: 'b' }
    )
  })
  const attributes = [
    namespace('b', schema),
    namespace('i', word('http://www.w3.org/2001/XMLSchema-instance'))
  ]
  return result('ProvisionCredentials', [
    element('Results', results.toReversed(), { prefix: 'b', attributes })
  ])
}

import { existsSync, readFileSync } from 'node:fs'
import {
  type Content,
  type Element,
  localName,
  readDocument,
  toXml,
  writeDocument
} from '@opendirsync/binary-xml'
import { describe, expect, it } from 'vitest'
import { credentialsRequest } from '../operations/provision-credentials.ts'
import { envelope, text } from './envelope.ts'

const folder = new URL('../../../../../shared/contract/wire/', import.meta.url)

const facts = {
  endpoint: new URL('https://adminwebservice.microsoftonline.com/provisioningservice.svc'),
  token: 'TOKEN',
  trackingId: '11111111-2222-3333-4444-555555555555',
  buildNumber: '2.4.21.0'
}

describe.skipIf(!existsSync(folder))(
  'a request is the same, byte for byte, as that of an independent client',
  () => {
    it('without content', () => {
      const ours = writeDocument(envelope({ ...facts, operation: 'Capabilities', content: [] }))
      expect(ours).toEqual(readFileSync(new URL('capabilities.req.bin', folder)))
    })

    it('with a credential', () => {
      const credentialData = Buffer.from(
        'v1;PPH1_MD4,8ea44c2d13375c5a2bea,1000,d584f97409d5b70b9a940ced0989611e6a69e83e41fbdad60e7856876a2a657e;'
      )
      const changeDate = new Date('2026-11-22T16:52:26.597Z')
      const content = [credentialsRequest([{ sourceAnchor: 'abc=', credentialData, changeDate }])]
      const ours = envelope({ ...facts, operation: 'ProvisionCredentials', content })
      const theirs = readDocument(readFileSync(new URL('credentials.req.bin', folder)))
      // That client tells microseconds, and sends the anchor as bytes where it means the text.
      const meant = replaced(
        replaced(theirs, 'SourceAnchor', 'abc='),
        'ChangeDate',
        '2026-11-22T16:52:26.597Z'
      )
      expect(toXml(ours)).toBe(toXml(meant))
      expect(writeDocument(ours)).toEqual(writeDocument(meant))
    })
  }
)

it('a request names its operation and where it goes', () => {
  const endpoint = new URL('https://other.example/service.svc')
  const xml = toXml(envelope({ ...facts, endpoint, operation: 'FinalizeExport', content: [] }))
  expect(xml).toContain('/IProvisioningWebService/FinalizeExport</a:Action>')
  expect(xml).toContain('>https://other.example/service.svc</a:To>')
})

/** The same with another text in the elements of that name. */
function replaced(root: Element, name: string, value: string): Element {
  const children = root.children.map<Content>(child =>
    child.kind === 'element' ? replaced(child, name, value) : child
  )
  return { ...root, children: localName(root) === name ? [{ kind: 'text', value: text(value) }] : children }
}

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { elementAt, textIn } from './element.ts'
import { readDocument } from './read.ts'
import { word } from './static-dictionary.ts'
import { toXml } from './to-xml.ts'
import { writeDocument } from './write.ts'

const folder = new URL('../../../../shared/contract/wire/', import.meta.url)

describe.skipIf(!existsSync(folder))('what an independent client has sent', () => {
  it.each(['capabilities', 'credentials'])('%s is read, and written as the same bytes', name => {
    const bytes = readFileSync(new URL(`${name}.req.bin`, folder))
    expect(writeDocument(readDocument(bytes))).toEqual(bytes)
  })

  it.each(['capabilities', 'credentials'])('%s says what it means', name => {
    const document = readDocument(readFileSync(new URL(`${name}.req.bin`, folder)))
    const meant = readFileSync(new URL(`${name}.req.xml`, folder), 'utf8')
      .replace(/>\s+</g, '><')
      .trim()
    // That client takes this anchor for base64, and sends one byte: what it meant is the text.
    expect(toXml(document).replace('>aQ==<', '>abc=<')).toBe(meant)
  })

  it('the anchor alone has come as bytes', () => {
    const document = readDocument(readFileSync(new URL('credentials.req.bin', folder)))
    const path = 'Body/ProvisionCredentials/request/RequestItems/SyncCredentialsChangeItem/SourceAnchor'
    const anchor = elementAt(document, path)
    expect(anchor?.children[0]).toMatchObject({ kind: 'text', value: { type: 'bytes' } })
    expect(anchor && textIn(anchor)).toBe('abc=')
  })

  it('the static dictionary is the published one', () => {
    const published = Object.entries<string>(
      JSON.parse(readFileSync(new URL('nbfs-dictionary.json', folder), 'utf8'))
    )
    expect(published).toHaveLength(487)
    for (const [id, text] of published) expect(word(text)).toEqual({ id: Number(id), text })
  })
})

it('a text that is not in the static dictionary is not written by a number', () => {
  expect(() => word('ProvisionCredentials')).toThrow(/Write it as plain text/)
})

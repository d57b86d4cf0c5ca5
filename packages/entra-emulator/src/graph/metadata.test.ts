import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { metadataDocument } from './metadata.ts'

const csdlFile = new URL('../../../../../shared/contract/graph-csdl.xml', import.meta.url)
const own = typesOf(metadataDocument)

test('users and groups are described with their properties', () => {
  expect(own.get('user')).toContain('onPremisesImmutableId: Edm.String')
  expect(own.get('group')).toContain('groupTypes: Collection(Edm.String)')
  expect(own.get('passwordProfile')).toContain('password: Edm.String')
})

test('elements open and close in order', () => {
  const open: string[] = []
  for (const [, close, name = '', empty] of metadataDocument.matchAll(/<(\/?)([\w:]+)[^>]*?(\/?)>/g)) {
    if (close === '/') expect(open.pop()).toBe(name)
    else if (empty !== '/') open.push(name)
  }
  expect(open).toEqual([])
})

describe.skipIf(!existsSync(csdlFile))("against Microsoft's CSDL", () => {
  const published = existsSync(csdlFile)
    ? typesOf(readFileSync(csdlFile, 'utf8'))
    : new Map<string, string[]>()

  test.each([...own.keys()])('%s has only names and types that are published', name => {
    expect(published.has(name)).toBe(true)
    expect(own.get(name)?.filter(each => !published.get(name)?.includes(each))).toEqual([])
  })
})

/** Type name to its members, each as `name: type`. */
function typesOf(xml: string): Map<string, string[]> {
  const types = new Map<string, string[]>()
  const elements = xml.matchAll(
    /<(?:EntityType|ComplexType) Name="(\w+)"([^>]*?)(?:\/>|>(.*?)<\/(?:EntityType|ComplexType)>)/gs
  )
  for (const [, name = '', , content = ''] of elements) {
    const members = content.matchAll(/<(?:Navigation)?Property Name="(\w+)" Type="([^"]+)"/g)
    types.set(
      name,
      [...members].map(([, member, type]) => `${member}: ${type}`)
    )
  }
  return types
}

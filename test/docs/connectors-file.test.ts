import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ActiveDirectoryEntry, CsvEntry } from '../../services/import/src/settings/connector-settings.ts'
import { readConnectorsFile } from '../../services/import/src/settings/read-connectors-file.ts'
import { quotedIn, readPage, section, tableRows } from './read-page.ts'

const page = section(readPage('docs/configuration.md'), 'The connectors file')
const folder = mkdtempSync(join(tmpdir(), 'documented-connectors-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('describes each setting of the connectors file, and whether it is required', () => {
  const described = new Map(
    tableRows(page).map(([name, initial]) => [quotedIn(name ?? '')[0], initial === 'required'])
  )
  const schemas = [ActiveDirectoryEntry, CsvEntry]
  const required = new Set(schemas.flatMap(schema => schema.required as string[]))
  const wanted = schemas.flatMap(schema => Object.keys(schema.properties))
  // A CSV connector has to say its kind; told from the table's words, not from its default.
  required.delete('kind')
  expect(described).toEqual(new Map(wanted.map(name => [name, required.has(name)])))
})

it('has an example that can be used', async () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
  const password = join(folder, 'password')
  writeFileSync(password, 'a password')
  const path = join(folder, 'connectors.yaml')
  writeFileSync(path, yaml.replaceAll(/(?<=passwordFile: ).*/g, password))
  const connectors = await readConnectorsFile(path)
  expect(connectors.map(({ name, kind }) => [name, kind])).toEqual([
    ['corp.example.com', 'active-directory'],
    ['research.example.com', 'active-directory'],
    ['hr', 'csv']
  ])
})

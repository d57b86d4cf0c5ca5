import { commonVariables } from '@opendirsync/runtime'
import { describe, expect, it } from 'vitest'
import { ApiConfig } from '../../services/api/src/config.ts'
import { ExportConfig } from '../../services/export/src/config.ts'
import { ImportConfig } from '../../services/import/src/config.ts'
import { PasswordSyncConfig } from '../../services/password-sync/src/config.ts'
import { TransformConfig } from '../../services/transform/src/config.ts'
import { quotedIn, readIfThere, readPage, section, tableRows } from './read-page.ts'

const page = readPage('docs/configuration.md')

interface Variable {
  readonly secret: boolean
  /** What the column "default" must say. */
  readonly initial: string
}

const services: Readonly<Record<string, Readonly<Record<string, Variable>>>> = {
  import: variablesOf(ImportConfig),
  transform: variablesOf(TransformConfig),
  export: variablesOf(ExportConfig),
  'password-sync': variablesOf(PasswordSyncConfig),
  api: variablesOf(ApiConfig)
}
const every = Object.assign({}, ...Object.values(services)) as Readonly<Record<string, Variable>>
const shared = new Set([...Object.keys(commonVariables), 'POSTGRES_URL', 'REDIS_URL'])
const files = Object.entries(every).flatMap(([name, { secret }]) => (secret ? [`${name}_FILE`] : []))
const known = new Set([...Object.keys(every), ...files])

/** OpenTelemetry and Node read these themselves. */
const foreign = /^(OTEL_|NODE_)/

function variablesOf(config: {
  readonly properties: Readonly<Record<string, object>>
  readonly required: readonly string[]
}): Record<string, Variable> {
  return Object.fromEntries(
    Object.entries(config.properties).map(([name, schema]) => {
      const initial = 'default' in schema ? `\`${String(schema.default)}\`` : undefined
      const otherwise = config.required.includes(name) ? 'required' : 'none'
      return [name, { secret: 'x-secret' in schema, initial: initial ?? otherwise }]
    })
  )
}

function rowsOf(heading: string): Map<string, string[]> {
  return new Map(tableRows(section(page, heading)).map(row => [quotedIn(row[0] ?? '')[0] ?? '', row]))
}

describe('docs/configuration.md', () => {
  const sections: [heading: string, schemas: readonly [string, Variable][]][] = [
    ['Every service', Object.entries(every).filter(([name]) => shared.has(name))],
    ...Object.entries(services).map(([service, properties]): [string, [string, Variable][]] => [
      service,
      Object.entries(properties).filter(([name]) => !shared.has(name))
    ])
  ]
  it.each(sections)(
    '%s: has each variable, with its default and whether it is a secret',
    (heading, schemas) => {
      const rows = [...rowsOf(heading)].map(([name, [, initial, , secret]]) => [name, initial, secret])
      const wanted = schemas.map(([name, { initial, secret }]) => [name, initial, secret ? 'yes' : 'no'])
      expect(new Set(rows)).toEqual(new Set(wanted))
    }
  )

  it('names no variable that does not exist', () => {
    const named = quotedIn(page).flatMap(text => text.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [])
    expect(named.filter(name => !known.has(name) && !foreign.test(name))).toEqual([])
  })
})

describe('.env.example', () => {
  const example = readIfThere('.env.example')
  const compose = readIfThere('docker-compose.yml') ?? ''

  it.skipIf(example === undefined)('names only variables that a service or docker-compose.yml reads', () => {
    const named = [...(example ?? '').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name ?? '')
    const read = new Set([
      ...known,
      ...[...compose.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name ?? '')
    ])
    expect(named.filter(name => !read.has(name) && !foreign.test(name))).toEqual([])
  })

  it.skipIf(example === undefined)('leaves out none that a service cannot do without', () => {
    const required = Object.keys(every).filter(name => every[name]?.initial === 'required')
    const text = `${example}\n${compose}`
    expect(required.filter(name => !new RegExp(`\\b${name}(_FILE)?\\b`).test(text))).toEqual([])
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scopingFilters } from './scope.ts'
import { exportedAttributes, sourceAttributes } from './source-attributes.ts'
import { inboundFlows, outboundFlows } from './synchronise.ts'

interface Reader {
  readonly name: string
  readonly sources: readonly string[]
  readonly run: (values: Record<string, never>) => unknown
}

const readers: Reader[] = [
  ...Object.entries({ ...inboundFlows }).flatMap(([type, flows]) =>
    flows.map(({ target, sources, flow }) => ({ name: `${type} inbound ${target}`, sources, run: flow }))
  ),
  ...Object.entries(outboundFlows).flatMap(([type, flows]) =>
    flows.map(({ target, sources, flow }) => ({ name: `${type} outbound ${target}`, sources, run: flow }))
  ),
  ...scopingFilters.map(({ reason, sources, excludes }) => ({
    name: `scoping filter ${reason.code}`,
    sources,
    run: excludes
  }))
]

/** Texts that lead a flow into its branches. */
const plausible = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    ' ',
    'TRUE',
    '512',
    '514',
    '-2147483646',
    '8',
    'User_x',
    'CN=a\\0ACNF:b,DC=corp,DC=example'
  ),
  fc.constantFrom(
    'anna@example.com',
    'MSOL_1',
    'SMTP:a@b',
    'x'.repeat(2000),
    'DE',
    '8fd5b3a0-4f4a-4b8e-9a61-0d7f1c2b3a4d'
  )
)

describe('declared sources', () => {
  it.each(readers)('$name reads only what it declares', ({ name, sources, run }) => {
    const value: fc.Arbitrary<unknown> = name.includes('outbound')
      ? fc.oneof(plausible, fc.boolean())
      : fc.array(plausible, { maxLength: 2 })
    fc.assert(
      fc.property(fc.array(fc.option(value, { nil: undefined }), { minLength: 8, maxLength: 8 }), values => {
        const record = new Proxy<Record<string, unknown>>(
          {},
          {
            get(_target, key) {
              const position = sources.indexOf(String(key))
              if (position < 0) throw new Error(`${name} reads ${String(key)} without declaring it`)
              return values[position]
            }
          }
        )
        run(record as Record<string, never>)
      }),
      { numRuns: 200 }
    )
  })

  it('asks the directory for every source, once, and for no fact that each staged object has', () => {
    expect(sourceAttributes).toEqual([...new Set(sourceAttributes)].sort())
    expect(sourceAttributes).toEqual(
      expect.arrayContaining([
        'userPrincipalName',
        'isCriticalSystemObject',
        'proxyAddresses',
        'mS-DS-ConsistencyGuid'
      ])
    )
    expect(sourceAttributes).not.toContain('dn')
    expect(sourceAttributes).not.toContain('objectGUID')
  })

  it.each(Object.entries(outboundFlows))(
    '%s: what goes out is declared by some inbound flow',
    (type, flows) => {
      const inbound = type === 'user' ? inboundFlows.user : inboundFlows.group
      const known = new Set(inbound.map(({ target }) => target))
      const unknown = flows.flatMap(({ sources }) => sources).filter(source => !known.has(source))
      expect(unknown).toEqual([])
    }
  )

  it('owns the properties of Graph that it names', () => {
    expect(exportedAttributes.group).toEqual([
      'uniqueName',
      'displayName',
      'description',
      'mailNickname',
      'securityEnabled',
      'mailEnabled'
    ])
    expect(exportedAttributes.user).toHaveLength(24)
  })
})

describe('purity', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.endsWith('.test.ts')
  )
  it.each(files)('%s imports nothing but contracts and its neighbours', file => {
    const source = readFileSync(`${import.meta.dirname}/${file}`, 'utf8')
    const foreign = [...source.matchAll(/from '([^']+)'/g)]
      .map(([, from]) => from)
      .filter(from => from !== '@opendirsync/contracts' && !from?.startsWith('.'))
    expect(foreign).toEqual([])
    expect(source).not.toMatch(/Date\.now|new Date|Math\.random|process\./)
  })
})

import type { AttributeRecord, StagedObject } from '@opendirsync/contracts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ExplainedAttribute } from './explanation.ts'
import { compileRules, type RuleSet } from './rule-set.ts'

const extended = compileRules({
  settings: {
    sourceAnchor: 'object-guid',
    alternateLoginId: 'mail',
    join: { attribute: 'employeeID' },
    directoryExtensions: [
      { attribute: 'pwdLastSet', objectType: 'user', property: 'extension_a' },
      { attribute: 'otherTelephone', objectType: 'user', property: 'extension_b', multiValued: true },
      { attribute: 'info', objectType: 'group', property: 'extension_c', multiValued: true }
    ]
  },
  rules: []
})
const sets: [string, RuleSet][] = [
  ['the default rules', compileRules()],
  ['other settings', extended]
]

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    'TRUE',
    'FALSE',
    '512',
    '514',
    '-2147483646',
    '2',
    '1',
    '9223372036854775807',
    'x'.repeat(1100)
  ),
  fc.constantFrom(
    'a@b.c',
    'SMTP:a@b.c',
    'User_x',
    'MSOL_1',
    'CAS_{1}',
    'AQUAAAAAAAUVAAAA3PTcO4M9K0aCi6YoAAIAAA=='
  )
)

const object: fc.Arbitrary<StagedObject> = fc.record({
  connector: fc.constantFrom('one', 'two'),
  objectGuid: fc.oneof(fc.uuid(), fc.string({ maxLength: 40 })),
  dn: fc.oneof(fc.string(), fc.constantFrom('CN=a,DC=b,DC=c', 'CN=a\\0ACNF:1,DC=b', '\\,\\\\,DC=')),
  parentGuid: fc.constant(undefined),
  objectClass: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('user', 'inetOrgPerson', 'group', 'contact') },
    fc.constantFrom('computer', 'toString', '')
  ),
  objectSid: fc.option(fc.constantFrom('S-1-5-21-1-2-3-4', 'x'), { nil: undefined }),
  deleted: fc.nat(9).map(number => number === 0),
  outOfScope: fc.option(fc.constantFrom('container', 'group', 'condition'), { nil: null, freq: 9 }),
  attributes: fc.dictionary(
    fc.oneof(
      fc.constantFrom(...extended.sourceAttributes, ...(sets[0]?.[1].sourceAttributes ?? [])),
      fc.string()
    ),
    fc.array(value, { maxLength: 3 }),
    { maxKeys: 25, noNullPrototype: true }
  ),
  revision: fc.nat(),
  synchronisedRevision: fc.nat()
}) as fc.Arbitrary<StagedObject>

const objects = fc.array(object, { maxLength: 3 })

it.each(sets)(
  '%s: no input makes a rule throw or fail, and the same input has the same answer',
  (_what, rules) => {
    fc.assert(
      fc.property(objects, fc.constantFrom('', 'AAECAwQFBgcICQoLDA0ODw=='), (contributors, anchor) => {
        const run = () => ({
          judged: contributors.map(contributor => rules.judge(contributor)),
          projected: rules.project(contributors, anchor),
          explained: rules.explain(contributors, anchor)
        })
        const once = run()
        expect(run()).toEqual(once)
        const problems = once.projected.problems.map(({ code }) => code)
        expect(problems).not.toContain('rule-failed')
      }),
      { numRuns: 300 }
    )
  }
)

it.each(sets)('%s: what is explained is what is projected', (_what, rules) => {
  fc.assert(
    fc.property(objects, fc.constantFrom('', 'AAECAwQFBgcICQoLDA0ODw=='), (contributors, anchor) => {
      const inScope = contributors.filter(contributor => rules.judge(contributor).outcome === 'in-scope')
      const { projection, metaverse, tenant } = rules.explain(contributors, anchor)
      if (inScope.length === 0) {
        expect(projection).toBeUndefined()
        return
      }
      expect(projection).toEqual(rules.project(inScope, anchor))
      expect(valuesOf(metaverse)).toEqual(projection?.attributes)
      if (projection?.export !== undefined) expect(valuesOf(tenant)).toEqual(projection.export)
    }),
    { numRuns: 300 }
  )
})

function valuesOf(explained: readonly ExplainedAttribute[]): AttributeRecord {
  return Object.fromEntries(
    explained.flatMap(({ attribute, value: given }) => (given === undefined ? [] : [[attribute, given]]))
  )
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readOwnRules } from './read-own-rules.ts'

function faultsOf(text: string): readonly string[] {
  const result = readOwnRules(text)
  return 'faults' in result
    ? result.faults.map(({ line, column, message }) => `${line}:${column} ${message}`)
    : []
}

const one = (rule: string) => `version: 1\nrules:\n  - ${rule}\n`
const head = 'name: R, objectType: user, precedence: 5'
const outbound = `${head}, direction: outbound`
const flow = (text: string) => one(`{ ${head}, flows: [{ ${text} }] }`)
const out = (text: string) => one(`{ ${outbound}, flows: [{ ${text} }] }`)
const scope = (text: string) => one(`{ ${head}, scope: ${text}, exclude: { reason: x } }`)

/** What stands under `at` in the text is where the fault is told. */
const cases: readonly [text: string, line: number, at: string, message: RegExp][] = [
  ['version: 2', 1, '2', /write 1/],
  ['rules: []', 1, 'rules', /version is missing/],
  ['- a', 1, '-', /Here stands a map/],
  ['version: 1\nrule: []', 2, 'rule', /Did you mean rules\?/],
  ['version: 1\nversion: 1', 2, 'version', /second time/],
  ['version: 1\nrules: {}', 2, '{}', /list of rules/],
  ['version: 1\n\trules: []', 2, '\t', /tab/],
  ['version: 1\nrules: [', 2, '', /not closed/],
  ['version: 1\nsettings: { join: sids }', 2, 'sids', /Did you mean sid\?/],
  ['version: 1\nsettings: { join: { attribute: member } }', 2, 'member', /refers to other objects/],
  ['version: 1\nsettings: { sourceAnchor: mail }', 2, 'mail', /consistency-guid, object-guid/],
  ['version: 1\nsettings: { alternateLoginId: "a b" }', 2, '"a b"', /not the name of an attribute/],
  [
    'version: 1\nsettings:\n  directoryExtensions: [{ attribute: a, objectType: user, property: x }]',
    3,
    'x }',
    /32 hexadecimal/
  ],
  [one('{ name: R, objectType: usr, precedence: 5, flows: [] }'), 3, 'usr', /Did you mean user\?/],
  [
    one('{ name: R, objectType: user, precedence: 100, flows: [{ target: a, constant: b }] }'),
    3,
    '100',
    /1 to 99/
  ],
  [one('{ name: R, objectType: user, precedence: 5, flow: [] }'), 3, 'flow', /Did you mean flows\?/],
  [one(`{ ${head} }`), 3, '{', /one of flows and exclude/],
  [one(`{ ${head}, flows: [] }`), 3, '[]', /does nothing/],
  [one(`{ ${head}, exclude: { reason: x } }`), 3, '{', /would exclude all/],
  [
    `${scope('[[{ attribute: a, operator: is-null }]]').slice(0, -2)}, flows: [] }`,
    3,
    'flows',
    /has no flows/
  ],
  [one(`{ ${outbound}, exclude: { reason: x } }`), 3, 'exclude', /Only an inbound/],
  [
    one('{ name: R, objectType: contact, precedence: 5, direction: outbound, flows: [] }'),
    3,
    'contact',
    /read-only/
  ],
  [flow('target: a'), 3, '{ target', /one of from/],
  [flow('target: a, from: b, constant: c'), 3, '{ target', /one of from/],
  [flow('target: sourceAnchor, from: b'), 3, 'sourceAnchor', /identifies the object/],
  [flow('target: member, from: b'), 3, 'member', /References/],
  [flow('target: "a b", from: b'), 3, '"a b"', /not the name/],
  [flow('target: a, from: manager'), 3, 'manager', /refers to other objects/],
  [flow('target: a, constant: [x]'), 3, '[x]', /A constant is/],
  [flow('target: accountEnabled, constant: maybe'), 3, 'maybe', /neither True nor False/],
  [flow('target: a, expression: 5'), 3, '5 }', /An expression is a text/],
  [flow("target: a, expression: 'Trim([b]'"), 3, '([b]', /not closed/],
  [flow("target: a, expression: '\"it''s\" & Lefft([b], 1)'"), 3, 'Lefft', /Did you mean Left/],
  [flow('target: a, expression: "\\"x\\" & Lefft([b], 1)"'), 3, 'Lefft', /Did you mean Left/],
  [out('target: departmnt, from: department'), 3, 'departmnt', /Did you mean department\?/],
  [out('target: onPremisesImmutableId, from: department'), 3, 'onPremisesImmutableId', /identifies it/],
  [out('target: passwordProfile, from: department'), 3, 'passwordProfile', /do not set passwords/],
  [out('target: proxyAddresses, from: department'), 3, 'proxyAddresses', /does not let an application/],
  [
    out('target: onPremisesExtensionAttributes.extensionAttribute3, from: department'),
    3,
    'onPremises',
    /inbound rule whose target is extensionAttribute1/
  ],
  [out('target: employeeOrgData.division, from: department'), 3, 'employeeOrgData', /division or costCenter/],
  [out('target: city, from: shoeSize'), 3, 'shoeSize', /metaverse, which has no shoeSize/],
  [out("target: city, expression: '[l] & [shoeSize]'"), 3, '[shoeSize]', /metaverse/],
  [out("target: city, expression: '%Domain.FQDN%'"), 3, '%Domain', /has no dn/],
  [out('target: usageLocation, constant: Germany'), 3, 'Germany', /two capital letters/],
  [out(`target: employeeId, constant: ${'x'.repeat(17)}`), 3, 'xxxx', /longer than the 16/],
  [scope('[]'), 3, '[]', /lets nobody in/],
  [scope('[{ attribute: a, operator: is-null }]'), 3, '{ attribute', /list of groups/],
  [scope('[[]]'), 3, '[]]', /everybody/],
  [
    scope('[[{ attribute: a, operator: start-with, value: x }]]'),
    3,
    'start-with',
    /Did you mean starts-with\?/
  ],
  [
    scope('[[{ attribute: a, operator: is-member-of, value: x }]]'),
    3,
    'is-member-of',
    /scope of the connector/
  ],
  [scope('[[{ attribute: memberOf, operator: equals, value: x }]]'), 3, 'memberOf', /by a group/],
  [scope('[[{ attribute: a, operator: equals }]]'), 3, '{ attribute', /value is missing/],
  [scope('[[{ attribute: a, operator: is-null, value: x }]]'), 3, 'x }', /takes no value/],
  [scope('[[{ attribute: a, operator: is-in, value: x }]]'), 3, 'x }', /list of values/],
  [scope('[[{ attribute: a, operator: is-bit-set, value: x }]]'), 3, 'x }', /number with the bits/]
]

describe('a fault in the file', () => {
  it.each(cases)('%j', (text, line, at, message) => {
    const column = (text.split('\n')[line - 1] ?? '').indexOf(at) + 1
    const [found = '', ...more] = faultsOf(text)
    expect(more).toEqual([])
    expect(found).toMatch(message)
    if (at !== '') expect(found).toMatch(new RegExp(`^${line}:${column} `))
  })

  it('is told with its path', () => {
    expect(readOwnRules(flow("target: a, expression: 'Trim('"))).toMatchObject({
      faults: [{ path: 'rules[0].flows[0].expression' }]
    })
  })

  it('is told inside of a text of several lines', () => {
    const lines = [
      'flows:',
      '      - target: a',
      '        expression: |',
      '          IIF([b] = "x",',
      '            Trimm([c]),',
      '            "y")'
    ]
    expect(
      faultsOf(
        `version: 1\nrules:\n  - name: R\n    objectType: user\n    precedence: 5\n    ${lines.join('\n')}\n`
      )
    ).toEqual(['10:13 There is no function Trimm. Did you mean Trim?'])
  })

  it('does not hide the others', () => {
    const text = one(
      `{ name: R, objectType: user, precedence: 0, flows: [{ target: dn, from: b }, { target: a, from: 'x y' }] }`
    )
    expect(faultsOf(text)).toHaveLength(3)
  })

  it('is a target, a name or a precedence that is there twice', () => {
    expect(faultsOf(flow('target: company, from: b }, { target: COMPANY, from: c'))).toEqual([
      expect.stringMatching(/^3:\d+ company is the target of two flows/)
    ])
    const other = `  - { name: r, objectType: user, precedence: 5, flows: [{ target: b, from: c }] }\n`
    expect(faultsOf(flow('target: a, from: b') + other)).toEqual([
      expect.stringMatching(/^4:\d+ A rule before this one is called "r"/),
      expect.stringMatching(/^4:\d+ "R" has precedence 5/)
    ])
  })

  it('is a file that grows when it is read', () => {
    const layers = Array.from(
      { length: 12 },
      (_, layer) =>
        `a${layer}: &a${layer} [${Array(9)
          .fill(layer === 0 ? 'x' : `*a${layer - 1}`)
          .join(', ')}]`
    )
    expect(faultsOf(layers.join('\n'))).toEqual([expect.stringMatching(/aliases/)])
  })

  it('is a file that is too large', () => {
    expect(faultsOf(`# ${'ü'.repeat(600_000)}`)).toEqual([expect.stringMatching(/1 MiB/)])
  })

  it('makes nothing throw', () => {
    const words =
      'version: 1 2 rules: settings: - { } [ ] name: objectType: user precedence: flows: target: from: scope: exclude: constant: expression: & * ! | > " \' # , \n \n  ? a b'.split(
        ' '
      )
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(fc.constantFrom(...words), { maxLength: 40 }).map(parts => parts.join(' '))
    )
    fc.assert(
      fc.property(text, written => {
        for (const fault of faultsOf(written)) expect(fault).toMatch(/^\d+:\d+ \S/)
      }),
      { numRuns: 1_000 }
    )
  })
})

import { describe, expect, it } from 'vitest'
import { noFlow } from '../attribute-flow.ts'
import { defaultRulesOf } from '../default-rules/default-rules.ts'
import type { OwnRules } from '../rule-settings.ts'
import { readOwnRules } from './read-own-rules.ts'

function read(text: string): OwnRules {
  const result = readOwnRules(text)
  if ('faults' in result) throw new Error(JSON.stringify(result.faults, null, 2))
  return result.ok
}

/** The first flow of a file with one rule, asked for values. */
function flowed(flow: string, values: Readonly<Record<string, unknown>>, head = '', before = ''): unknown {
  const text = `version: 1\nrules:\n${before}  - { name: R, objectType: user, precedence: 9, ${head}flows: [{ ${flow} }] }\n`
  const flows: readonly { flow: (read: never) => unknown }[] = read(text).rules.at(-1)?.flows ?? []
  return flows[0]?.flow(values as never)
}

describe('own rules', () => {
  it('has settings and rules', () => {
    const { settings, rules } = read(`version: 1
settings:
  sourceAnchor: object-guid
  join: { attribute: EMPLOYEEID }
  alternateLoginId: mail
  directoryExtensions:
    - attribute: employeeNumber
      objectType: user
      property: extension_0123456789abcdef0123456789abcdef_employeeNumber
      multiValued: true
rules:
  - name: Externals
    description: Why we have it
    objectType: user
    precedence: 50
    scope:
      - - { attribute: DEPARTMENT, operator: starts-with, value: EXT }
        - { attribute: mail, operator: is-not-null }
      - - { attribute: employeetype, operator: is-in, value: [Guest, 7] }
    flows:
      - { target: COMPANY, from: Department }
      - { target: displayname, expression: 'Trim([GIVENNAME])' }
  - { name: Out, direction: outbound, objectType: user, precedence: 50, flows: [{ target: DEPARTMENT, constant: X }] }
`)
    expect(settings).toEqual({
      sourceAnchor: 'object-guid',
      join: { attribute: 'employeeID' },
      alternateLoginId: 'mail',
      directoryExtensions: [
        {
          attribute: 'employeeNumber',
          objectType: 'user',
          property: 'extension_0123456789abcdef0123456789abcdef_employeeNumber',
          multiValued: true
        }
      ]
    })
    expect(rules).toMatchObject([
      {
        name: 'Externals',
        direction: 'inbound',
        origin: 'own',
        precedence: 50,
        scope: {
          sources: ['department', 'mail', 'employeeType'],
          text: 'department starts with "EXT" and mail is present; or employeeType is one of "Guest", "7"'
        },
        flows: [
          { target: 'company', sources: ['department'], how: 'as it is' },
          { target: 'displayName', sources: ['givenName'], how: 'Trim([GIVENNAME])' }
        ]
      },
      { direction: 'outbound', flows: [{ target: 'department', sources: [], how: 'constant "X"' }] }
    ])
  })

  it('can be empty but for the version', () => {
    expect(read('version: 1\n')).toEqual({ settings: {}, rules: [] })
  })

  it('excludes objects, with the reason', () => {
    const [rule] = read(`version: 1
rules:
  - name: No service accounts
    objectType: user
    precedence: 1
    scope: [[{ attribute: sAMAccountName, operator: starts-with, value: svc- }]]
    exclude: { reason: They stay out }
`).rules
    expect(rule).toMatchObject({
      flows: [],
      excludes: { code: 'excluded-by-rule', attribute: 'sAMAccountName', message: 'They stay out' }
    })
  })

  it('spells every attribute of the default rules as they do', () => {
    const inbound = defaultRulesOf({}).flatMap(rule => (rule.direction === 'inbound' ? rule.flows : []))
    for (const name of new Set(inbound.flatMap(({ sources }) => sources))) {
      const flow = `target: someText, expression: '[${name.toUpperCase()}]'`
      expect(flowed(flow, { [name]: ['x'] })).toBe('x')
    }
  })

  it('keeps as lists what the default rules keep as lists', () => {
    const flows = defaultRulesOf({}).flatMap(rule => {
      return rule.direction === 'inbound' && rule.objectType === 'user' ? rule.flows : []
    })
    for (const { target, sources, flow } of flows) {
      if (sources.length !== 1 || sources[0] !== target || /^object(GUID|Sid)$/.test(target)) continue
      const isList = Array.isArray(flow({ [target]: ['7'] }))
      expect([target, Array.isArray(flowed(`target: ${target}, constant: '7'`, {}))]).toEqual([
        target,
        isList
      ])
    }
  })
})

describe('a flow', () => {
  const inbound: readonly [flow: string, values: Record<string, unknown>, result: unknown][] = [
    ['target: company, from: department', { department: [' Sales '] }, 'Sales'],
    ['target: company, from: department', {}, null],
    ['target: company, from: department', { department: ['a', 'b'] }, 'a'],
    ['target: myList, from: otherMailbox', { otherMailbox: ['a', 'b'] }, ['a', 'b']],
    ['target: proxyAddresses, from: mail', { mail: ['a'] }, ['a']],
    ['target: company, constant: 5', {}, '5'],
    ['target: accountEnabled, constant: false', {}, false],
    [
      "target: accountEnabled, expression: 'BitAnd([userAccountControl], 2) = 0'",
      { userAccountControl: ['514'] },
      false
    ],
    ['target: accountEnabled, expression: \'"True"\'', {}, true],
    ["target: company, expression: 'BitAnd(7, 2)'", {}, '2'],
    ['target: company, expression: \'" "\'', {}, null],
    ["target: company, expression: 'IgnoreThisFlow'", {}, noFlow],
    ["target: company, expression: 'Left([department], 2)'", { department: ['a😀'] }, 'a'],
    ['target: company, expression: \'ConvertFromBase64("AGEA", UTF8)\'', {}, 'a']
  ]
  it.each(inbound)('inbound: %s of %j', (flow, values, result) => {
    expect(flowed(flow, values)).toEqual(result)
  })

  const outbound: readonly [flow: string, values: Record<string, unknown>, result: unknown][] = [
    ['target: department, from: department', { department: 'Sales' }, 'Sales'],
    ['target: department, from: department', { department: null }, null],
    ['target: otherMails, from: mail', { mail: 'a@b.example' }, ['a@b.example']],
    ['target: otherMails, from: mail', {}, []],
    ['target: displayName, from: displayName', {}, noFlow],
    ['target: accountEnabled, from: accountEnabled', { accountEnabled: true }, true],
    ['target: usageLocation, constant: DE', {}, 'DE']
  ]
  it.each(outbound)('outbound: %s of %j', (flow, values, result) => {
    expect(flowed(flow, values, 'direction: outbound, ')).toEqual(result)
  })

  it('says nothing of a value that is too long for the tenant', () => {
    const flow = 'target: department, from: department'
    expect(flowed(flow, { department: 'x'.repeat(65) }, 'direction: outbound, ')).toMatchObject({
      value: noFlow,
      problem: { severity: 'warning', code: 'value-too-long', attribute: 'department' }
    })
  })

  const failing: readonly [flow: string, values: Record<string, unknown>, message: RegExp][] = [
    [
      "target: department, expression: '[proxyAddresses]'",
      { proxyAddresses: ['a', 'b'] },
      /2 values where one/
    ],
    ['target: usageLocation, from: co', { co: 'Germany' }, /two capital letters/],
    ['target: mailNickname, from: displayName', { displayName: 'A B' }, /"A B" is not an alias/],
    ['target: userPrincipalName, from: mail', { mail: 'é@b.example' }, /not a sign-in name/],
    [
      'target: businessPhones, from: otherTelephone',
      { otherTelephone: ['1', '2'] },
      /2 values where the tenant takes 1/
    ],
    ['target: accountEnabled, from: displayName', { displayName: 'x' }, /neither True nor False/]
  ]
  it.each(failing)('fails for the object: %s of %j', (flow, values, message) => {
    expect(() => flowed(flow, values, 'direction: outbound, ')).toThrow(message)
  })

  it('goes out from what an own inbound rule brought in', () => {
    const before =
      '  - { name: In, objectType: user, precedence: 1, flows: [{ target: shoeSize, from: employeeNumber }] }\n'
    expect(
      flowed('target: employeeType, from: shoeSize', { shoeSize: '42' }, 'direction: outbound, ', before)
    ).toBe('42')
  })
})

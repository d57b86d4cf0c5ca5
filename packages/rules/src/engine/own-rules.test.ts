import { describe, expect, it } from 'vitest'
import { authoritativeNull, noFlow } from '../attribute-flow.ts'
import type { Flow, InboundRule, OutboundRule, Rule } from '../rule.ts'
import { compileRules, type RuleSet } from './rule-set.ts'
import { projectionOf, stagedWith } from './staged-objects.ts'

function withRules(...rules: Rule[]): RuleSet {
  return compileRules({ settings: {}, rules })
}

function own(precedence: number, rest: Partial<InboundRule>): InboundRule {
  const named = {
    direction: 'inbound',
    origin: 'own',
    objectType: 'user',
    name: `Own ${precedence}`
  } as const
  return { ...named, precedence, flows: [], ...rest }
}

function out(precedence: number, flows: OutboundRule['flows']): OutboundRule {
  return {
    direction: 'outbound',
    origin: 'own',
    objectType: 'user',
    name: `Own out ${precedence}`,
    precedence,
    flows
  }
}

function department(flow: InboundRule['flows'][number]['flow']): InboundRule['flows'][number] {
  return { target: 'department', sources: ['department'], how: 'own', flow }
}

const person = stagedWith('user', {
  department: ['Sales'],
  homePhone: [' 1 '],
  description: ['y'.repeat(500)]
})

describe('an own rule', () => {
  const cases: [string, Rule[], unknown][] = [
    ['wins over the default ones', [own(50, { flows: [department(() => 'Own')] })], 'Own'],
    [
      'of lower number wins',
      [own(60, { flows: [department(() => '60')] }), own(50, { flows: [department(() => '50')] })],
      '50'
    ],
    ['that says nothing leaves it to the others', [own(50, { flows: [department(() => noFlow)] })], 'Sales'],
    ['that has no value leaves it to the others', [own(50, { flows: [department(() => null)] })], 'Sales'],
    ['clears with an authoritative null', [own(50, { flows: [department(() => authoritativeNull)] })], null],
    [
      'is passed over where its scope does not fit',
      [
        own(50, {
          flows: [department(() => 'Own')],
          scope: { sources: [], text: 'never', fits: () => false }
        })
      ],
      'Sales'
    ]
  ]
  it.each(cases)('%s', (_what, rules, expected) => {
    expect(projectionOf(withRules(...rules), person).export?.department).toBe(expected)
  })

  it('may change what goes out', () => {
    const flow: Flow<unknown> = {
      target: 'department',
      sources: ['department'],
      how: 'own',
      flow: () => 'Out'
    }
    expect(projectionOf(withRules(out(50, [flow])), person).export).toMatchObject({ department: 'Out' })
  })

  it('may leave objects out, for its own reason', () => {
    const excludes = { code: 'own-reason', message: 'Sales stays here.' }
    const scope: InboundRule['scope'] = {
      sources: ['department'],
      text: 'department is Sales',
      fits: ({ department: of }) => of?.[0] === 'Sales'
    }
    const rules = withRules(own(10, { excludes, scope }))
    expect(rules.judge(person)).toEqual({ outcome: 'out-of-scope', reason: excludes })
    expect(rules.judge(stagedWith('user', {}))).toMatchObject({ outcome: 'in-scope' })
    expect(rules.explain([person]).objects).toMatchObject([{ excludedBy: 'Own 10' }])
  })
})

describe('an own rule that fails', () => {
  const fail = (): never => {
    throw new Error('Left needs a number')
  }

  it('is a warning, and the default rules give the value', () => {
    const projection = projectionOf(withRules(own(50, { flows: [department(fail)] })), person)
    expect(projection.export).toMatchObject({ department: 'Sales' })
    expect(projection.problems).toEqual([
      {
        severity: 'warning',
        code: 'rule-failed',
        attribute: 'department',
        message: expect.stringMatching(
          /^The rule "Own 50" could not compute department: Left needs a number\. Correct/
        )
      }
    ])
  })

  it('in its scope is a warning, and the rule is passed over', () => {
    const scope = { sources: [], text: 'fails', fits: fail }
    const projection = projectionOf(withRules(own(50, { scope, flows: [department(() => 'Own')] })), person)
    expect(projection.export).toMatchObject({ department: 'Sales' })
    expect(projection.problems).toMatchObject([{ code: 'rule-failed', severity: 'warning' }])
  })

  it('in what it leaves out decides nothing: the object stays as it is', () => {
    const scope = { sources: [], text: 'fails', fits: fail }
    const rules = withRules(own(50, { scope, excludes: { code: 'x', message: 'x' } }))
    expect(rules.judge(person)).toMatchObject({ outcome: 'failed', problem: { code: 'rule-failed' } })
    expect(rules.explain([person])).toMatchObject({
      objects: [{ judgement: { outcome: 'failed' } }],
      metaverse: []
    })
  })
})

describe('default flows that wait', () => {
  const reads = (...sources: string[]) =>
    withRules(
      out(50, [{ target: 'aboutMe', sources, how: 'own', flow: values => values[sources[0] ?? ''] ?? null }])
    )

  const cases: [attribute: string, value: string[], expected: unknown][] = [
    ['homePhone', [' 1 '], '1'],
    ['description', ['y'.repeat(500), 'z'], 'y'.repeat(448)],
    ['info', [' y'.repeat(300)], ' y'.repeat(300).trim().slice(0, 448).trimEnd()],
    ['url', [' u ', 'v'], 'u'],
    ['postOfficeBox', ['p'.repeat(449)], 'p'.repeat(448)],
    ['otherTelephone', [' 1 ', '2', '1'], ['1', '2']],
    ['pwdLastSet', ['133497504000000000'], '20240115000000.0Z'],
    ['pwdLastSet', ['0'], null],
    ['pwdLastSet', ['9223372036854775807'], null],
    ['msRTCSIP-Line', ['tel:1'], 'tel:1']
  ]
  it.each(cases)('%s flows for a rule that reads it', (name, value, expected) => {
    const rules = reads(name)
    expect(rules.sourceAttributes).toContain(name)
    const { attributes } = projectionOf(rules, stagedWith('user', { [name]: value }))
    expect(attributes[name]).toEqual(expected)
  })

  it.each([
    ['domainFQDN', 'corp.example'],
    ['sourceObjectType', 'User'],
    ['cn', 'Anna Berg'],
    ['onPremisesUserPrincipalName', 'anna.berg@example.com']
  ])('%s flows too', (name, expected) => {
    expect(projectionOf(reads(name), stagedWith('user', {})).attributes[name]).toBe(expected)
  })

  it('Exchange attributes flow for who has an alias', () => {
    const rules = reads('targetAddress')
    const attributes = { targetAddress: ['SMTP:a@b.c'] }
    expect(projectionOf(rules, stagedWith('user', attributes)).attributes).not.toHaveProperty('targetAddress')
    expect(
      projectionOf(rules, stagedWith('user', { ...attributes, mailNickname: ['a'] })).attributes
    ).toMatchObject({
      targetAddress: 'SMTP:a@b.c'
    })
  })

  it('are not asked for as long as nothing reads them', () => {
    const { sourceAttributes } = compileRules()
    for (const [name] of cases) if (name !== 'description') expect(sourceAttributes).not.toContain(name)
  })
})

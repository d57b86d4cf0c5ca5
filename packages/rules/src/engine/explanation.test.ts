import { describe, expect, it } from 'vitest'
import type { ExplainedAttribute } from './explanation.ts'
import { compileRules } from './rule-set.ts'
import { anna, staged, stagedWith } from './staged-objects.ts'

const rules = compileRules()

const first = stagedWith('user', { department: ['One'], title: ['CEO'] })
const second = staged({
  connector: 'other.example',
  objectGuid: '22222222-2222-2222-2222-222222222222',
  attributes: { ...anna, department: ['Two'], mailNickname: ['two'], userAccountControl: ['514'] }
})

function attribute(list: readonly ExplainedAttribute[], name: string): ExplainedAttribute | undefined {
  return list.find(({ attribute: called }) => called === name)
}

describe('explain', () => {
  it('names the rule, its sources and the object that gave a value, and why others did not', () => {
    expect(attribute(rules.explain([first, second]).metaverse, 'department')).toEqual({
      attribute: 'department',
      value: 'Two',
      winner: {
        rule: 'In from AD - User Common from Exchange',
        precedence: 104,
        how: 'trimmed',
        sources: { department: ['Two'] },
        object: { connector: second.connector, objectGuid: second.objectGuid }
      },
      others: [
        expect.objectContaining({
          precedence: 104,
          object: { connector: first.connector, objectGuid: first.objectGuid },
          because: 'scope'
        }),
        expect.objectContaining({ precedence: 106, sources: { department: ['One'] }, because: 'precedence' }),
        expect.objectContaining({ precedence: 106, sources: { department: ['Two'] }, because: 'precedence' })
      ]
    })
  })

  it('says who had nothing to give', () => {
    const title = attribute(rules.explain([second, first]).metaverse, 'title')
    expect(title).toMatchObject({ value: 'CEO', winner: { precedence: 106, sources: { title: ['CEO'] } } })
    expect(title?.others.map(({ precedence, because }) => [precedence, because])).toEqual([
      [104, 'nothing'],
      [104, 'scope'],
      [106, 'nothing']
    ])
  })

  it('says of a failed flow that it failed', () => {
    const failing = compileRules({
      settings: {},
      rules: [
        {
          direction: 'inbound',
          origin: 'own',
          objectType: 'user',
          name: 'Own',
          precedence: 1,
          flows: [
            {
              target: 'title',
              sources: [],
              how: 'own',
              flow() {
                throw new Error('no')
              }
            }
          ]
        }
      ]
    })
    const { metaverse, projection } = failing.explain([first])
    expect(attribute(metaverse, 'title')?.others).toContainEqual(
      expect.objectContaining({ rule: 'Own', because: 'failed' })
    )
    expect(projection?.problems).toMatchObject([{ code: 'rule-failed' }])
  })

  it('traces a property of the tenant to the metaverse', () => {
    expect(attribute(rules.explain([first]).tenant, 'jobTitle')).toEqual({
      attribute: 'jobTitle',
      value: 'CEO',
      winner: {
        rule: 'Out to AAD - User ExchangeOnline',
        precedence: 125,
        how: 'up to 128',
        sources: { title: 'CEO' }
      },
      others: []
    })
  })

  it('has no value where the rules say nothing', () => {
    expect(attribute(rules.explain([first]).tenant, 'usageLocation')).toEqual({
      attribute: 'usageLocation',
      others: [expect.objectContaining({ precedence: 123, because: 'nothing' })]
    })
  })

  it('has the anchor of the entry, which no flow gave', () => {
    const own = attribute(rules.explain([first], 'AAECAwQFBgcICQoLDA0ODw==').metaverse, 'sourceAnchor')
    expect(own).toMatchObject({ value: 'AAECAwQFBgcICQoLDA0ODw==' })
    expect(own).not.toHaveProperty('winner')
  })

  it('tells of each object whether it is in scope, and each rule whether it fits', () => {
    const out = staged({ attributes: { ...anna, adminDescription: ['User_x'] } })
    const { objects, projection } = rules.explain([out, first])
    expect(objects).toMatchObject([
      {
        judgement: { outcome: 'out-of-scope', reason: { code: 'opted-out' } },
        excludedBy: 'In from AD - User Join',
        rules: []
      },
      { judgement: { outcome: 'in-scope' } }
    ])
    expect(objects[1]?.rules).toContainEqual({
      rule: 'In from AD - User Exchange',
      precedence: 108,
      scope: 'mailNickname is present',
      fits: false
    })
    expect(projection).toEqual(rules.project([first], ''))
  })

  it('of objects that are all out of scope has no values', () => {
    const explanation = rules.explain([staged({ deleted: true })])
    expect(explanation).toEqual({
      objects: [expect.objectContaining({ judgement: expect.objectContaining({ outcome: 'out-of-scope' }) })],
      metaverse: [],
      tenant: [],
      outboundRules: []
    })
  })

  it('can be told as JSON', () => {
    const explanation = rules.explain([first, second])
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation)
  })
})

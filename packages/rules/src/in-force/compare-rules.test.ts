import { expect, it } from 'vitest'
import { compileRules } from '../engine/rule-set.ts'
import { anchor, staged } from '../engine/staged-objects.ts'
import { compareRules } from './compare-rules.ts'

const consistencyGuid = 'AAAAAAAAAAAAAAAAAAAAAA=='

it('tells that nothing of an object is exported when it would have another source anchor', () => {
  const object = staged({
    attributes: { ...staged({}).attributes, 'mS-DS-ConsistencyGuid': [consistencyGuid] }
  })
  const [before, after] = (['consistency-guid', 'object-guid'] as const).map(sourceAnchor =>
    compileRules({ settings: { sourceAnchor }, rules: [] })
  )
  if (before === undefined || after === undefined) throw new Error('two were compiled')
  const subject = { object, contributors: [object], joinedBy: undefined }
  const change = compareRules(before, after, { ...subject, anchor: consistencyGuid })
  expect(change).toMatchObject({ kind: 'blocked', problems: [{ code: 'source-anchor-changed' }] })
  expect(compareRules(after, after, { ...subject, anchor })).toBeUndefined()
})

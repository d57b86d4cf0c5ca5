import type { ConnectorScope, ObjectGuid } from '@opendirsync/contracts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { transact } from '../../packages/store/src/database.ts'
import { markScopeAffected } from '../../packages/store/src/scope/mark-scope-affected.ts'
import { previewScope } from '../../packages/store/src/scope/preview-scope.ts'
import { settleScope } from '../../packages/store/src/scope/settle-scope.ts'
import { dropLinksOf } from '../../packages/store/src/stage-objects.ts'
import { expectedParts, type Model } from './scope-model.ts'
import { connector, openScopeSpace, reference, type ScopeSpace } from './scope-space.ts'

let space: ScopeSpace
beforeAll(async () => {
  space = await openScopeSpace()
})
afterAll(() => space[Symbol.asyncDispose]())

const guid = (kind: number) => (place: number) =>
  `00000000-0000-4000-8000-${String(kind * 1_000 + place).padStart(12, '0')}`
const someOu = fc.nat(4).map(guid(1))
const someGroup = fc.nat(3).map(guid(2))
const someUser = fc.nat(5).map(guid(3))
const someParent = fc.option(someOu, { freq: 6 })
const department = fc.constantFrom('Sales', 'Labs')

interface ObjectNews {
  readonly kind: 'ou' | 'group' | 'user'
  readonly guid: ObjectGuid
  readonly parent: ObjectGuid | null
  readonly department: string
}
interface LinkNews {
  readonly kind: 'link' | 'unlink'
  readonly guid: ObjectGuid
  readonly member: ObjectGuid
}
type News = ObjectNews | LinkNews | { readonly kind: 'empty'; readonly guid: ObjectGuid }

const placed = (kind: 'ou' | 'group' | 'user', which: fc.Arbitrary<string>) =>
  fc.record({ kind: fc.constant(kind), guid: which, parent: someParent, department })
const linked = (kind: 'link' | 'unlink') =>
  fc.record({ kind: fc.constant(kind), guid: someGroup, member: fc.oneof(someGroup, someUser) })
const news: fc.Arbitrary<News> = fc.oneof(
  placed('ou', someOu),
  placed('group', someGroup),
  placed('user', someUser),
  linked('link'),
  linked('link'),
  linked('unlink'),
  fc.record({ kind: fc.constant('empty' as const), guid: someGroup })
)

const someContainers = fc
  .record({
    include: fc.uniqueArray(someOu, { maxLength: 3 }),
    exclude: fc.uniqueArray(someOu, { maxLength: 3 }),
    newContainers: fc.constantFrom('in' as const, 'out' as const)
  })
  .map(({ include, exclude, newContainers }) => ({
    include: include.map(reference),
    exclude: exclude.filter(one => !include.includes(one)).map(reference),
    newContainers
  }))
const condition = fc.record({
  attribute: fc.constant('department'),
  operator: fc.constantFrom('equals' as const, 'not-equals' as const),
  value: department
})
const someGroups = fc
  .uniqueArray(someGroup, { minLength: 1, maxLength: 2 })
  .map(groups => groups.map(reference))
const someConditions = fc.array(fc.array(condition, { minLength: 1, maxLength: 2 }), {
  minLength: 1,
  maxLength: 2
})
const anyParts = { containers: someContainers, groups: someGroups, conditions: someConditions }
const someScope: fc.Arbitrary<ConnectorScope> = fc.oneof(
  someContainers.map(containers => ({ containers })),
  someGroups.map(groups => ({ groups })),
  fc.record(anyParts, { requiredKeys: [] })
)

type Step = { scope: ConnectorScope } | { page: News[] }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: someScope.map(scope => ({ scope })) },
  { weight: 3, arbitrary: fc.array(news, { minLength: 1, maxLength: 4 }).map(page => ({ page })) }
)

describe('whatever happens to directory and scope', () => {
  it('deciding what pages mark gives what deciding everything gives, and a preview what applying does', async () => {
    const property = fc.asyncProperty(
      fc.array(news, { minLength: 20, maxLength: 40 }),
      fc.array(step, { minLength: 4, maxLength: 12 }),
      async (first, steps) => {
        await space.clear()
        const model: Model = { objects: new Map(), members: new Set(), scope: {}, known: new Set() }
        await takePage(model, first)
        for (const one of steps) {
          if ('scope' in one) await takeScope(model, one.scope)
          else await takePage(model, one.page)
          expect(await space.parts()).toEqual(expectedParts(model))
        }
      }
    )
    await fc.assert(property, { numRuns: 25 })
  }, 120_000)
})

async function takeScope(model: Model, scope: ConnectorScope): Promise<void> {
  const before = await space.parts()
  const preview = await previewScope(space.database, connector, scope)
  const applied = await space.apply(scope)
  model.scope = scope
  model.known = new Set(model.objects.keys())
  const { inScope, outOfScope, entering, leaving } = applied
  expect(preview).toMatchObject({ inScope, outOfScope, entering, leaving })
  const after = await space.parts()
  const crossing = Object.keys(after).filter(key => (before[key] === null) !== (after[key] === null))
  const sampled = [...(preview?.samples.entering ?? []), ...(preview?.samples.leaving ?? [])]
  expect(sampled.map(({ objectGuid }) => objectGuid).toSorted()).toEqual(crossing.toSorted())
}

/** One page: everything is written and marked, and decided at the end. Only objects that are known have links. */
async function takePage(model: Model, page: readonly News[]): Promise<void> {
  const before = await space.parts()
  await space.synchronise()
  for (const one of page) {
    if ('parent' in one) await takeObject(model, one)
    else if ('member' in one) await takeLink(model, one)
    else await emptyGroup(model, one.guid)
  }
  const changed = await transact(space.database, trx => settleScope(trx, connector))
  const after = await space.parts()
  const crossing = Object.keys(after).filter(
    key => ((before[key] ?? null) === null) !== (after[key] === null)
  )
  expect(changed.toSorted()).toEqual(crossing.toSorted())
}

async function takeObject(
  { objects }: Model,
  { kind, guid: objectGuid, parent, department: value }: ObjectNews
): Promise<void> {
  const objectClass = kind === 'ou' ? 'organizationalUnit' : kind
  objects.set(objectGuid, { objectClass, parent, department: value })
  await space.write({ guid: objectGuid, parent, objectClass, attributes: { department: [value] } })
  await transact(space.database, trx =>
    markScopeAffected(trx, connector, { changed: [objectGuid], moved: [objectGuid] })
  )
}

async function takeLink({ objects, members }: Model, { kind, guid: group, member }: LinkNews): Promise<void> {
  const key = `${group} ${member}`
  const present = kind === 'link'
  if (!objects.has(group) || members.has(key) === present) return
  if (present) members.add(key)
  else members.delete(key)
  await space.writeLink({ group, member, present })
  await transact(space.database, trx => markScopeAffected(trx, connector, { linkTargets: [member] }))
}

/** As when a group is deleted: its links go, and nobody reports its members. */
async function emptyGroup({ members }: Model, group: ObjectGuid): Promise<void> {
  for (const key of members) if (key.includes(group)) members.delete(key)
  await transact(space.database, async trx => {
    await dropLinksOf(trx, connector, [group])
    await markScopeAffected(trx, connector, { linkTargets: [group] })
  })
}

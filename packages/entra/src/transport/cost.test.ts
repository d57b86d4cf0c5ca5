import { expect, it } from 'vitest'
import { costOf } from './cost.ts'

const bind = (count: number) => ({ 'members@odata.bind': Array.from({ length: count }, () => 'x') })

it.each([
  ['a change', { method: 'PATCH', url: '/users/1', body: {} }, { writes: 1, resourceUnits: 1 }],
  ['a delete', { method: 'DELETE', url: '/users/1' }, { writes: 1, resourceUnits: 1 }],
  ['a bind of one', { method: 'PATCH', url: '/groups/1', body: bind(1) }, { writes: 1, resourceUnits: 1 }],
  ['a bind of 18', { method: 'PATCH', url: '/groups/1', body: bind(18) }, { writes: 6, resourceUnits: 1 }],
  ['a bind of 20', { method: 'PATCH', url: '/groups/1', body: bind(20) }, { writes: 7, resourceUnits: 1 }],
  ['one user', { method: 'GET', url: '/users/1' }, { writes: 0, resourceUnits: 1 }],
  ['a list of users', { method: 'GET', url: '/users?$filter=x' }, { writes: 0, resourceUnits: 2 }],
  ['a selection of it', { method: 'GET', url: '/users?$select=id' }, { writes: 0, resourceUnits: 1 }],
  ['with an expansion', { method: 'GET', url: '/users?$expand=manager' }, { writes: 0, resourceUnits: 3 }],
  ['members', { method: 'GET', url: '/groups/1/members' }, { writes: 0, resourceUnits: 3 }],
  ['transitive ones', { method: 'GET', url: '/groups/1/transitiveMembers' }, { writes: 0, resourceUnits: 5 }],
  ['never nothing', { method: 'GET', url: '/users/1?$select=id' }, { writes: 0, resourceUnits: 1 }]
] as const)('%s', (_what, request, cost) => {
  expect(costOf(request)).toEqual(cost)
})

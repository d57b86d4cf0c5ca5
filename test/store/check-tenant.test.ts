import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkTenant } from '../../services/export/src/check-tenant.ts'
import { type StoreFixture, storeFixture } from './fixtures.ts'

let fixture: StoreFixture
beforeAll(async () => {
  fixture = await storeFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const tenant = (tenantId: string, displayName: string) => ({
  tenantId,
  displayName,
  initialDomain: 'x.onmicrosoft.com',
  verifiedDomains: [],
  missing: []
})

it('another tenant than the one of this database is refused, and the one stays known', async () => {
  const { store } = fixture
  const one = tenant('11111111-1111-1111-1111-111111111111', 'One')
  const other = tenant('22222222-2222-2222-2222-222222222222', 'Other')
  await checkTenant({ check: async () => one }, store)
  await expect(checkTenant({ check: async () => other }, store)).rejects.toMatchObject({
    code: 'graph-tenant-changed'
  })
  expect(await store.tenant.facts()).toMatchObject({ tenantId: one.tenantId })
  await checkTenant({ check: async () => ({ ...one, displayName: 'Renamed' }) }, store)
  expect(await store.tenant.facts()).toMatchObject({ displayName: 'Renamed' })
})

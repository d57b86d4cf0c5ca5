import type { AttributeValues, DirectoryChange } from '@opendirsync/contracts'
import { ruleSetOf } from '@opendirsync/rules'
import { inspectorFor } from '../../services/transform/src/readiness-checks.ts'
import { resynchronise } from '../../services/transform/src/resynchronise.ts'
import { connector, exportAll, gate, stage, user } from '../store/fixtures.ts'
import type { Api } from './start-api.ts'

/** As the rules need a user to be. */
export function person(
  name: string,
  attributes: AttributeValues = {},
  changes: Partial<DirectoryChange> = {}
): DirectoryChange {
  const account = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return user(name, {
    attributes: {
      cn: [name],
      displayName: [name],
      sAMAccountName: [account],
      userPrincipalName: [`${account}@corp.example.test`],
      userAccountControl: ['512'],
      ...attributes
    },
    ...changes
  })
}

/** Until nothing is to be synchronised, as transform would. */
export async function synchroniseAll({ store, queues, app }: Api): Promise<void> {
  await resynchronise({ store, queues, log: app.log as never }, new AbortController().signal)
  const inspector = inspectorFor({ verifiedDomains: undefined, signInAttribute: 'userPrincipalName' })
  for (;;) {
    const news = await store.pending.staged(10_000)
    if (news.length === 0) return
    const inForce = await store.rules.inForce()
    const rules = ruleSetOf(inForce)
    for (const [name, rows] of Map.groupBy(news, row => row.connector)) {
      const objectGuids = rows.map(row => row.objectGuid)
      const { revision: rulesRevision } = inForce
      await store.metaverse.synchronise({ connector: name, objectGuids, rules, rulesRevision, inspector })
    }
  }
}

/** Until nothing is pending, as transform and export would. @returns what was written to the tenant, in order */
export async function settle(api: Api): Promise<string[]> {
  const { store } = api
  const operations: string[] = []
  await synchroniseAll(api)
  for (;;) {
    const entryIds = await store.pending.exports(500, gate)
    if (entryIds.length === 0) return operations
    operations.push(...(await exportAll(store, entryIds)))
  }
}

/** Reported by a directory, synchronised, exported. */
export async function arrive(
  api: Api,
  changes: readonly DirectoryChange[],
  from: string = connector
): Promise<string[]> {
  await stage(api.store, changes, { connector: from })
  return settle(api)
}

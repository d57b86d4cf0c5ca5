import type { DirectoryChange } from '@opendirsync/contracts'
import { openStore } from '@opendirsync/store'
import { describe, expect, it } from 'vitest'
import { gate, group } from './fixtures.ts'
import { deleted, domains, type Forest, forestForEachTest } from './forest.ts'
import { person, rulesWithAccounts as rules, withAttributes } from './joining-rules.ts'

let forest: Forest
forestForEachTest(opened => {
  forest = opened
}, rules)

describe('many at once', () => {
  it('neither lose nor double anything, and come to rest', async () => {
    const people = Array.from({ length: 60 }, (_unused, index) =>
      person(`P${index}`, index % 2 === 0 ? { linked: ['yes'] } : {})
    )
    const shared = (index: number) => ({ upn: [`u${index >> 1}@x.test`], mail: [`m${index % 7}@x.test`] })
    const accounts = people.map(({ account }, index) => withAttributes(account, shared(index)))
    const mailboxes = people.map(({ mailbox }) => mailbox)
    const team = group(
      'Team',
      accounts.map(({ objectGuid }) => objectGuid)
    )
    await using one = await openStore({ url: forest.url })
    await using two = await openStore({ url: forest.url })
    const stores = [forest.store, one, two]
    let isWorking = true
    const errors: unknown[] = []
    const guarded = async (work: () => Promise<unknown>) => {
      // Of two transactions that are in each other's way one is undone, and comes again.
      await work().catch(error =>
        /in each other's way/.test(String(error)) ? undefined : errors.push(error)
      )
    }
    const synchronising = stores.map(async store => {
      while (isWorking) {
        const news = (await store.pending.staged(300)).toSorted(() => Math.random() - 0.5).slice(0, 40)
        for (const connector of Object.values(domains)) {
          const objectGuids = news.flatMap(row => (row.connector === connector ? row.objectGuid : []))
          if (objectGuids.length > 0)
            await guarded(() => store.metaverse.synchronise({ connector, objectGuids, rules }))
        }
        await store.pending.wakeForgotten(10)
        const entryIds = await store.pending.exports(100, gate)
        await guarded(() =>
          store.exports.objects({
            entryIds,
            gate,
            write: async pending =>
              new Map(
                pending.map(each => [
                  each.entryId,
                  {
                    result: 'written',
                    operation: each.desiredPresent ? 'update' : 'delete',
                    entraId: each.entraId ?? each.entryId
                  }
                ])
              )
          })
        )
      }
    })
    for (let round = 0; round < 4; round += 1) {
      const changed = (objects: readonly DirectoryChange[], at: number) =>
        objects.map((object, index) =>
          index % 3 === at ? deleted(object) : withAttributes(object, { round: [`${round}`] })
        )
      await guarded(() => forest.report('a', ...changed(accounts, round % 3), team))
      await guarded(() => forest.report('other', ...changed(mailboxes, (round + 1) % 3)))
    }
    await guarded(() => forest.report('a', ...accounts, team))
    await guarded(() => forest.report('other', ...mailboxes))
    isWorking = false
    await Promise.all(synchronising)
    expect(errors).toEqual([])
    await forest.settle()
    await forest.store.pending.wakeForgotten(100)
    await forest.settle()
    const holders = await forest.query<{ n: string }>(
      'select count(*) as n from staged_object where entry_id is not null and joined_by is null group by entry_id having count(*) > 1'
    )
    expect(holders).toEqual([])
    // One whose delete was taken back before it was written keeps in the tenant what it has there.
    const doubled = await forest.query(
      `select o.desired from export_object o left join export_state s using (entry_id)
       where desired_present and object_type = 'user' and not exists (
         select from claimed_value c where c.entry_id = o.entry_id and c.attribute = 'userPrincipalName'
           and c.value = lower(o.desired ->> 'userPrincipalName'))
       and o.desired ->> 'userPrincipalName' is distinct from s.exported ->> 'userPrincipalName'`
    )
    expect(doubled).toEqual([])
    const unowned = await forest.query(
      `select from claimed_value c join export_object o using (entry_id)
       where not o.desired_present or lower(o.desired ->> c.attribute) is distinct from c.value`
    )
    expect(unowned).toEqual([])
    const forgotten = await forest.query(
      'select from awaited_value a where not exists (select from claimed_value c where c.value = a.value and c.attribute = a.attribute)'
    )
    expect(forgotten).toEqual([])
    const alone = await forest.query(
      `select s.dn, s.revision, s.join_keys, p.deleted, p.entry_id, p.join_keys as its, p.problem from staged_object s
       left join staged_object p on 'sid>' || p.object_sid = any(s.join_keys)
       where s.problem ->> 'code' = 'linked-mailbox-without-account'`
    )
    expect(alone).toEqual([])
  }, 60_000)
})

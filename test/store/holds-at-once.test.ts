import type { Store } from '@opendirsync/store'
import { describe, expect, it } from 'vitest'
import { exportAll, gateOf, stage, synchronise } from './fixtures.ts'
import { deleted, holdsForEachTest, idsOf, onlyDeletes, people } from './hold-fixture.ts'

const fixture = holdsForEachTest()

describe('two exporters at once', () => {
  it('let pass no more than the threshold, whatever each of them sees first', async () => {
    await using other = await fixture.another()
    const staff = people(40)
    await fixture.through(staff)
    const { changed } = await stage(fixture.store(), staff.map(deleted))
    let written = 0
    const exporting = async (from: Store, entryIds: readonly string[]) => {
      await from.exports.objects({
        entryIds,
        gate: gateOf(15),
        write: async pending => {
          written += pending.length
          return new Map(
            pending.map(each => [
              each.entryId,
              { result: 'written', operation: 'delete', entraId: each.entraId ?? '' }
            ])
          )
        }
      })
    }
    // The wave is synchronised in small messages, while both export what they are told of.
    for (let from = 0; from < changed.length; from += 4) {
      const entryIds = await synchronise(fixture.store(), changed.slice(from, from + 4))
      await Promise.all([exporting(fixture.store(), entryIds), exporting(other, entryIds.toReversed())])
    }
    const waiting = await fixture.store().pending.exports(100, gateOf(15))
    await Promise.all([exporting(fixture.store(), waiting), exporting(other, waiting)])
    expect(written).toBe(0)
    expect(await fixture.holdsIn('held')).toHaveLength(40)
  })

  it('count what passes together, delete by delete', async () => {
    await using other = await fixture.another()
    const staff = people(30)
    await fixture.through(staff)
    const messages: (readonly string[])[] = []
    for (let from = 0; from < staff.length; from += 5) {
      messages.push((await stage(fixture.store(), staff.slice(from, from + 5).map(deleted))).changed)
    }
    const operations = await Promise.all(
      messages.map(async (changed, turn) => {
        const own = turn % 2 === 0 ? fixture.store() : other
        return exportAll(own, await synchronise(own, changed), gateOf(12))
      })
    )
    const sent = operations.flat().length + (await fixture.exportPending(gateOf(12))).length
    expect(sent).toBeLessThanOrEqual(12)
    expect((await fixture.holdsIn('held')).length).toBe(30 - sent)
  })

  it('send what was approved and nothing else after one has died in the middle', async () => {
    const staff = people(6)
    await fixture.through(staff)
    await fixture.through(staff.map(deleted), gateOf(2))
    const approved = (await fixture.decide('approve', idsOf(await fixture.holdsIn('held')).slice(0, 2)))
      .entryIds
    const all = (await fixture.holdsIn('held')).map(({ entryId }) => entryId).concat(approved)
    const seen: string[] = []
    const dying = fixture.store().exports.objects({
      entryIds: all,
      gate: gateOf(2),
      write: async pending => {
        seen.push(...pending.map(({ entryId }) => entryId))
        throw new Error('dead')
      }
    })
    await expect(dying).rejects.toThrow('dead')
    expect(new Set(seen)).toEqual(new Set(approved))
    expect(await exportAll(fixture.store(), all, gateOf(2))).toEqual(onlyDeletes(2))
    expect(await fixture.holdsIn('held')).toHaveLength(4)
  })
})

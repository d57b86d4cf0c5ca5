import { queues as definitions } from '@opendirsync/contracts'
import { messagesOf } from '@opendirsync/queue'
import { waitFor } from '@opendirsync/testing'
import { describe, it } from 'vitest'
import { gate, group, user } from '../store/fixtures.ts'
import { type ExporterFixture, serversForFile } from './exporter-fixture.ts'

const servers = serversForFile()

/** The tenant does not let one object be changed, and says nothing of why. */
async function stick(exporter: ExporterFixture, displayName: string): Promise<void> {
  const entry = [
    ...exporter.emulator.state.live.user.values(),
    ...exporter.emulator.state.live.group.values()
  ].find(each => each.properties.displayName === displayName)
  exporter.emulator.faults.add({
    target: 'item',
    method: 'PATCH',
    pathContains: entry?.id ?? '?',
    status: 423
  })
}

const count = (exporter: ExporterFixture, department: string) =>
  [...exporter.emulator.state.live.user.values()].filter(each => each.properties.department === department)
    .length

const struck = (exporter: ExporterFixture) => exporter.emulator.faults.toJSON()[0]?.struck ?? 0

const of = (department: string) => ({ displayName: [`Of ${department}`], department: [department] })

describe('an object that cannot be written for long', () => {
  it('does not keep a sweep from finding the others', async () => {
    await using exporter = await servers.open()
    const [stuck, other] = [user('Stuck'), user('Other')]
    await exporter.publish('single', { entryIds: [...(await exporter.desire(stuck, other))] })
    await using _consumer = exporter.consume()
    await exporter.quiet('single')
    await stick(exporter, 'Stuck')
    await exporter.desire({ ...stuck, attributes: { displayName: ['Stuck'], department: ['A'] } })
    await using _sweep = exporter.queues.sweep(definitions.exportPending, {
      everyMs: 500,
      partition: 'bulk',
      pending: async () =>
        messagesOf(await exporter.store.pending.exports(5_000, gate), entryIds => ({ entryIds }))
    })
    await waitFor(() => struck(exporter) > 0, { describe: 'the first try' })
    // Nobody says so: only a sweep can find it.
    await exporter.desire({ ...other, attributes: { displayName: ['Other'], department: ['B'] } })
    await waitFor(() => count(exporter, 'B') === 1, { timeoutMs: 10_000, describe: 'the other one' })
  })

  it('is in few messages, however often there is news of it', { timeout: 90_000 }, async () => {
    await using exporter = await servers.open()
    const stuck = user('Stuck')
    const [stuckId = ''] = await exporter.desire(stuck)
    await exporter.publish('single', { entryIds: [stuckId] })
    await using _consumer = exporter.consume()
    await exporter.quiet('single')
    await stick(exporter, 'Stuck')
    await exporter.desire({ ...stuck, attributes: { displayName: ['Stuck'], department: ['A'] } })
    for (let round = 0; round < 12; round += 1) {
      const [other = ''] = await exporter.desire(user(`Other ${round}`, { attributes: of(`R${round}`) }))
      await exporter.publish('single', { entryIds: [stuckId, other] })
      await waitFor(() => count(exporter, `R${round}`) === 1, { describe: 'the other one' })
    }
    await waitFor(async () => (await exporter.messages('single')) <= 2, { describe: 'few messages' })
    exporter.emulator.faults.clear()
    await waitFor(() => count(exporter, 'A') === 1, { timeoutMs: 20_000, describe: 'the stuck one' })
    await exporter.quiet('single')
  })

  it('does not keep references of other objects back', async () => {
    await using exporter = await servers.open()
    const people = Array.from({ length: 110 }, (_each, place) => user(`Member ${place}`))
    const guids = people.map(({ objectGuid }) => objectGuid)
    const [first, second] = [group('First', []), group('Second', [])]
    const entryIds = [...(await exporter.desire(...people, first, second))]
    await using _consumer = exporter.consume({ claimAtOnce: 10 })
    await exporter.publish('bulk', { entryIds })
    await exporter.quiet('bulk')
    const names = new Map([
      [await exporter.entryOf(first), 'First'],
      [await exporter.entryOf(second), 'Second']
    ])
    // References are taken in the order of the entries.
    const [stuckId, freeId] = [...names.keys()].sort()
    await stick(exporter, names.get(stuckId ?? '') ?? '')
    const links = [{ attribute: 'member' as const, added: guids, removed: [] }]
    await exporter.desire({ ...first, links }, { ...second, links })
    await exporter.publish('bulk', { entryIds: [stuckId ?? '', freeId ?? ''] })
    const free = [...exporter.emulator.state.live.group.values()].find(
      each => each.properties.displayName === names.get(freeId ?? '')
    )
    await waitFor(() => exporter.emulator.state.members.targetsOf(free?.id ?? '').size === 110, {
      timeoutMs: 20_000,
      describe: 'the members of the other group'
    })
  })
})

it('a leaver who was held in a bulk message, and put off there, is disabled in the urgent lane', async () => {
  await using exporter = await servers.open()
  const [leaver, other] = [user('Leaver'), user('Other')]
  const entryIds = [...(await exporter.desire(leaver, other))]
  await using _consumer = exporter.consume()
  await exporter.publish('bulk', { entryIds })
  await exporter.quiet('bulk')
  const becomes = (department: string, more = {}) =>
    exporter.desire(
      { ...leaver, attributes: { displayName: ['Leaver'], department: [department], ...more } },
      { ...other, attributes: { displayName: ['Other'], department: [department] } }
    )
  await becomes('A')
  const { live } = exporter.emulator.state
  const entraId = [...live.user.values()].find(each => each.properties.displayName === 'Leaver')?.id ?? ''
  exporter.emulator.faults.add({ target: 'item', pathContains: entraId, status: 503, times: 5 })
  await exporter.publish('bulk', { entryIds })
  await waitFor(() => struck(exporter) > 0, { describe: 'the first try' })
  await becomes('A', { disabled: ['yes'] })
  await exporter.publish('urgent', { entryIds: [await exporter.entryOf(leaver)] })
  await waitFor(() => live.user.get(entraId)?.properties.accountEnabled === false, {
    timeoutMs: 9_000,
    describe: 'the account to be disabled'
  })
})

import { type SambaDomain, type System, startSambaDomain, startSystem } from '@opendirsync/testing'
import { afterAll, beforeAll, it } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'

let domain: SambaDomain
let system: System
let directory: Directory

beforeAll(async () => {
  domain = await startSambaDomain()
  system = await startSystem({ domain })
  directory = await Directory.open(domain)
})
afterAll(async () => {
  await directory[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
  await domain[Symbol.asyncDispose]()
})

async function arrives(name: string): Promise<void> {
  const people = await Promise.all([1, 2, 3].map(number => directory.addUser(`${name} ${number}`)))
  await directory.addGroup(`${name} group`, people)
  await agreement(domain, system.emulator.graph, 40_000)
  await system.emulator.clearFaults()
}

it('waits when Graph throttles single writes, and goes on', async () => {
  await system.emulator.addFault({ target: 'item', status: 429, retryAfterSeconds: 0.5, times: 6 })
  await arrives('Throttled')
})

it('waits when Graph throttles whole batches', async () => {
  await system.emulator.addFault({ pathContains: '$batch', status: 429, retryAfterSeconds: 0.5, times: 3 })
  await arrives('Throttled batch')
})

it('goes on after an outage of Graph', async () => {
  await system.emulator.addFault({ pathContains: '$batch', status: 503, times: 2 })
  await arrives('Outage')
})

it('creates nobody twice when the answers to creations are lost', async () => {
  await system.emulator.addFault({ pathContains: '$batch', drop: true, carriedOut: true, times: 2 })
  // Agreement also means that nobody is in the tenant who is not in the domain.
  await arrives('Lost answer')
})

it('asks again when Graph does not find an object that it has', async () => {
  const dn = await directory.addUser('Not found', { title: 'Before' })
  await agreement(domain, system.emulator.graph)
  await system.emulator.addFault({ target: 'item', method: 'PATCH', status: 404, times: 1 })
  await directory.set(dn, 'title', 'After')
  await agreement(domain, system.emulator.graph, 40_000)
  await system.emulator.clearFaults()
})

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { arrive, changed, connect, link, newGroup, newUser } from './tenant.ts'

/** Microsoft's metadata, reduced to what we use. It is not part of this repository. */
const contract = join(import.meta.dirname, '../../../shared/contract/graph-contract.json')

interface Item {
  readonly method: string
  readonly url: string
  readonly body?: Record<string, unknown>
}

let emulator: EntraEmulator
const batches: string[] = []
const platformFetch = globalThis.fetch

beforeAll(async () => {
  emulator = await startEntraEmulator()
  globalThis.fetch = (input, init) => {
    if (typeof init?.body === 'string') batches.push(init.body)
    return platformFetch(input, init)
  }
})
afterAll(async () => {
  globalThis.fetch = platformFetch
  await emulator[Symbol.asyncDispose]()
})

it.skipIf(!existsSync(contract))('what is sent is what Graph lets an application send', async () => {
  await sendEverything()
  const document = JSON.parse(readFileSync(contract, 'utf8'))
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(document, 'graph')
  const schemaOf = (name: string): ValidateFunction =>
    ajv.compile({ $ref: `graph#/components/schemas/${name}` })

  const seen = new Set<string>()
  const batch = schemaOf('batch.request')
  for (const sent of batches) {
    const envelope: { requests: Item[] } = JSON.parse(sent)
    expect(batch(envelope), JSON.stringify(batch.errors)).toBe(true)
    for (const item of envelope.requests) {
      const name = schemaNameOf(item)
      if (name === undefined) continue
      const validate = schemaOf(name)
      // An upsert carries the required properties of a creation.
      expect(validate(item.body), `${item.method} ${item.url}: ${JSON.stringify(validate.errors)}`).toBe(true)
      seen.add(name)
    }
  }
  expect([...seen].sort()).toEqual([
    'ReferenceCreate',
    'sync.group.create',
    'sync.group.update',
    'sync.user.create',
    'sync.user.update'
  ])
})

async function sendEverything(): Promise<void> {
  const entra = connect(emulator)
  const everything = {
    givenName: 'Anna',
    surname: 'Berg',
    mail: 'anna@contoso.com',
    usageLocation: 'DE',
    businessPhones: ['+49 1'],
    city: null,
    faxNumber: null
  }
  const anna = newUser('anna', everything)
  const bert = newUser('bert')
  const cleo = newUser('cleo')
  const sales = newGroup('sales')
  const ids = await arrive(entra, [anna, bert, cleo, sales])
  const id = (name: string): string => ids.get(name) ?? ''
  await entra.writeObjects([
    changed(anna, id('anna'), { givenName: null, businessPhones: [], department: 'Sales' }),
    changed(sales, id('sales'), { description: 'Sales', displayName: 'All of sales' })
  ])
  await arrive(entra, [anna, sales])
  const links = [
    link(ids, 'manager', 'add', ['anna', 'bert']),
    link(ids, 'member', 'add', ['sales', 'anna']),
    link(ids, 'member', 'add', ['sales', 'bert'])
  ]
  await entra.writeLinks(links)
  await entra.writeLinks([...links, link(ids, 'member', 'add', ['sales', 'cleo'])])
}

function schemaNameOf({ method, url, body }: Item): string | undefined {
  if (body === undefined) return undefined
  if (url.endsWith('/$ref')) return 'ReferenceCreate'
  if (url === '/users') return 'sync.user.create'
  if (url.startsWith('/groups(')) return 'sync.group.create'
  if (method === 'PATCH') return url.startsWith('/users/') ? 'sync.user.update' : 'sync.group.update'
  return undefined
}

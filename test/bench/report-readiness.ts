// A program: works out the readiness of everything that is staged in a database, and writes the report to nowhere. Prints
// one line of JSON.

import { findingsCsv } from '@opendirsync/readiness'
import { defaultRules } from '@opendirsync/rules'
import { type FoundFinding, openStore, type Store } from '@opendirsync/store'
import { inspectorFor } from '../../services/transform/src/readiness-checks.ts'
import { peakRssMiB } from './peak-memory.ts'

const inspector = inspectorFor({
  verifiedDomains: new Set(['example.com']),
  signInAttribute: 'userPrincipalName'
})
await using store = await openStore({ url: process.env.POSTGRES_URL ?? '' })
const startedAt = performance.now()
while (await store.readiness.refresh({ rules: defaultRules, inspector, facts: 'bench', limit: 1_000 }));
let findings = 0
let characters = 0
for await (const text of findingsCsv(counted(allFindings(store)))) characters += text.length
const seconds = (performance.now() - startedAt) / 1_000
if (characters === 0) throw new Error('the report is empty')
const objects = await store.readiness.objects()
console.log(JSON.stringify({ objects, findings, seconds, peakRssMiB: await peakRssMiB('self') }))

async function* allFindings({ readiness }: Store): AsyncGenerator<FoundFinding> {
  let after: string | undefined
  do {
    const page = await readiness.findings({}, { limit: 1_000, ...(after !== undefined && { after }) })
    yield* page.items
    after = page.next
  } while (after !== undefined)
}

async function* counted<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    findings += 1
    yield item
  }
}

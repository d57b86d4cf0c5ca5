// A program: writes users to a tenant as the exporter does, groups of them at the same time, each user created and then
// changed. What to write and where comes as JSON in the variable EXPORTER. Prints how many groups had to come again.

import type { PendingExport } from '@opendirsync/contracts'
import { connectEntra, type EntraOptions } from '@opendirsync/entra'
import { connectWriteBudget, type WriteBudgetOptions } from '@opendirsync/write-budget'
import { changed, newUser } from '../entra/tenant.ts'

export interface ExporterTask {
  readonly entra: Omit<EntraOptions, 'mode' | 'budget'>
  readonly budget: Omit<WriteBudgetOptions, 'log'>
  /** Sign-in names begin with it. */
  readonly name: string
  readonly users: number
}

/** Groups in hand at once, and users in one: what the exporter has without configuration. */
const concurrency = 4
const usersInGroup = 50

const {
  entra: entraOptions,
  budget: budgetOptions,
  name,
  users
}: ExporterTask = JSON.parse(process.env.EXPORTER ?? '')
const log = { info() {}, warn: (_: object, message: string) => console.error(message) }
await using budget = connectWriteBudget({ ...budgetOptions, log })
const entra = connectEntra({ ...entraOptions, mode: 'export', budget })

const groups: PendingExport[][] = []
for (let number = 0; number < users; number += usersInGroup) {
  const size = Math.min(usersInGroup, users - number)
  groups.push(Array.from({ length: size }, (_, position) => newUser(`${name}${number + position}`)))
}
let calls = 0

/**
 * Until the tenant has all of them; the ids of those that are new.
 * @throws Error when it refuses one
 */
async function arrive(group: readonly PendingExport[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (let left = group; left.length > 0; calls += 1) {
    const outcomes = await entra.writeObjects(left, 'bulk')
    for (const [entryId, outcome] of outcomes) {
      if (outcome.result === 'refused') throw new Error(`${entryId}: ${outcome.problem.message}`)
      if (outcome.result === 'written' && outcome.entraId !== undefined) ids.set(entryId, outcome.entraId)
    }
    left = left.filter(({ entryId }) => outcomes.get(entryId)?.result === 'later')
  }
  return ids
}

async function consume(): Promise<void> {
  for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
    const ids = await arrive(group)
    const moved = group.map(user => changed(user, ids.get(user.entryId) ?? '', { department: 'Moved' }))
    await arrive(moved)
  }
}

const enough = groups.length * 2
await Promise.all(Array.from({ length: concurrency }, consume))
console.log(JSON.stringify({ again: calls - enough }))

import type { Run } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { RuleSet } from '@opendirsync/rules'
import type { Store } from '@opendirsync/store'
import type { FastifyBaseLogger } from 'fastify'
import { wakeImporter } from '../wake-importer.ts'
import { type NewAttributes, newAttributes } from './new-attributes.ts'

export interface RequestedImport extends NewAttributes {
  readonly runId: Run['id']
}

interface Parts {
  readonly store: Pick<Store, 'connectors' | 'runs'>
  readonly queues: Queues
  readonly log: FastifyBaseLogger
}

/** Full imports of the connectors that have never been asked for what the rules read now. */
export async function requestImports(
  rules: Pick<RuleSet, 'sourceAttributes'>,
  { store, queues, log }: Parts
): Promise<RequestedImport[]> {
  const requested: RequestedImport[] = []
  for (const { connector, attributes } of await newAttributes(store, rules)) {
    const run = await store.runs.request({
      connector,
      mode: 'full',
      trigger: 'recovery',
      reason: `The rules read attributes that were not imported before: ${attributes.join(', ')}.`
    })
    await wakeImporter(queues, run, log)
    requested.push({ connector, attributes, runId: run.id })
  }
  return requested
}

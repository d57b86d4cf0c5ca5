import { dirSync } from '@opendirsync/active-directory'
import type { Cookie, ImportMode } from '@opendirsync/contracts'
import { withSpan } from '@opendirsync/runtime'
import { publishAllStaged } from '../publish-staged.ts'
import type { RunRecord } from '../run-record.ts'
import { importPage } from './import-page.ts'
import type { DirectoryImporter, Source } from './importer.ts'

export interface PagesInput {
  readonly mode: ImportMode
  /** Undefined: from the start. */
  readonly from: Cookie | undefined
  readonly attributes: readonly string[]
  readonly run: RunRecord
  readonly signal: AbortSignal
  /** With a scope, who is in it is known only at the end of a page. */
  readonly hasScope: boolean
  /** The longest silence of the controller while an entry is awaited, in milliseconds. */
  readonly silenceMs: number
  /** Of a full import. */
  readonly generation?: number
  /** A full import while delta imports go on: their news stands against what this one has read earlier. */
  readonly beside?: boolean
  readonly acceptVanished?: boolean
}

/** Imports page after page to the last one. Each page is a span, under which its messages travel. */
export async function importPages(
  importer: DirectoryImporter,
  source: Source,
  input: PagesInput
): Promise<void> {
  const { connector, store, queues, log } = importer
  const { mode, run, signal } = input
  const { namingContext } = source
  const steps = dirSync(source.connection, {
    namingContext,
    attributes: input.attributes,
    everything: mode === 'full',
    objectSecurity: importer.objectSecurity,
    timeoutMs: input.silenceMs,
    ...(input.from !== undefined && { cookie: input.from })
  })
  let expected = input.from
  for (let more = true; more; ) {
    more = await withSpan('import page', { connector, runId: run.id, mode }, async () => {
      // The clock is read before the page is asked for, which the first step does.
      const readSince = input.beside === true ? await store.connectorSpace.time() : undefined
      const page = {
        connector,
        namingContext,
        mode,
        runId: run.id,
        expected,
        ...(input.generation !== undefined && {
          generation: input.generation,
          server: source.rootDse.dnsHostName
        }),
        ...(readSince !== undefined && { readSince })
      }
      const ended = await importPage(importer, source, { ...input, steps, page })
      if (ended.leftForTheEnd) await publishAllStaged(queues, store, { connector, runId: run.id })
      if (ended.reported > 0) {
        log.info(
          { connector, runId: run.id, mode, reported: ended.reported, staged: ended.staged },
          'imported a page'
        )
      }
      signal.throwIfAborted()
      expected = ended.cookie
      return ended.more
    })
  }
}

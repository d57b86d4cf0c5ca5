import type { ObjectGuid } from '@opendirsync/contracts'
import { type CsvFinding, type CsvMapping, readCsv } from '@opendirsync/csv-directory'
import type { Queues } from '@opendirsync/queue'
import type { RulesOfRevision } from '@opendirsync/rules'
import { type Logger, withSpan } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import { attributesRead } from '../attributes-read.ts'
import { publishAllStaged, publishStaged } from '../publish-staged.ts'
import type { RunRecord } from '../run-record.ts'

export interface CsvImporter {
  readonly connector: string
  readonly mapping: CsvMapping
  readonly store: Store
  readonly queues: Queues
  readonly log: Logger
  /** The rules in force. */
  readonly rules: () => Promise<RulesOfRevision>
}

export interface CsvFile {
  readonly name: string
  /** Kept as the cookie: the same file is not imported again. */
  readonly identity: string
  open(): AsyncIterable<Uint8Array>
}

export interface CsvImportInput {
  readonly file: CsvFile
  readonly run: RunRecord
  /** Counts and finds, and keeps nothing. */
  readonly preview: boolean
  readonly acceptVanished: boolean
  /** Undoes everything when it is aborted. */
  readonly signal: AbortSignal
}

/** A file as its connector's naming context: one place for its cookie and its lock. */
export function namingContextOf(connector: string): string {
  return `csv:${connector}`
}

/** So many findings are kept of one file; nobody reads more, and the others are only counted. */
const findingsKept = 10_000

/**
 * One file from its first line to its last, in one transaction: who is not in it any more has vanished. Unless there
 * are lines that nobody can be recognised in: one of them may be whoever seems to be missing.
 *
 * @throws CsvFileError when the file as a whole cannot be used
 * @throws SetupError('source-shrunken') when too many would vanish
 */
export async function importCsv(importer: CsvImporter, input: CsvImportInput): Promise<void> {
  const { connector, store, queues, log } = importer
  const { run, preview } = input
  const key = { connector, namingContext: namingContextOf(connector) }
  const scope = (await store.connectors.get(connector))?.scope
  const { sourceAttributes } = (await importer.rules()).rules
  const attributes = attributesRead(sourceAttributes, scope)
  const { generation } = await store.connectorSpace.beginFullImport(key, attributes)
  try {
    const page = { ...key, mode: 'full' as const, runId: run.id, expected: undefined, generation, preview }
    await withSpan('import page', { connector, runId: run.id, mode: 'full' }, async () => {
      const result = await store.connectorSpace.stagePage(page, (stage, keep) =>
        stageFile(importer, input, { attributes, stage, keep })
      )
      await countStaged(run, result)
      if (preview) return
      if (scope !== undefined) await publishAllStaged(queues, store, { connector, runId: run.id })
      else await publishStaged(queues, { connector, runId: run.id }, result.changed)
    })
    log.info({ connector, runId: run.id, file: input.file.name, preview, ...run.counted }, 'imported a file')
  } finally {
    // A file is read again from its start; nothing goes on in the middle of one.
    await store.connectorSpace.dropFullImport(key)
  }
}

/** The lines were counted as they were read. */
async function countStaged(
  run: RunRecord,
  { changed, deleted }: { readonly changed: readonly ObjectGuid[]; readonly deleted: number }
): Promise<void> {
  const staged = changed.length
  const unchanged = Math.max(0, run.counted.reported - staged + deleted)
  await run.count({ reported: 0, staged, unchanged, deleted }, { page: true })
}

type Work = Parameters<Store['connectorSpace']['stagePage']>[1]

async function stageFile(
  { connector, mapping }: CsvImporter,
  { file, run, acceptVanished, signal }: CsvImportInput,
  {
    attributes,
    stage,
    keep
  }: { attributes: readonly string[]; stage: Parameters<Work>[0]; keep: Parameters<Work>[1] }
): Promise<Awaited<ReturnType<Work>>> {
  const findings = new Findings(run)
  let unidentified = 0
  for await (const step of readCsv(connector, file.open(), mapping, attributes)) {
    signal.throwIfAborted()
    if (step.kind === 'changes') {
      await stage(step.changes)
      await run.count({ reported: step.changes.length, staged: 0, unchanged: 0, deleted: 0 }, { page: false })
    } else if (step.kind === 'findings') {
      await findings.add(step.findings)
      await keep(step.findings.flatMap(finding => finding.objectGuid ?? []))
    } else unidentified = step.unidentified
  }
  if (unidentified > 0) await findings.add([nobodyDeleted(unidentified)])
  return {
    to: { cookie: Buffer.from(file.identity), server: file.name, invocationId: undefined },
    more: false,
    replacesCookie: true,
    acceptVanished,
    deletesNothing: unidentified > 0
  }
}

function nobodyDeleted(lines: number): CsvFinding {
  return {
    line: 1,
    code: 'nobody-deleted',
    severity: 'warning',
    message: `${lines} lines do not tell whom they are about, so nobody was taken for gone. Correct them, and hand the file in again.`
  }
}

class Findings {
  readonly #run: RunRecord
  #kept = 0

  constructor(run: RunRecord) {
    this.#run = run
  }

  async add(findings: readonly CsvFinding[]): Promise<void> {
    const room = findings.slice(0, Math.max(0, findingsKept - this.#kept))
    this.#kept += room.length
    await this.#run.find(room, findings.length - room.length)
  }
}

import { PermanentError } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows, transact } from './database.ts'

export interface CsvUploads {
  /**
   * Keeps a file until an importer has read it. It is kept in parts, so neither side ever holds it whole.
   *
   * @throws PermanentError when it is larger than `maxBytes`; nothing of it is kept then.
   */
  keep(
    upload: { connector: string; fileName: string; maxBytes: number },
    content: AsyncIterable<Uint8Array>
  ): Promise<{ id: string; bytes: number }>
  /** @throws PermanentError when it was forgotten meanwhile: what is left of it is not the file. */
  read(id: string): AsyncGenerator<Uint8Array, void>
  fileName(id: string): Promise<string | undefined>
  forget(id: string): Promise<void>
  /** Forgets those of a connector that no run waits for or reads, and that are older than this. */
  forgetUnused(connector: string, olderThanSeconds: number): Promise<void>
}

const partBytes = 1024 * 1024

export function csvUploads(database: Database): CsvUploads {
  return {
    keep: (upload, content) =>
      transact(database, async trx => {
        const { rows: begun } = await sql<{ id: string }>`
            insert into csv_upload (connector, file_name) values (${upload.connector}, ${upload.fileName})
            returning id`.execute(trx)
        const id = begun[0]?.id
        if (id === undefined) throw new Error('the database returned no row for an insert')
        let bytes = 0
        let part = 0
        for await (const chunk of inParts(content)) {
          bytes += chunk.length
          if (bytes > upload.maxBytes) {
            throw new PermanentError(
              `The file is larger than ${upload.maxBytes} bytes. Put it into the folder that the importer watches instead.`
            )
          }
          await sql`insert into csv_upload_part (upload_id, part, content)
              values (${id}, ${part++}, ${Buffer.from(chunk)})`.execute(trx)
        }
        await sql`update csv_upload set bytes = ${bytes}, uploaded_at = clock_timestamp() where id = ${id}`.execute(
          trx
        )
        return { id, bytes }
      }),

    async *read(id) {
      let bytesRead = 0
      for (let part = 0; ; part++) {
        const [row] = await rows(
          sql<{
            content: Buffer
          }>`select content from csv_upload_part where upload_id = ${id} and part = ${part}`,
          database
        )
        if (row === undefined) break
        bytesRead += row.content.length
        yield row.content
      }
      const [whole] = await rows(
        sql<{ bytes: number }>`select bytes from csv_upload where id = ${id}`,
        database
      )
      if (whole?.bytes !== bytesRead) {
        throw new PermanentError('The file was taken away while it was being read. Hand it in again.')
      }
    },

    async fileName(id) {
      const [row] = await rows(
        sql<{ fileName: string }>`select file_name as "fileName" from csv_upload where id = ${id}`,
        database
      )
      return row?.fileName
    },

    async forget(id) {
      await rows(sql`delete from csv_upload where id = ${id}`, database)
    },

    async forgetUnused(connector, olderThanSeconds) {
      await rows(
        sql`delete from csv_upload u where connector = ${connector}
              and uploaded_at < clock_timestamp() - make_interval(secs => ${olderThanSeconds})
              and not exists (select from run r where r.upload_id = u.id and r.state in ('queued', 'running'))`,
        database
      )
    }
  }
}

async function* inParts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of content) {
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes < partBytes) continue
    yield Buffer.concat(waiting)
    waiting = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(waiting)
}

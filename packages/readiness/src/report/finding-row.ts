import type { Finding, ObjectGuid } from '@opendirsync/contracts'

/** A finding with the object that it is about: a row of a report. In JSON it is written as it is. */
export interface FindingRow {
  readonly connector: string
  readonly objectGuid: ObjectGuid
  readonly dn: string
  readonly objectClass: string
  readonly finding: Finding
}

export type FindingRows = AsyncIterable<FindingRow> | Iterable<FindingRow>

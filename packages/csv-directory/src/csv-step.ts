import type { DirectoryChange, ObjectGuid } from '@opendirsync/contracts'

/** What is wrong with one line of a file, for the person who wrote the file. */
export interface CsvFinding {
  /** The line of the file at which the record begins, as an editor counts: the first is 1. */
  readonly line: number
  /** Stable, kebab-case; the README lists them. */
  readonly code: string
  /** `error`: the line is not used. `warning`: it is used all the same. */
  readonly severity: 'error' | 'warning'
  /** The heading of the column that causes it, as the file has it. */
  readonly column?: string
  /** What is wrong and what to do. May hold the value itself, shortened. */
  readonly message: string
  /** With an error: the object that the line stands for. It is in the directory still, and keeps what it has. */
  readonly objectGuid?: ObjectGuid
}

export interface CsvEnd {
  readonly kind: 'end'
  /** Records below the header; lines without any value are not counted. */
  readonly lines: number
  /** Lines that gave a change. */
  readonly used: number
  /** Different objects that the file names, by lines that were used or by lines that were not. */
  readonly identified: number
  /**
   * Lines that may stand for objects which nobody can tell. Above zero, what is missing from the file may
   * be in one of them, so nothing may be deleted for being missing.
   */
  readonly unidentified: number
}

export type CsvStep =
  /** At most 500. */
  | { readonly kind: 'changes'; readonly changes: readonly DirectoryChange[] }
  /** At most 500. Those of one line may come after the changes of later lines. */
  | { readonly kind: 'findings'; readonly findings: readonly CsvFinding[] }
  | CsvEnd

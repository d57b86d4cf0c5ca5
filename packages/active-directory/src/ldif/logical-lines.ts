import { LdifError } from './change-record.ts'

/** A line as it was before it was folded. An empty one parts records. */
export interface LogicalLine {
  /** Where it begins, counted from 1. */
  readonly number: number
  readonly text: string
}

/**
 * Unfolds lines and leaves comments out (RFC 2849, notes 1 and 2), however the text is cut into chunks.
 *
 * @throws LdifError when the text begins with a continuation
 */
export async function* logicalLines(
  chunks: AsyncIterable<string> | Iterable<string>
): AsyncGenerator<LogicalLine, void> {
  let waiting: LogicalLine | undefined
  let number = 0
  for await (const text of physicalLines(chunks)) {
    number++
    if (text.startsWith(' ')) {
      if (waiting === undefined || waiting.text === '') {
        throw new LdifError(
          number,
          'it continues a line (it begins with a space), but there is none above it.'
        )
      }
      waiting = { number: waiting.number, text: waiting.text + text.slice(1) }
      continue
    }
    if (waiting !== undefined && !waiting.text.startsWith('#')) yield waiting
    waiting = { number, text }
  }
  if (waiting !== undefined && !waiting.text.startsWith('#')) yield waiting
}

async function* physicalLines(
  chunks: AsyncIterable<string> | Iterable<string>
): AsyncGenerator<string, void> {
  let rest = ''
  let isFirst = true
  for await (const chunk of chunks) {
    // Editors of Windows put a byte order mark before the text.
    const lines = (rest + (isFirst ? chunk.replace(/^\ufeff/, '') : chunk)).split('\n')
    isFirst &&= chunk === ''
    rest = lines.pop() ?? ''
    for (const line of lines) yield withoutReturn(line)
  }
  if (rest !== '') yield withoutReturn(rest)
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

import type { MalformedCode } from '../text/record-reader.ts'

/**
 * @param fields how many the line has
 * @param columns how many the header has
 */
export function malformedMessage(code: MalformedCode, fields: number, columns: number): string {
  switch (code) {
    case 'wrong-column-count':
      return `The line has ${counted(fields)}, the header has ${columns}. Put a value that holds the delimiter or a line break in double quotes.`
    case 'unterminated-quote':
      return 'A double quote is opened in this line and never closed. Close it; a double quote within a value is written twice.'
    case 'misplaced-quote':
      return 'A double quote stands within a value. Put the whole value in double quotes, with nothing before or after them, and write the one within it twice.'
    case 'line-too-long':
      return 'The line is far too long to be one record. Is a line break missing?'
  }
}

function counted(fields: number): string {
  return fields === 1 ? '1 value' : `${fields} values`
}

/**
 * Whether a value of several lines has a line within that would be a record by itself. The quote that holds the value
 * together may then be a mistake, and those lines other people. Prose has a space behind each comma.
 *
 * @param columns how many values a record has; with one or two nothing can be told
 */
export function holdsRecords(value: string, delimiter: string, columns: number): boolean {
  if (columns < 3) return false
  const within = value.split(/\r\n|\r|\n/).slice(1, -1)
  return within.some(line => {
    const fields = line.split(delimiter)
    return fields.length === columns && fields.every(field => !/^\s/.test(field))
  })
}

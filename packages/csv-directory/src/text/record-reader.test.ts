import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvRecord, maxRecordCharacters, RecordReader } from './record-reader.ts'

describe('RecordReader', () => {
  const cases: [name: string, text: string, expected: string[]][] = [
    ['reads lines with each kind of end', 'a,b\nc,d\r\ne,f\rg,h', ['1 a|b', '2 c|d', '3 e|f', '4 g|h']],
    ['takes quotes off', '"a","b"\n', ['1 a|b']],
    ['keeps delimiters and doubled quotes in quotes', '"a,""x""",b\n', ['1 a,"x"|b']],
    ['keeps empty values', ',b\na,\n"",b', ['1 |b', '2 a|', '3 |b']],
    ['keeps spaces', ' a , b ', ['1  a | b ']],
    ['counts the lines of a value with line breaks', '"a\n1\r\n2",b\nc,d', ['1 a\n1\r\n2|b +', '4 c|d']],
    ['passes over what is empty', '\n , \n,\n\na,b\n\n', ['5 a|b']],
    ['reports too few', 'a\nb,c', ['1 wrong-column-count a', '2 b|c']],
    ['reports too many', 'a,b,c\nb,c', ['1 wrong-column-count a|b|c', '2 b|c']],
    ['reports a quote within a value', 'a "x",b\nc,d', ['1 misplaced-quote ', '2 c|d']],
    ['reports text behind a quote', 'a,"b"c\nc,d', ['1 misplaced-quote a', '2 c|d']],
    [
      'reads on after a quote that is never closed',
      'a,"b\nc,d\ne,f',
      ['1 unterminated-quote a', '2 c|d', '3 e|f']
    ],
    [
      'reads on after a quote that the next one closes',
      'a,"b\nc,"d"\ne,f',
      ['1 unterminated-quote a', '2 c|d', '3 e|f']
    ],
    [
      'cannot tell a value over several lines from a quote that a later line closes',
      'a,"b\nc,d\ne,"\nf,g',
      ['1 a|b\nc,d\ne, +', '4 f|g']
    ],
    [
      'reads the lines again when their number of values shows it',
      'a,b,"c\nd,e\nf",g\nh,i',
      ['1 wrong-column-count a|b|c\nd,e\nf|g', '2 d|e', '3 misplaced-quote ', '4 h|i']
    ]
  ]
  it.each(cases)('%s', (_name, text, expected) => {
    expect(read(text).map(shown)).toEqual(expected)
  })

  it('gives the same whatever the pieces are', () => {
    fc.assert(
      fc.property(hostileText, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 }), (text, sizes) => {
        expect(read(text, { sizes })).toEqual(read(text))
      })
    )
  })

  it('gives back the values of any records, however they were quoted', () => {
    fc.assert(
      fc.property(encodedRecords(fc.string({ unit: 'binary' })), ({ delimiter, columns, records, text }) => {
        const given = read(text, { delimiter, columns }).map(({ fields }) => fields)
        expect(given).toEqual(records.filter(record => record.some(value => value.trim() !== '')))
      })
    )
  })

  it('agrees with csv-parse on what is well-formed', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const others = readByCsvParse(text)
        fc.pre(others?.every(record => record.length === others[0]?.length) === true)
        const given = read(text, { columns: others?.[0]?.length ?? 1 })
        expect(given.map(({ fields }) => fields)).toEqual(others)
      }),
      { numRuns: 500 }
    )
  })

  it('loses no good line to a bad one', () => {
    const good = fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 20 })
    const bad = fc.constantFrom('x,"y', 'x"y,z', '"x', 'x', 'x,y,z', '"x"y,z', 'x,""y')
    fc.assert(
      fc.property(good, bad, fc.nat(), (records, badLine, place) => {
        const lines = records.map(record => record.join(','))
        const at = place % (lines.length + 1)
        const given = read(lines.toSpliced(at, 0, badLine).join('\r\n'))
        expect(given.filter(({ kind }) => kind === 'record').map(({ fields }) => fields)).toEqual(records)
        expect(given.filter(({ kind }) => kind === 'malformed')).toMatchObject([{ line: at + 1 }])
      })
    )
  })

  it('gives up a line that is too long to be one, and keeps none of it', () => {
    const reader = new RecordReader({ delimiter: ',', columns: 2, firstLine: 1 })
    const given: CsvRecord[] = []
    for (let length = 0; length < 3 * maxRecordCharacters; length += 65_536) {
      given.push(...reader.push('x'.repeat(65_536)))
    }
    given.push(...reader.push('\na,b\n'), ...reader.end())
    expect(given.map(shown)).toEqual(['1 line-too-long ', '2 a|b'])
  })

  it('gives up a quote that is open for too long', () => {
    const filler = 'c,d\n'.repeat(maxRecordCharacters / 4)
    const given = read(`a,"b\n${filler}`)
    expect(given.slice(0, 3).map(shown)).toEqual(['1 unterminated-quote a', '2 c|d', '3 c|d'])
    expect(given).toHaveLength(1 + maxRecordCharacters / 4)
  })

  it('is not slowed down by quotes in every line', () => {
    for (const line of ['"', '",', ',"', ',","', '"a', 'x,"""', '""', '"""', 'a,"b']) {
      const started = performance.now()
      const given = read(`${line}\n`.repeat(100_000))
      expect(given.length).toBeLessThanOrEqual(100_000)
      expect(performance.now() - started, line).toBeLessThan(5_000)
    }
  })
})

const word = fc.stringMatching(/^[a-z]{1,5}$/)

/** Every sign that means something, much oftener than in real files. */
const hostileText = fc.string({
  unit: fc.constantFrom('a', 'é', ' ', '"', '"', ',', ';', '\n', '\r', '\r\n')
})

/** Records beside the text that encodes them: RFC 4180, quotes where they are needed and where they are not. */
function encodedRecords(value: fc.Arbitrary<string>) {
  return fc
    .record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      columns: fc.integer({ min: 1, max: 5 }),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r')
    })
    .chain(({ delimiter, columns, lineEnd }) => {
      const cell = fc.tuple(value, fc.boolean())
      const cells = fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 10 })
      return fc.tuple(cells, fc.boolean()).map(([rows, endsInLineEnd]) => {
        const encoded = rows.map(row =>
          row
            .map(([text, wantsQuotes]) =>
              wantsQuotes || /["\r\n,;\t|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
            )
            .join(delimiter)
        )
        const records = rows.map(row => row.map(([text]) => text))
        return { delimiter, columns, records, text: encoded.join(lineEnd) + (endsInLineEnd ? lineEnd : '') }
      })
    })
}

interface Reading {
  readonly delimiter?: string
  readonly columns?: number
  /** The sizes of the pieces, over and over; nothing: all at once. */
  readonly sizes?: readonly number[]
}

function read(text: string, { delimiter = ',', columns = 2, sizes = [65_536] }: Reading = {}): CsvRecord[] {
  const reader = new RecordReader({ delimiter, columns, firstLine: 1 })
  const records: CsvRecord[] = []
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    for (const record of reader.push(text.slice(at, at + size))) records.push(record)
    at += size
  }
  return [...records, ...reader.end()]
}

function shown(record: CsvRecord): string {
  const fields = record.fields.join('|')
  if (record.kind === 'malformed') return `${record.line} ${record.code} ${fields}`
  return `${record.line} ${fields}${record.spansLines ? ' +' : ''}`
}

function readByCsvParse(text: string): string[][] | undefined {
  try {
    const records = parse(text, { record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true })
    return records.filter(record => record.some(value => value.trim() !== ''))
  } catch {
    return undefined
  }
}

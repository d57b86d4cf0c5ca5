import { SetupError } from '@opendirsync/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CsvFileError } from './csv-file-error.ts'
import { encodings } from './csv-mapping.ts'
import { readCsv } from './read-csv.ts'
import { bytes, collect, known } from './test-reading.ts'

const signs = fc.string({
  unit: fc.constantFrom('1', 'x', 'é', ' ', '"', ',', ';', '\n', '\r\n', '\r', '\0', '\ufffd', 'yes'),
  maxLength: 200
})

describe('any file', () => {
  const files = fc.oneof(
    fc.uint8Array({ maxLength: 500 }),
    signs.map(text => Buffer.from(text)),
    signs.map(text => Buffer.from(`ID,sn,Active,Manager\n${text}`)),
    fc
      .tuple(signs, fc.uint8Array({ maxLength: 50 }))
      .map(([text, tail]) => Buffer.concat([Buffer.from(`ID;street\n${text}`), tail]))
  )
  const mappings = fc.record({
    anchorColumn: fc.constantFrom('ID', 'x'),
    encoding: fc.constantFrom(...encodings)
  })

  it('is read to its end, or refused with an error that says what to do', async () => {
    await fc.assert(
      fc.asyncProperty(files, mappings, async (file, mapping) => {
        const reading = await collect(file, mapping).catch((error: unknown) => error)
        if (reading instanceof CsvFileError || reading instanceof SetupError) return
        if (reading instanceof Error) throw reading
        const { changes, findings, end } = reading as Awaited<ReturnType<typeof collect>>
        const guids = new Set(changes.map(change => change.objectGuid))
        const unused = new Set(
          findings.filter(({ severity }) => severity === 'error').map(({ line }) => line)
        )
        expect(guids.size).toBe(changes.length)
        expect(end).toMatchObject({ used: changes.length, lines: changes.length + unused.size })
        const kept = findings.flatMap(
          ({ severity, objectGuid }) => (severity === 'error' && objectGuid) || []
        )
        expect(end?.identified).toBe(new Set([...guids, ...kept]).size)
      }),
      { numRuns: 500 }
    )
  })

  it('gives back the names that were written into it', async () => {
    const name = fc
      .string({ unit: 'grapheme', maxLength: 30 })
      .filter(text => text === text.trim() && !/[\p{Cc}\ufffd]|^#/u.test(text) && text.length <= 64)
    const people = fc.uniqueArray(fc.tuple(fc.integer({ min: 1 }), name, name), { selector: ([id]) => id })
    await fc.assert(
      fc.asyncProperty(people, fc.constantFrom(',', ';', '\t', '|'), async (rows, delimiter) => {
        const lines = rows.map(row =>
          row.map(value => `"${String(value).replaceAll('"', '""')}"`).join(delimiter)
        )
        const { changes } = await collect([`ID${delimiter}sn${delimiter}title`, ...lines].join('\r\n'))
        const read = changes.map(({ attributes }) => [
          Number(attributes.sAMAccountName?.[0]),
          attributes.sn?.[0] ?? '',
          attributes.title?.[0] ?? ''
        ])
        expect(read).toEqual(rows)
      })
    )
  })

  it('of 100,000 people takes seconds and little memory', async () => {
    async function* source() {
      yield Buffer.from('ID,First name,Surname,E-mail,Job title,City,Active,Manager\n')
      for (let at = 0; at < 100_000; at += 100) {
        const lines = Array.from({ length: 100 }, (_, index) => person(at + index))
        yield Buffer.from(lines.join(''))
      }
    }
    const started = performance.now()
    const before = process.memoryUsage()
    let most = 0
    let people = 0
    for await (const step of readCsv('hr', source(), { anchorColumn: 'ID' }, known)) {
      if (step.kind === 'changes') people += step.changes.length
      if (people % 10_000 < 500) most = Math.max(most, process.memoryUsage().heapUsed)
    }
    expect(people).toBe(100_000)
    expect((most - before.heapUsed) / 2 ** 20).toBeLessThan(150)
    expect(performance.now() - started).toBeLessThan(30_000)
  })

  it('that comes in one piece is cut', async () => {
    const file = `ID,sn\n${Array.from({ length: 20_000 }, (_, at) => `${at},Doe\n`).join('')}`
    const kinds = new Set<string>()
    for await (const step of readCsv('hr', bytes(file), { anchorColumn: 'ID' }, known)) {
      kinds.add(step.kind)
      if (step.kind === 'changes') expect(step.changes.length).toBeLessThanOrEqual(500)
    }
    expect([...kinds]).toEqual(['changes', 'end'])
  })
})

function person(at: number): string {
  return `E${at},First ${at},"Last, ${at}",p${at}@contoso.example,Engineer,Town,true,E${Math.floor(at / 8)}\n`
}

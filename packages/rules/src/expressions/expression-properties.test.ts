import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compileExpression } from './expression.ts'
import { ExpressionError } from './fault.ts'
import { functions } from './functions/all.ts'
import { limits } from './limits.ts'
import type { SourceValue } from './values.ts'

const pieces = [
  ...functions.map(({ name }) => `${name}(`),
  ...'( ) , [a] [b] [c] " "" \\ & && || ! = <> < > <= >= + - * / % %Domain.FQDN% &HFF 0 1 7 99 True NULL'.split(
    ' '
  ),
  ...[
    '"x"',
    '"yyyy"',
    '"(a+)+$"',
    '"a:b"',
    'IgnoreThisFlow',
    'AuthoritativeNull',
    ' ',
    '.',
    '?',
    ':',
    '$i',
    '[',
    ']'
  ]
]

const anything = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map(parts => parts.join(''))
)

/** Calls that are whole: as many arguments as the function takes, some of them calls again. */
const call = fc.letrec<{ argument: string; call: string }>(tie => ({
  argument: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      '[a]',
      '[b]',
      '[c]',
      '"x"',
      '""',
      '3',
      '-1',
      '0',
      'True',
      'NULL',
      '"2030-12-31"',
      '"d"',
      '"a:b"',
      ''
    ),
    tie('call')
  ),
  call: fc.constantFrom(...functions).chain(({ name, parameters }) =>
    fc
      .array(tie('argument'), {
        minLength: Math.max(0, parameters.length - 2),
        maxLength: parameters.length
      })
      .map(given => `${name}(${given.join(', ')})`)
  )
})).call

const sourceValue: fc.Arbitrary<SourceValue> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('12', 'TRUE', '2030-01-01', '')), {
    maxLength: 5
  }),
  fc.constantFrom<SourceValue>(null, undefined, true, false, 5, Number.NaN, 1e300, { part: 'x' }, [
    'x'.repeat(100_000)
  ])
)

it('no text makes compiling throw', () => {
  fc.assert(
    fc.property(anything, text => {
      const compiled = compileExpression(text)
      if ('ok' in compiled) return
      expect(compiled.fault.message).not.toBe('')
      expect(compiled.fault.offset).toBeGreaterThanOrEqual(0)
      expect(compiled.fault.offset).toBeLessThanOrEqual(text.length)
    }),
    { numRuns: 3_000 }
  )
})

it('no values make it throw anything but its own error, and what it gives is bounded', () => {
  let evaluated = 0
  fc.assert(
    fc.property(call, sourceValue, sourceValue, sourceValue, (text, a, b, c) => {
      const compiled = compileExpression(text)
      if ('fault' in compiled) return
      try {
        const result = compiled.ok.evaluate(name => ({ a, b, c, dn: a })[name])
        evaluated += 1
        const size = Array.isArray(result) ? result.join('').length : String(result).length
        expect(size).toBeLessThanOrEqual(limits.value)
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError)
      }
    }),
    { numRuns: 5_000 }
  )
  expect(evaluated).toBeGreaterThan(500)
})

it('reads only the attributes that it declares', () => {
  fc.assert(
    fc.property(call, text => {
      const compiled = compileExpression(text)
      if ('fault' in compiled) return
      const { sources, evaluate } = compiled.ok
      try {
        evaluate(name => {
          expect(sources).toContain(name)
          return ['x']
        })
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError)
      }
    }),
    { numRuns: 1_000 }
  )
})

it('a pattern that would take for ever elsewhere takes no time', () => {
  const compiled = compileExpression('Replace([a], , "(a+)+b", , "", , )')
  if ('fault' in compiled) throw new Error(compiled.fault.message)
  expect(compiled.ok.evaluate(() => ['a'.repeat(20_000)])).toHaveLength(20_000)
})

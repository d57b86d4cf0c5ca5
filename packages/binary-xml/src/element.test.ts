import { expect, it } from 'vitest'
import {
  attribute,
  attributeIn,
  element,
  elementAt,
  elementsBelow,
  elementsIn,
  isNil,
  namespace,
  textAt,
  textIn
} from './element.ts'
import type { Element } from './model.ts'
import { readDocument } from './read.ts'

const nil = attribute('i', 'nil', { type: 'true' })
const document = element('root', [
  element('one', [
    { kind: 'text', value: { type: 'chars', value: 'a' } },
    { kind: 'text', value: { type: 'one' } }
  ]),
  element('nothing', [], { attributes: [namespace('i', 'http://www.w3.org/2001/XMLSchema-instance'), nil] }),
  element('deep', [element('one', { type: 'int8', value: 5 }, { prefix: 'b' })])
])

it('elements are found by name and by path', () => {
  expect(elementsIn(document)).toHaveLength(3)
  expect(elementsIn(document, 'one')).toHaveLength(1)
  expect(textAt(document, 'deep/one')).toBe('5')
  expect(elementAt(document, 'deep/two/one')).toBeUndefined()
  expect([...elementsBelow(document, 'one')].map(textIn)).toEqual(['a1', '5'])
})

it('an element without a value has no text', () => {
  expect(textAt(document, 'nothing')).toBeUndefined()
  expect(textAt(document, 'deep')).toBe('')
  expect([...elementsBelow(document, 'nothing')].map(isNil)).toEqual([true])
  expect(attributeIn(document, 'nil')).toBeUndefined()
})

it('the elements of an array are found like any others', () => {
  const array: Element = readDocument(Buffer.from('40017803400161018d020500000007000000' + '01', 'hex'))
  expect(elementsIn(array, 'a').map(textIn)).toEqual(['5', '7'])
})

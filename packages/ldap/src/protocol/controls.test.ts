import { describe, expect, it } from 'vitest'
import { integer, octetString, sequence } from '../ber/write.ts'
import { MalformedMessageError } from '../errors.ts'
import { controlReader, encodeControl, pagedControl, readPagedCookie } from './controls.ts'

const answer = (value: Uint8Array) => [{ ...pagedControl(1, new Uint8Array()), value }]

describe('encodeControl', () => {
  it('leaves out what is the default', () => {
    expect(encodeControl({ oid: '1.2', critical: false }).toString('hex')).toBe('3005' + '0403312e32')
  })

  it('writes criticality and value', () => {
    const bytes = encodeControl({ oid: '1.2', critical: true, value: Uint8Array.of(7) })
    expect(bytes.toString('hex')).toBe('300b' + '0403312e32' + '0101ff' + '040107')
  })
})

describe('paging', () => {
  it('asks for a page', () => {
    const { value } = pagedControl(500, Uint8Array.of(7))
    expect(Buffer.from(value ?? []).toString('hex')).toBe('3007' + '020201f4' + '040107')
  })

  it('ends with an empty cookie, or without the control', () => {
    const read = (cookie: string) => readPagedCookie(answer(sequence(integer(0), octetString(cookie))))
    expect(read('next')).toEqual(Uint8Array.from(Buffer.from('next')))
    expect(read('')).toBeUndefined()
    expect(readPagedCookie([])).toBeUndefined()
  })

  it('refuses a value that is none', () => {
    expect(() => readPagedCookie(answer(octetString('x')))).toThrow(MalformedMessageError)
    expect(() => readPagedCookie(answer(sequence(octetString('x'))))).toThrow(MalformedMessageError)
  })
})

it('passes over a control without value', () => {
  expect(controlReader([{ oid: '1.2', critical: false }], '1.2')).toBeUndefined()
})

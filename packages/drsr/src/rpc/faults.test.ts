import { describe, expect, it } from 'vitest'
import { faultError } from './faults.ts'

const call = { server: 'dc1:49152', name: 'IDL_DRSBind' }

describe('a fault', () => {
  const cases = [
    { code: 0x00000005, signInUnproven: true, error: { code: 'ad-credentials' } },
    { code: 0x00000005, signInUnproven: false, error: { code: 'ad-permissions' } },
    { code: 0x00000721, signInUnproven: false, error: { code: 'ad-credentials' } },
    { code: 0x1c01000b, signInUnproven: true, error: { code: 'ad-credentials' } },
    { code: 0x1c01000b, signInUnproven: false, error: { name: 'PermanentError' } },
    { code: 0x1c010002, signInUnproven: true, error: { name: 'PermanentError' } },
    { code: 0x1c010003, signInUnproven: false, error: { name: 'PermanentError' } },
    { code: 0x000006f7, signInUnproven: false, error: { name: 'PermanentError' } },
    { code: 0x1c00001a, signInUnproven: false, error: { name: 'UnavailableError' } },
    { code: 0x000006bb, signInUnproven: false, error: { name: 'UnavailableError' } },
    { code: 0x0badf00d, signInUnproven: false, error: { name: 'UnavailableError' } }
  ]
  it.each(cases)('$code, with sign-in unproven: $signInUnproven', ({ code, signInUnproven, error }) => {
    const meaning = faultError({ ...call, signInUnproven }, code)
    expect(meaning).toMatchObject(error)
    expect(meaning.message).toContain('dc1:49152 answered IDL_DRSBind with fault 0x')
  })
})

import { describe, expect, it } from 'vitest'
import { createLogger } from './logger.ts'
import { Secret } from './secret.ts'

describe('createLogger', () => {
  it('writes one JSON line and cuts credentials out at every depth', () => {
    const lines: string[] = []
    const log = createLogger({ name: 'test', destination: { write: line => void lines.push(line) } })
    log.info(
      {
        password: 'hidden',
        headers: { authorization: 'hidden', 'x-api-key': 'hidden' },
        config: { graph: { clientSecret: 'hidden' } },
        wrapped: new Secret('hidden'),
        runId: 'r1'
      },
      'message'
    )
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('hidden')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      name: 'test',
      runId: 'r1',
      msg: 'message'
    })
  })
})

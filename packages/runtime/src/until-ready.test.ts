import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { createHealth } from './health.ts'
import { createLogger } from './logger.ts'
import { untilReady } from './until-ready.ts'

function recorder() {
  const lines: { level: string; msg: string }[] = []
  const log = createLogger({
    name: 'test',
    destination: { write: line => void lines.push(JSON.parse(line)) }
  })
  return { lines, log }
}

const quick = { firstDelayMs: 1, longestDelayMs: 2 }

describe('untilReady', () => {
  it('says each distinct message once, waits, and goes on when the cause is gone', async () => {
    const { lines, log } = recorder()
    const health = createHealth()
    const faults = [
      new UnavailableError('directory', 'no answer'),
      new UnavailableError('directory', 'no answer'),
      new SetupError('password', 'wrong password'),
      new UnavailableError('directory', 'no answer')
    ]
    const seen: boolean[] = []
    const result = await untilReady(
      log,
      'directory',
      async () => {
        seen.push((await health.read()).ready)
        const fault = faults.shift()
        if (fault !== undefined) throw fault
        return 'connected'
      },
      { ...quick, health }
    )
    expect(result).toBe('connected')
    expect(lines.map(line => [line.level, line.msg])).toEqual([
      ['warn', 'no answer'],
      ['warn', 'wrong password'],
      ['info', 'directory is ready']
    ])
    expect(seen).toEqual([true, false, false, false, false])
    expect((await health.read()).ready).toBe(true)
  })

  it('says it again when nothing has changed for long enough', async () => {
    const { lines, log } = recorder()
    let attempts = 0
    await untilReady(
      log,
      'x',
      () => {
        attempts += 1
        if (attempts < 4) throw new UnavailableError('x', 'no answer')
      },
      { ...quick, sayAgainMs: 0 }
    )
    expect(lines.filter(line => line.msg === 'no answer')).toHaveLength(3)
  })

  it('throws anything else on', async () => {
    const attempt = () => Promise.reject(new TypeError('a programming error'))
    await expect(untilReady(recorder().log, 'x', attempt)).rejects.toThrow(TypeError)
  })

  it('ends when it is told to stop', async () => {
    const attempt = () => Promise.reject(new UnavailableError('x', 'no answer'))
    const options = { signal: AbortSignal.timeout(10), firstDelayMs: 60_000, longestDelayMs: 60_000 }
    await expect(untilReady(recorder().log, 'x', attempt, options)).rejects.toThrow(/abort/i)
  })
})

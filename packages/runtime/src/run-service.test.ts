import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'

const service = `
import { Type } from 'typebox'
import { SetupError } from '@opendirsync/contracts'
import { commonVariables, runService, secret } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}

const schema = Type.Object({ ...commonVariables, PASSWORD: secret({ description: 'The password' }) })
await runService('sample', schema, async ({ config, log, untilStopped }) => {
  if (config.PASSWORD.reveal() === 'wrong') throw new SetupError('password', 'The password is wrong. Set PASSWORD.')
  await using thing = { async [Symbol.asyncDispose]() { log.info('thing closed') } }
  await untilStopped()
})
`

function run(environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--input-type=module-typescript', '--eval', service], {
    cwd: import.meta.dirname,
    env: { ...environment, PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe']
  })
}

async function ended(child: ChildProcess) {
  if (child.stdout === null || child.stderr === null) throw new Error('no output to read')
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit')
  ])
  return {
    code,
    errors,
    lines: output
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  }
}

describe('runService', () => {
  it('starts, and at SIGTERM closes what it opened and ends with 0', async () => {
    const child = run({ PASSWORD: 'right' })
    child.stdout?.once('data', () => child.kill('SIGTERM'))
    const { code, errors, lines } = await ended(child)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(lines.map(line => line.msg)).toEqual(['started', 'stopping', 'thing closed', 'stopped'])
  })

  const cases: [name: string, environment: Record<string, string>, message: RegExp][] = [
    ['a missing variable', {}, /^The configuration is not usable\. PASSWORD is missing/],
    ['a fault of the set-up', { PASSWORD: 'wrong' }, /^The password is wrong\. Set PASSWORD\.$/]
  ]
  it.each(cases)('ends with 1 and one line at %s', async (_name, environment, message) => {
    const { code, errors, lines } = await ended(run(environment))
    expect({ code, errors }).toEqual({ code: 1, errors: '' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 'fatal', msg: expect.stringMatching(message) })
    expect(lines[0]).not.toHaveProperty('err')
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { Type } from 'typebox'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigurationError, loadConfig } from './configuration.ts'
import { Secret } from './secret.ts'
import {
  booleanVariable,
  commonVariables,
  integerVariable,
  listVariable,
  POSTGRES_URL,
  portVariable,
  secret,
  urlVariable
} from './variables.ts'

const folder = mkdtempSync(join(tmpdir(), 'configuration-'))
afterAll(() => rmSync(folder, { recursive: true }))

const schema = Type.Object({
  ...commonVariables,
  POSTGRES_URL,
  PASSWORD: secret({ description: 'The password of the service account', minLength: 3 }),
  PORT: portVariable({ description: 'Where it listens' }),
  BASE_URL: urlVariable({ description: 'Where it is', default: 'https://example.test' }),
  CONCURRENCY: integerVariable({ description: 'How many at once', minimum: 1, maximum: 64, default: 4 }),
  STAGING: booleanVariable({ description: 'Write nothing', default: false }),
  NAMES: listVariable({ description: 'Names', default: [] }),
  NOTE: Type.Optional(Type.String())
})
const enough = { POSTGRES_URL: 'postgres://u:hidden-a@h/d', PASSWORD: 'hidden-b', PORT: '8080' }

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(schema, environment)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return (error as ConfigurationError).problems
  }
}

describe('loadConfig', () => {
  it('coerces, takes defaults and leaves out what is optional and absent', () => {
    const config = loadConfig(schema, {
      ...enough,
      STAGING: 'yes',
      NAMES: ' a, b,,c ',
      UNKNOWN: 'x',
      NOTE: ''
    })
    expect(config).toMatchObject({
      PORT: 8080,
      CONCURRENCY: 4,
      STAGING: true,
      NAMES: ['a', 'b', 'c'],
      BASE_URL: 'https://example.test',
      LOG_LEVEL: 'info'
    })
    expect(Object.keys(config)).not.toContain('NOTE')
    expect(Object.keys(config)).not.toContain('UNKNOWN')
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.NAMES)).toBe(true)
  })

  it('keeps secrets from every way of printing', () => {
    const config = loadConfig(schema, enough)
    expect(config.PASSWORD).toBeInstanceOf(Secret)
    expect(config.PASSWORD.reveal()).toBe('hidden-b')
    const printed = [JSON.stringify(config), inspect(config, { showHidden: true }), String(config.PASSWORD)]
    for (const text of printed) expect(text).not.toContain('hidden')
  })

  it('reads a secret from a file and cuts the newline at its end', () => {
    const path = join(folder, 'password')
    writeFileSync(path, ' from file \n')
    const config = loadConfig(schema, { ...enough, PASSWORD: '', PASSWORD_FILE: path })
    expect(config.PASSWORD.reveal()).toBe(' from file ')
  })

  it('a secret that is replaced in its file has its new value when that is asked for', () => {
    const path = join(folder, 'rotated')
    writeFileSync(path, 'first')
    const { PASSWORD } = loadConfig(schema, { ...enough, PASSWORD: '', PASSWORD_FILE: path })
    writeFileSync(path, 'second\n')
    expect(PASSWORD.reveal()).toBe('first')
    expect(PASSWORD.revealNewest()).toBe('second')
    writeFileSync(path, '')
    expect(PASSWORD.revealNewest()).toBe('second')
    rmSync(path)
    expect(PASSWORD.revealNewest()).toBe('second')
    expect(loadConfig(schema, enough).PASSWORD.revealNewest()).toBe('hidden-b')
  })

  it('names every bad and missing variable at once', () => {
    const problems = problemsOf({ PORT: '70000', LOG_LEVEL: 'loud' })
    expect(problems.map(problem => problem.split(' ')[0])).toEqual([
      'LOG_LEVEL',
      'POSTGRES_URL',
      'PASSWORD',
      'PORT'
    ])
  })

  const cases: [name: string, environment: Record<string, string>, message: string][] = [
    [
      'a missing number',
      { PORT: '' },
      'PORT is missing: expected a whole number from 0 to 65535 (Where it listens).'
    ],
    [
      'a number that is none',
      { PORT: 'hidden' },
      'PORT is not a whole number from 0 to 65535 (Where it listens).'
    ],
    [
      'a fraction',
      { CONCURRENCY: '1.5' },
      'CONCURRENCY is not a whole number from 1 to 64 (How many at once).'
    ],
    ['a boolean that is none', { STAGING: 'hidden' }, 'STAGING is not true or false (Write nothing).'],
    [
      'a scheme that is not meant',
      { BASE_URL: 'hidden://x' },
      'BASE_URL is not an address that begins with https:// (Where it is).'
    ],
    [
      'a database of another kind',
      { POSTGRES_URL: 'mysql://u:hidden@h/d' },
      'POSTGRES_URL is not an address that begins with postgres:// or postgresql:// (The PostgreSQL database: postgres://user:password@host:5432/database).'
    ],
    [
      'a choice that is none',
      { LOG_LEVEL: 'hidden' },
      'LOG_LEVEL is not one of trace, debug, info, warn, error, fatal, silent (The least important log lines that are written).'
    ],
    [
      'a secret that is too short',
      { PASSWORD: 'xy' },
      'PASSWORD is not at least 3 characters long (The password of the service account).'
    ],
    [
      'a secret twice',
      { PASSWORD_FILE: '/nowhere' },
      'PASSWORD and PASSWORD_FILE are both set; remove one of them (The password of the service account).'
    ],
    [
      'a file that is not there',
      { PASSWORD: '', PASSWORD_FILE: '/nowhere/at/all' },
      'PASSWORD_FILE names a file that cannot be read (ENOENT) (The password of the service account).'
    ]
  ]
  it.each(cases)('says what is wrong with %s, and prints no value', (_name, environment, message) => {
    const problems = problemsOf({ ...enough, ...environment })
    expect(problems).toEqual([message])
    expect(problems.join()).not.toContain('hidden')
  })
})

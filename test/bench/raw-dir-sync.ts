import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { controlOid, importedClasses } from '@opendirsync/active-directory'
import type { Cookie } from '@opendirsync/contracts'
import type { SambaDomain } from '@opendirsync/testing'
import { findProgram } from '../../packages/testing/src/processes/find-program.ts'
import { requestedAttributes } from './dir-sync-request.ts'

export interface Reading {
  readonly objects: number
  readonly seconds: number
}

/** 0x80000000, incremental values, as the 32 bits that it is. */
const dirSyncFlags = -0x8000_0000
const mostBytes = 2 * 1024 * 1024

/**
 * OpenLDAP's own client doing the DirSync read that the importer does (filter, attributes, controls), its output going
 * to a file: everything, or what has changed since the cookie. From the start of its process to its end; it starts in a
 * few milliseconds.
 *
 * @throws Error when it fails
 */
export async function rawDirSync(domain: SambaDomain, folder: string, cookie?: Cookie): Promise<Reading> {
  const program = findProgram('ldapsearch', 'ldap-utils')
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, domain.password, { mode: 0o600 })
  const path = join(folder, 'raw.ldif')
  await using output = await open(path, 'w')
  const startedAt = performance.now()
  const child = spawn(program, argumentsFor(domain, passwordFile, cookie), {
    stdio: ['ignore', output.fd, 'pipe'],
    env: { LDAPTLS_CACERT: domain.caFile }
  })
  const complaint = child.stderr?.toArray() ?? []
  const [code] = await once(child, 'close')
  const seconds = (performance.now() - startedAt) / 1_000
  if (code !== 0)
    throw new Error(`ldapsearch ended with ${code}: ${Buffer.concat(await complaint).toString()}`)
  return { objects: await entriesIn(path), seconds }
}

function argumentsFor(domain: SambaDomain, passwordFile: string, cookie: Cookie | undefined): string[] {
  const position = cookie === undefined ? '' : `/${Buffer.from(cookie).toString('base64')}`
  const controls = [
    `!dirSync=${dirSyncFlags}/${mostBytes}${position}`,
    '!extendedDn=1',
    '!showDeleted',
    controlOid.showRecycled
  ]
  return [
    ...['-LLL', '-x', '-o', 'ldif-wrap=no'],
    ...['-H', domain.url, '-D', domain.bindDn, '-y', passwordFile],
    ...['-b', domain.baseDn, '-s', 'sub'],
    ...controls.flatMap(control => ['-E', control]),
    importedClasses,
    ...requestedAttributes
  ]
}

async function entriesIn(path: string): Promise<number> {
  let entries = 0
  for await (const line of createInterface({ input: createReadStream(path) }))
    if (/^dn:/.test(line)) entries += 1
  return entries
}

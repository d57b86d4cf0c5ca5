import { mkdtempSync, rmSync } from 'node:fs'
import { appendFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PermanentError } from '@opendirsync/contracts'
import { afterAll, describe, expect, it } from 'vitest'
import { newestFile } from './newest-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'newest-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function read(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString()
}

async function written(name: string, secondsAgo: number): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, name)
  const at = Date.now() / 1_000 - secondsAgo
  await utimes(path, at, at)
  return path
}

describe('the newest file of a folder', () => {
  it('is the one that was changed last, and is read whole', async () => {
    await Promise.all([written('old.csv', 60), written('new.csv', 30), written('other.txt', 0)])
    const file = await newestFile(folder)
    expect(file).toMatchObject({ name: 'new.csv', isSettled: true })
    expect(await read(file?.open() ?? (async function* () {})())).toBe('new.csv')
  })

  it('is not used when it is gone before it was read', async () => {
    const path = await written('gone.csv', 20)
    const file = await newestFile(folder)
    await rm(path)
    await expect(read(file?.open() ?? (async function* () {})())).rejects.toThrow(PermanentError)
  })

  it('is not used when it is written to while it is being read', async () => {
    const path = await written('growing.csv', 10)
    const chunks = (await newestFile(folder))?.open()[Symbol.asyncIterator]()
    expect((await chunks?.next())?.done).toBe(false)
    await appendFile(path, 'more')
    await expect(chunks?.next()).rejects.toThrow('written to while it was being read')
  })
})

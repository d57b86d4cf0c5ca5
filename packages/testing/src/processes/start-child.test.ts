import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { waitFor } from '../wait-for.ts'
import { startChild } from './start-child.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'
import { whileRunning } from './while-running.ts'

const shell = (script: string) => ({ name: 'a shell', command: '/bin/sh', args: ['-c', script] })

it('stops a process, and kills one that does not want to', async () => {
  await using polite = await startChild(shell('sleep 60'))
  expect(await polite.stop()).toEqual({ code: null, signal: 'SIGTERM' })

  await using stubborn = await startChild(shell('trap "" TERM; echo here; while :; do sleep 1; done'))
  await waitFor(() => stubborn.stdout.all()[0])
  expect(await stubborn.stop(50)).toEqual({ code: null, signal: 'SIGKILL' })
  expect(stubborn.running).toBe(false)
})

it('says why a program cannot be started', async () => {
  await expect(startChild({ ...shell(''), cwd: '/nowhere' })).rejects.toThrow('a shell cannot be started')
})

it('does not wait for a process that has ended, and tells its last words', async () => {
  await using child = await startChild(shell('echo no such table >&2; exit 3'))
  const never = new Promise<never>(() => {})
  await expect(whileRunning(child, never)).rejects.toThrow(/ended with 3 before it was ready:\nno such table/)
})

const endings = [
  { name: 'when it is killed', signal: 'SIGKILL', foldersToo: false },
  { name: 'when it is asked to stop', signal: 'SIGTERM', foldersToo: true },
  { name: 'when it is interrupted', signal: 'SIGINT', foldersToo: true }
] as const

it.each(endings)('leaves nothing of a program behind $name', async ({ signal, foldersToo }) => {
  const program = `
    const { startChild } = await import(${JSON.stringify(`${import.meta.dirname}/start-child.ts`)})
    const { makeTemporaryFolder } = await import(${JSON.stringify(`${import.meta.dirname}/temporary-folder.ts`)})
    const child = await startChild({ name: 'sleep', command: '/bin/sh', args: ['-c', 'sleep 60'] })
    console.log(JSON.stringify({ pid: child.pid, folder: makeTemporaryFolder('ending').path }))
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
  const { pid, folder } = JSON.parse(line) as { pid: number; folder: string }
  expect(isRunning(pid)).toBe(true)
  const ended = once(parent, 'exit')
  parent.kill(signal)
  await ended
  await waitFor(() => !isRunning(pid), { describe: 'the child to be gone' })
  if (foldersToo) expect(existsSync(folder)).toBe(false)
  await rm(folder, { recursive: true, force: true })
})

it('removes a temporary folder with all that is in it', async () => {
  const folder = makeTemporaryFolder('removal')
  expect(existsSync(folder.path)).toBe(true)
  await folder[Symbol.asyncDispose]()
  expect(existsSync(folder.path)).toBe(false)
})

/** Not a zombie: those wait for a parent to ask how they ended. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

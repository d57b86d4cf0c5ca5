import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { atExit } from './at-exit.ts'
import { collectLines, type Lines } from './collect-lines.ts'

export interface ChildOptions {
  /** For messages: `redis-server`, `samba`, `import`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly uid?: number
  readonly gid?: number
  /** The signal of an orderly stop. SIGTERM unless told otherwise. */
  readonly stopSignal?: NodeJS.Signals
  /** The signal for when this process itself is ending and cannot wait. SIGKILL unless told otherwise. */
  readonly exitSignal?: NodeJS.Signals
}

interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process of its own, in a session of its own: Ctrl-C in the terminal reaches only us, and we stop it in order. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  readonly name: string
  readonly stdout: Lines
  readonly stderr: Lines
  readonly exited: Promise<ChildExit>
  /** True until the process has ended. */
  readonly running: boolean
  /** Asks it to stop, and kills it after `timeoutMs` (10 s). */
  readonly stop: (timeoutMs?: number) => Promise<ChildExit>
  /** SIGKILL to it and all that it started; resolves when it is gone. */
  readonly kill9: () => Promise<ChildExit>
}

/** @throws Error when the program cannot be started. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const process_ = launch(options)
  const exited = new Promise<ChildExit>(resolve =>
    process_.once('close', (code, signal) => resolve({ code, signal }))
  )
  await new Promise<void>((resolve, reject) => {
    process_.once('spawn', resolve)
    process_.once('error', cause =>
      reject(new Error(`${options.name} cannot be started: ${cause.message}`, { cause }))
    )
  })
  return superviseChild(process_, options, exited)
}

function launch(options: ChildOptions): ChildProcess {
  const { command, args } = dyingWithUs(options)
  return spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.env && { env: options.env }),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.uid !== undefined && { uid: options.uid }),
    ...(options.gid !== undefined && { gid: options.gid })
  })
}

const setpriv = '/usr/bin/setpriv'

/** No exit handler runs when we are killed with SIGKILL; then the kernel signals the child (prctl(2), PR_SET_PDEATHSIG). */
function dyingWithUs(options: ChildOptions): { command: string; args: string[] } {
  if (!existsSync(setpriv)) return { command: options.command, args: [...options.args] }
  const signal = (options.exitSignal ?? 'SIGKILL').slice('SIG'.length)
  return { command: setpriv, args: ['--pdeathsig', signal, '--', options.command, ...options.args] }
}

function superviseChild(process_: ChildProcess, options: ChildOptions, exited: Promise<ChildExit>): Child {
  const { pid, stdout, stderr } = process_
  if (pid === undefined || stdout === null || stderr === null)
    throw new Error(`${options.name} did not start`)
  let running = true
  const forget = atExit('processes', () => {
    signalGroup(pid, options.exitSignal ?? 'SIGKILL')
    waitUntilGone(pid)
  })
  process_.once('exit', () => {
    running = false
    forget()
    // What it started and did not stop would live on, and keep its output open.
    signalGroup(pid, 'SIGKILL')
  })

  const kill9 = (): Promise<ChildExit> => {
    if (running) signalGroup(pid, 'SIGKILL')
    return exited
  }
  const stop = async (timeoutMs = 10_000): Promise<ChildExit> => {
    if (running) process_.kill(options.stopSignal ?? 'SIGTERM')
    const timer = setTimeout(() => void kill9(), timeoutMs)
    try {
      return await exited
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    pid,
    name: options.name,
    stdout: collectLines(stdout),
    stderr: collectLines(stderr),
    exited,
    get running() {
      return running
    },
    stop,
    kill9,
    async [Symbol.asyncDispose]() {
      await stop()
    }
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended on its own in the meantime.
  }
}

/** Blocks for at most a second, for exit handlers: a process that still runs would write into the folder we remove. */
function waitUntilGone(pid: number): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let waitedMs = 0; waitedMs < 1000 && isAlive(pid); waitedMs += 5) Atomics.wait(pause, 0, 0, 5)
}

/** A process that has ended stays in the table as a zombie until Node's event loop, which no longer turns, reaps it. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { findProgram } from '../processes/find-program.ts'
import { type Child, startChild } from '../processes/start-child.ts'
import { whileRunning } from '../processes/while-running.ts'
import { waitFor } from '../wait-for.ts'
import type { DomainFiles } from './configuration.ts'

/**
 * How Samba shares its work out: one process for all of it, one for each service with more below it, or one for each
 * connection.
 */
export type ProcessModel = 'single' | 'prefork' | 'standard'

export interface ControllerOptions {
  readonly files: DomainFiles
  readonly host: string
  readonly serverName: string
  readonly processModel: ProcessModel
}

export interface DomainController {
  readonly caFile: string
  pid(): number
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly kill9: () => Promise<void>
  readonly freeze: () => void
  readonly thaw: () => void
}

/** The process that serves a provisioned domain. It can be stopped and started again on the same data. */
export function domainController(options: ControllerOptions): DomainController {
  const { files, host, serverName } = options
  const caFile = join(files.folder, 'private/tls/ca.pem')
  let child: Child | undefined
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    // To the whole group, for the processes of prefork.
    if (child?.running) process.kill(-child.pid, name)
  }
  return {
    caFile,
    pid() {
      if (!child?.running) throw new Error('the domain controller is stopped')
      return child.pid
    },
    async start() {
      if (child?.running) return
      child = await launch(options)
      const ready = waitFor(() => answersLdaps(host, serverName, caFile), {
        timeoutMs: 60_000,
        everyMs: 50,
        describe: `LDAPS on ${host}`
      })
      await whileRunning(child, ready)
    },
    async stop() {
      // A frozen process does not hear SIGTERM.
      signal('SIGCONT')
      await child?.stop()
    },
    async kill9() {
      await child?.kill9()
    },
    freeze() {
      signal('SIGSTOP')
    },
    thaw() {
      signal('SIGCONT')
    }
  }
}

function launch({ files, processModel }: ControllerOptions): Promise<Child> {
  return startChild({
    name: 'samba',
    command: findProgram('samba', 'samba'),
    args: [
      '--interactive',
      `--model=${processModel}`,
      `--configfile=${files.smbConf}`,
      '--debug-stdout',
      '--debuglevel=1'
    ]
  })
}

/** An anonymous simple bind (RFC 4511 section 4.2) with message id 1, and the start of its answer. */
const anonymousBind = Buffer.from('300c020101600702010304008000', 'hex')
const bindSucceeded = Buffer.from('0a0100', 'hex')

/** Over TLS, with its CA and its name, as a client would: the certificate is made only at the first start. */
async function answersLdaps(host: string, servername: string, caFile: string): Promise<boolean> {
  const ca = await readFile(caFile)
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: 636, servername, ca, timeout: 5_000 })
    socket.once('error', reject)
    socket.once('timeout', () => socket.destroy(new Error('no answer within 5 s')))
    socket.once('close', () => resolve(false))
    socket.once('data', answer => {
      resolve(answer.includes(bindSucceeded))
      socket.destroy()
    })
    socket.once('secureConnect', () => socket.write(anonymousBind))
  })
}

import { readFileSync } from 'node:fs'
import { SetupError } from '@opendirsync/contracts'
import type { Logger } from '@opendirsync/runtime'

/** Switches of Node that write memory to a file, or open it to a debugger. */
const revealing =
  /^--(abort-on-uncaught-exception|heapsnapshot-|heap-prof|cpu-prof|inspect|report-|diagnostic-report|experimental-report|trace-event)/

/**
 * Nothing may write this process's memory down: a report, a heap snapshot, a core file.
 *
 * @throws SetupError `password-sync-dumps` when the process was started with a switch that does
 */
export function refuseDumps(
  log: Pick<Logger, 'warn'>,
  options: readonly string[] = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)],
  limits = coreLimit()
): void {
  const found = options.filter(option => revealing.test(option))
  if (found.length > 0) {
    throw new SetupError(
      'password-sync-dumps',
      `Password hashes are in this process's memory, and ${found.map(option => option.split('=')[0]).join(', ')} would show it. Remove that from NODE_OPTIONS and the command line.`
    )
  }
  const { report } = process
  report.reportOnFatalError = false
  report.reportOnSignal = false
  report.reportOnUncaughtException = false
  if (limits !== undefined && limits !== '0')
    log.warn(
      { coreFileSize: limits },
      'a crash may write a core file with password hashes in it: start the service with "ulimit -c 0"'
    )
}

/** The soft limit of a core file's size, as Linux tells it. */
function coreLimit(): string | undefined {
  try {
    return /^Max core file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

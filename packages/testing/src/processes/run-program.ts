import { execFile } from 'node:child_process'

export interface RunOptions {
  readonly cwd?: string
  readonly uid?: number
  readonly gid?: number
}

/**
 * Runs a program to its end and returns its standard output.
 * @throws Error with the end of its standard error, never with its arguments, which may hold a password.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {}
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 * 1024 * 1024, ...options }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else
        reject(new ProgramError(`${program} failed: ${stderr.trim().slice(-2000) || error.code}`, error.code))
    })
  })
}

export class ProgramError extends Error {
  override readonly name = 'ProgramError'
  /** The exit code, or the system's reason that it did not start: `ENOENT`, `EACCES`. */
  readonly code: string | number | undefined | null

  constructor(message: string, code: string | number | undefined | null) {
    super(message)
    this.code = code
  }
}

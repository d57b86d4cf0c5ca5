import { readFile } from 'node:fs/promises'

/** VmHWM in MiB: the largest resident set of the process so far (proc(5)). */
export async function peakRssMiB(pid: number | 'self'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1_024)
}

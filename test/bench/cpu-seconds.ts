import { readFile } from 'node:fs/promises'

/** Linux counts in hundredths of a second here (proc_pid_stat(5), sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100

/** What a process has used of the cores so far, in user and kernel mode together. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

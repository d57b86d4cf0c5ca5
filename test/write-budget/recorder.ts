import type { BudgetLog } from '@opendirsync/write-budget'

export interface Line {
  readonly level: 'info' | 'warn'
  readonly message: string
}

export function recordingLog(): { log: BudgetLog; lines: Line[] } {
  const lines: Line[] = []
  const at = (level: Line['level']) => (_: object, message: string) => void lines.push({ level, message })
  return { log: { info: at('info'), warn: at('warn') }, lines }
}

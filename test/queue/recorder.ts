import type { QueueLog } from '@opendirsync/queue'

export interface Line {
  readonly level: keyof QueueLog
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A log that keeps its lines. */
export function recordingLog(): { readonly log: QueueLog; readonly lines: Line[] } {
  const lines: Line[] = []
  const at = (level: keyof QueueLog) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...fields } })
  }
  return { log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines }
}

/** The part of a logger that this package writes to. pino's fits. */
export interface QueueLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Tells, for each distinct text, whether it is the first time within `periodMs`. */
export function oncePer(periodMs: number): (text: string) => boolean {
  const last = new Map<string, number>()
  return text => {
    const now = performance.now()
    for (const [known, at] of last) if (now - at >= periodMs) last.delete(known)
    if (last.has(text)) return false
    last.set(text, now)
    return true
  }
}

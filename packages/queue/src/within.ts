/** Waits for the end of `work`, good or bad, but no longer than `timeoutMs`. */
export async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, timeoutMs)
  const ended = work.then(
    () => {},
    () => {}
  )
  await Promise.race([ended, late])
  clearTimeout(timer)
}

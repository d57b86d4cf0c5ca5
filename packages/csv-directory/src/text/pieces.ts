export const pieceBytes = 65_536

/**
 * The same bytes in pieces of exactly `pieceBytes`, of which only the last may be shorter. Nothing is read ahead of
 * the consumer.
 */
export async function* pieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let missing = pieceBytes
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + missing)
      held.push(part)
      at += part.length
      missing -= part.length
      if (missing > 0) continue
      yield joined(held)
      held = []
      missing = pieceBytes
    }
  }
  if (held.length > 0) yield joined(held)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first, ...more] = parts
  return first !== undefined && more.length === 0 ? first : Buffer.concat(parts)
}

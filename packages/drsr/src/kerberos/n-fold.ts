/**
 * Stretches or shrinks bytes to `length` bytes, each bit of the input having the same weight (RFC 3961 section 5.1): copies
 * of the input, each rotated 13 bits further to the right, are added up with end-around carry.
 */
export function nFold(input: Buffer, length: number): Buffer {
  const total = leastCommonMultiple(input.length, length)
  const sums = new Array<number>(length).fill(0)
  for (let at = 0; at < total; at++) {
    const copy = Math.floor(at / input.length)
    sums[at % length] = (sums[at % length] ?? 0) + rotatedByte(input, at % input.length, 13 * copy)
  }
  let carry = 0
  do {
    for (let at = length - 1; at >= 0; at--) {
      const sum = (sums[at] ?? 0) + carry
      sums[at] = sum & 0xff
      carry = sum >>> 8
    }
  } while (carry > 0)
  return Buffer.from(sums)
}

/** The byte at `at` of the input, rotated right by `by` bits. */
function rotatedByte(input: Buffer, at: number, by: number): number {
  const bits = input.length * 8
  const start = (((at * 8 - by) % bits) + bits) % bits
  const index = start >>> 3
  const pair = ((input[index] ?? 0) << 8) | (input[(index + 1) % input.length] ?? 0)
  return (pair >>> (8 - (start & 7))) & 0xff
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y > 0) [x, y] = [y, x % y]
  return (a / x) * b
}

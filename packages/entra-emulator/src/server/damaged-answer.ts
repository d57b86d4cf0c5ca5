import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../faults.ts'

export type Damage = Pick<Fault, 'half' | 'slowBodyMs'>

export interface WholeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

const pieces = 10

export function isDamaged(fault: Damage | undefined): fault is Damage {
  return fault?.half !== undefined || fault?.slowBodyMs !== undefined
}

/** Sends an answer as a bad connection delivers it: only half of it, or slowly. */
export async function sendDamaged(
  response: ServerResponse,
  { status, headers, body }: WholeAnswer,
  { half, slowBodyMs = 0 }: Damage
): Promise<void> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const sent = half === undefined ? bytes : bytes.subarray(0, Math.floor(bytes.length / 2))
  const told = half === 'json' ? sent.length : bytes.length
  response.writeHead(status, { ...headers, 'Content-Length': told })
  await writeSlowly(response, sent, slowBodyMs)
  // An answer without a body has no middle: its connection is closed before it.
  if (half === 'connection') response.socket?.destroy()
  else response.end()
}

async function writeSlowly(response: ServerResponse, bytes: Buffer, slowBodyMs: number): Promise<void> {
  const size = slowBodyMs === 0 ? bytes.length : Math.ceil(bytes.length / pieces)
  for (let from = 0; from < bytes.length; from += size) {
    if (slowBodyMs > 0) await sleep(slowBodyMs / pieces)
    if (response.destroyed) return
    await new Promise<void>(resolve => response.write(bytes.subarray(from, from + size), () => resolve()))
  }
}

import { existsSync, readFileSync } from 'node:fs'

/** A conversation of another client with Samba, for tests: what went over the wire, and what it says unsealed. */
interface CapturedSession {
  /** Hexadecimal. */
  readonly session_key: string
  /** `C` or `S`, and the bytes that this side sent. */
  readonly wire: readonly (readonly [side: string, hex: string])[]
  readonly calls: readonly {
    readonly call?: string
    readonly opnum?: number
    readonly request_stub?: string
    readonly response_stub?: string
  }[]
}

/** It lies in a folder beside the repository that not everybody has. */
const file = new URL('../../../../shared/contract/wire/drs/session.json', import.meta.url)

/** Empty where the file is absent: `isCaptured` tells. */
export const capturedSession: CapturedSession = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { session_key: '', wire: [], calls: [] }

export const isCaptured = capturedSession.calls.length > 0

import type { Pph1 } from './pph1.ts'

/** What arrived for one person. */
export interface KeptPassword {
  readonly pph1: Pph1
  /** When the password was changed, as the client says. ISO 8601. */
  readonly changedAt: string
  /** By the tenant's clock. ISO 8601. */
  readonly arrivedAt: string
  readonly forceChange: boolean
  /** How many have been taken for this person. */
  readonly arrivals: number
}

/** What became of the credentials that came. */
export type CredentialFate = 'taken' | 'unknownPerson' | 'malformed'

/** The passwords that arrived, by the id of the user. In memory only. */
export class Passwords {
  readonly #kept = new Map<string, KeptPassword>()
  readonly #fates: Record<CredentialFate, number> = { taken: 0, unknownPerson: 0, malformed: 0 }
  #calls = 0

  of(userId: string): KeptPassword | undefined {
    return this.#kept.get(userId)
  }

  keep(userId: string, password: Omit<KeptPassword, 'arrivals'>): void {
    const arrivals = (this.#kept.get(userId)?.arrivals ?? 0) + 1
    this.#kept.set(userId, { ...password, arrivals })
  }

  countCall(): void {
    this.#calls += 1
  }

  count(fate: CredentialFate): void {
    this.#fates[fate] += 1
  }

  get hasAny(): boolean {
    return this.#kept.size > 0
  }

  /** Counts only: nobody is told a hash. */
  toJSON(): PasswordCounts {
    return { people: this.#kept.size, calls: this.#calls, ...this.#fates }
  }
}

export interface PasswordCounts extends Readonly<Record<CredentialFate, number>> {
  /** For how many people a password is kept. */
  readonly people: number
  /** Calls of ProvisionCredentials that were carried out. */
  readonly calls: number
}

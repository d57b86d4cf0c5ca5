import { setTimeout as delay } from 'node:timers/promises'
import { settled, waitFor } from '@opendirsync/testing'
import { type PasswordSystem, startPasswordSystem } from '../directories/password-system.ts'
import { administrate, setPassword } from '../drsr/replication-fixture.ts'
import type { BenchOptions } from './options.ts'
import { peopleWithPasswords, readPasswords } from './password-read.ts'
import { peakRssMiB } from './peak-memory.ts'
import { percentile, rounded } from './statistics.ts'

const changes = 50
const lookEveryMs = 5

/**
 * Passwords of a domain: how fast they are read (beside Samba's own client, one by one), how fast the first load of
 * everybody reaches the tenant once the accounts are there, and how long one change takes from the LDAP modify's sending
 * to a sign-in. Samba, PostgreSQL, Redis, the emulator and all services share this machine's cores.
 *
 * @throws Error when somebody's password has not arrived
 */
export async function passwordSync({ objects: people = 5_000 }: BenchOptions): Promise<object> {
  await using passwords = await startPasswordSystem(peopleWithPasswords(people))
  const { system, fixture } = passwords
  await waitFor(async () => (await settled(system, { timeoutMs: 300_000 })).exported.users >= people, {
    timeoutMs: 300_000,
    describe: 'everybody to have an account'
  })
  const startedAt = performance.now()
  const service = await passwords.startPasswordSync()
  await waitFor(async () => (await system.emulator.passwordCounts()).people >= people, {
    timeoutMs: 120_000,
    everyMs: 50,
    describe: 'all passwords to arrive'
  })
  const seconds = (performance.now() - startedAt) / 1_000
  const latencies = await changeLatencies(passwords)
  const memory = await peakRssMiB(service.pid)
  await service.stop()
  const reading = await readPasswords(fixture, people)
  return {
    ...reading,
    endToEndPerSecond: Math.round(people / seconds),
    changeToCloudP99Ms: rounded(percentile(latencies, 0.99), 0),
    peakRssMiB: memory
  }
}

async function changeLatencies(passwords: PasswordSystem): Promise<number[]> {
  const { fixture } = passwords
  await using directory = await administrate(fixture.domain)
  const found: number[] = []
  for (let turn = 0; turn < changes; turn += 1) {
    const name = `person${turn}`
    const password = `Bench-${turn}-password`
    const startedAt = performance.now()
    await setPassword(directory, `CN=${name},OU=Staff,${fixture.domain.baseDn}`, password)
    while (!(await passwords.signIn(name, password)).signedIn) {
      if (performance.now() - startedAt > 30_000) throw new Error(`${name} cannot sign in after 30 s`)
      await delay(lookEveryMs)
    }
    found.push(performance.now() - startedAt)
  }
  return found
}

import { type System, waitFor } from '@opendirsync/testing'
import { Client } from 'pg'
import { patience } from './view.ts'

interface Gate extends AsyncDisposable {
  /** Waits until transform is about to commit its second page. */
  reached(): Promise<void>
  open(): Promise<void>
}

/** Holds the search for objects that other rules concern up, after the first page and before the second is committed. */
export async function gateInResynchronisation(system: System): Promise<Gate> {
  const client = new Client({ connectionString: system.postgres.url })
  await client.connect()
  await client.query(`
    create or replace function wait_at_gate() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(4713, 1); return new; end $$;
    create trigger wait_at_gate before update of resync_after on rules_in_force
      for each row when (old.resync_touched > 0 and new.revision = old.revision) execute function wait_at_gate()`)
  await client.query('select pg_advisory_lock(4713, 1)')
  const waiting = async () => {
    const { rows } = await client.query(
      "select from pg_locks where locktype = 'advisory' and classid = 4713 and not granted"
    )
    return rows.length > 0
  }
  return {
    reached: async () =>
      void (await waitFor(waiting, { ...patience, describe: 'transform to be in the middle' })),
    async open() {
      await client.query('select pg_advisory_unlock(4713, 1)')
      await waitFor(async () => !(await waiting()), { ...patience, describe: 'the gate to be passed' })
      await client.query('drop trigger wait_at_gate on rules_in_force')
    },
    [Symbol.asyncDispose]: () => client.end()
  }
}

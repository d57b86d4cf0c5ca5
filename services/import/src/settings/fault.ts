import type { Place } from '@opendirsync/located-yaml'

/** What is wrong in the connectors file, and where. */
export interface Fault {
  readonly place: Place
  readonly text: string
}

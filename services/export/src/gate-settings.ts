import type { GateSettings } from '@opendirsync/store'
import type { Static } from 'typebox'
import type { ExportConfig } from './config.ts'

/** Which deletes pass without a person, and when, as the variables say. */
export function gateSettings(config: Readonly<Static<typeof ExportConfig>>): GateSettings {
  const { DELETE_AFTER_DAYS: days } = config
  return {
    deletes: { count: config.DELETE_THRESHOLD, percent: config.DELETE_THRESHOLD_PERCENT },
    memberRemovals: { count: config.MEMBER_REMOVAL_THRESHOLD, percent: config.MEMBER_REMOVAL_PERCENT },
    deleteAfterDays: days === 'never' ? days : Number(days)
  }
}

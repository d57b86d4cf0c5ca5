import type { Problem } from '@opendirsync/contracts'

/** The object would become another one in the tenant. */
export function anchorChanged(before: string, now: string, introduction = ''): Problem {
  return {
    code: 'source-anchor-changed',
    attribute: 'mS-DS-ConsistencyGuid',
    message:
      `${introduction} The source anchor was ${before} and is now ${now}. `.trimStart() +
      'An anchor is for life: put the old value back. Until then nothing of this object is exported.'
  }
}

import type { ApiAnswer } from '@opendirsync/testing'
import type { View } from './view.ts'

interface KindCounts {
  readonly added: number
  readonly changed: number
  readonly deleted: number
  readonly blocked: number
  readonly unseen: number
}

export interface RulesPreview {
  readonly revision: number
  readonly objects: number
  readonly counts: Readonly<Record<'total' | 'user' | 'group' | 'contact', KindCounts>>
  readonly attributes: Readonly<Record<string, number>>
  readonly newAttributes: readonly { readonly connector: string; readonly attributes: readonly string[] }[]
  readonly samples: Readonly<
    Record<keyof KindCounts, readonly { readonly dn: string; readonly attributes: readonly object[] }[]>
  >
}

interface RulesState {
  readonly revision: number
  readonly version: number | null
  readonly text: string | null
  readonly resynchronising?: { readonly touched: number; readonly all: boolean }
}

/** What an operator does with the rules, over the REST API. */
export interface RulesOverApi {
  state(): Promise<RulesState>
  /** Of a text, a version that is kept, or with null the default rules alone. */
  preview(choice: string | number | null): Promise<RulesPreview>
  /** Puts them in force as they are now. */
  apply(choice: string | number | null): Promise<RulesState>
  /** The answer as it is, of a text that may be faulty. */
  put(text: string): Promise<ApiAnswer>
}

export function rulesOverApi(view: View): RulesOverApi {
  const ok = ({ status, body }: ApiAnswer) => {
    if (status === 200) return body
    throw new Error(`the API answered ${status}: ${JSON.stringify(body)}`)
  }
  const ifMatch = async () => ({
    'if-match': (await view.call('GET', '/v1/rules')).headers.get('etag') ?? ''
  })
  const put = async (text: string) => view.call('PUT', '/v1/rules', { text }, await ifMatch())
  return {
    put,
    state: async () => ok(await view.call('GET', '/v1/rules')) as RulesState,
    preview: async choice =>
      ok(
        await view.call(
          'POST',
          '/v1/rules/preview',
          typeof choice === 'string' ? { text: choice } : { version: choice }
        )
      ) as RulesPreview,
    async apply(choice) {
      if (typeof choice === 'string') return ok(await put(choice)) as RulesState
      const answer =
        choice === null
          ? view.call('DELETE', '/v1/rules', undefined, await ifMatch())
          : view.call('POST', `/v1/rules/versions/${choice}/apply`, undefined, await ifMatch())
      return ok(await answer) as RulesState
    }
  }
}

import type { FindingFilter, FoundFinding, Store } from '@opendirsync/store'

const objectsAtOnce = 500

/** Everything that readiness has found and that fits, page by page. */
export async function* foundFindings(
  { readiness }: Pick<Store, 'readiness'>,
  filter: FindingFilter
): AsyncGenerator<FoundFinding, void> {
  let after: string | undefined
  do {
    const { items, next }: { items: FoundFinding[]; next?: string } = await readiness.findings(filter, {
      limit: objectsAtOnce,
      ...(after !== undefined && { after })
    })
    yield* items
    after = next
  } while (after !== undefined)
}

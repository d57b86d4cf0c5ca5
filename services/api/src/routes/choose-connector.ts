import { ProblemError } from '../problem.ts'

/** The connector that a request names, or the only one. */
export function chooseConnector(known: readonly { name: string }[], wanted: string | undefined): string {
  const names = known.map(({ name }) => name)
  const [first] = names
  if (first === undefined) {
    throw new ProblemError(
      409,
      'No connector is known yet. One makes itself known when its import service has reached its directory: start that service and look at its log.',
      { kind: 'connector-missing' }
    )
  }
  if (wanted === undefined) {
    if (names.length === 1) return first
    throw new ProblemError(400, `There are several connectors; name one of them: ${names.join(', ')}.`, {
      kind: 'connector-ambiguous'
    })
  }
  const found = names.find(name => name.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return found
  throw new ProblemError(400, `No connector is called ${wanted}. Known are: ${names.join(', ')}.`, {
    kind: 'connector-unknown'
  })
}

import type { GraphHandler } from './graph-request.ts'

export interface Route {
  readonly method: string
  /** As written in the route table; it names the operation in the counters. */
  readonly pattern: string
  readonly handler: GraphHandler
}

export interface RouteMatch {
  readonly route: Route
  readonly parameters: readonly string[]
}

interface Node {
  readonly literals: Map<string, Node>
  placeholder: Node | undefined
  readonly routes: Map<string, Route>
}

/** Finds the route of a path, segment by segment. A literal segment goes before a placeholder. */
export class Router {
  readonly #root: Node = newNode()

  add(route: Route): void {
    let node = this.#root
    for (const segment of route.pattern.split('/').slice(1)) node = childFor(node, segment)
    node.routes.set(route.method, route)
  }

  /** `undefined`: no such path. `'method'`: the path exists, for other methods. */
  find(method: string, segments: readonly string[]): RouteMatch | 'method' | undefined {
    const parameters: string[] = []
    const node = walk(this.#root, segments, 0, parameters)
    if (node === undefined) return undefined
    const route = node.routes.get(method)
    return route === undefined ? 'method' : { route, parameters }
  }
}

function walk(
  node: Node,
  segments: readonly string[],
  index: number,
  parameters: string[]
): Node | undefined {
  const segment = segments[index]
  if (segment === undefined) return node.routes.size > 0 ? node : undefined
  const literal = node.literals.get(segment.toLowerCase())
  const found = literal === undefined ? undefined : walk(literal, segments, index + 1, parameters)
  if (found !== undefined || node.placeholder === undefined) return found
  parameters.push(segment)
  const rest = walk(node.placeholder, segments, index + 1, parameters)
  if (rest === undefined) parameters.pop()
  return rest
}

function childFor(node: Node, segment: string): Node {
  if (segment.startsWith('{')) {
    node.placeholder ??= newNode()
    return node.placeholder
  }
  const name = segment.toLowerCase()
  const child = node.literals.get(name) ?? newNode()
  node.literals.set(name, child)
  return child
}

function newNode(): Node {
  return { literals: new Map(), placeholder: undefined, routes: new Map() }
}

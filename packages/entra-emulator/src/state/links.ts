const none: ReadonlySet<string> = new Set()

/** References from objects to objects, kept in both directions. */
export class Links {
  readonly #targets = new Map<string, Set<string>>()
  readonly #sources = new Map<string, Set<string>>()

  targetsOf(source: string): ReadonlySet<string> {
    return this.#targets.get(source) ?? none
  }

  sourcesOf(target: string): ReadonlySet<string> {
    return this.#sources.get(target) ?? none
  }

  has(source: string, target: string): boolean {
    return this.#targets.get(source)?.has(target) ?? false
  }

  add(source: string, target: string): void {
    insert(this.#targets, source, target)
    insert(this.#sources, target, source)
  }

  remove(source: string, target: string): boolean {
    const removed = this.#targets.get(source)?.delete(target) ?? false
    this.#sources.get(target)?.delete(source)
    return removed
  }

  copyFrom(other: Links): void {
    for (const [source, targets] of other.#targets) for (const target of targets) this.add(source, target)
  }

  /** Forgets every reference from and to the object. */
  forget(id: string): void {
    for (const target of this.targetsOf(id)) this.#sources.get(target)?.delete(id)
    for (const source of this.sourcesOf(id)) this.#targets.get(source)?.delete(id)
    this.#targets.delete(id)
    this.#sources.delete(id)
  }
}

function insert(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, new Set([value]))
  else values.add(value)
}

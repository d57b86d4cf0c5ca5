import { uint32 } from './integers.ts'
import { type Fields, type Ndr, NdrError, type Value, type Values } from './type.ts'

/**
 * `struct`. Members stand in the order of the keys. When the last one is a conformant array, its count
 * stands before the whole structure.
 */
export function struct<F extends Fields>(fields: F): Ndr<Values<F>> {
  const members = Object.entries(fields)
  const last = members.at(-1)
  if (last === undefined) throw new NdrError('a structure has one member or more')
  const inner = members.slice(0, -1).find(([, type]) => type.conformance !== undefined)
  if (inner !== undefined) throw new NdrError(`${inner[0]} is conformant and must be the last member`)
  const [lastName, lastType] = last
  const alignment = largestAlignment(members.map(([, type]) => type))
  const { conformance } = lastType
  const shape: Ndr<Values<F>> = {
    alignment,
    read(reader, assign, hoisted) {
      const maxCount = conformance === undefined ? undefined : (hoisted ?? reader.uint32())
      reader.align(alignment)
      const value: Record<string, unknown> = {}
      for (const [name, type] of members) {
        const assignMember = (member: unknown): void => {
          value[name] = member
        }
        type.read(reader, assignMember, name === lastName ? maxCount : undefined)
      }
      assign(value as Values<F>)
    },
    write(writer, value, hoisted) {
      if (conformance !== undefined && hoisted !== true) writer.uint32(conformance(value[lastName]))
      writer.align(alignment)
      for (const [name, type] of members) type.write(writer, value[name], name === lastName)
    }
  }
  return conformance === undefined ? shape : { ...shape, conformance: value => conformance(value[lastName]) }
}

type Arms = Readonly<Record<number, Ndr<unknown>>>

/** What a union holds: which arm, and the arm's value. */
type Chosen<A extends Arms> = {
  [K in keyof A]: { readonly tag: K; readonly value: Value<A[K]> }
}[keyof A]

/**
 * `union`, encapsulated or not: the discriminant stands before the arm in both (C706 section 14.3.8). A
 * discriminant that is a parameter or member of its own is sent there too, and is declared there.
 */
export function union<A extends Arms>(arms: A, discriminant: Ndr<number> = uint32): Ndr<Chosen<A>> {
  const armOf = (tag: number): Ndr<unknown> => {
    const arm = Object.hasOwn(arms, tag) ? arms[tag] : undefined
    if (arm === undefined) throw new NdrError(`the union has no arm ${tag}`)
    return arm
  }
  return {
    alignment: largestAlignment([discriminant, ...Object.values(arms)]),
    read(reader, assign) {
      discriminant.read(reader, tag => {
        armOf(tag).read(reader, value => assign({ tag, value } as Chosen<A>))
      })
    },
    write(writer, chosen) {
      const tag = Number(chosen.tag)
      discriminant.write(writer, tag)
      armOf(tag).write(writer, chosen.value)
    }
  }
}

/** An arm without content. */
export const nothing: Ndr<undefined> = {
  alignment: 1,
  read: (_reader, assign) => assign(undefined),
  write: () => undefined
}

function largestAlignment(types: readonly Ndr<unknown>[]): number {
  return Math.max(...types.map(({ alignment }) => alignment))
}

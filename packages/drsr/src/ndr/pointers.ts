import { type Ndr, NdrError } from './type.ts'

/** A type, or a function that gives it: for types that point to themselves. */
type Target<T> = Ndr<T> | (() => Ndr<T>)

/** `[unique] T *`: null or a value of its own. */
export function unique<T>(target: Target<T>): Ndr<T | null> {
  return {
    alignment: 4,
    read(reader, assign) {
      const id = reader.uint32()
      assign(null)
      if (id !== 0) reader.defer(() => resolve(target).read(reader, assign))
    },
    write(writer, value) {
      writer.uint32(value === null ? 0 : writer.referent())
      if (value !== null) writer.defer(() => resolve(target).write(writer, value))
    }
  }
}

/**
 * `[ptr] T *`: null or a value, which other pointers may share. Shared values are read; each is written as
 * a value of its own.
 */
export function full<T>(target: Target<T>): Ndr<T | null> {
  return {
    ...unique(target),
    read(reader, assign) {
      const id = reader.uint32()
      assign(null)
      if (id !== 0) reader.deferShared(id, resolve(target), assign)
    }
  }
}

/**
 * `[ref] T *` within a structure or array: never null. As a parameter such a pointer has no bytes: declare
 * the parameter as what it points to.
 */
export function ref<T>(target: Target<T>): Ndr<T> {
  return {
    alignment: 4,
    read(reader, assign) {
      // The number means nothing here (C706 section 14.3.11.2); the value always follows.
      reader.uint32()
      reader.defer(() => resolve(target).read(reader, assign))
    },
    write(writer, value) {
      if (value === null || value === undefined) throw new NdrError('a reference pointer cannot be null')
      writer.uint32(writer.referent())
      writer.defer(() => resolve(target).write(writer, value))
    }
  }
}

function resolve<T>(target: Target<T>): Ndr<T> {
  return typeof target === 'function' ? target() : target
}

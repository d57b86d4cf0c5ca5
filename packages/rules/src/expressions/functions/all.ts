import type { ExpressionFunction } from '../function.ts'
import { checkFunctions } from './checks.ts'
import { dateFunctions } from './dates.ts'
import { encodingFunctions } from './encodings.ts'
import { flowFunctions } from './flow.ts'
import { listFunctions } from './lists.ts'
import { nameFunctions } from './names.ts'
import { numberFunctions } from './numbers.ts'
import { replaceFunction } from './replace.ts'
import { textFunctions } from './text.ts'

/** Every function of the language, by name. */
export const functions: readonly ExpressionFunction[] = [
  ...textFunctions,
  replaceFunction,
  ...listFunctions,
  ...numberFunctions,
  ...checkFunctions,
  ...dateFunctions,
  ...encodingFunctions,
  ...nameFunctions,
  ...flowFunctions
].toSorted((left, right) => (left.name.toLowerCase() < right.name.toLowerCase() ? -1 : 1))

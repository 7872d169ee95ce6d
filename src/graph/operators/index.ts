/**
 * The one table of operators. A graph can hold nothing else, and a model file with anything else is refused.
 * To add one: its name in operator-names.ts, a row in the file of its family, its reference kernel in src/engine/reference, its gradient in
 * src/gradient, and the battery in src/gradient tests it by itself.
 */
import { categoryOperators } from './category.js'
import { convolutionOperators } from './convolution.js'
import { elementwiseOperators } from './elementwise.js'
import { linearOperators } from './linear.js'
import type { Operator } from './operator.js'
import type { OperatorName } from '../operator-names.js'
import { reduceOperators } from './reduce.js'
import { selectionOperators } from './selection.js'
import { shapeOperators } from './shape.js'

export const operators: Readonly<Record<OperatorName, Operator>> = {
  ...elementwiseOperators,
  ...linearOperators,
  ...convolutionOperators,
  ...reduceOperators,
  ...shapeOperators,
  ...selectionOperators,
  ...categoryOperators,
}

/** The one table of gradient rules: every operator has a rule, or the reason why no gradient passes through it. */
import type { OperatorName } from '../../graph/index.js'
import { convolutionRules } from './convolution.js'
import { elementwiseRules } from './elementwise.js'
import { linearRules } from './linear.js'
import { reduceRules } from './reduce.js'
import type { Blocked, Rule } from './rule.js'
import { selectionRules } from './selection.js'
import { shapeRules } from './shape.js'

export const rules: Readonly<Record<OperatorName, Rule | Blocked>> = {
  ...elementwiseRules,
  ...linearRules,
  ...convolutionRules,
  ...reduceRules,
  ...shapeRules,
  ...selectionRules,
  OneHot: { blocked: 'its input is a position, which has no slope' },
  LabelEncoder: { blocked: 'its input is a category, which has no slope' },
}

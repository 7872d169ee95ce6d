/** What a gradient rule is. The steps that rules share are in factors.ts (products) and shapes.ts. */
import type { OperatorNode, Value } from '../../graph/index.js'

/** What a rule reads. */
export interface RuleContext {
  readonly node: OperatorNode
  /** The node's inputs. No operator here has an optional input before a required one. */
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  /** Gradient of each output; undefined where nothing depends on it. */
  readonly gradients: readonly (Value | undefined)[]
  /** Gradient of the first output that has one. */
  readonly gradient: Value
  /** Which inputs a gradient is wanted for; a rule may use it to choose cheaper nodes. */
  readonly wanted: readonly boolean[]
}

/**
 * Gradients of the inputs, undefined where an input has none. A rule may write more than is wanted: expressions that
 * nothing reads are not part of any graph.
 */
export type Rule = (context: RuleContext) => readonly (Value | undefined)[]

/** An operator through which no gradient passes, and why. */
export interface Blocked {
  readonly blocked: string
}

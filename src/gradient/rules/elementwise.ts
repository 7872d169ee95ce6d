/**
 * Gradients of the operators that work element by element. At kinks they are what PyTorch takes: relu′(0) = 0,
 * |0|′ = 0, and equal operands of a maximum or minimum share the gradient.
 */
import {
  add,
  cast,
  exp,
  greater,
  log,
  mul,
  neg,
  pow,
  scalar,
  sigmoid,
  sign,
  sub,
  where,
  type Value,
} from '../../graph/index.js'
import { over, sumTo, times, type Blocked, type Rule } from './rule.js'

/** A rule for y = f(x): the gradient of x from that of y. */
const unary =
  (slope: (gradient: Value, x: Value, y: Value) => Value): Rule =>
  ({ gradient, inputs: [x], outputs: [y] }) => [slope(gradient, x!, y!)]

/** A rule for y = f(a, b) with broadcasting. */
const binary =
  (slopes: (gradient: Value, a: Value, b: Value, y: Value) => readonly [Value, Value]): Rule =>
  ({ gradient, inputs: [a, b], outputs: [y] }) => {
    const [slopeA, slopeB] = slopes(gradient, a!, b!, y!)
    return [sumTo(slopeA, a!), sumTo(slopeB, b!)]
  }

/** Piecewise constant functions have slope zero wherever they have one. */
const flat: Rule = () => [undefined]
const truth: Blocked = { blocked: 'its result is a truth value, which has no slope' }

/** 1 where d > 0, ½ where d = 0, 0 elsewhere. */
const share = (difference: Value): Value => mul(add(sign(difference), 1), 0.5)

export const elementwiseRules = {
  Abs: unary((g, x) => times(g, sign(x))),
  Ceil: flat,
  Erf: unary((g, x) => times(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  Exp: unary((g, _, y) => times(g, y)),
  Floor: flat,
  Identity: unary((g) => g),
  IsNaN: truth,
  LeakyRelu: ({ gradient, inputs: [x], node }) => [
    times(gradient, where(greater(x!, 0), scalar(1, x!.dtype), Number(node.attributes['alpha'] ?? 0.01))),
  ],
  Log: unary((g, x) => over(g, x)),
  Neg: unary((g) => neg(g)),
  Not: truth,
  Reciprocal: unary((g, _, y) => neg(times(times(g, y), y))),
  Relu: unary((g, _, y) => times(g, sign(y))),
  Sigmoid: unary((g, _, y) => times(g, sub(y, mul(y, y)))),
  Sign: flat,
  Softplus: unary((g, x) => times(g, sigmoid(x))),
  Sqrt: unary((g, _, y) => over(times(g, 0.5), y)),
  Tanh: unary((g, _, y) => times(g, sub(1, mul(y, y)))),

  Add: binary((g) => [g, g]),
  Sub: binary((g) => [g, neg(g)]),
  Mul: ({ gradient, inputs: [a, b] }) =>
    a === b
      ? [times(times(gradient, 2), a!), undefined]
      : [sumTo(times(gradient, b!), a!), sumTo(times(gradient, a!), b!)],
  Div: binary((g, _, b, y) => [over(g, b), neg(times(over(g, b), y))]),
  Pow: binary((g, a, b, y) => [times(g, mul(b, pow(a, sub(b, 1)))), times(g, mul(y, log(a)))]),
  Min: binary((g, a, b) => [times(g, share(sub(b, a))), times(g, share(sub(a, b)))]),
  Max: binary((g, a, b) => [times(g, share(sub(a, b))), times(g, share(sub(b, a)))]),

  And: truth,
  Or: truth,
  Equal: truth,
  Greater: truth,
  GreaterOrEqual: truth,
  Less: truth,
  LessOrEqual: truth,

  Where: ({ gradient, inputs: [condition, yes, no] }) => [
    undefined,
    sumTo(where(condition!, gradient, 0), yes!),
    sumTo(where(condition!, 0, gradient), no!),
  ],
  Cast: ({ gradient, inputs: [x] }) =>
    x!.dtype.startsWith('float') ? [cast(gradient, x!.dtype)] : [undefined],
} as const satisfies Record<string, Rule | Blocked>

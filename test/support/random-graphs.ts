/**
 * Random graphs of anything that the table of operators allows: what an ill-meaning author of model files could
 * write and still pass every check. Sizes, axes and constants are drawn from extremes as well as from sense.
 */
import type { Random } from '../../src/base/index.js'
import { HourglassError } from '../../src/base/index.js'
import * as g from '../../src/graph/index.js'

const dtypes: readonly g.DType[] = ['float32', 'float64', 'int32', 'int64', 'bool', 'string']
const whole = [0, 1, -1, 2, 3, 4, -2, 7, 100, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1)]
const reals = [0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, 1e38, -1e300, 1e-300, 2 ** 31, -(2 ** 63)]
const texts = ['', 'a', 'red', '1', '-1e400', 'NaN', '\u0000', 'x'.repeat(1000)]

/** A graph of up to `size` operators over inputs of every type; every value that nothing reads is an output. */
export function randomGraph(random: Random, size: number): g.Graph {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!
  const dim = (): number => pick([0, 1, 1, 2, 3, 4])
  const shape = (): number[] => Array.from({ length: random.below(4) }, dim)
  const values: g.Value[] = dtypes.map((dtype, i) =>
    g.input(`x${i}`, dtype, pick([['n', 4], ['n'], ['n', 1], [2, 'n']])),
  )
  for (let i = 0; i < 6; i++) values.push(g.constant(tensorOf(pick(dtypes), shape(), pick)))
  const inputs = values.filter(({ node }) => node.op === 'Input')
  const outputs: g.Value[] = []
  for (let tries = 0; tries < 40 * size && outputs.length < size; tries++) {
    const op = pick(g.operatorNames)
    const [fewest, most] = g.operators[op].arity
    const read = Array.from({ length: fewest + random.below(Math.min(most - fewest, 2) + 1) }, (_, i) =>
      i > 0 && random.below(3) > 0 ? g.constant(integerList(random, pick)) : pick(values),
    )
    try {
      const made = g.apply(op, read, attributesOf(op, random, pick))
      values.push(...made)
      outputs.push(...made)
    } catch (error) {
      if (!(error instanceof HourglassError)) throw error
    }
  }
  const named = outputs.map((value, i) => [`y${i}`, value] as const)
  return g.graph({ ...Object.fromEntries(named), same: values[0]! }, { name: 'random', inputs })
}

type Pick = <T>(list: readonly T[]) => T

function integerList(random: Random, pick: Pick): g.Tensor {
  const length = random.below(5)
  const list = Array.from({ length }, () => (random.below(4) > 0 ? random.below(5) - 1 : pick(whole)))
  return length === 1 && random.below(2) === 0 ? g.integers(list, []) : g.integers(list)
}

function tensorOf(dtype: g.DType, shape: readonly number[], pick: Pick): g.Tensor {
  const list = <T>(from: readonly T[]): T[] => Array.from({ length: g.sizeOf(shape) }, () => pick(from))
  switch (dtype) {
    case 'float32':
      return g.tensor(dtype, shape, Float32Array.from(list(reals)))
    case 'float64':
      return g.tensor(dtype, shape, Float64Array.from(list(reals)))
    case 'int32':
      return g.tensor(dtype, shape, Int32Array.from(list(whole)))
    case 'int64':
      return g.tensor(dtype, shape, BigInt64Array.from(list([...whole.map(BigInt), -(2n ** 63n)])))
    case 'bool':
      return g.tensor(dtype, shape, Uint8Array.from(list([0, 1])))
    case 'string':
      return g.tensor(dtype, shape, list(texts))
  }
}

function attributesOf(op: g.OperatorName, random: Random, pick: Pick): g.Attributes {
  if (op === 'LabelEncoder') {
    return random.below(2) === 0
      ? { keys_strings: ['a', 'red', 'a'], values_int64s: [pick(whole), 1, 2], default_int64: pick(whole) }
      : { keys_int64s: [0, pick(whole)], values_strings: ['a', pick(texts)], default_string: pick(texts) }
  }
  const attributes: Record<string, g.AttributeValue> = {}
  for (const [name, type] of Object.entries(g.operators[op].attributes)) {
    if (type === 'dtype') attributes[name] = pick(dtypes)
    else if (random.below(3) === 0) continue
    else if (type === 'int') attributes[name] = random.below(4) > 0 ? random.below(4) - 1 : pick(whole)
    else if (type === 'float') attributes[name] = pick(reals)
    else if (type === 'string') attributes[name] = pick(['constant', 'add', 'none', 'mul', 'reflect'])
    else if (type === 'ints') attributes[name] = pick([[0, 1], [1, 0], [0], [2, 0, 1], []])
  }
  return attributes
}

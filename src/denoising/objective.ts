/**
 * What the two networks are trained on: noise of known level is added to clean crops; the denoiser is to find the noise, the
 * estimator its level. A row holds a crop and how it is to be spoilt; the noise itself is drawn in the graph of the step.
 *
 *     row: [3 · side · side pixels, channel by channel | level | 1 if grey | 1 if clipped]
 *
 *     noisy = clean + level · n,  n ~ N(0, 1)      grey: the same n in all three colours; clipped: cut to 0 … 1, as in files
 *     denoiser:   loss = log mean (noisy − f(noisy, level) − clean)²
 *     estimator:  loss = |estimate − level| / (level + 5/255)
 *
 * The logarithm makes a crop at level 15 and one at level 50, a smooth and a rough one, count alike: what is reported is a
 * mean of decibels (PSNR) over images, and not of squared errors. Where the crops come from: crops.ts.
 */
import {
  abs,
  add,
  constant,
  div,
  floats,
  log,
  maximum,
  minimum,
  mul,
  reduceMean,
  reshape,
  slice,
  sub,
  type Value,
} from '../graph/index.js'
import type { TrainingContext } from '../layers/index.js'
import type { Learner } from '../training/index.js'
import { estimatorNetwork } from './estimator-network.js'
import { colours, denoiserNetwork, type DenoiserShape } from './network.js'

/** Numbers of a row beside its pixels. */
export const rowTail = 3

/** Width of a row of crops of this side. */
export const rowWidth = (side: number): number => colours * side * side + rowTail

/** Mean squared error below which a row counts hardly any further, 54 dB: keeps the logarithm from running off. */
const leastError = 4e-6

/** Added to the level that an estimate's error is divided by: half a percent of white at level 0 counts as much as 1 at 45. */
const leastLevel = 5 / 255

/** The denoiser as something that can be trained, on crops of `side` pixels. */
export function denoiserLearner(shape: DenoiserShape, side: number): Learner {
  const network = denoiserNetwork(shape)
  const flat: Value = constant(floats(new Float32Array(side * side).fill(1), [1, 1, side, side]))
  return {
    kind: `image denoiser ${JSON.stringify(shape)}, crops of ${side}`,
    ...learnt(side, network.parameters),
    objective: ({ features }, context) => {
      const { clean, noisy, level } = spoilt(features, side, context)
      const error = sub(sub(noisy, clean), network.noiseIn(noisy, mul(level, flat), context))
      const loss = log(add(reduceMean(mul(error, error), { axes: [1, 2, 3] }), leastError))
      return { loss, parts: { loss } }
    },
  }
}

/** The estimator of the noise's level as something that can be trained. */
export function estimatorLearner(side: number): Learner {
  const network = estimatorNetwork()
  return {
    kind: `noise level estimator, crops of ${side}`,
    ...learnt(side, network.parameters),
    objective: ({ features }, context) => {
      const { noisy, level } = spoilt(features, side, context)
      const { weighted, weight } = network.votes(noisy, context)
      const known = reshape(level, [-1])
      const loss = div(abs(sub(div(weighted, weight), known)), add(known, leastLevel))
      return { loss, parts: { loss } }
    },
  }
}

const learnt = (side: number, parameters: Learner['parameters']): Pick<Learner, 'space' | 'parameters'> => ({
  space: { width: rowWidth(side), numericCount: rowWidth(side), columns: [] },
  parameters,
})

/** Crops without and with their noise. */
interface Spoilt {
  /** `[batch, 3, side, side]` */
  readonly clean: Value
  /** `[batch, 3, side, side]` */
  readonly noisy: Value
  /** `[batch, 1, 1, 1]` */
  readonly level: Value
}

function spoilt(features: Value, side: number, context: TrainingContext): Spoilt {
  const width = rowWidth(side)
  const column = (fromEnd: number): Value =>
    reshape(slice(features, [{ axis: 1, start: width - fromEnd, end: width - fromEnd + 1 }]), [-1, 1, 1, 1])
  const clean = reshape(slice(features, [{ axis: 1, start: 0, end: width - rowTail }]), [
    -1,
    colours,
    side,
    side,
  ])
  const [level, grey, clipped] = [column(3), column(2), column(1)]
  const open = add(clean, mul(noiseOf(context.noise.normal(['batch', colours, side, side]), grey), level))
  const cut = mul(sub(minimum(maximum(open, 0), 1), open), clipped)
  return { clean, noisy: add(open, cut), level }
}

/** Noise of three colours, or the first one's thrice. */
function noiseOf(drawn: Value, grey: Value): Value {
  const first = slice(drawn, [{ axis: 1, start: 0, end: 1 }])
  return add(mul(drawn, sub(1, grey)), mul(first, grey))
}

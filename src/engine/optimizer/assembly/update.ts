/**
 * The passes over the parameters: AdamW and SGD with momentum. Both move an average of the weights on the way when
 * `averages` is not 0. Coefficients arrive ready made (../step.ts derives them).
 *
 * What was measured: AdamW is bound by the divider unit (one root and one quotient per four parameters), not by
 * memory. Two vectors per turn beat one (0.62 against 0.69 ns a parameter) and equal four. Newton iterations in
 * place of the quotient (1.1 ns), sharing one quotient between two vectors, interleaved moments and staggered
 * array starts did not help. Averaging inside the loop costs 0.16 ns a parameter, in a pass of its own over cached
 * tiles 0.4; the branch for it costs 0.02 ns when it is off.
 *
 * Subnormal moments (a unit that died some 800 steps ago) make a pass two to three times slower here, and more on
 * other processors. Flushing them inside AdamW's loop costs 20 % of every step; ../step.ts runs `flushTiny` now and
 * then instead.
 */

/**
 * AdamW over `length` parameters, in place:
 * h = g·gradientScale; m = beta1·m + firstGain·h; v = beta2·v + h²; p = p·keep − rate·m / (√v + epsilon);
 * with averages: e = e + share·(p − e).
 */
export function adamw(
  parameters: usize,
  gradients: usize,
  first: usize,
  second: usize,
  length: u32,
  gradientScale: f32,
  beta1: f32,
  firstGain: f32,
  beta2: f32,
  keep: f32,
  rate: f32,
  epsilon: f32,
  averages: usize,
  share: f32,
): void {
  const scale4 = f32x4.splat(gradientScale)
  const beta14 = f32x4.splat(beta1)
  const gain4 = f32x4.splat(firstGain)
  const beta24 = f32x4.splat(beta2)
  const keep4 = f32x4.splat(keep)
  const rate4 = f32x4.splat(rate)
  const epsilon4 = f32x4.splat(epsilon)
  const share4 = f32x4.splat(share)
  const averaging = averages != 0
  const end = parameters + ((<usize>length) << 2)
  while (parameters < end) {
    const ha = f32x4.mul(v128.load(gradients), scale4)
    const hb = f32x4.mul(v128.load(gradients, 16), scale4)
    const ma = f32x4.add(f32x4.mul(beta14, v128.load(first)), f32x4.mul(gain4, ha))
    const mb = f32x4.add(f32x4.mul(beta14, v128.load(first, 16)), f32x4.mul(gain4, hb))
    const va = f32x4.add(f32x4.mul(beta24, v128.load(second)), f32x4.mul(ha, ha))
    const vb = f32x4.add(f32x4.mul(beta24, v128.load(second, 16)), f32x4.mul(hb, hb))
    v128.store(first, ma)
    v128.store(first, mb, 16)
    v128.store(second, va)
    v128.store(second, vb, 16)
    const ua = f32x4.div(ma, f32x4.add(f32x4.sqrt(va), epsilon4))
    const ub = f32x4.div(mb, f32x4.add(f32x4.sqrt(vb), epsilon4))
    const pa = f32x4.sub(f32x4.mul(v128.load(parameters), keep4), f32x4.mul(rate4, ua))
    const pb = f32x4.sub(f32x4.mul(v128.load(parameters, 16), keep4), f32x4.mul(rate4, ub))
    v128.store(parameters, pa)
    v128.store(parameters, pb, 16)
    if (averaging) {
      v128.store(averages, follow(v128.load(averages), pa, share4))
      v128.store(averages, follow(v128.load(averages, 16), pb, share4), 16)
      averages += 32
    }
    parameters += 32
    gradients += 32
    first += 32
    second += 32
  }
}

/**
 * SGD with momentum over `length` parameters, in place: b = momentum·b + (g·gradientScale + decay·p); p = p − rate·b;
 * with averages: e = e + share·(p − e).
 */
export function sgd(
  parameters: usize,
  gradients: usize,
  velocity: usize,
  length: u32,
  gradientScale: f32,
  momentum: f32,
  decay: f32,
  rate: f32,
  averages: usize,
  share: f32,
): void {
  const scale4 = f32x4.splat(gradientScale)
  const momentum4 = f32x4.splat(momentum)
  const decay4 = f32x4.splat(decay)
  const rate4 = f32x4.splat(rate)
  const share4 = f32x4.splat(share)
  const averaging = averages != 0
  const end = parameters + ((<usize>length) << 2)
  while (parameters < end) {
    const p = v128.load(parameters)
    const g = f32x4.add(f32x4.mul(v128.load(gradients), scale4), f32x4.mul(decay4, p))
    const b = f32x4.add(f32x4.mul(momentum4, v128.load(velocity)), g)
    v128.store(velocity, b)
    const moved = f32x4.sub(p, f32x4.mul(rate4, b))
    v128.store(parameters, moved)
    if (averaging) {
      v128.store(averages, follow(v128.load(averages), moved, share4))
      averages += 16
    }
    parameters += 16
    gradients += 16
    velocity += 16
  }
}

/** An average moved towards new values by `share` of the distance. */
function follow(average: v128, values: v128, share: v128): v128 {
  return f32x4.add(average, f32x4.mul(share, f32x4.sub(values, average)))
}

/** Sets numbers smaller in magnitude than `least` to zero. */
export function flushTiny(numbers: usize, length: u32, least: f32): void {
  const least4 = f32x4.splat(least)
  const end = numbers + ((<usize>length) << 2)
  while (numbers < end) {
    const x = v128.load(numbers)
    v128.store(numbers, v128.andnot(x, f32x4.lt(f32x4.abs(x), least4)))
    numbers += 16
  }
}

/** Transforms against their definition, and the way back. */
import { expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { fastLength, fourierTransform } from './fourier.js'

it.each([4, 6, 8, 12, 16, 24, 48, 64])('transforms sequences of %i numbers', (length) => {
  const lanes = 3
  const random = randomFor(0, 'sequences')
  const { input, forward, backward } = fourierTransform(length, lanes)
  const re = input.re.map(() => random.normal())
  const im = input.im.map(() => random.normal())
  input.re.set(re)
  input.im.set(im)
  const found = forward()
  for (let k = 0; k < length; k++) {
    for (let lane = 0; lane < lanes; lane++) {
      let [x, y] = [0, 0]
      for (let j = 0; j < length; j++) {
        const angle = (-2 * Math.PI * j * k) / length
        const at = j * lanes + lane
        x += re[at]! * Math.cos(angle) - im[at]! * Math.sin(angle)
        y += re[at]! * Math.sin(angle) + im[at]! * Math.cos(angle)
      }
      expect(found.re[k * lanes + lane]).toBeCloseTo(x, 10)
      expect(found.im[k * lanes + lane]).toBeCloseTo(y, 10)
    }
  }
  const spectrum = { re: found.re.slice(), im: found.im.slice() }
  input.re.set(spectrum.re)
  input.im.set(spectrum.im)
  const back = backward()
  back.re.forEach((x, i) => expect(x / length).toBeCloseTo(re[i]!, 10))
  back.im.forEach((y, i) => expect(y / length).toBeCloseTo(im[i]!, 10))
})

it('chooses lengths that it can transform', () => {
  expect([3, 4, 5, 6, 7, 9, 13, 97, 128, 129, 193].map(fastLength)).toEqual([
    3, 4, 6, 6, 8, 12, 16, 128, 128, 192, 256,
  ])
})

// Noise removed by a network that learns from the noisy image alone (hourglass denoise --self).
//
//   node bench/denoise-self.mjs FOLDER [--images 10] [--levels 15,25,50] [--steps 400] [--threads 2] [--grey] [--seed 0]
//
// Clean images are those of the folder, evenly taken; Gaussian noise is planted, and the noisy ones have whole numbers of 0 to 255.
// The network sees nothing of the clean one; each image has a network of its own. `least`: the smallest gain. Needs `npm run build`.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { randomFor } from '../dist/base/index.js'
import { readImage } from '../dist/data/index.js'
import { Denoiser } from '../dist/denoising/node.js'
import { chosenImages, gaussian, greyOf, mean, psnr } from './lib/noisy-images.mjs'
import { growingTable } from './lib/table.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '10' },
    levels: { type: 'string', default: '15,25,50' },
    steps: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    grey: { type: 'boolean', default: false },
    seed: { type: 'string', default: '0' },
  },
})
if (positionals[0] === undefined) {
  console.error('usage: node bench/denoise-self.mjs FOLDER [--images N] [--levels 15,25,50] [--grey]')
  process.exit(2)
}
const folder = positionals[0]
const training = {
  seed: Number(options.seed),
  threads: Number(options.threads),
  ...(options.steps !== undefined && { steps: Number(options.steps) }),
}
const { names, all } = chosenImages(folder, Number(options.images))
console.log(
  `${names.length} images of ${all}, ${options.grey ? 'grey' : 'colour'}, ${training.threads} threads; means of PSNR in dB`,
)
const { head, line } = growingTable(
  ['PSNR in dB of', 'noisy', 'denoised', 'gain', 'least', 's each', 's most'],
  14,
)
console.log(head)
for (const level of options.levels.split(',').map(Number)) {
  const cases = []
  for (const [i, name] of names.entries()) {
    const image = await readImage(join(folder, name))
    const clean = options.grey ? greyOf(image) : image
    const noisy = gaussian(level)(clean, randomFor(i, `noise of Gaussian ${level}`))
    const began = performance.now()
    const denoiser = await Denoiser.learn([noisy], training)
    const done = await denoiser.denoise(noisy)
    const seconds = (performance.now() - began) / 1000
    cases.push({ before: psnr(clean, noisy), after: psnr(clean, done.image), seconds })
  }
  const gains = cases.map(({ before, after }) => after - before)
  const seconds = cases.map((one) => one.seconds)
  const numbers = [
    mean(cases.map(({ before }) => before)).toFixed(2),
    mean(cases.map(({ after }) => after)).toFixed(2),
    mean(gains).toFixed(2),
    Math.min(...gains).toFixed(2),
    mean(seconds).toFixed(1),
    Math.max(...seconds).toFixed(1),
  ]
  console.log(line([`Gaussian ${level}`, ...numbers]))
}

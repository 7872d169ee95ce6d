// Sparse dictionaries at equal sparsity: TopK and JumpReLU against L1, on MNIST and Fashion-MNIST. The claim of Gao et al.
// (2024), "Scaling and evaluating sparse autoencoders" (figure 2), and of Rajamanoharan et al. (2024), "Jumping ahead"
// (figure 2), for language models' activations: at as many active units, both explain more than L1; and with care few units die.
//
//     node bench/papers/dictionary.mjs --data FOLDER --fashion FOLDER [--side 28|14] [--quick] [--write] [--checkpoints FOLDER]
//
// A dictionary of 16 units for each pixel; images of 28 × 28, or their means over 2 × 2 blocks. All methods get the same
// steps, cut into stages; between stages the penalty of L1 and JumpReLU is moved until as many units are active on held-out
// images as TopK has.
import { learnDictionary } from './lib/dictionary.mjs'
import { firstRows, halved, pixelSpace, readImages, splitOf } from './lib/idx.mjs'
import { dataFolder, readOptions, report, stopwatch, table } from './lib/report.mjs'

const options = readOptions({
  fashion: { type: 'string' },
  side: { type: 'string', default: '14' },
  k: { type: 'string', default: '16' },
})
const { quick, seed, threads } = options
const side = Number(options.side)
const k = Number(options.k)
const expansion = 16
const stages = 10
const epochs = quick ? 1 : 6
const batchSize = 256

const space = pixelSpace(side)
const latent = expansion * space.width
const methods = ['topK', 'jumpRelu', 'l1']

const elapsed = stopwatch()
const folders = {
  MNIST: dataFolder(options),
  ...(options.fashion !== undefined && { 'Fashion-MNIST': options.fashion }),
}
const rows = []
const penalties = []
for (const [dataset, folder] of Object.entries(folders)) {
  const read = readImages(folder)
  const [train, test] = [prepared(read.train), prepared(read.test)]
  for (const method of methods) {
    const name = `dictionary-${side}-${dataset}-${method}`
    const setting = { name, space, latent, method, k, epochs, stages, batchSize, learningRate: 1e-3 }
    const parts = { train, split: splitOf(train), test }
    const { measured, penalty } = await learnDictionary(setting, parts, options)
    rows.push([
      dataset,
      method,
      measured.l0.toFixed(1),
      (100 * measured.explained).toFixed(2),
      (100 * measured.dead).toFixed(2),
    ])
    if (penalty !== undefined) penalties.push(`${dataset} ${method} ${penalty.toPrecision(3)}`)
    console.log(rows.at(-1).join('  '))
  }
}
report(
  {
    title: `Sparse dictionaries at equal sparsity, ${side} × ${side} pixels${quick ? ' (quick)' : ''}`,
    lines: [
      'Gao et al. (2024) and Rajamanoharan et al. (2024): at equal sparsity TopK and JumpReLU explain more than L1. Wanted here besides: less than 5 % of units dead.',
      '',
      table([['data', 'method', 'active units', 'variance explained %', 'dead units %'], ...rows]),
      '',
      `${space.width} pixels, ${latent.toLocaleString('en')} units (${expansion} a pixel), k = ${k}. Active units and variance of test images; dead: active in none of the ` +
        `training images. Seed ${seed}, ${threads} thread, ${epochs} epochs in ${stages} stages, Adam 1e-3, batch ${batchSize}, linear decay over the stages; penalties found: ${penalties.join(', ')}.`,
    ],
    took: elapsed(),
  },
  options,
)

function prepared(part) {
  const some = quick ? firstRows(part, Math.min(part.rows, 10_000)) : part
  return side === 28 ? some : { ...some, images: halved(some.images, 28) }
}

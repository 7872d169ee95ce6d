// Noise removed from photographs, beside BM3D on the same noisy images in the same run.
//
//   node bench/denoise.mjs FOLDER [--images 10] [--levels 15,25,50] [--model FILE] [--threads 2] [--others] [--no-peer]
//
// Clean images are those of the folder, evenly taken; the noisy ones have whole numbers of 0 to 255, as files have, and both
// denoisers get the very same. `known`: the strength is given, as it is to BM3D; `auto`: it is estimated. Grey is BT.601 luma.
// `level`: mean of what was estimated; `± rms`: how far off it was; `s`: with the estimate. Prints a table of Markdown.
// --others: Poisson–Gaussian noise, salt and pepper, JPEG artefacts. They have no level: `known` and BM3D are told the root
// mean square of what was done to the image (`known` at most 100).
// BM3D is the Python package bm3d, in the Python that HOURGLASS_PYTHON names; it is left out, and said so, where it is not.
// Needs `npm run build`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { randomFor } from '../dist/base/index.js'
import { readImage } from '../dist/data/index.js'
import { Denoiser } from '../dist/denoising/node.js'
import {
  chosenImages,
  gaussian,
  greyOf,
  jpeg,
  mean,
  meanSquare,
  poissonGaussian,
  psnr,
  saltAndPepper,
} from './lib/noisy-images.mjs'
import { python, pythonPackage } from './lib/python-peer.mjs'
import { growingTable } from './lib/table.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '10' },
    levels: { type: 'string', default: '15,25,50' },
    model: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    others: { type: 'boolean', default: false },
    'no-peer': { type: 'boolean', default: false },
  },
})
if (positionals[0] === undefined) {
  console.error(
    'usage: node bench/denoise.mjs FOLDER [--images N] [--levels 15,25,50] [--others] [--no-peer]',
  )
  process.exit(2)
}

const folder = positionals[0]
const threads = Number(options.threads)
const { names: chosen, all } = chosenImages(folder, Number(options.images))
const denoiser = await Denoiser.load(options.model)

const levels = options.levels.split(',').map(Number)
const noises = [
  ...levels.map((level) => [`Gaussian ${level}`, gaussian(level), level]),
  ...(options.others
    ? [
        ['Poisson 60 photons + Gaussian 5', poissonGaussian(60, 5)],
        ['Poisson 200 photons + Gaussian 3', poissonGaussian(200, 3)],
        ['salt and pepper 5 %', saltAndPepper(0.05)],
        ['salt and pepper 20 %', saltAndPepper(0.2)],
        ['JPEG quality 10', jpeg(10)],
        ['JPEG quality 30', jpeg(30)],
      ]
    : []),
]

/** BM3D on all noisy images of a kind. */
function peer(cases) {
  const place = mkdtempSync(join(tmpdir(), 'hourglass-bm3d-'))
  try {
    const jobs = cases.map(({ noisy, level }, i) => {
      const [from, to] = [join(place, `${i}.noisy`), join(place, `${i}.clean`)]
      writeFileSync(from, noisy.data)
      return { noisy: from, clean: to, level, shape: [noisy.height, noisy.width, noisy.channels] }
    })
    writeFileSync(join(place, 'jobs.json'), JSON.stringify(jobs))
    const script = fileURLToPath(new URL('./peers/bm3d-images.py', import.meta.url))
    const env = { ...process.env, OMP_NUM_THREADS: String(threads) }
    const done = spawnSync(python, [script, join(place, 'jobs.json')], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (done.status !== 0) throw new Error('bm3d-images.py failed; its message stands above')
    const { seconds } = JSON.parse(done.stdout.toString())
    return { seconds, images: jobs.map((job, i) => ({ ...cases[i].noisy, data: readFileSync(job.clean) })) }
  } finally {
    rmSync(place, { recursive: true })
  }
}

const version = options['no-peer'] ? undefined : pythonPackage('bm3d')
if (version === undefined)
  console.log('BM3D is left out: the Python package bm3d is not installed, or --no-peer')
console.log(`${chosen.length} images of ${all}, ${threads} threads${version ? `, bm3d ${version}` : ''}`)
const { image: first } = { image: await readImage(join(folder, chosen[0])) }
await denoiser.denoise(first, { strength: 25, threads }) // what is loaded once is not counted

const { head, line } = growingTable(
  ['PSNR in dB of', 'noisy', 'known', 'auto', 'BM3D', 'level', '± rms', 's', 's BM3D', 'faster'],
  40,
)
console.log(head)
for (const colour of [true, false]) {
  for (const [name, spoil, level] of noises) {
    const cases = []
    for (const [i, file] of chosen.entries()) {
      const image = await readImage(join(folder, file))
      const clean = colour ? image : greyOf(image)
      const noisy = await spoil(clean, randomFor(i, `noise of ${name}`))
      const known = level ?? Math.sqrt(meanSquare(noisy.data, clean.data))
      const began = performance.now()
      const auto = await denoiser.denoise(noisy, { threads })
      const seconds = (performance.now() - began) / 1000
      const told = await denoiser.denoise(noisy, { strength: Math.min(100, known), threads })
      cases.push({ clean, noisy, level: known, auto, seconds, told })
    }
    const of = (read) => mean(cases.map(read))
    const theirs = version === undefined ? undefined : peer(cases)
    const ours = of(({ seconds }) => seconds)
    const numbers = [
      of(({ clean, noisy }) => psnr(clean, noisy)).toFixed(2),
      of(({ clean, told }) => psnr(clean, told.image)).toFixed(2),
      of(({ clean, auto }) => psnr(clean, auto.image)).toFixed(2),
      theirs ? mean(cases.map(({ clean }, i) => psnr(clean, theirs.images[i]))).toFixed(2) : '–',
      of(({ auto }) => auto.strength).toFixed(1),
      level === undefined ? '–' : Math.sqrt(of(({ auto }) => (auto.strength - level) ** 2)).toFixed(2),
      ours.toFixed(2),
      theirs ? mean(theirs.seconds).toFixed(1) : '–',
      theirs ? `${(mean(theirs.seconds) / ours).toFixed(0)}×` : '–',
    ]
    console.log(line([`${colour ? 'colour' : 'grey'}, ${name}`, ...numbers]))
  }
}

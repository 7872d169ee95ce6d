// Healthy tables: nothing of them should be called ill. Real ones of several sizes, and simulated ones of every shape.
import { baseNames } from './bases.mjs'

const sizes = [300, 1000, 3000]

/** So many controls, real and simulated in turn, each with a name, a base, a number of rows and a seed. */
export function controlCases(folder, count) {
  const { real, images, simulated } = baseNames(folder)
  const bases = [...simulated, ...real, ...images]
  return Array.from({ length: count }, (_, i) => {
    const base = bases[i % bases.length]
    const rows = sizes[Math.floor(i / bases.length) % sizes.length]
    return { id: `control ${base} ${rows} ${i}`, base, rows, seed: 1000 + i }
  })
}

/** The repulsion of t-SNE between all points in the plane, pair by pair: for few points, and what tests compare others with. */

/**
 * Repulsion at every place: Σⱼ q²ᵢⱼ (yᵢ − yⱼ) with q = 1 / (1 + ‖yᵢ − yⱼ‖²).
 *
 * @param places `[n, 2]`
 * @param forces `[n, 2]`, written
 * @returns Z = Σ_{i ≠ j} qᵢⱼ
 */
export function allPairs(places: Float64Array, forces: Float64Array): number {
  let total = 0
  forces.fill(0)
  for (let i = 0; i < places.length; i += 2) {
    const x = places[i]!
    const y = places[i + 1]!
    let forceX = 0
    let forceY = 0
    for (let j = 0; j < i; j += 2) {
      const dx = x - places[j]!
      const dy = y - places[j + 1]!
      const q = 1 / (1 + dx * dx + dy * dy)
      const push = q * q
      total += q
      forceX += push * dx
      forceY += push * dy
      forces[j]! -= push * dx
      forces[j + 1]! -= push * dy
    }
    forces[i]! += forceX
    forces[i + 1]! += forceY
  }
  return 2 * total
}

/** Gradients of graphs, as graph. */
export { gradients, type GradientOptions } from './gradients.js'

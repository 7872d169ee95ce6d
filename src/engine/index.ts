/** What other rooms may use of the engine. What needs Node is in node.ts. */
export type { CompileOptions, Engine, Program } from './engine.js'
export * from './optimizer/index.js'
export { interpret, referenceEngine, type InterpretOptions } from './reference/index.js'

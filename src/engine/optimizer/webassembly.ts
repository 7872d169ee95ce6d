/**
 * The few declarations of the WebAssembly API that this room uses. TypeScript keeps them in its DOM library, which
 * core rooms must not see: it would let `document` compile.
 */

/** Compiled WebAssembly code; holds no state and may be shared between workers. */
export type WasmModule = object

/** Linear memory. Growing it leaves the arrays that were laid over its buffer before without any memory. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => WasmModule
  readonly compile: (bytes: Uint8Array) => Promise<WasmModule>
  readonly Memory: new (size: { initial: number; maximum: number }) => WasmMemory
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: unknown }
}

/** The platform's WebAssembly, the same in Node and in browsers. */
export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly

/** Bytes in one page, WebAssembly's unit of memory. */
export const pageBytes = 65536

/** The most pages used: one less than a 32-bit memory can have (4 GiB), so that every array's end is an address too. */
export const maximumPages = 65535

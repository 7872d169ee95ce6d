/** Every kind of autoencoder passes the battery: each has a file in test/kinds that runs it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { autoencoderKinds } from '../src/autoencoders/index.js'

describe('the battery', () => {
  it.each(autoencoderKinds)('covers %s', (kind) => {
    expect(existsSync(join(import.meta.dirname, 'kinds', `${kind}.test.ts`))).toBe(true)
  })
})

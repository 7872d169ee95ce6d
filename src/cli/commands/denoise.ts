/** `hourglass denoise`: images or a table without their noise. What the inputs are is decided here, by their names. */
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { HourglassError } from '../../base/index.js'
import { imageDenoisingOptions, tableDenoisingOptions, type DenoisingOptions } from '../denoise-options.js'
import { imageEndings } from '../image-batch.js'
import type { DenoiseResult, DenoiseTableResult } from '../results.js'
import type { Session } from '../session.js'

/** Runs `denoise`; `inputs` and `options` are the words of the command line. */
export async function denoise(
  session: Session,
  inputs: readonly string[],
  options: DenoisingOptions,
): Promise<DenoiseResult | DenoiseTableResult> {
  const kinds = await Promise.all(inputs.map(kindOf))
  if (kinds.every((kind) => kind === 'images')) {
    refuse(options, Object.keys(tableDenoisingOptions), 'images')
    return (await import('./denoise-images.js')).denoiseImages(session, inputs, options)
  }
  if (inputs.length > 1)
    throw new HourglassError(
      'HG_USAGE',
      `denoise: expected images, or one table, got ${inputs.length} inputs with ${inputs[kinds.indexOf('table')]!} among them`,
    )
  refuse(options, [...Object.keys(imageDenoisingOptions), 'quality', 'compare'], 'a table')
  return (await import('./denoise-table.js')).denoiseTableFile(session, inputs[0]!, options)
}

/** Folders hold images; everything else is told by its ending. */
async function kindOf(input: string): Promise<'images' | 'table'> {
  if (imageEndings.includes(extname(input).toLowerCase())) return 'images'
  return (await stat(input).catch(() => undefined))?.isDirectory() === true ? 'images' : 'table'
}

/** @throws HG_USAGE for an option that the inputs have no use for */
function refuse(options: DenoisingOptions, names: readonly string[], what: string): void {
  const given = names.find((name) => options[name as keyof DenoisingOptions] !== undefined)
  if (given !== undefined)
    throw new HourglassError('HG_USAGE', `--${given}: has no meaning for ${what}; leave it out`)
}

/**
 * Finds the script of a map's page: map/web/ in one file, which the build writes beside this file's compiled form in
 * dist/. Run from src/ (tests), it is looked for there.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { HourglassError } from '../base/index.js'

const places = [
  new URL('./map-page.bundle.js', import.meta.url),
  new URL('../../dist/report/map-page.bundle.js', import.meta.url),
]

/** @throws HG_INTERNAL when the script was not built or not shipped */
export function readMapScript(): string {
  for (const place of places) {
    try {
      return inlineSafe(readFileSync(place, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  const looked = places.map((place) => fileURLToPath(place)).join(' and ')
  throw new HourglassError('HG_INTERNAL', `map: no map-page.bundle.js at ${looked}; run npm run build`)
}

/** A parser of HTML would end a script at `</script` and change its mind at `<!--`, even inside of texts. */
function inlineSafe(script: string): string {
  return script.replace(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--')
}

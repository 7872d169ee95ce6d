/** The version of the package, for `--version` and reports. */
import { createRequire } from 'node:module'

/** The version of the package. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
  return version
}

/**
 * What the command line touches of the process it runs in: where text goes, the environment, signals. main.ts
 * makes one of the real process; tests make their own. Standard input is read by the data room.
 */
/** Where text goes. */
export interface Sink {
  write(data: string | Uint8Array): void
  /** Everything written so far has been handed over. @throws HG_OUTPUT_UNWRITABLE when it could not be */
  flush(): Promise<void>
  readonly isTerminal: boolean
  /** Characters in a line of the terminal, 80 where unknown. */
  readonly columns: number
}

/** The process as the command line sees it. */
export interface Io {
  /** What a person types to run this program: `hourglass`, or Node and the file where it is not installed. */
  readonly program: string
  /** The words after `hourglass`. */
  readonly args: readonly string[]
  /** Whether a person would have to type the data. */
  readonly stdinIsTerminal: boolean
  readonly stdout: Sink
  readonly stderr: Sink
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  /** Calls back at each request to stop (Ctrl-C, or the polite kill); the returned function ends that. */
  onStop(callback: () => void): () => void
  /** Sets the exit status of a command that ends without an error, though a part of its work failed; run.ts has it. */
  endWith?(status: number): void
  /** Ends the process at once. */
  exitNow(code: number): void
}

/** Whether a sink takes colours: FORCE_COLOR, then NO_COLOR (no-color.org), then whether it is a terminal. */
export function takesColour(sink: Sink, env: Io['env']): boolean {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if ((env['NO_COLOR'] ?? '') !== '') return false
  return sink.isTerminal && env['TERM'] !== 'dumb'
}

/** Text with emphasis, or the same text where colours are not wanted. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  cyan(text: string): string
}

/** The style for a sink. */
export function styleFor(sink: Sink, env: Io['env']): Style {
  const wrap = (on: number, off: number) =>
    takesColour(sink, env)
      ? (text: string): string => `\u001b[${on}m${text}\u001b[${off}m`
      : (text: string): string => text
  return { bold: wrap(1, 22), dim: wrap(2, 22), red: wrap(31, 39), cyan: wrap(36, 39) }
}

/** The command line as it could be typed again. */
export function commandLine({ program, args }: Pick<Io, 'program' | 'args'>): string {
  const quoted = args.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  )
  return [program, ...quoted].join(' ')
}

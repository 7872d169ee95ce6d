/**
 * Completion of the command line in bash, zsh and fish: a script that asks `hourglass complete -- WORDS`, and the
 * answer to that question. Where there is no answer the shell completes file names.
 */
import type { Command, Option } from 'commander'

const scripts: Readonly<Record<string, string>> = {
  bash: `_hourglass() {
  COMPREPLY=()
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done \\
    < <(hourglass complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _hourglass hourglass
`,
  zsh: `#compdef hourglass
_hourglass() {
  local -a found
  found=(\${(f)"$(hourglass complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then compadd -- $found; else _files; fi
}
compdef _hourglass hourglass
`,
  fish: `complete -c hourglass -a '(hourglass complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

/** The script for a shell, to be sourced by it. */
export function completionScript(shell: string): string {
  return scripts[shell] ?? ''
}

/**
 * What the last of the words can become: commands, options, or the values of an option.
 *
 * @param words the words after `hourglass`; the last is the one being typed, perhaps empty
 */
export function candidates(program: Command, words: readonly string[]): readonly string[] {
  const typed = words.at(-1) ?? ''
  const help = program.createHelp()
  const command = program.commands.find((one) => one.name() === words[0] && words.length > 1)
  if (command === undefined) {
    const names = [
      ...help.visibleCommands(program).map((one) => one.name()),
      ...flags(help.visibleOptions(program)),
    ]
    return startingWith(typed, words.length > 1 ? [] : names)
  }
  const options = help.visibleOptions(command)
  const before = options.find((option) => option.long === words.at(-2))
  if (before?.required === true) return startingWith(typed, before.argChoices ?? [])
  if (typed.startsWith('-') && typed !== '-') return startingWith(typed, flags(options))
  return startingWith(typed, command.registeredArguments[0]?.argChoices ?? [])
}

function flags(options: readonly Option[]): readonly string[] {
  return options.flatMap((option) => (option.long === undefined ? [] : [option.long]))
}

function startingWith(typed: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(typed))
}

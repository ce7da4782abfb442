import { UsageError } from '../core/usage-error.js'
import { nearestName } from '../util/nearest.js'

/** Each asks `pawl complete` for what may stand at the cursor; where it has nothing, the shell offers files. */
const scripts: Readonly<Record<string, string>> = {
  bash: `_pawl() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(pawl complete "$COMP_CWORD" "\${COMP_WORDS[@]}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -o bashdefault -F _pawl pawl
`,
  zsh: `#compdef pawl
_pawl() {
  local -a found
  found=("\${(@f)$(pawl complete $((CURRENT - 1)) "\${words[@]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then
    compadd -- "\${found[@]}"
  else
    _files
  fi
}
compdef _pawl pawl
`,
  fish: `function __pawl_complete
  set -l words (commandline -opc) (commandline -ct)
  pawl complete (math (count $words) - 1) $words 2>/dev/null
end
complete -c pawl -a '(__pawl_complete)'
`,
}

/** @throws {UsageError} where the shell is not one of those */
export function completionScript(shell: string): string {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (script !== undefined) return script
  const nearest = nearestName(shell, Object.keys(scripts))
  throw new UsageError(
    `there is no completion for "${shell}"${nearest === undefined ? `; there is for ${Object.keys(scripts).join(', ')}` : `; did you mean "${nearest}"?`}`,
  )
}

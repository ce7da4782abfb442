/** A place in a recipe, with the line it stands on. */
export interface SourcePlace {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly length: number
  readonly lineText: string
}

/** One thing that is wrong with a recipe or with the command line. */
export interface RecipeProblem {
  readonly message: string
  readonly place: SourcePlace | undefined
}

/** A recipe that cannot be run, with everything that is wrong with it. Nothing has been done when it is thrown. */
export class RecipeError extends Error {
  override readonly name = 'RecipeError'
  readonly code = 'bad_recipe'

  constructor(readonly problems: readonly RecipeProblem[]) {
    super(problems.map(renderProblem).join('\n\n'))
  }

  static of(message: string, place?: SourcePlace): RecipeError {
    return new RecipeError([{ message, place }])
  }
}

const widestLine = 160

function renderProblem({ message, place }: RecipeProblem): string {
  if (place === undefined) return message
  const { file, line, column, length, lineText } = place
  const shown = lineText.slice(0, widestLine)
  const underline = '^'.repeat(Math.max(1, Math.min(length, shown.length - column + 1)))
  const number = String(line)
  const indent = ' '.repeat(number.length)
  return `${file}:${line}:${column}: ${message}\n${number} | ${shown}\n${indent} | ${' '.repeat(column - 1)}${underline}`
}

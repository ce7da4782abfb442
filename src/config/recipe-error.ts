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

/** How parts of a message are made to stand out: what is wrong, and where. */
export type Emphasis = (part: 'place' | 'mark', text: string) => string

/** A recipe that cannot be run, with everything that is wrong with it. Nothing has been done when it is thrown. */
export class RecipeError extends Error {
  override readonly name = 'RecipeError'
  readonly code = 'bad_recipe'
  /** What came from beside the recipe, then what stands in it, in the order of its lines. */
  readonly problems: readonly RecipeProblem[]

  constructor(problems: readonly RecipeProblem[]) {
    const sorted = problems.toSorted(byPlace)
    super(renderProblems(sorted, (_, text) => text))
    this.problems = sorted
  }

  static of(message: string, place?: SourcePlace): RecipeError {
    return new RecipeError([{ message, place }])
  }
}

function byPlace({ place: a }: RecipeProblem, { place: b }: RecipeProblem): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  return a.line - b.line || a.column - b.column
}

/** All problems, counted where there are several. */
export function renderProblems(problems: readonly RecipeProblem[], emphasise: Emphasis): string {
  const texts = problems.map(problem => renderProblem(problem, emphasise))
  if (problems.length < 2) return texts.join('')
  const file = problems.find(({ place }) => place !== undefined)?.place?.file
  return [`${problems.length} problems${file === undefined ? '' : ` in ${file}`}`, ...texts].join('\n\n')
}

const widestLine = 160

function renderProblem({ message, place }: RecipeProblem, emphasise: Emphasis): string {
  if (place === undefined) return message
  const { file, line, column, length, lineText } = place
  const shown = lineText.slice(0, widestLine)
  const underline = '^'.repeat(Math.max(1, Math.min(length, shown.length - column + 1)))
  const number = String(line)
  const indent = ' '.repeat(number.length)
  const where = emphasise('place', `${file}:${line}:${column}:`)
  const mark = emphasise('mark', underline)
  return `${where} ${message}\n${number} | ${shown}\n${indent} | ${' '.repeat(column - 1)}${mark}`
}

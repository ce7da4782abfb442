import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { RecipeError } from '../../src/config/recipe-error.js'
import { openRecipe } from '../../src/engine/open-recipe.js'

/** A folder with a dataset and a recipe. Removed when the test ends. */
export class RecipeFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'pawl-config-'))
  readonly recipe = join(this.path, 'recipe.yaml')

  constructor(yaml: string) {
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }))
    writeFileSync(join(this.path, 'data.jsonl'), '{"text":"a text"}\n')
    writeFileSync(this.recipe, yaml)
  }

  async open(...settings: string[]) {
    return (await openRecipe(this.recipe, settings)).recipe
  }

  /** What is wrong with the recipe, with the folder's path left out; fails where nothing is, or where a file was made. */
  async refusal(...settings: string[]): Promise<string> {
    const before = readdirSync(this.path)
    try {
      await openRecipe(this.recipe, settings)
    } catch (error) {
      if (!(error instanceof RecipeError)) throw error
      if (String(readdirSync(this.path)) !== String(before)) throw new Error('a refused recipe left files behind')
      return error.message.replaceAll(`${this.path}/`, '')
    }
    throw new Error('the recipe was accepted')
  }
}

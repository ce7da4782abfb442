import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../util/package-root.js'

/** Packages that are only needed for some operators, and which Pawl does not bring. */
export type OptionalPackage = 'image-size' | 'mediabunny' | 'music-metadata'

/**
 * Loads an optional package.
 *
 * @throws {Error} where it is not installed, with the command that installs it
 */
export async function loadOptional<T>(name: OptionalPackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(name, error as NodeJS.ErrnoException)) throw error
    const message = `it needs the package ${name}, which is not installed: npm install ${name}@${versionOf(name)}`
    throw new Error(message, { cause: error })
  }
}

/** Why an operator that needs a package cannot work, where it cannot. */
export async function refusalWithout(load: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await load()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function isMissing(name: string, { code, message }: NodeJS.ErrnoException): boolean {
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)
}

/** The version that the results of operators were held against. */
function versionOf(name: OptionalPackage): string {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8')
  return (JSON.parse(text) as { peerDependencies: Record<OptionalPackage, string> }).peerDependencies[name]
}

import module from 'node:module'

/** Keeps compiled code for the next start, where Node can (from 22.1 on); what it keeps, and where, is Node's affair. */
export function enableCompileCache(): void {
  const { enableCompileCache: enable } = module as { enableCompileCache?: () => unknown }
  enable?.()
}

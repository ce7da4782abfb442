export function expectedExport(
  folder: string,
  process: readonly (readonly [string, Record<string, unknown>?])[],
): { readonly bytes: Buffer; readonly setAside: number; readonly count: number }

/**
 * The platform's `AbortSignal` where its types are known, and what Pawl needs of one where they are not, so that
 * projects without the types of Node or of browsers compile.
 */
export type StopSignal = typeof globalThis extends { AbortSignal: { readonly prototype: infer Signal } }
  ? Signal
  : { readonly aborted: boolean; readonly reason?: unknown }

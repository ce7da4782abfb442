import type { JsonValue } from '../core/json.js'
import type { MaybePromise } from '../core/operator.js'
import { type OptionsInput, type OptionsOf, type OptionsShape, readOptions } from './define-stage.js'
import { type Part, type PartUse, portableOptions, registerPart } from './parts.js'

/** A score of a document, as a filter gives it and a field holds it. */
export type Score = JsonValue

/** Scores documents, and decides by the score which are kept (NeMo Curator's DocumentFilter). */
export abstract class DocumentFilter implements Part {
  name: string = this.constructor.name
  version = '1'
  abstract scoreDocument(text: string): MaybePromise<Score>
  abstract keepDocument(score: Score): boolean

  portable(): PartUse | undefined {
    return undefined
  }
}

/** Changes the text of documents (NeMo Curator's DocumentModifier). */
export abstract class DocumentModifier implements Part {
  name: string = this.constructor.name
  version = '1'
  abstract modifyDocument(text: string): MaybePromise<string>

  portable(): PartUse | undefined {
    return undefined
  }
}

/** What `defineDocumentFilter` and `defineDocumentModifier` take beside what they do. */
export interface DocumentPartSpec<S extends OptionsShape> {
  /** `import.meta.url` of the module that exports it: workers load it from there. */
  readonly module: string
  /** Unique in that module. */
  readonly name: string
  /** Default: "1"; the code of the module counts beside it. */
  readonly version?: string
  readonly options: S
}

export interface DocumentFilterSpec<S extends OptionsShape> extends DocumentPartSpec<S> {
  create(options: OptionsOf<S>): Pick<DocumentFilter, 'scoreDocument' | 'keepDocument'>
}

export interface DocumentModifierSpec<S extends OptionsShape> extends DocumentPartSpec<S> {
  create(options: OptionsOf<S>): Pick<DocumentModifier, 'modifyDocument'>
}

/** A class of document filters or modifiers. */
export type DocumentPartConstructor<S extends OptionsShape, P> = new (
  ...options: Record<string, never> extends OptionsInput<S> ? [OptionsInput<S>?] : [OptionsInput<S>]
) => P

/**
 * Defines a document filter that workers load by its module, name and options; for ScoreFilter, Score and Filter.
 *
 * @param spec its name, options, how it scores and what it keeps
 * @returns a class: `new MyFilter({ … })`
 * @throws {UsageError} from the class, where options are not as `options` says
 * @example
 * import { defineDocumentFilter, z } from 'pawl'
 *
 * export const ShortLineFilter = defineDocumentFilter({
 *   module: import.meta.url,
 *   name: 'ShortLineFilter',
 *   options: { longest: z.number().default(80) },
 *   create: ({ longest }) => ({
 *     scoreDocument: text => text.split('\n').reduce((most, line) => Math.max(most, line.length), 0),
 *     keepDocument: score => Number(score) <= longest,
 *   }),
 * })
 */
export function defineDocumentFilter<S extends OptionsShape>(
  spec: DocumentFilterSpec<S>,
): DocumentPartConstructor<S, DocumentFilter> {
  return definePart(spec, options => new DefinedFilter(spec as unknown as DocumentFilterSpec<OptionsShape>, options))
}

/**
 * Defines what changes the text of documents, so that workers load it by its module, name and options; for Modify.
 *
 * @param spec its name, options and what it does
 * @returns a class: `new MyModifier({ … })`
 * @throws {UsageError} from the class, where options are not as `options` says
 * @example
 * import { defineDocumentModifier, z } from 'pawl'
 *
 * export const FirstLines = defineDocumentModifier({
 *   module: import.meta.url,
 *   name: 'FirstLines',
 *   options: { lines: z.number().default(10) },
 *   create: ({ lines }) => ({ modifyDocument: text => text.split('\n').slice(0, lines).join('\n') }),
 * })
 */
export function defineDocumentModifier<S extends OptionsShape>(
  spec: DocumentModifierSpec<S>,
): DocumentPartConstructor<S, DocumentModifier> {
  return definePart(
    spec,
    options => new DefinedModifier(spec as unknown as DocumentModifierSpec<OptionsShape>, options),
  )
}

type Options = Readonly<Record<string, unknown>>

function definePart<S extends OptionsShape, P extends Part>(
  spec: DocumentPartSpec<S>,
  build: (options: Options) => P,
): DocumentPartConstructor<S, P> {
  registerPart({ module: spec.module, name: spec.name, build })
  const Constructor = function construct(options?: OptionsInput<S>) {
    return build(readOptions(spec, options ?? {}))
  }
  return Constructor as unknown as DocumentPartConstructor<S, P>
}

function useOf({ module, name, version = '1' }: DocumentPartSpec<OptionsShape>, options: Options): PartUse {
  return { module, name, version, options: portableOptions(options) ?? {} }
}

class DefinedFilter extends DocumentFilter {
  #body: ReturnType<DocumentFilterSpec<OptionsShape>['create']> | undefined

  constructor(
    readonly spec: DocumentFilterSpec<OptionsShape>,
    readonly options: Options,
  ) {
    super()
    this.name = spec.name
  }

  override scoreDocument(text: string): MaybePromise<Score> {
    return this.#live.scoreDocument(text)
  }

  override keepDocument(score: Score): boolean {
    return this.#live.keepDocument(score)
  }

  override portable(): PartUse {
    return useOf(this.spec, this.options)
  }

  get #live() {
    this.#body ??= this.spec.create(this.options as OptionsOf<OptionsShape>)
    return this.#body
  }
}

class DefinedModifier extends DocumentModifier {
  #body: ReturnType<DocumentModifierSpec<OptionsShape>['create']> | undefined

  constructor(
    readonly spec: DocumentModifierSpec<OptionsShape>,
    readonly options: Options,
  ) {
    super()
    this.name = spec.name
  }

  override modifyDocument(text: string): MaybePromise<string> {
    this.#body ??= this.spec.create(this.options as OptionsOf<OptionsShape>)
    return this.#body.modifyDocument(text)
  }

  override portable(): PartUse {
    return useOf(this.spec, this.options)
  }
}

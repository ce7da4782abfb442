export type TimeUnit = 'SECONDS' | 'MILLIS' | 'MICROS' | 'NANOS'

/**
 * A type that JSON does not tell from others, known from a file with columns of types: what JSON text its values have is
 * in docs/recipes.md.
 */
export type ExactType =
  | { readonly exact: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean }
  | { readonly exact: 'float32' }
  | { readonly exact: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly exact: 'date'; readonly isMillis: boolean }
  | { readonly exact: 'time'; readonly unit: TimeUnit }
  /** An instant where there is a time zone, otherwise local time. */
  | { readonly exact: 'timestamp'; readonly unit: TimeUnit; readonly zone: string | null }
  | { readonly exact: 'duration'; readonly unit: TimeUnit }
  /** Of this many bytes each, or of any number. */
  | { readonly exact: 'binary'; readonly size: number | null }
  | { readonly exact: 'uuid' }

/** The type of a single value: `text` and `json` both hold text, the latter that of any JSON value. */
export type ScalarType = 'bool' | 'int64' | 'double' | 'text' | 'json' | ExactType

/** The type of a column or of a part of one. `null` stands everywhere for an absent field too. */
export type ColumnType = ScalarType | ListType | StructType | MapType

export interface ListType {
  readonly items: ColumnType
}

export interface StructType {
  readonly fields: RowSchema
}

/** As JSON an object, whose keys are those of the map or their JSON text. */
export interface MapType {
  readonly keys: ColumnType
  readonly values: ColumnType
}

export interface RowColumn {
  readonly name: string
  readonly type: ColumnType
}

/** The fields of a dataset's rows, in the order in which they first occur (see `inferSchema`). */
export type RowSchema = readonly RowColumn[]

export function isScalar(type: ColumnType): type is ScalarType {
  return typeof type === 'string' || 'exact' in type
}

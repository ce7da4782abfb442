"""Compares tables with what was made of them: one pair of paths a line on standard input; prints what differs."""

import math
import sys

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq


def read(path):
    if path.endswith(".parquet"):
        return pq.ParquetFile(path).read()
    try:
        return ipc.open_file(path).read_all()
    except pa.ArrowInvalid:
        return ipc.open_stream(path).read_all()


def plain(t, to_parquet):
    """The type that a column is to have: the same, but for what a format does not tell apart."""
    if pa.types.is_dictionary(t):
        return plain(t.value_type, to_parquet)
    if pa.types.is_large_string(t) or t == pa.string_view():
        return pa.string()
    if pa.types.is_large_binary(t) or t == pa.binary_view():
        return pa.binary()
    if pa.types.is_map(t):
        return pa.map_(plain(t.key_type, to_parquet), plain(t.item_type, to_parquet))
    if pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_fixed_size_list(t):
        return pa.list_(plain(t.value_type, to_parquet))
    if pa.types.is_struct(t):
        return pa.struct([pa.field(t.field(i).name, plain(t.field(i).type, to_parquet)) for i in range(t.num_fields)])
    if pa.types.is_float16(t):
        return pa.float32()
    if not to_parquet:
        return t
    if pa.types.is_timestamp(t):
        return pa.timestamp("ms" if t.unit == "s" else t.unit, None if t.tz is None else "UTC")
    if pa.types.is_time32(t):
        return pa.time32("ms")
    if pa.types.is_date(t):
        return pa.date32()
    return pa.int64() if pa.types.is_duration(t) else t


def with_utc(t):
    """Parquet names no zone but UTC, so that one from there may be called so."""
    if pa.types.is_timestamp(t) and t.tz is not None:
        return pa.timestamp(t.unit, "UTC")
    if pa.types.is_map(t):
        return pa.map_(with_utc(t.key_type), with_utc(t.item_type))
    if pa.types.is_list(t):
        return pa.list_(with_utc(t.value_type))
    if pa.types.is_struct(t):
        return pa.struct([pa.field(t.field(i).name, with_utc(t.field(i).type)) for i in range(t.num_fields)])
    return t


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


def compare(before_path, after_path):
    try:
        before = read(before_path)
    except (pa.ArrowInvalid, OSError):
        # With tiny pages pyarrow now and then writes what it cannot read itself.
        return None
    after = read(after_path)
    if before.column_names != after.column_names:
        return f"columns {before.column_names} became {after.column_names}"
    to_parquet = after_path.endswith(".parquet")
    if to_parquet:
        rows = len(duckdb.sql(f"select * from read_parquet('{after_path}')").fetchall())
        rows_of_polars = pl.read_parquet(after_path).height
        if (rows, rows_of_polars) != (after.num_rows, after.num_rows):
            return f"{after.num_rows} rows, of which DuckDB reads {rows} and polars {rows_of_polars}"
    from_parquet = before_path.endswith(".parquet")
    for name in before.column_names:
        old, new = before[name], after[name]
        wanted, found = plain(old.type, to_parquet), plain(new.type, to_parquet)
        if from_parquet:
            wanted, found = with_utc(wanted), with_utc(found)
        if wanted != found:
            return f"column {name}: {old.type} became {new.type}"
        old = old.cast(wanted) if old.type != wanted and not pa.types.is_dictionary(old.type) else old
        for row, (x, y) in enumerate(zip(old.cast(wanted).to_pylist(), new.cast(wanted).to_pylist())):
            if not same(x, y):
                return f"column {name} ({old.type}), row {row}: {x!r} became {y!r}"
    return None


for line in sys.stdin:
    before_path, after_path = line.rstrip("\n").split("\t")
    try:
        told = compare(before_path, after_path)
    except Exception as error:  # what cannot be read is a difference
        told = f"{type(error).__name__}: {error}"
    if told is not None:
        print(f"{before_path} -> {after_path}: {told}")

"""Writes tables of random types with pyarrow, polars and DuckDB: write.py FOLDER SEED COUNT."""

import datetime
import decimal
import json
import os
import random
import sys

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

folder, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rng = random.Random(seed)

SCALARS = [
    pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
    pa.float32(), pa.float64(), pa.bool_(), pa.string(), pa.large_string(), pa.binary(), pa.binary(5),
    pa.date32(), pa.decimal128(9, 2), pa.decimal128(38, 10), pa.decimal128(18, 0),
    pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.timestamp("ms", "Europe/Berlin"),
    pa.time32("ms"), pa.time64("us"), pa.time64("ns"), pa.duration("us"), pa.duration("ms"),
    pa.date64(), pa.timestamp("s"), pa.time32("s"), pa.float16(), pa.string_view(), pa.binary_view(),
]
# What each of the others can write.
PARQUET_ONLY = {str(t) for t in (pa.date64(), pa.timestamp("s"), pa.time32("s"), pa.float16(), pa.string_view(), pa.binary_view())}
MAP_KEYS = [pa.string(), pa.int64(), pa.date32(), pa.bool_(), pa.timestamp("us")]


def random_type(depth, scalars):
    kind = rng.random()
    if depth == 0 or kind < 0.6:
        return rng.choice(scalars)
    if kind < 0.78:
        return pa.list_(random_type(depth - 1, scalars))
    if kind < 0.93:
        return pa.struct([pa.field(f"f{i}", random_type(depth - 1, scalars)) for i in range(rng.randint(1, 3))])
    return pa.map_(rng.choice(MAP_KEYS), random_type(depth - 1, scalars))


def integer(bits, signed):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return rng.choice([low, high, 0, 1, rng.randint(low, high), rng.randint(0, min(high, 1000))])


def instant(unit):
    steps = {"s": 10**6, "ms": 1000, "us": 1, "ns": 1}[unit]
    micros = rng.randint(-(10**15), 2 * 10**15) // steps * steps
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)


def value(t, depth=0):
    if rng.random() < 0.15 and depth >= 0:
        return None
    if pa.types.is_integer(t):
        return integer(t.bit_width, pa.types.is_signed_integer(t))
    if pa.types.is_float16(t):
        return rng.choice([0.0, 1.5, -2.25, 1024.0])
    if pa.types.is_float32(t):
        return rng.choice([0.0, -0.0, 1.5, float("nan"), float("inf"), -3.0e38, 2.0**-130])
    if pa.types.is_float64(t):
        return rng.choice([0.1, -0.0, float("nan"), float("-inf"), 1e308, 5e-324, 1 / 3, 123456789.125])
    if pa.types.is_boolean(t):
        return rng.random() < 0.5
    if pa.types.is_string(t) or pa.types.is_large_string(t) or t == pa.string_view():
        return rng.choice(["", "a", 'quote " and \\', "line\nend", "日本語", "😀", "NaN", "1", "null", "x" * 40])
    if pa.types.is_fixed_size_binary(t):
        return rng.randbytes(t.byte_width)
    if pa.types.is_binary(t) or t == pa.binary_view():
        return rng.randbytes(rng.choice([0, 1, 3, 17]))
    if pa.types.is_date(t):
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=rng.randint(-20000, 40000))
    if pa.types.is_decimal(t):
        digits = rng.randint(1, t.precision)
        return decimal.Decimal(rng.randint(-(10**digits) + 1, 10**digits - 1)).scaleb(-t.scale, decimal.Context(prec=40))
    if pa.types.is_timestamp(t):
        return instant(t.unit)
    if pa.types.is_time(t):
        step = {"s": 10**6, "ms": 1000, "us": 1, "ns": 1}[t.unit]
        micros = rng.randrange(86_400_000_000) // step * step
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)).time()
    if pa.types.is_duration(t):
        return datetime.timedelta(milliseconds=rng.randint(-(10**9), 10**9))
    if pa.types.is_map(t):
        keys = {json.dumps(str(k)): k for k in (value(t.key_type, -1) for _ in range(rng.randint(0, 3)))}
        return [(k, value(t.item_type)) for k in keys.values()]
    if pa.types.is_list(t):
        return [value(t.value_type) for _ in range(rng.choice([0, 0, 1, 3]))]
    return {t.field(i).name: value(t.field(i).type) for i in range(t.num_fields)}


def table(scalars, depth):
    rows = rng.choice([1, 5, 40])
    fields = [pa.field("text", pa.string())]
    fields += [pa.field(f"c{i}", random_type(depth, scalars)) for i in range(rng.randint(2, 6))]
    columns = []
    for field in fields:
        mode = rng.random()
        cells = [None if mode < 0.08 else value(field.type) for _ in range(rows)]
        columns.append(pa.array(cells, field.type))
    return pa.table(columns, schema=pa.schema(fields))


def write(index):
    plain = [t for t in SCALARS if str(t) not in PARQUET_ONLY]
    by_arrow = table(SCALARS, 3)
    stem = os.path.join(folder, f"{index:04}")
    with ipc.new_file(f"{stem}.file.arrow", by_arrow.schema, options=ipc.IpcWriteOptions(compression=rng.choice([None, "lz4", "zstd"]))) as out:
        out.write_table(by_arrow, max_chunksize=rng.choice([3, 1000]))
    with ipc.new_stream(f"{stem}.stream.arrow", by_arrow.schema) as out:
        out.write_table(by_arrow)
    by_parquet = table(plain, 3)
    pq.write_table(
        by_parquet, f"{stem}.pa.parquet",
        compression=rng.choice(["snappy", "zstd", "gzip", "lz4", "brotli", "none"]),
        data_page_version=rng.choice(["1.0", "2.0"]), use_dictionary=rng.random() < 0.5,
        row_group_size=rng.choice([3, 1000]), data_page_size=rng.choice([16, 1 << 20]),
        write_page_checksum=rng.random() < 0.5, store_schema=rng.random() < 0.5,
        store_decimal_as_integer=rng.random() < 0.5,
    )
    no_maps = [t for t in plain if not (pa.types.is_fixed_size_binary(t) or pa.types.is_decimal(t) or pa.types.is_float16(t) or str(t) == "time32[ms]")]
    flat = table(no_maps, 1)
    flat = flat.drop_columns([f.name for f in flat.schema if "map" in str(f.type)])
    frame = pl.from_arrow(flat)
    frame.write_parquet(f"{stem}.pl.parquet", compression=rng.choice(["zstd", "snappy", "lz4", "uncompressed"]))
    frame.write_ipc(f"{stem}.pl.arrow", compression=rng.choice(["uncompressed", "lz4", "zstd"]))
    durations = [f.name for f in flat.schema if "duration" in str(f.type)]
    source = flat.drop_columns(durations)
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("source", source)
    connection.execute(f"copy source to '{stem}.dd.parquet' (format parquet, compression {rng.choice(['snappy', 'zstd', 'uncompressed'])})")


for index in range(count):
    write(index)

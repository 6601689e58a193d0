"""Reads an Avro container file with Apache Avro's own library, prints the values, and writes them to a second file.

usage: avro_roundtrip.py SCHEMA IN OUT
Prints the schema's canonical form, then one JSON object a record: numbers as decimal text, doubles as the hex digits of
their bits, bytes as hex, times as milliseconds, as RecordTree.cs makes them.
"""

import datetime
import decimal
import json
import struct
import sys
import warnings

warnings.simplefilter("ignore")  # logical types that the library does not know

import avro.datafile
import avro.io
import avro.schema

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def tree(value):
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float):
        return struct.pack(">d", value).hex()
    if isinstance(value, datetime.datetime):
        return str((value - EPOCH) // datetime.timedelta(milliseconds=1))
    if isinstance(value, (int, decimal.Decimal)):
        return str(int(value))
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [tree(item) for item in value]
    return {name: tree(item) for name, item in value.items()}


def main(schema_path, source, target):
    decimal.getcontext().prec = 60
    with open(schema_path, encoding="utf-8") as file:
        schema = avro.schema.parse(file.read())
    print(schema.canonical_form)
    with avro.datafile.DataFileReader(open(source, "rb"), avro.io.DatumReader(schema, schema)) as reader:
        records = list(reader)
    for record in records:
        print(json.dumps(tree(record), ensure_ascii=False))
    with avro.datafile.DataFileWriter(open(target, "wb"), avro.io.DatumWriter(), schema, codec="deflate") as writer:
        for record in records:
            writer.append(record)


main(*sys.argv[1:])

"""Reads values of one schema with another, by Apache Avro's own library, and writes them with the other.

usage: avro_resolve.py WRITER READER < one value a line, hex
"""

import decimal
import io
import sys
import warnings

warnings.simplefilter("ignore")  # logical types that the library does not know

import avro.io
import avro.schema


def main(writer_path, reader_path):
    decimal.getcontext().prec = 60
    with open(writer_path, encoding="utf-8") as writer_file, open(reader_path, encoding="utf-8") as reader_file:
        writer, reader = avro.schema.parse(writer_file.read()), avro.schema.parse(reader_file.read())
    for line in sys.stdin:
        datum = avro.io.DatumReader(writer, reader).read(avro.io.BinaryDecoder(io.BytesIO(bytes.fromhex(line))))
        output = io.BytesIO()
        avro.io.DatumWriter(reader).write(datum, avro.io.BinaryEncoder(output))
        print(output.getvalue().hex())


main(*sys.argv[1:])

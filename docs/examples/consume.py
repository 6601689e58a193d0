#!/usr/bin/env python3
"""Prints a topic as JSON, a record a line: consume.py HOST:PORT TOPIC SCHEMA.avsc [MAX]

Needs kafka-python, avro and, since messages are compressed with it, lz4 (Debian: python3-kafka python3-avro python3-lz4).
kafka-python before 2.1 gives out the markers of transactions, which have no headers, and cannot hide transactions that were given up: a record's id,
or its place in the block, tells repeats apart.
"""
import io
import json
import sys

import avro.io
import avro.schema
from kafka import KafkaConsumer

servers, topic, schema_file = sys.argv[1:4]
most = int(sys.argv[4]) if len(sys.argv) > 4 else None
reader = avro.io.DatumReader(avro.schema.parse(open(schema_file).read()))

consumer = KafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest", enable_auto_commit=False)
records = (message for message in consumer if any(name == "schema" for name, _ in message.headers))
for count, message in enumerate(records, start=1):
    # Single-object encoding: C3 01 and the schema's fingerprint come before the record.
    # (With a schema registry: one zero byte and the schema's id, 5 bytes in all.)
    head = 10 if message.value[:2] == b"\xc3\x01" else 5
    record = reader.read(avro.io.BinaryDecoder(io.BytesIO(message.value[head:])))
    print(json.dumps(record, default=str), flush=True)
    if count == most:
        break

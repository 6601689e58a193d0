"""Reads blocks of ClickHouse's Native format from standard input, as a client of a protocol version does, and prints the
columns whose names start with v, one JSON array a row. The values are read by clickhouse-driver, an independent client."""
import io
import json
import sys

from clickhouse_driver.bufferedreader import BufferedReader
from clickhouse_driver.columns.service import read_column
from clickhouse_driver.block import BlockInfo
from clickhouse_driver.context import Context
from clickhouse_driver.reader import read_binary_str, read_binary_uint8
from clickhouse_driver.varint import read_varint


class Reader(BufferedReader):
    def __init__(self, data):
        self.data = io.BytesIO(data)
        super().__init__(1 << 16)

    def read_into_buffer(self):
        n = self.data.readinto(self.buffer)
        self.current_buffer_size = n
        if n == 0:
            raise EOFError


revision = int(sys.argv[1])
source = Reader(sys.stdin.buffer.read())
context = Context()
context.client_settings = {"strings_as_bytes": False, "strings_encoding": "utf-8", "use_numpy": False,
                           "input_format_null_as_default": False, "namedtuple_as_json": False, "server_side_params": False}
context.settings = {}


class ServerInfo:
    revision = int(sys.argv[1])
    used_revision = int(sys.argv[1])

    def get_timezone(self):
        return "UTC"

    timezone = "UTC"


context.server_info = ServerInfo()
while True:
    try:
        BlockInfo().read(source)
    except EOFError:
        break
    columns, rows = read_varint(source), read_varint(source)
    shown = []
    for _ in range(columns):
        name, kind = read_binary_str(source), read_binary_str(source)
        if revision >= 54454:
            assert read_binary_uint8(source) == 0, "custom serialization"
        if rows:
            values = read_column(context, kind, rows, source)
            if name.startswith("v"):
                shown.append(values)
    for row in zip(*shown):
        print(json.dumps(row, default=str))

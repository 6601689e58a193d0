"""Random pairs of schemas and values, and what reading one as the other must give.

usage: avro_resolution.py generate SEED COUNT    prints a JSON object a case: writer, reader, body (hex)
       avro_resolution.py check                  reads the same from standard input, with what was made of it: ours (hex or
                                                 null), mismatches (paths and rules), isWhole; prints what is wrong, then counts

Three judges: the rules applied to the values themselves, below; Apache Avro's own reader, where it knows the rule (1.11.1
lacks promotions in arrays and of strings, aliases and enum defaults); and its check of compatibility.
"""

import io
import json
import random
import struct
import sys
import warnings

warnings.simplefilter("ignore")

import avro.compatibility
import avro.errors
import avro.io
import avro.schema

PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]
PROMOTIONS = {"int": ["long", "float", "double"], "long": ["float", "double"], "float": ["double"], "string": ["bytes"], "bytes": ["string"]}
SYMBOLS = ["A", "B", "C", "D", "E"]


class Unreadable(Exception):
    """The value cannot be one of the reader's."""


# ---- making schemas


class Maker:
    def __init__(self, rng):
        self.rng = rng
        self.names = 0

    def name(self, kind):
        self.names += 1
        return f"n.{kind}{self.names}"

    def schema(self, depth):
        kind = self.rng.choice(PRIMITIVES if depth == 0 else PRIMITIVES + ["array", "map", "fixed", "enum", "record", "record", "record", "union", "union"])
        if kind == "array":
            return {"type": "array", "items": self.schema(depth - 1)}
        if kind == "map":
            return {"type": "map", "values": self.schema(depth - 1)}
        if kind == "fixed":
            return {"type": "fixed", "name": self.name("F"), "size": self.rng.randint(0, 3)}
        if kind == "enum":
            return {"type": "enum", "name": self.name("E"), "symbols": self.rng.sample(SYMBOLS, self.rng.randint(1, 4))}
        if kind == "record":
            return self.record(depth)
        if kind == "union":
            return self.union([self.schema(depth - 1) for _ in range(self.rng.randint(1, 4))])
        return kind

    def record(self, depth):
        fields = [self.field(f"f{i}", self.schema(depth - 1)) for i in range(self.rng.randint(0, 4))]
        return {"type": "record", "name": self.name("R"), "fields": fields}

    def field(self, name, schema):
        field = {"name": name, "type": schema}
        if self.rng.random() < 0.6:
            value = default_of(self.rng, schema)
            if value is not MISSING:
                field["default"] = value
        return field

    @staticmethod
    def union(branches):
        """A union holds no union, and only named types twice."""
        kept, seen = [], set()
        for branch in branches:
            kind = kind_of(branch)
            if kind == "union" or (kind in seen and kind not in ("record", "enum", "fixed")):
                continue
            seen.add(kind)
            kept.append(branch)
        return kept or ["null"]

    def changed(self, schema, depth):
        """The schema as another version has it: mostly alike."""
        if self.rng.random() < 0.06:
            return self.schema(depth)
        kind = kind_of(schema)
        if kind != "union" and self.rng.random() < 0.1:
            branches = [self.changed(schema, depth), self.schema(0)]
            self.rng.shuffle(branches)
            return self.union(branches)
        if kind == "array":
            return {"type": "array", "items": self.changed(schema["items"], depth - 1)}
        if kind == "map":
            return {"type": "map", "values": self.changed(schema["values"], depth - 1)}
        if kind == "fixed":
            return dict(schema, size=schema["size"] + 1) if self.rng.random() < 0.1 else dict(schema)
        if kind == "enum":
            symbols = [s for s in SYMBOLS if s in schema["symbols"] and self.rng.random() < 0.9 or self.rng.random() < 0.2] or ["A"]
            self.rng.shuffle(symbols)
            changed = dict(schema, symbols=symbols)
            if self.rng.random() < 0.3:
                changed["default"] = self.rng.choice(symbols)
            return changed
        if kind == "record":
            return self.changed_record(schema, depth)
        if kind == "union":
            branches = [self.changed(b, depth - 1) for b in schema if self.rng.random() < 0.9] or ["null"]
            if self.rng.random() < 0.3:
                branches.append(self.schema(0))
            if self.rng.random() < 0.3:
                self.rng.shuffle(branches)
            if len(branches) == 1 and self.rng.random() < 0.5:
                return branches[0]
            return self.union(branches)
        if self.rng.random() < 0.25 and schema in PROMOTIONS:
            return self.rng.choice(PROMOTIONS[schema])
        return schema

    def changed_record(self, schema, depth):
        fields = []
        for field in schema["fields"]:
            if self.rng.random() < 0.15:
                continue
            changed = self.field(field["name"], self.changed(field["type"], depth - 1))
            if self.rng.random() < 0.1:
                changed["name"] = field["name"] + "_renamed"
                changed["aliases"] = [field["name"]]
            fields.append(changed)
        for i in range(self.rng.randint(0, 2)):
            fields.insert(self.rng.randint(0, len(fields)), self.field(f"g{i}", self.schema(min(depth - 1, 1) if depth > 1 else 0)))
        if self.rng.random() < 0.3:
            self.rng.shuffle(fields)
        record = {"type": "record", "name": schema["name"], "fields": fields}
        if self.rng.random() < 0.1:
            record["name"], record["aliases"] = self.name("R"), [schema["name"]]
        return record


MISSING = object()


def kind_of(schema):
    return "union" if isinstance(schema, list) else schema if isinstance(schema, str) else schema["type"]


def default_of(rng, schema):
    kind = kind_of(schema)
    if kind == "null":
        return None
    if kind == "boolean":
        return rng.random() < 0.5
    if kind in ("int", "long"):
        return rng.choice([0, 1, -1, 2**31 - 1, -(2**31), rng.randint(-1000, 1000)])
    if kind in ("float", "double"):
        return rng.choice([0.0, -1.5, 0.25])
    if kind == "string":
        return rng.choice(["", "x", "\u00e9\u4e2d"])
    if kind == "bytes":
        return rng.choice(["", "\u00ff\u0001"])
    if kind == "fixed":
        return "".join(chr(rng.randint(0, 255)) for _ in range(schema["size"]))
    if kind == "enum":
        return rng.choice(schema["symbols"])
    if kind in ("array", "map"):
        inner = default_of(rng, schema["items" if kind == "array" else "values"])
        if inner is MISSING or rng.random() < 0.5:
            return [] if kind == "array" else {}
        return [inner] if kind == "array" else {"k": inner}
    if kind == "union":
        return default_of(rng, schema[0])
    values = {}
    for field in schema["fields"]:
        if "default" in field and rng.random() < 0.5:
            continue
        value = default_of(rng, field["type"])
        if value is MISSING:
            return MISSING
        values[field["name"]] = value
    return values


# ---- values: a union's is (branch number, value), so that nothing has to be guessed


def value_of(rng, schema):
    kind = kind_of(schema)
    if kind == "null":
        return None
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "int":
        return rng.choice([0, 1, -1, 2**31 - 1, -(2**31), rng.randint(-1000, 1000)])
    if kind == "long":
        return rng.choice([0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1, rng.randint(-(2**40), 2**40)])
    if kind == "float":
        return struct.unpack("<f", struct.pack("<f", rng.choice([0.0, -1.5, 3.4e38, 1e-40, rng.random()])))[0]
    if kind == "double":
        return rng.choice([0.0, -1.5, 1.7e308, 5e-324, rng.random()])
    if kind == "string":
        return rng.choice(["", "a", "\u00e9\u4e2d\U0001f600", "x" * 70])
    if kind == "bytes":
        return rng.choice([b"", b"\x00\xff", b"plain", "\u00e9".encode()])
    if kind == "fixed":
        return bytes(rng.randint(0, 255) for _ in range(schema["size"]))
    if kind == "enum":
        return rng.choice(schema["symbols"])
    if kind == "array":
        return [value_of(rng, schema["items"]) for _ in range(rng.randint(0, 3))]
    if kind == "map":
        return {f"k{i}": value_of(rng, schema["values"]) for i in range(rng.randint(0, 3))}
    if kind == "union":
        branch = rng.randrange(len(schema))
        return (branch, value_of(rng, schema[branch]))
    return {f["name"]: value_of(rng, f["type"]) for f in schema["fields"]}


def put_long(out, n):
    n = (n << 1) ^ (n >> 63)
    while n & ~0x7F:
        out.append((n & 0x7F) | 0x80)
        n >>= 7
    out.append(n)


def encode(rng, schema, value, out):
    kind = kind_of(schema)
    if kind == "boolean":
        out.append(1 if value else 0)
    elif kind in ("int", "long"):
        put_long(out, value)
    elif kind == "float":
        out += struct.pack("<f", value)
    elif kind == "double":
        out += struct.pack("<d", value)
    elif kind in ("string", "bytes"):
        raw = value.encode() if kind == "string" else value
        put_long(out, len(raw))
        out += raw
    elif kind == "fixed":
        out += value
    elif kind == "enum":
        put_long(out, schema["symbols"].index(value))
    elif kind == "union":
        put_long(out, value[0])
        encode(rng, schema[value[0]], value[1], out)
    elif kind == "record":
        for field in schema["fields"]:
            encode(rng, field["type"], value[field["name"]], out)
    elif kind in ("array", "map"):
        items = list(value.items()) if kind == "map" else value
        while items:
            n = rng.randint(1, len(items))
            block = bytearray()
            for item in items[:n]:
                if kind == "map":
                    encode(rng, "string", item[0], block)
                    encode(rng, schema["values"], item[1], block)
                else:
                    encode(rng, schema["items"], item, block)
            if rng.random() < 0.5:
                put_long(out, n)
            else:
                put_long(out, -n)
                put_long(out, len(block))
            out += block
            items = items[n:]
        put_long(out, 0)


def get_long(data, at):
    shift = result = 0
    while True:
        b = data[at]
        at += 1
        result |= (b & 0x7F) << shift
        shift += 7
        if b < 0x80:
            return (result >> 1) ^ -(result & 1), at


def decode(schema, data, at):
    kind = kind_of(schema)
    if kind == "null":
        return None, at
    if kind == "boolean":
        assert data[at] < 2
        return data[at] == 1, at + 1
    if kind in ("int", "long"):
        return get_long(data, at)
    if kind == "float":
        return struct.unpack_from("<f", data, at)[0], at + 4
    if kind == "double":
        return struct.unpack_from("<d", data, at)[0], at + 8
    if kind in ("string", "bytes"):
        n, at = get_long(data, at)
        raw = bytes(data[at : at + n])
        assert len(raw) == n
        return raw.decode() if kind == "string" else raw, at + n
    if kind == "fixed":
        return bytes(data[at : at + schema["size"]]), at + schema["size"]
    if kind == "enum":
        n, at = get_long(data, at)
        return schema["symbols"][n], at
    if kind == "union":
        n, at = get_long(data, at)
        value, at = decode(schema[n], data, at)
        return (n, value), at
    if kind == "record":
        values = {}
        for field in schema["fields"]:
            values[field["name"]], at = decode(field["type"], data, at)
        return values, at
    items = [] if kind == "array" else {}
    while True:
        n, at = get_long(data, at)
        if n == 0:
            return items, at
        if n < 0:
            _, at = get_long(data, at)
        for _ in range(abs(n)):
            if kind == "array":
                item, at = decode(schema["items"], data, at)
                items.append(item)
            else:
                key, at = decode("string", data, at)
                items[key], at = decode(schema["values"], data, at)


# ---- the rules, on values


def default_value(schema, json_value):
    kind = kind_of(schema)
    if kind in ("bytes", "fixed"):
        return json_value.encode("latin-1")
    if kind in ("float", "double"):
        return float(json_value)
    if kind == "array":
        return [default_value(schema["items"], v) for v in json_value]
    if kind == "map":
        return {k: default_value(schema["values"], v) for k, v in json_value.items()}
    if kind == "union":
        return (0, default_value(schema[0], json_value))
    if kind == "record":
        return {f["name"]: default_value(f["type"], json_value[f["name"]] if f["name"] in json_value else f["default"]) for f in schema["fields"]}
    return json_value


def matches(writer, reader):
    """Whether any value may pass; deep, as the choice of a union's branch asks."""
    w, r = kind_of(writer), kind_of(reader)
    if w == "union":
        return any(matches(b, reader) for b in writer)
    if r == "union":
        return branch_of(writer, reader) is not None
    if w != r:
        return r in PROMOTIONS.get(w, [])
    if w in ("record", "enum", "fixed"):
        if writer["name"].split(".")[-1] != reader["name"].split(".")[-1] and writer["name"] not in reader.get("aliases", []):
            return False
    if w == "fixed":
        return writer["size"] == reader["size"]
    if w in ("array", "map"):
        key = "items" if w == "array" else "values"
        return matches(writer[key], reader[key])
    if w == "record":
        for field, source in sources(writer, reader):
            if source is None and "default" not in field:
                return False
            if source is not None and not matches(source["type"], field["type"]):
                return False
    return True


def branch_of(writer, union):
    same = [i for i, b in enumerate(union) if kind_of(b) == kind_of(writer) and (not isinstance(b, dict) or b.get("name") == writer.get("name"))]
    for i in same + [i for i in range(len(union)) if i not in same]:
        if matches(writer, union[i]):
            return i
    return None


def sources(writer, reader):
    free = {f["name"]: f for f in writer["fields"]}
    found = {f["name"]: free.pop(f["name"]) for f in reader["fields"] if f["name"] in free}
    for field in reader["fields"]:
        for alias in field.get("aliases", []):
            if field["name"] not in found and alias in free:
                found[field["name"]] = free.pop(alias)
    return [(f, found.get(f["name"])) for f in reader["fields"]]


def resolve(writer, reader, value):
    w, r = kind_of(writer), kind_of(reader)
    if w == "union":
        return resolve(writer[value[0]], reader, value[1])
    if not matches(writer, reader):
        raise Unreadable
    if r == "union":
        branch = branch_of(writer, reader)
        return (branch, resolve(writer, reader[branch], value))
    if r == "float":
        return struct.unpack("<f", struct.pack("<f", value))[0]
    if r == "double":
        return float(value)
    if (w, r) == ("string", "bytes"):
        return value.encode()
    if (w, r) == ("bytes", "string"):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise Unreadable
    if r == "enum" and value not in reader["symbols"]:
        if "default" not in reader:
            raise Unreadable
        return reader["default"]
    if r == "array":
        return [resolve(writer["items"], reader["items"], v) for v in value]
    if r == "map":
        return {k: resolve(writer["values"], reader["values"], v) for k, v in value.items()}
    if r == "record":
        return {
            f["name"]: default_value(f["type"], f["default"]) if s is None else resolve(s["type"], f["type"], value[s["name"]])
            for f, s in sources(writer, reader)
        }
    return value


# ---- the library


def plain(schema, value):
    """A value without its branch numbers, as the library has it."""
    kind = kind_of(schema)
    if kind == "union":
        return plain(schema[value[0]], value[1])
    if kind == "record":
        return {f["name"]: plain(f["type"], value[f["name"]]) for f in schema["fields"]}
    if kind == "array":
        return [plain(schema["items"], v) for v in value]
    if kind == "map":
        return {k: plain(schema["values"], v) for k, v in value.items()}
    return value


def alike(a, b):
    """Equal; the library leaves an int that was promoted an int, and makes UTF-8 of a default's bytes."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or float(a) == float(b) or (abs(b) < 3e38 and a == struct.unpack("<f", struct.pack("<f", b))[0])
    if isinstance(a, bytes) and isinstance(b, bytes):
        return a == b or a.decode("latin-1").encode() == b
    return a == b


def library_reads(writer, reader, body):
    datum_reader = avro.io.DatumReader(avro.schema.parse(json.dumps(writer)), avro.schema.parse(json.dumps(reader)))
    return datum_reader.read(avro.io.BinaryDecoder(io.BytesIO(body)))


# ---- commands


def generate(seed, count):
    for i in range(count):
        rng = random.Random(f"{seed}/{i}")
        maker = Maker(rng)
        writer = maker.record(3) if i % 4 else maker.schema(2)
        reader = maker.changed(writer, 3) if i % 20 else maker.schema(2)
        for _ in range(3):
            body = bytearray()
            encode(rng, writer, value_of(rng, writer), body)
            print(json.dumps({"writer": writer, "reader": reader, "body": body.hex()}))


def check():
    counts = {"cases": 0, "read": 0, "refused": 0, "library": 0}
    for line in sys.stdin:
        case = json.loads(line)
        writer, reader, body = case["writer"], case["reader"], bytes.fromhex(case["body"])
        value, end = decode(writer, body, 0)
        assert end == len(body)
        counts["cases"] += 1

        try:
            expected, is_readable = resolve(writer, reader, value), True
        except Unreadable:
            expected, is_readable = None, False
        got = None
        if case["ours"] is not None:
            ours = bytes.fromhex(case["ours"])
            got, end = decode(reader, ours, 0)
            if end != len(ours):
                print("bytes are left:", line)
        if is_readable != (case["ours"] is not None) or (is_readable and got != expected):
            print("wrong value:", line, "expected", expected if is_readable else "a refusal", "got", got)
        counts["read" if is_readable else "refused"] += 1

        try:
            theirs = library_reads(writer, reader, body)
        except Exception:  # it does not know the rule, or the value is unreadable
            theirs = MISSING
        if theirs is not MISSING and is_readable and "aliases" not in json.dumps(reader):
            counts["library"] += 1
            if not alike(plain(reader, got), theirs):
                print("not as the library:", line, "got", plain(reader, got), "library", theirs)

        answer = avro.compatibility.ReaderWriterCompatibilityChecker().get_compatibility(
            avro.schema.parse(json.dumps(reader)), avro.schema.parse(json.dumps(writer))
        )
        is_compatible = answer.compatibility == avro.compatibility.SchemaCompatibilityType.compatible
        if is_compatible != case["isWhole"]:
            print("compatibility:", line, "library", is_compatible, answer.messages)
    print(json.dumps(counts))


if sys.argv[1] == "generate":
    generate(sys.argv[2], int(sys.argv[3]))
else:
    check()

#!/usr/bin/env python3
"""Proportions of blocks, read from raw JSON alone: a table with a column for each input.

    eng/shape.py NAME=FILE...      FILE: a getBlock result (.json), one a line (.jsonl), either with .gz

Nothing of the project's own reader is used, so that the table can be held against its figures. Encodings "json" and "base64".
"""
import base64
import gzip
import json
import sys

VOTE, BUDGET = "Vote111111111111111111111111111111111111111", "ComputeBudget111111111111111111111111111111"
TIPS = {
    "96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5", "HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe", "Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY",
    "ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49", "DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh", "ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt",
    "DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL", "3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT",
}
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


class Wire:
    """A serialised transaction: signatures, keys, programs and accounts of instructions."""

    def __init__(self, data):
        self.data, self.at = data, 0
        self.signatures = self.count()
        self.at += 64 * self.signatures
        if self.data[self.at] & 0x80:
            self.at += 1
        self.at += 3
        self.keys = [base58(self.take(32)) for _ in range(self.count())]
        self.at += 32
        self.programs = []
        for _ in range(self.count()):
            self.programs.append(self.take(1)[0])
            self.take(self.count())
            self.take(self.count())

    def count(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def take(self, length):
        self.at += length
        return self.data[self.at - length:self.at]


def parts(tx):
    """Signatures, keys in the order of balances, and programs of outer instructions."""
    body, loaded = tx["transaction"], tx["meta"].get("loadedAddresses") or {}
    if isinstance(body, list):
        wire = Wire(base64.b64decode(body[0]))
        signatures, keys, programs = wire.signatures, wire.keys, wire.programs
    else:
        message = body["message"]
        signatures, keys, programs = len(body["signatures"]), list(message["accountKeys"]), [i["programIdIndex"] for i in message["instructions"]]
    keys = keys + loaded.get("writable", []) + loaded.get("readonly", [])
    return signatures, keys, [keys[p] for p in programs]


def blocks(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as file:
        for line in file if ".jsonl" in path else [file.read()]:
            block = json.loads(line)
            yield block.get("block") or block.get("result") or block, len(line)


def shape(path):
    n = dict.fromkeys("blocks bytes all votes others failed versioned budget tipped landed outer inner accounts signers units".split(), 0)
    for block, size in blocks(path):
        n["blocks"] += 1
        n["bytes"] += size
        for tx in block["transactions"]:
            signatures, keys, programs = parts(tx)
            meta = tx["meta"]
            n["all"] += 1
            if VOTE in programs:
                n["votes"] += 1
                continue
            n["others"] += 1
            n["versioned"] += tx.get("version", "legacy") != "legacy"
            n["budget"] += BUDGET in programs
            n["outer"] += len(programs)
            n["inner"] += sum(len(i["instructions"]) for i in meta.get("innerInstructions") or [])
            n["accounts"] += len(keys)
            n["signers"] += signatures
            n["units"] += meta.get("computeUnitsConsumed") or 0
            if meta["err"] is not None:
                n["failed"] += 1
                continue
            n["landed"] += 1
            n["tipped"] += any(k in TIPS and after > before for k, before, after in zip(keys, meta["preBalances"], meta["postBalances"]))
    return n


def rows(n):
    share = lambda a, b: f"{100 * a / b:.1f} %" if b else "–"
    mean = lambda a, b: f"{a / b:.1f}" if b else "–"
    return [
        ("blocks", f"{n['blocks']:,}"), ("transactions a block", mean(n["all"], n["blocks"])), ("votes", share(n["votes"], n["all"])),
        ("other transactions a block", mean(n["others"], n["blocks"])), ("of them failed", share(n["failed"], n["others"])),
        ("of them versioned", share(n["versioned"], n["others"])), ("of them with a compute budget", share(n["budget"], n["others"])),
        ("of those that landed, tipped", share(n["tipped"], n["landed"])), ("outer instructions", mean(n["outer"], n["others"])),
        ("inner instructions", mean(n["inner"], n["others"])), ("accounts", mean(n["accounts"], n["others"])), ("signers", f"{n['signers'] / max(1, n['others']):.2f}"),
        ("compute units", f"{n['units'] // max(1, n['others']):,}"), ("JSON, MB a block", f"{n['bytes'] / max(1, n['blocks']) / 1e6:.2f}"),
    ]


def main():
    inputs = [a.split("=", 1) for a in sys.argv[1:]]
    if not inputs or any(len(i) != 2 for i in inputs):
        sys.exit(__doc__)
    columns = [rows(shape(path)) for _, path in inputs]
    print("| | " + " | ".join(name for name, _ in inputs) + " |")
    print("|---" * (len(inputs) + 1) + "|")
    for i, (label, _) in enumerate(columns[0]):
        print(f"| {label} | " + " | ".join(c[i][1] for c in columns) + " |")


main()

#!/usr/bin/env python3
"""Proportions of blocks, read from raw JSON alone: a table with a column for each input.

    eng/shape.py [--reader SLUICE] NAME=FILE...      FILE: a getBlock result (.json), one a line (.jsonl), either with .gz

Nothing of the project's own reader is used, so that the table can be held against its figures; with --reader ./sluice the last row says how many of the swaps
that are counted here it reads. Encodings "json" and "base64".

A swap is an instruction, of any depth, that moves two tokens under two authorities and holds no other swap: the trader's authority and the pool's. Instructions of pump.fun,
which pay out lamports without a transfer, are swaps where they move one token. What settles in an order book without moving tokens is not seen.
"""
import base64
import gzip
import json
import subprocess
import sys
import tempfile

VOTE, BUDGET = "Vote111111111111111111111111111111111111111", "ComputeBudget111111111111111111111111111111"
TIPS = {
    "96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5", "HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe", "Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY",
    "ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49", "DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh", "ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt",
    "DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL", "3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT",
}
TOKENS = {"TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"}
PUMP, SOL = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "So11111111111111111111111111111111111111112"
ROUTERS = ("JUP2", "JUP3", "JUP4", "JUP5", "JUP6")
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


def unbase58(text):
    number = 0
    for letter in text:
        number = number * 58 + ALPHABET.index(letter)
    return b"\0" * (len(text) - len(text.lstrip("1"))) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def moved(ix, program, mints):
    """Mint and authority of a token transfer; None for other instructions."""
    if program not in TOKENS:
        return None
    data, accounts = unbase58(ix["data"]), ix["accounts"]
    plain, checked = data[:1] == b"\3", data[:1] == b"\x0c" or data[:2] == b"\x1a\1"
    if not (plain and len(accounts) > 2 or checked and len(accounts) > 3):
        return None
    mint = mints.get(accounts[0]) or mints.get(accounts[2 if checked else 1]) or SOL  # an account that is opened and closed within is wrapped SOL
    return mint, accounts[3 if checked else 2]


def swaps(inner, keys, mints, program):
    """Swaps below an outer instruction, itself among them; inner ones in order of execution, with heights where they are told."""
    frames, stack, found = [(1, program, [], [])], [0], 0

    def close(to):
        nonlocal found
        while len(stack) > to:
            at = stack.pop()
            _, name, moves, below = frames[at]
            pair = any(a[0] != b[0] and a[1] != b[1] for a in moves for b in moves) or (name == PUMP and moves)
            if pair and not below and not name.startswith(ROUTERS):
                found += 1
                below = [True]
                moves = []
            if stack:
                frames[stack[-1]][2].extend(moves)
                frames[stack[-1]][3].extend(below)

    for ix in inner:
        name = keys[ix["programIdIndex"]]
        move, height = moved(ix, name, mints), ix.get("stackHeight")
        if name in TOKENS:
            if move:
                close(height - 1 if height else len(stack))
                frames[stack[-1]][2].append(move)
            continue
        close(height - 1 if height else 1)  # without heights each call is taken for one of the outer instruction's
        frames.append((height, name, [], []))
        stack.append(len(frames) - 1)
    close(0)
    return found


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
    n = dict.fromkeys("blocks bytes all votes others failed versioned budget tipped landed outer inner accounts signers units landed_accounts landed_units swaps routes hops".split(), 0)
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
            n["landed_accounts"] += len(keys)
            n["landed_units"] += meta.get("computeUnitsConsumed") or 0
            mints = {b["accountIndex"]: b["mint"] for b in (meta.get("preTokenBalances") or []) + (meta.get("postTokenBalances") or [])}
            inner = {i["index"]: i["instructions"] for i in meta.get("innerInstructions") or []}
            for at, program in enumerate(programs):
                count = swaps(inner.get(at, []), keys, mints, program)
                n["swaps"] += count
                if program.startswith(ROUTERS) and count:
                    n["routes"] += 1
                    n["hops"] += count
            n["tipped"] += any(k in TIPS and after > before for k, before, after in zip(keys, meta["preBalances"], meta["postBalances"]))
    return n


def read(sluice, path):
    """Swaps that the project's own reader finds."""
    with tempfile.TemporaryDirectory() as store:
        lines = subprocess.run([sluice, "replay", path, "--json", "--store", store], check=True, capture_output=True, text=True).stdout.splitlines()
    return json.loads(lines[-1])["swaps"]


def rows(n):
    share = lambda a, b: f"{100 * a / b:.1f} %" if b else "–"
    mean = lambda a, b: f"{a / b:.1f}" if b else "–"
    return [
        ("blocks", f"{n['blocks']:,}"), ("transactions a block", mean(n["all"], n["blocks"])), ("votes", share(n["votes"], n["all"])),
        ("other transactions a block", mean(n["others"], n["blocks"])), ("of them failed", share(n["failed"], n["others"])),
        ("of them versioned", share(n["versioned"], n["others"])), ("of them with a compute budget", share(n["budget"], n["others"])),
        ("of those that landed, tipped", share(n["tipped"], n["landed"])), ("outer instructions", mean(n["outer"], n["others"])),
        ("inner instructions", mean(n["inner"], n["others"])), ("accounts", mean(n["accounts"], n["others"])), ("accounts of those that landed", mean(n["landed_accounts"], n["landed"])), ("signers", f"{n['signers'] / max(1, n['others']):.2f}"),
        ("compute units", f"{n['units'] // max(1, n['others']):,}"),
        ("compute units of those that landed", f"{n['landed_units'] // max(1, n['landed']):,}"),
        ("swaps that took effect", f"{n['swaps'] / max(1, n['others']):.2f}"), ("hops of a Jupiter route that landed", mean(n["hops"], n["routes"])), ("JSON, MB a block", f"{n['bytes'] / max(1, n['blocks']) / 1e6:.2f}"),
    ]


def main():
    arguments = sys.argv[1:]
    sluice = arguments[1] if arguments[:1] == ["--reader"] and len(arguments) > 1 else None
    inputs = [a.split("=", 1) for a in arguments[2 if sluice else 0:]]
    if not inputs or any(len(i) != 2 for i in inputs):
        sys.exit(__doc__)
    columns = []
    for _, path in inputs:
        counted = shape(path)
        columns.append(rows(counted))
        if sluice:
            found = read(sluice, path)
            columns[-1].append(("swaps read by the project's reader, of those counted here", f"{found:,} of {counted['swaps']:,}"))
    print("| | " + " | ".join(name for name, _ in inputs) + " |")
    print("|---" * (len(inputs) + 1) + "|")
    for i, (label, _) in enumerate(columns[0]):
        print(f"| {label} | " + " | ".join(c[i][1] for c in columns) + " |")


main()

"""What the victim of the sandwich in slot 406751392 lost, from the three transactions alone.

Independent of the product: reads the jsonParsed transactions, takes Meteora DAMM v2's EvtSwap2 out of the inner
instructions, and does the curve in exact fractions. Prints one line of JSON.

The pool has one range of liquidity L. With s the square root of the price (second token for the first), a swap that pays
the first token moves s down: in = L (1/s' - 1/s), out = L (s - s').

Usage: victim_loss.py FRONT.json VICTIM.json
"""

import json
import sys
from fractions import Fraction

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
EVENT = bytes.fromhex("bd4233a826507599")


def base58(text):
    number = 0
    for letter in text:
        number = number * 58 + ALPHABET.index(letter)
    return b"\0" * (len(text) - len(text.lstrip("1"))) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def swap_of(path):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    meta = document.get("result", document)["meta"]
    for group in meta["innerInstructions"]:
        for instruction in group["instructions"]:
            data = base58(instruction["data"]) if "data" in instruction else b""
            if data[8:16] == EVENT:
                body = data[16 + 32 + 3 + 17:]  # pool; direction, fee mode, referral; parameters
                u64 = [int.from_bytes(body[i:i + 8], "little") for i in range(0, 32, 8)]
                fees = [int.from_bytes(body[i:i + 8], "little") for i in range(48, 80, 8)]
                return {
                    "in": u64[1],  # after a fee on the way in
                    "out": u64[3],
                    "gross": u64[3] + sum(fees),  # before the fee on the way out
                    "root": Fraction(int.from_bytes(body[32:48], "little"), 2 ** 64),
                }
    raise SystemExit("no EvtSwap2 in " + path)


front, victim = swap_of(sys.argv[1]), swap_of(sys.argv[2])
liquidity = victim["gross"] / (front["root"] - victim["root"])
before = front["root"] + front["gross"] / liquidity
after = 1 / (1 / before + victim["in"] / liquidity)
gross = liquidity * (before - after)
without = int(gross * victim["out"] / victim["gross"])
print(json.dumps({"amountOutWithout": without, "loss": without - victim["out"]}))

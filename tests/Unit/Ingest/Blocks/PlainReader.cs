using System.Numerics;
using System.Text;
using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Ingest.Blocks;

/// <summary>
/// A second reader, as plain as it can be, over a parsed document: it writes the lines that <see cref="RawBlockText"/> writes,
/// so that the fast reader can be checked against it. Knows encodings json and base64.
/// </summary>
internal static class PlainReader
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const string VoteProgram = "Vote111111111111111111111111111111111111111";

    private sealed record Instruction(int Program, int[] Accounts, byte[] Data, int Height);

    public static string Transaction(JsonElement element, int index)
    {
        var meta = element.GetProperty("meta");
        var transaction = element.GetProperty("transaction");
        var (signature, signatures, keys, instructions, versioned) =
            transaction.ValueKind == JsonValueKind.Array ? Wire(transaction[0].GetBytesFromBase64()) : Json(transaction);
        if (element.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.Number) { versioned = true; }
        var staticCount = keys.Count;
        if (Has(meta, "loadedAddresses", out var loaded))
        {
            foreach (var key in loaded.GetProperty("writable").EnumerateArray()) { keys.Add(key.GetString()!); }
            foreach (var key in loaded.GetProperty("readonly").EnumerateArray()) { keys.Add(key.GetString()!); }
        }

        var vote = instructions.Count == 1 && keys[instructions[0].Program] == VoteProgram;
        var failed = Has(meta, "err", out var err);
        var pre = meta.GetProperty("preBalances").EnumerateArray().Select(e => e.GetUInt64()).ToArray();
        var post = meta.GetProperty("postBalances").EnumerateArray().Select(e => e.GetUInt64()).ToArray();
        var hasTokens = Has(meta, "preTokenBalances", out _) && Has(meta, "postTokenBalances", out _) && !vote;
        var hasInner = Has(meta, "innerInstructions", out var inner) && !vote;
        var units = Has(meta, "computeUnitsConsumed", out var consumed) ? consumed.GetInt64() : -1;

        var text = new StringBuilder();
        text.Append($"tx {index} {signature} signatures {signatures} vote {vote} failed {failed} v0 {versioned} ");
        text.Append($"has {!vote} {hasTokens} {hasInner} fee {meta.GetProperty("fee").GetUInt64()} units {units} ");
        text.AppendLine($"static {staticCount} err {(failed ? err.GetRawText() : "")}");
        for (var i = 0; i < keys.Count; i++) { text.AppendLine($"  key {keys[i]} {(vote ? 0 : pre[i])} {(vote ? 0 : post[i])}"); }
        if (vote) { return text.ToString(); }

        for (var i = 0; i < instructions.Count; i++)
        {
            Append(text, i, -1, instructions[i]);
            var position = 0;
            foreach (var group in hasInner ? inner.EnumerateArray().Where(g => g.GetProperty("index").GetInt32() == i) : [])
            {
                foreach (var ix in group.GetProperty("instructions").EnumerateArray()) { Append(text, i, position++, Compiled(ix, 0)); }
            }
        }

        if (failed) { return text.ToString(); }
        if (hasTokens) { AppendTokens(text, meta); }
        if (Has(meta, "logMessages", out var log)) { AppendEvents(text, log); }
        return text.ToString();
    }

    private static (string, int, List<string>, List<Instruction>, bool) Json(JsonElement transaction)
    {
        var message = transaction.GetProperty("message");
        return (transaction.GetProperty("signatures")[0].GetString()!,
            message.GetProperty("header").GetProperty("numRequiredSignatures").GetInt32(),
            [.. message.GetProperty("accountKeys").EnumerateArray().Select(k => k.GetString()!)],
            [.. message.GetProperty("instructions").EnumerateArray().Select(i => Compiled(i, 1))],
            Has(message, "addressTableLookups", out _));
    }

    private static (string, int, List<string>, List<Instruction>, bool) Wire(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        int Length()
        {
            int value = 0, shift = 0;
            while (true)
            {
                var part = reader.ReadByte();
                value |= (part & 0x7f) << shift;
                shift += 7;
                if (part < 0x80) { return value; }
            }
        }

        var signatures = Enumerable.Range(0, Length()).Select(_ => new Signature(reader.ReadBytes(64)).ToString()).ToList();
        var first = reader.ReadByte();
        var versioned = first >= 0x80;
        if (versioned) { first = reader.ReadByte(); }
        reader.ReadBytes(2);
        var keys = Enumerable.Range(0, Length()).Select(_ => new Pubkey(reader.ReadBytes(32)).ToString()).ToList();
        reader.ReadBytes(32);
        var instructions = new List<Instruction>();
        for (var n = Length(); n > 0; n--)
        {
            var program = reader.ReadByte();
            var accounts = reader.ReadBytes(Length()).Select(b => (int)b).ToArray();
            instructions.Add(new Instruction(program, accounts, reader.ReadBytes(Length()), 1));
        }

        return (signatures[0], first, keys, instructions, versioned);
    }

    private static Instruction Compiled(JsonElement ix, int height) => new(
        ix.GetProperty("programIdIndex").GetInt32(),
        [.. ix.GetProperty("accounts").EnumerateArray().Select(a => a.GetInt32())],
        Base58(ix.GetProperty("data").GetString()!),
        height > 0 ? height : Has(ix, "stackHeight", out var h) ? h.GetInt32() : 0);

    private static void Append(StringBuilder text, int outer, int inner, Instruction ix) =>
        text.AppendLine($"  ix {outer}.{inner} h{ix.Height} p{ix.Program} raw True [{string.Join(',', ix.Accounts)}] {Convert.ToHexStringLower(ix.Data)}");

    private static void AppendTokens(StringBuilder text, JsonElement meta)
    {
        var pre = meta.GetProperty("preTokenBalances").EnumerateArray().ToList();
        var post = meta.GetProperty("postTokenBalances").EnumerateArray().ToList();
        static (int, string?) Id(JsonElement e) => (e.GetProperty("accountIndex").GetInt32(), e.GetProperty("mint").GetString());
        foreach (var id in pre.Concat(post).Select(Id).Distinct())
        {
            var before = pre.Where(e => Id(e) == id).Select(e => (JsonElement?)e).LastOrDefault();
            var after = post.Where(e => Id(e) == id).Select(e => (JsonElement?)e).LastOrDefault();
            var any = after ?? before!.Value;
            string Text(string name) => Has(any, name, out var value) && value.GetString() != "" ? value.GetString()! : "-";
            static string Amount(JsonElement? e) => e?.GetProperty("uiTokenAmount").GetProperty("amount").GetString() ?? "-";
            text.Append($"  token {id.Item1} {id.Item2} owner {Text("owner")} program {Text("programId")} {Amount(before)} {Amount(after)} ");
            text.AppendLine($"d{any.GetProperty("uiTokenAmount").GetProperty("decimals").GetInt32()}");
        }
    }

    private static void AppendEvents(StringBuilder text, JsonElement log)
    {
        var stack = new Stack<(string Program, int Ordinal)>();
        var seen = new Dictionary<string, int>();
        foreach (var line in log.EnumerateArray().Select(l => l.GetString()!))
        {
            var words = line.Split(' ');
            if (line == "Log truncated") { return; }
            if (words[0] != "Program") { continue; }
            if (words is [_, "data:", ..]) { Event(words[2..], false); }
            else if (words is [_, "log:", "ray_log:", ..]) { Event(words[3..], true); }
            else if (words[1] == "log:") { continue; }
            else if (words is [_, _, "invoke", ..])
            {
                seen[words[1]] = seen.GetValueOrDefault(words[1], -1) + 1;
                stack.Push((words[1], seen[words[1]]));
            }
            else if (words.Length > 2 && words[1].Length >= 32 && (words[2] == "success" || words[2].StartsWith("failed"))) { stack.Pop(); }
        }

        void Event(string[] pieces, bool ray)
        {
            var (program, ordinal) = stack.Peek();
            var data = pieces.SelectMany(Convert.FromBase64String).ToArray();
            text.AppendLine($"  event {program} #{ordinal} ray {ray} {Convert.ToHexStringLower(data)}");
        }
    }

    private static bool Has(JsonElement element, string name, out JsonElement value) =>
        element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static byte[] Base58(string text)
    {
        var number = text.Aggregate(BigInteger.Zero, (n, c) => (n * 58) + Alphabet.IndexOf(c));
        var bytes = number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[text.TakeWhile(c => c == '1').Count()], .. bytes];
    }
}

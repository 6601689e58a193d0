using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Decoding;

/// <summary>Makes a raw block from a few readable lines.</summary>
/// <remarks>
/// One statement a line; two more spaces of indentation make an instruction the child of the one above it. Names are accounts and
/// mints (keys made from the name), names of venue files are their programs, "_" is an account of its own each time it is written.
/// <code>
/// slot N | signer NAME                  a second signer is one beside the fee payer; signers come first
/// failed | height unknown
/// token ACCOUNT MINT OWNER PRE          post follows from the transfers; PRE "-" for an account that is opened here
/// sol ACCOUNT PRE POST
/// call PROGRAM HEX ACCOUNT…             transfer SRC DST AUTHORITY AMOUNT
/// checked SRC MINT DST AUTHORITY AMOUNT lamports FROM TO AMOUNT
/// mint MINT ACCOUNT AMOUNT              burn MINT ACCOUNT AMOUNT
/// open PAYER ACCOUNT LAMPORTS           init ACCOUNT MINT OWNER          close ACCOUNT RECEIVER
/// log PROGRAM K HEX                     raylog PROGRAM K HEX
/// next                                  starts another transaction
/// </code>
/// In HEX, "NAME" in braces stands for the 32 bytes of a key, u64:N and u128:N for little-endian numbers, zero:N for N zero bytes.
/// </remarks>
internal sealed class Scenario
{
    private readonly RawBlock _block = new() { Slot = 300_000_000, ParentSlot = 299_999_999, Source = "scenario" };
    private readonly List<Pubkey> _accounts = [];
    private readonly List<Call> _calls = [];
    private readonly List<TokenLine> _tokens = [];
    private readonly Dictionary<Pubkey, (ulong Pre, ulong Post)> _lamports = [];
    private readonly List<(Pubkey Program, int Invocation, byte[] Data, bool IsRayLog)> _logs = [];
    private readonly List<string> _expectations = [];
    private int _fillers, _signers;
    private bool _isFailed, _hasHeights = true;
    private ulong _fee = 5_000;

    /// <summary>Lines that begin with "expect", for tests that read cases from files.</summary>
    public IReadOnlyList<string> Expectations => _expectations;

    public RawBlock Block => _block;

    public static Scenario Read(string text)
    {
        var scenario = new Scenario();
        foreach (var line in text.Split('\n'))
        {
            var code = line.Split('#')[0].TrimEnd();
            if (code.Trim().Length > 0) { scenario.Add(code); }
        }

        scenario.Close();
        return scenario;
    }

    /// <summary>The key that a name stands for.</summary>
    public static Pubkey Key(string name)
    {
        if (name == "sol") { return Sluice.Ingest.Decoding.Catalog.WellKnown.WrappedSol; }
        if (Pubkey.TryParse(name, out Pubkey key)) { return key; }
        foreach (var entry in ProgramCatalog.Default.Entries)
        {
            if (entry.Name.Length > 0 && entry.Name == name) { return entry.Id; }
        }

        return new Pubkey(SHA256.HashData(Encoding.UTF8.GetBytes("scenario/" + name)));
    }

    /// <summary>Bytes from hex with the extensions that the class names.</summary>
    public static byte[] Bytes(string text)
    {
        var bytes = new List<byte>();
        foreach (var part in text.Split('+'))
        {
            if (part.StartsWith("u64:", StringComparison.Ordinal)) { bytes.AddRange(BitConverter.GetBytes(Number(part[4..]))); }
            else if (part.StartsWith("u128:", StringComparison.Ordinal))
            {
                var wide = new byte[16];
                BinaryPrimitives.WriteUInt128LittleEndian(wide, UInt128.Parse(part[5..], CultureInfo.InvariantCulture));
                bytes.AddRange(wide);
            }
            else if (part.StartsWith("zero:", StringComparison.Ordinal)) { bytes.AddRange(new byte[(int)Number(part[5..])]); }
            else if (part.StartsWith('{')) { bytes.AddRange(Key(part[1..^1]).Bytes); }
            else { bytes.AddRange(Convert.FromHexString(part)); }
        }

        return [.. bytes];
    }

    private void Add(string line)
    {
        var depth = (line.Length - line.TrimStart(' ').Length) / 2;
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "expect": _expectations.Add(line.Trim()); break;
            case "slot": _block.Slot = Number(words[1]); break;
            case "failed": _isFailed = true; break;
            case "fee": _fee = Number(words[1]); break;
            case "height": _hasHeights = false; break;
            case "signer":
                Position(Key(words[1]));
                _signers++;
                break;
            case "next": Close(); break;
            case "token":
                _tokens.Add(new(Key(words[1]), Key(words[2]), words[3] == "?" ? null : Key(words[3]),
                    words[4] == "-" ? null : Number(words[4]), words.Contains("closed"), words.Contains("token-2022"),
                    Word(words, "withheld:"), (byte)(Word(words, "decimals:") ?? 6)));
                Position(Key(words[1]));
                break;
            case "sol": _lamports[Key(words[1])] = (Number(words[2]), Number(words[3])); Position(Key(words[1])); break;
            case "call": Instruct(depth, words[1], Bytes(words[2]), words[3..]); break;
            case "transfer": Token(depth, 3, U64(words[4]), words[1..4]); Move(words[1], words[2], words[4]); break;
            case "checked":
                Token(depth, 12, [.. U64(words[5]), 6], words[1..5], words.Contains("token-2022"));
                Move(words[1], words[3], words[5]);
                break;
            case "lamports": Instruct(depth, "system", [2, 0, 0, 0, .. U64(words[3])], words[1..3]); break;
            case "mint": Token(depth, 7, U64(words[3]), [words[1], words[2], "_"]); Move(null, words[2], words[3]); break;
            case "burn": Token(depth, 8, U64(words[3]), [words[2], words[1], "_"]); Move(words[2], null, words[3]); break;
            case "open": Instruct(depth, "system", [0, 0, 0, 0, .. U64(words[3]), .. U64("165"), .. Key("spl-token").Bytes], words[1..3]); break;
            case "init": Token(depth, 18, Key(words[3]).Bytes.ToArray(), words[1..3]); Position(Key(words[3])); break;
            case "close": Token(depth, 9, [], [words[1], words[2], "_"]); break;
            case "log" or "raylog":
                _logs.Add((Key(words[1]), (int)Number(words[2]), Bytes(words[3]), words[0] == "raylog"));
                break;
            default: throw new FormatException($"scenario: '{line}'");
        }
    }

    private void Token(int depth, byte tag, byte[] rest, string[] accounts, bool is2022 = false) =>
        Instruct(depth, is2022 ? "token-2022" : "spl-token", [tag, .. rest], accounts);

    private void Instruct(int depth, string program, byte[] data, string[] accounts) =>
        _calls.Add(new(depth, Position(Key(program)), data, [.. accounts.Select(a => (ushort)Position(a == "_" ? Key("filler" + _fillers++) : Key(a)))]));

    private void Move(string? source, string? destination, string amount)
    {
        foreach (var token in _tokens)
        {
            if (source is not null && token.Account == Key(source)) { token.Change -= Number(amount); }
            if (destination is not null && token.Account == Key(destination)) { token.Change += Number(amount); }
        }
    }

    private int Position(Pubkey key)
    {
        var at = _accounts.IndexOf(key);
        if (at >= 0) { return at; }
        _accounts.Add(key);
        return _accounts.Count - 1;
    }

    private void Close()
    {
        if (_calls.Count == 0 && _accounts.Count == 0) { return; }
        var tx = new RawTransaction
        {
            Index = _block.Transactions.Count,
            Signature = new Signature([.. SHA256.HashData([(byte)_block.Transactions.Count]), .. new byte[32]]),
            SignatureCount = Math.Max(1, _signers),
            IsFailed = _isFailed,
            HasBalances = true,
            HasTokenBalances = true,
            HasInnerInstructions = true,
            FeeLamports = _fee,
            ComputeUnits = 1_000,
            AccountStart = _block.AccountKeys.Count,
            AccountCount = _accounts.Count,
            StaticAccountCount = _accounts.Count,
            InstructionStart = _block.Instructions.Count,
            InstructionCount = _calls.Count,
            TokenBalanceStart = _block.TokenBalances.Count,
            TokenBalanceCount = _tokens.Count,
            LogEventStart = _block.LogEvents.Count,
            LogEventCount = _logs.Count,
        };
        foreach (var account in _accounts)
        {
            var (pre, post) = _lamports.GetValueOrDefault(account);
            _block.AccountKeys.Add(_block.Keys.Intern(account));
            _block.PreBalances.Add(pre);
            _block.PostBalances.Add(post);
        }

        WriteCalls();
        foreach (var token in _tokens) { WriteToken(token); }
        foreach (var (program, invocation, data, isRayLog) in _logs)
        {
            _block.LogEvents.Add(new()
            {
                Program = _block.Keys.Intern(program),
                Invocation = invocation,
                IsRayLog = isRayLog,
                DataStart = _block.Data.Count,
                DataLength = data.Length,
            });
            _block.Data.AddRange(data);
        }

        _block.Transactions.Add(tx);
        _accounts.Clear();
        _calls.Clear();
        _tokens.Clear();
        _lamports.Clear();
        _logs.Clear();
        (_isFailed, _hasHeights, _signers) = (false, true, 0);
    }

    private void WriteCalls()
    {
        short outer = -1, inner = -1;
        foreach (var call in _calls)
        {
            if (call.Depth == 0)
            {
                outer++;
                inner = -1;
            }
            else { inner++; }

            _block.Instructions.Add(new()
            {
                ProgramAccount = (ushort)call.Program,
                StackHeight = call.Depth == 0 ? (byte)1 : _hasHeights ? (byte)(call.Depth + 1) : (byte)0,
                IsRaw = true,
                OuterIndex = outer,
                InnerIndex = inner,
                AccountStart = _block.InstructionAccounts.Count,
                AccountCount = call.Accounts.Length,
                DataStart = _block.Data.Count,
                DataLength = call.Data.Length,
            });
            _block.InstructionAccounts.AddRange(call.Accounts);
            _block.Data.AddRange(call.Data);
        }
    }

    private void WriteToken(TokenLine token) => _block.TokenBalances.Add(new()
    {
        Account = _accounts.IndexOf(token.Account),
        Mint = _block.Keys.Intern(token.Mint),
        Owner = token.Owner is { } owner ? _block.Keys.Intern(owner) : -1,
        TokenProgram = _block.Keys.Intern(Key(token.Is2022 ? "token-2022" : "spl-token")),
        Pre = token.Pre ?? 0,
        Post = token.IsClosed ? 0 : unchecked((token.Pre ?? 0) + token.Change) - (token.Withheld ?? 0),
        Decimals = token.Decimals,
        HasPre = token.Pre is not null,
        HasPost = !token.IsClosed,
    });

    private static ulong? Word(string[] words, string prefix) =>
        words.FirstOrDefault(w => w.StartsWith(prefix, StringComparison.Ordinal)) is { } word ? Number(word[prefix.Length..]) : null;

    private static byte[] U64(string text) => BitConverter.GetBytes(Number(text));

    private static ulong Number(string text) => ulong.Parse(text.Replace("_", ""), CultureInfo.InvariantCulture);

    private sealed record Call(int Depth, int Program, byte[] Data, ushort[] Accounts);

    private sealed record TokenLine(
        Pubkey Account, Pubkey Mint, Pubkey? Owner, ulong? Pre, bool IsClosed, bool Is2022, ulong? Withheld, byte Decimals)
    {
        public ulong Change { get; set; }
    }
}

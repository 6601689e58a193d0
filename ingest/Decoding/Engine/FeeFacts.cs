using System.Buffers.Binary;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>What the top-level instructions of a transaction say about its fee, and whether its fee follows the formula.</summary>
/// <remarks>
/// fee = 5,000 lamports × (signatures + precompile signatures) + ceil(price × limit / 1,000,000). Without a limit instruction the
/// limit is 200,000 a top-level instruction other than Compute Budget's, later 3,000 for builtin programs, at most 1,400,000.
/// </remarks>
internal ref struct FeeFacts
{
    private const ulong LamportsPerSignature = 5_000;
    private const ulong MaxLimit = 1_400_000;
    private const ulong DefaultLimit = 200_000;
    private const ulong BuiltinLimit = 3_000;

    private uint? _limit;
    private ulong? _price;
    private ulong _requestedFee;
    private int _others;
    private int _builtins;
    private int _budgets;
    private int _precompileSignatures;
    private bool _isUnknown;

    /// <summary>Takes in one top-level instruction.</summary>
    /// <param name="isBuiltin">Whether the program was part of the validator in this slot.</param>
    public void Add(ProgramKind kind, bool isBuiltin, bool isRaw, ReadOnlySpan<byte> data)
    {
        if (!isRaw && kind is ProgramKind.ComputeBudget or ProgramKind.Precompile)
        {
            _isUnknown = true;
            return;
        }

        switch (kind)
        {
            case ProgramKind.ComputeBudget:
                _budgets++;
                ReadBudget(data);
                break;
            case ProgramKind.Precompile:
                _precompileSignatures += data.Length > 0 ? data[0] : 0;
                _builtins++;
                break;
            default:
                if (isBuiltin) { _builtins++; } else { _others++; }
                break;
        }
    }

    /// <summary>Base fee, lamports.</summary>
    public readonly ulong BaseFee(int signatures) => LamportsPerSignature * (ulong)(signatures + _precompileSignatures);

    /// <summary>Writes limit and price into the record.</summary>
    public readonly void WriteTo(ref Transaction record)
    {
        record.ComputeUnitLimit = _limit;
        record.ComputeUnitPriceMicroLamports = _price;
    }

    /// <summary>True when the fee follows; null where its inputs are not known.</summary>
    public readonly bool? Follows(ulong fee, int signatures, ulong slot, DecoderOptions options)
    {
        if (_isUnknown) { return null; }
        var rest = fee - BaseFee(signatures);
        if (_price is null) { return rest == _requestedFee; }
        if (_limit is { } limit) { return rest == Priority(limit); }

        // Since the change the Compute Budget program counts as a builtin among the others.
        var defaultLimit = slot < options.BuiltinLimitFromSlot
            ? DefaultLimit * (ulong)(_others + _builtins)
            : (DefaultLimit * (ulong)_others) + (BuiltinLimit * (ulong)(_builtins + _budgets));
        return rest == Priority(defaultLimit);
    }

    private readonly ulong Priority(ulong limit)
    {
        var microLamports = (UInt128)_price!.Value * Math.Min(limit, MaxLimit);
        var lamports = (microLamports + 999_999) / 1_000_000;
        return lamports > ulong.MaxValue ? ulong.MaxValue : (ulong)lamports;
    }

    private void ReadBudget(ReadOnlySpan<byte> data)
    {
        if (data.Length == 0) { return; }
        switch (data[0])
        {
            case 0 when data.Length >= 9: // RequestUnits, retired: units and a fee in lamports
                _limit = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
                _requestedFee = BinaryPrimitives.ReadUInt32LittleEndian(data[5..]);
                break;
            case 2 when data.Length >= 5:
                _limit = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
                break;
            case 3 when data.Length >= 9:
                _price = BinaryPrimitives.ReadUInt64LittleEndian(data[1..]);
                break;
        }
    }
}

using Sluice.Lab.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Chain;

/// <summary>
/// Writes a finished transaction as a node shows it in <c>getBlock</c>, encoding "json", keys in alphabetical order.
/// </summary>
internal sealed class TransactionJson(World world)
{
    private readonly AccountTable _accounts = world.Accounts;
    private readonly MessageLayout _layout = new(world);

    /// <summary>Writes one transaction.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="tx">A transaction after <see cref="TransactionBuilder.End"/>.</param>
    /// <param name="signatures">One signature of 64 bytes a signer.</param>
    /// <param name="blockhash">Base58 text of a recent block hash.</param>
    public void Write(Utf8Buffer json, TransactionBuilder tx, ReadOnlySpan<byte> signatures, ReadOnlySpan<byte> blockhash)
    {
        _layout.Arrange(tx);
        WriteMeta(json, tx);
        WriteMessage(json, tx, signatures, blockhash);
        json.Raw(tx.IsVersioned ? ",\"version\":0}"u8 : ",\"version\":\"legacy\"}"u8);
    }

    private void WriteMeta(Utf8Buffer json, TransactionBuilder tx)
    {
        json.Raw("{\"meta\":{\"computeUnitsConsumed\":"u8);
        json.Number(tx.UnitsConsumed);
        json.Raw(",\"costUnits\":"u8);
        json.Number(_layout.CostUnits(tx));
        json.Raw(",\"err\":"u8);
        WriteError(json, tx);
        json.Raw(",\"fee\":"u8);
        json.Number(tx.Fee);
        json.Raw(",\"innerInstructions\":["u8);
        WriteInner(json, tx);
        json.Raw("],\"loadedAddresses\":{\"readonly\":["u8);
        WriteKeys(json, tx, _layout.StaticCount + _layout.WrittenLoaded, tx.EntryCount);
        json.Raw("],\"writable\":["u8);
        WriteKeys(json, tx, _layout.StaticCount, _layout.StaticCount + _layout.WrittenLoaded);
        json.Raw("]},\"logMessages\":["u8);
        json.Raw(tx.Logs.Written);
        json.Raw("],\"postBalances\":["u8);
        for (var i = 0; i < tx.EntryCount; i++)
        {
            if (i > 0) { json.Byte((byte)','); }
            json.Number(_accounts[tx.Entries[_layout.EntryAt[i]].Account].Lamports);
        }

        json.Raw("],\"postTokenBalances\":["u8);
        WriteTokenBalances(json, tx, after: true);
        json.Raw("],\"preBalances\":["u8);
        for (var i = 0; i < tx.EntryCount; i++)
        {
            if (i > 0) { json.Byte((byte)','); }
            json.Number(tx.Entries[_layout.EntryAt[i]].LamportsBefore);
        }

        json.Raw("],\"preTokenBalances\":["u8);
        WriteTokenBalances(json, tx, after: false);
        if (tx.ReturnProgram >= 0 && !tx.HasFailed)
        {
            json.Raw("],\"returnData\":{\"data\":[\""u8);
            json.Base64(tx.ReturnData);
            json.Raw("\",\"base64\"],\"programId\":\""u8);
            json.Raw(_accounts[tx.ReturnProgram].TextUtf8);
            json.Raw("\"},\"rewards\":[],\"status\":"u8);
        }
        else
        {
            json.Raw("],\"rewards\":[],\"status\":"u8);
        }

        if (tx.HasFailed)
        {
            json.Raw("{\"Err\":"u8);
            WriteError(json, tx);
            json.Raw("}}"u8);
        }
        else
        {
            json.Raw("{\"Ok\":null}}"u8);
        }
    }

    private void WriteMessage(Utf8Buffer json, TransactionBuilder tx, ReadOnlySpan<byte> signatures, ReadOnlySpan<byte> blockhash)
    {
        json.Raw(",\"transaction\":{\"message\":{\"accountKeys\":["u8);
        WriteKeys(json, tx, 0, _layout.StaticCount);
        if (tx.IsVersioned)
        {
            json.Raw("],\"addressTableLookups\":["u8);
            for (var i = 0; i < _layout.Tables.Count; i++)
            {
                json.Raw(i == 0 ? "{\"accountKey\":\""u8 : ",{\"accountKey\":\""u8);
                json.Raw(_accounts[world.Tables[_layout.Tables[i]]].TextUtf8);
                json.Raw("\",\"readonlyIndexes\":["u8);
                WriteTableIndexes(json, tx, _layout.Tables[i], _layout.StaticCount + _layout.WrittenLoaded, tx.EntryCount);
                json.Raw("],\"writableIndexes\":["u8);
                WriteTableIndexes(json, tx, _layout.Tables[i], _layout.StaticCount, _layout.StaticCount + _layout.WrittenLoaded);
                json.Raw("]}"u8);
            }
        }

        json.Raw("],\"header\":{\"numReadonlySignedAccounts\":"u8);
        json.Number((ulong)_layout.ReadSigners);
        json.Raw(",\"numReadonlyUnsignedAccounts\":"u8);
        json.Number((ulong)_layout.ReadStatic);
        json.Raw(",\"numRequiredSignatures\":"u8);
        json.Number((ulong)tx.SignatureCount);
        json.Raw("},\"instructions\":["u8);
        var first = true;
        foreach (ref readonly var step in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tx.Steps))
        {
            if (step.Height != 1) { continue; }
            if (!first) { json.Byte((byte)','); }
            first = false;
            WriteStep(json, tx, step);
        }

        json.Raw("],\"recentBlockhash\":\""u8);
        json.Raw(blockhash);
        json.Raw("\"},\"signatures\":["u8);
        for (var i = 0; i < tx.SignatureCount; i++)
        {
            json.Raw(i == 0 ? "\""u8 : ",\""u8);
            json.Commit(Base58.Encode(signatures.Slice(i * Signature.Size, Signature.Size), json.Reserve(96)));
            json.Byte((byte)'"');
        }

        json.Raw("]}"u8);
    }

    private void WriteInner(Utf8Buffer json, TransactionBuilder tx)
    {
        var open = -1;
        foreach (ref readonly var step in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tx.Steps))
        {
            if (step.Height == 1) { continue; }
            if (step.Top == open)
            {
                json.Byte((byte)',');
            }
            else
            {
                json.Raw(open < 0 ? "{\"index\":"u8 : "]},{\"index\":"u8);
                json.Number(step.Top);
                json.Raw(",\"instructions\":["u8);
                open = step.Top;
            }

            WriteStep(json, tx, step);
        }

        if (open >= 0) { json.Raw("]}"u8); }
    }

    private void WriteStep(Utf8Buffer json, TransactionBuilder tx, in TransactionBuilder.Step step)
    {
        json.Raw("{\"accounts\":["u8);
        var indexes = tx.Indexes.Slice(step.FirstIndex, step.IndexCount);
        for (var i = 0; i < indexes.Length; i++)
        {
            if (i > 0) { json.Byte((byte)','); }
            json.Number(_layout.PlaceOf[indexes[i]]);
        }

        json.Raw("],\"data\":\""u8);
        json.Base58(tx.Data.Slice(step.FirstByte, step.ByteCount));
        json.Raw("\",\"programIdIndex\":"u8);
        json.Number(_layout.PlaceOf[step.Program]);
        json.Raw(",\"stackHeight\":"u8);
        json.Number(step.Height);
        json.Byte((byte)'}');
    }

    private static void WriteError(Utf8Buffer json, TransactionBuilder tx)
    {
        if (!tx.HasFailed)
        {
            json.Raw("null"u8);
            return;
        }

        json.Raw("{\"InstructionError\":["u8);
        json.Number((ulong)tx.FailedStep);
        if (tx.RanOutOfUnits)
        {
            json.Raw(",\"ComputationalBudgetExceeded\"]}"u8);
            return;
        }

        json.Raw(",{\"Custom\":"u8);
        json.Number(tx.FailedCode);
        json.Raw("}]}"u8);
    }

    private void WriteKeys(Utf8Buffer json, TransactionBuilder tx, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            json.Raw(i == from ? "\""u8 : ",\""u8);
            json.Raw(_accounts[tx.Entries[_layout.EntryAt[i]].Account].TextUtf8);
            json.Byte((byte)'"');
        }
    }

    private void WriteTableIndexes(Utf8Buffer json, TransactionBuilder tx, short table, int from, int to)
    {
        var first = true;
        for (var i = from; i < to; i++)
        {
            ref readonly var account = ref _accounts[tx.Entries[_layout.EntryAt[i]].Account];
            if (account.Table != table) { continue; }
            if (!first) { json.Byte((byte)','); }
            first = false;
            json.Number(account.TableIndex);
        }
    }

    private void WriteTokenBalances(Utf8Buffer json, TransactionBuilder tx, bool after)
    {
        var first = true;
        for (var i = 0; i < tx.EntryCount; i++)
        {
            ref readonly var entry = ref tx.Entries[_layout.EntryAt[i]];
            ref readonly var account = ref _accounts[entry.Account];
            if (account.Mint < 0 || !(after ? account.IsOpen : entry.WasOpen)) { continue; }
            var mint = world.Mints[account.Mint];
            var amount = after ? account.Amount : entry.AmountBefore;
            json.Raw(first ? "{\"accountIndex\":"u8 : ",{\"accountIndex\":"u8);
            first = false;
            json.Number((ulong)i);
            json.Raw(",\"mint\":\""u8);
            json.Raw(_accounts[mint.Account].TextUtf8);
            json.Raw("\",\"owner\":\""u8);
            json.Raw(_accounts[after ? account.Owner : entry.OwnerBefore].TextUtf8);
            json.Raw("\",\"programId\":\""u8);
            json.Raw(_accounts[mint.Program].TextUtf8);
            json.Raw("\",\"uiTokenAmount\":{\"amount\":\""u8);
            json.Number(amount);
            json.Raw("\",\"decimals\":"u8);
            json.Number(mint.Decimals);
            json.Raw(",\"uiAmount\":"u8);
            UiAmount.WriteNumber(json, amount, mint.Decimals);
            json.Raw(",\"uiAmountString\":\""u8);
            UiAmount.WriteString(json, amount, mint.Decimals);
            json.Raw("\"}}"u8);
        }
    }
}

using Sluice.Ingest.Decoding.Catalog;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>The successful transaction at hand: its frames, transfers and token accounts. Buffers are kept from one to the next.</summary>
internal sealed class TransactionView(ProgramCatalog catalog)
{
    /// <summary>Programs of the catalogue.</summary>
    public ProgramEntry[] Entries { get; } = catalog.Entries;

    public RawBlock Raw { get; private set; } = new();

    public RawTransaction Tx;

    /// <summary>Key of wSOL in the block.</summary>
    public int WrappedSol { get; private set; }

    /// <summary>Catalogue entry by key index; 0 for everything unknown.</summary>
    public ushort[] EntryOfKey { get; private set; } = [];

    /// <summary>Frames in pre-order, parallel to the transaction's instructions.</summary>
    public Pile<Frame> Frames { get; } = new();

    public Pile<Transfer> Transfers { get; } = new();

    /// <summary>By position in the transaction's accounts.</summary>
    public Pile<TokenAccount> Tokens { get; } = new();

    /// <summary>Frames of MintTo and Burn instructions, with the key of the mint.</summary>
    public Pile<(int Frame, int Mint)> SupplyChanges { get; } = new();

    /// <summary>Accounts opened by the System program: payer's and account's position, lamports.</summary>
    public Pile<(int Payer, int Account, ulong Lamports)> Openings { get; } = new();

    /// <summary>Token accounts closed: the account's and the receiver's position.</summary>
    public Pile<(int Account, int Receiver)> Closings { get; } = new();

    /// <summary>Token accounts given to another owner: the frame, the account's and the former owner's position, the new owner.</summary>
    public Pile<(int Frame, int Account, int From, Pubkey To)> HandOvers { get; } = new();

    /// <summary>True when some instruction is known only in a parsed form, so that not everything that happened is known.</summary>
    public bool HasOpaque { get; set; }

    public ReadOnlySpan<int> Accounts => Raw.AccountKeys.Span.Slice(Tx.AccountStart, Tx.AccountCount);

    public ReadOnlySpan<RawInstruction> Instructions => Raw.Instructions.Span.Slice(Tx.InstructionStart, Tx.InstructionCount);

    /// <summary>Key of the account at a position.</summary>
    public int KeyAt(int position) => Raw.AccountKeys[Tx.AccountStart + position];

    public ProgramEntry EntryOf(in Frame frame) => Entries[frame.Entry];

    public ReadOnlySpan<byte> DataOf(in RawInstruction ix) => Raw.Data.Span.Slice(ix.DataStart, ix.DataLength);

    public ReadOnlySpan<ushort> AccountsOf(in RawInstruction ix) => Raw.InstructionAccounts.Span.Slice(ix.AccountStart, ix.AccountCount);

    /// <summary>Turns to another block: looks up which of the known programs it names.</summary>
    public void Begin(RawBlock raw)
    {
        Raw = raw;
        WrappedSol = raw.Keys.Intern(Catalog.WellKnown.WrappedSol);
        var count = raw.Keys.Count;
        if (EntryOfKey.Length < count) { EntryOfKey = new ushort[Math.Max(count, EntryOfKey.Length * 2)]; }
        Array.Clear(EntryOfKey, 0, count);
        for (var i = 1; i < Entries.Length; i++)
        {
            var key = raw.Keys.Find(Entries[i].Id);
            if (key >= 0) { EntryOfKey[key] = (ushort)i; }
        }
    }

    /// <summary>Turns to a transaction; <see cref="FlowBuilder"/> fills in the rest.</summary>
    public void Begin(in RawTransaction tx)
    {
        Tx = tx;
        Frames.Clear();
        Transfers.Clear();
        SupplyChanges.Clear();
        Openings.Clear();
        Closings.Clear();
        HandOvers.Clear();
        HasOpaque = false;
        var tokens = Tokens.Resize(tx.AccountCount);
        tokens.Fill(new TokenAccount { Mint = -1, Owner = -1, Balance = -1 });
        var balances = Raw.TokenBalances.Span.Slice(tx.TokenBalanceStart, tx.TokenBalanceCount);
        for (var i = 0; i < balances.Length; i++)
        {
            ref readonly var balance = ref balances[i];
            if ((uint)balance.Account >= (uint)tokens.Length) { continue; }
            tokens[balance.Account] = new() { Mint = balance.Mint, Owner = balance.Owner, Balance = tx.TokenBalanceStart + i };
        }
    }

    /// <summary>Key of who holds the account: the token account's owner, or the account itself.</summary>
    public int HolderOf(int position)
    {
        var owner = Tokens[position].Owner;
        return owner >= 0 ? owner : KeyAt(position);
    }

    /// <summary>True when the key is one of the transaction's signers.</summary>
    public bool IsSigner(int key)
    {
        var signers = Math.Min(Tx.SignatureCount, Tx.AccountCount);
        return Accounts[..signers].Contains(key);
    }

    /// <summary>True when <paramref name="frame"/> is <paramref name="ancestor"/> or below it.</summary>
    public bool IsWithin(int frame, int ancestor) => frame >= ancestor && frame < Frames[ancestor].End;
}

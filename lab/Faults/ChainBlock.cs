using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Faults;

/// <summary>One block of the simulated chain as bytes, with what its head says. It does not change.</summary>
public sealed class ChainBlock
{
    /// <param name="slot">Its slot; the JSON does not say.</param>
    /// <param name="leader">The leader's identity.</param>
    /// <param name="json">The result object of getBlock as <see cref="Simulator"/> writes it.</param>
    /// <param name="transactions">Transactions, votes included.</param>
    /// <param name="transactionsBefore">Transactions of all blocks before it.</param>
    /// <param name="isFork">Whether another block is the true one of the slot.</param>
    public ChainBlock(ulong slot, Pubkey leader, byte[] json, int transactions, ulong transactionsBefore, bool isFork = false)
    {
        (Slot, Leader, Json, Transactions, TransactionsBefore, IsFork) = (slot, leader, json, transactions, transactionsBefore, isFork);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var start = (int)reader.TokenStartIndex;
            reader.Read();
            switch (name)
            {
                case "blockHeight": Height = reader.GetUInt64(); break;
                case "blockTime": Time = reader.GetInt64(); break;
                case "blockhash": Blockhash = reader.GetString()!; break;
                case "parentSlot": ParentSlot = reader.GetUInt64(); break;
                case "previousBlockhash": PreviousBlockhash = reader.GetString()!; break;
                case "rewards":
                    reader.Skip();
                    Rewards = start..(int)reader.BytesConsumed;
                    break;
                case "transactions":
                    Body = start..(json.Length - 1);
                    return; // the last property, and nearly all of the bytes
                default: break;
            }
        }

        throw new FormatException($"The block of slot {slot} has no transactions.");
    }

    public ulong Slot { get; }

    public Pubkey Leader { get; }

    public byte[] Json { get; }

    public int Transactions { get; }

    public ulong TransactionsBefore { get; }

    /// <summary>Whether it was replaced, or will be.</summary>
    public bool IsFork { get; }

    public ulong Height { get; }

    /// <summary>Unix seconds.</summary>
    public long Time { get; }

    public string Blockhash { get; } = "";

    public ulong ParentSlot { get; }

    public string PreviousBlockhash { get; } = "";

    /// <summary>Where the property "rewards" stands, name included.</summary>
    internal Range Rewards { get; }

    /// <summary>Where the property "transactions" stands, name included; it is the last one.</summary>
    internal Range Body { get; }
}

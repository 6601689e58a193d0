using Sluice.Lab.Scenarios.Scenes;

namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>Ways in which a position comes from one wallet of an attacker to another.</summary>
internal sealed class HandOvers(Stage stage, SceneBook book)
{
    /// <summary>Sends a part of what is held to another wallet.</summary>
    public void Transfer(Attack attack, int holding, int to, ulong amount)
    {
        var held = attack.Holdings[holding];
        var source = held.Account > 0 ? held.Account : stage.World.TokenAccount(held.Wallet, attack.Position);
        var destination = stage.World.TokenAccount(to, attack.Position);
        ulong arrived = 0;
        var sent = book.Act(attack.Scene, TruthRole.HandOver, () =>
        {
            stage.Begin(held.Wallet, 60_000);
            arrived = Move(held.Wallet, source, destination, amount);
            return stage.Send();
        });
        attack.Scene.Legs.Add(stage.Leg(TruthRole.HandOver, sent, held.Wallet, null, attack.Position, amount, attack.Position, arrived));
        attack.Lost += amount - arrived;
        Put(attack, holding, held with { Amount = held.Amount - amount }, new Holding(to, 0, arrived));
    }

    /// <summary>Gives the token account with all that it holds to another wallet.</summary>
    public void SetOwner(Attack attack, int holding, int to)
    {
        var held = attack.Holdings[holding];
        var sent = book.Act(attack.Scene, TruthRole.HandOver, () =>
        {
            stage.Begin(held.Wallet, 20_000);
            stage.Tx.SetOwner(held.Account, held.Wallet, to);
            return stage.Send();
        });
        attack.Scene.Legs.Add(stage.Leg(TruthRole.HandOver, sent, held.Wallet, null, attack.Position, held.Amount, attack.Position, held.Amount));
        attack.Holdings[holding] = held with { Wallet = to };
    }

    /// <summary>Transfers tokens inside the transaction that is open, and says what arrived.</summary>
    private ulong Move(int owner, int source, int destination, ulong amount)
    {
        var tx = stage.Tx;
        var mint = stage.World.Mints[stage.Accounts[source].Mint];
        if (!stage.Accounts[destination].IsOpen) { tx.CreateTokenAccount(owner, destination); }
        var before = stage.Accounts[destination].Amount;
        if (mint.TransferFeeBps > 0) { tx.TransferCheckedWithFee(source, destination, owner, amount); }
        else { tx.TransferChecked(source, destination, owner, amount); }
        return stage.Accounts[destination].Amount - before;
    }

    private static void Put(Attack attack, int at, Holding rest, Holding moved)
    {
        attack.Holdings[at] = rest;
        if (rest.Amount == 0) { attack.Holdings.RemoveAt(at); }
        var known = attack.Holdings.FindIndex(h => h.Wallet == moved.Wallet && h.Account == moved.Account);
        if (known < 0) { attack.Holdings.Add(moved); }
        else { attack.Holdings[known] = moved with { Amount = moved.Amount + attack.Holdings[known].Amount }; }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sluice.Schemas.Chain;

/// <summary>Mints with a unit. Data, to be extended; a coin that lost its peg (Wormhole's UST of 2022) must not stand here.</summary>
/// <remarks>
/// Source of USDC, USDT, jupSOL and wSOL: the reference's list, checked on chain data. The others are recalled domain
/// knowledge: they only widen the class "stable", and a wrong one is never met.
/// </remarks>
public static class KnownMints
{
    private static readonly Dictionary<Pubkey, (MintUnit Unit, byte Decimals)> Units = new()
    {
        [WellKnown.WrappedSol] = (MintUnit.Sol, 9),
        [WellKnown.Usdc] = (MintUnit.Dollar, 6),
        [WellKnown.Usdt] = (MintUnit.Dollar, 6),
        [Pubkey.Parse("USDH1SM1ojwWUga67PGrgFWUHibbjqMvuMaDkRJTgkX")] = (MintUnit.Dollar, 6), // USDH
        [Pubkey.Parse("7kbnvuGBxxj8AG9qp8Scn56muTGaRaFqxg1FsRp3PaFT")] = (MintUnit.Dollar, 6), // UXD
        [Pubkey.Parse("A9mUU4qviSctJVPJdBJWkb28deg915LYJKrzQ19ji3FM")] = (MintUnit.Dollar, 6), // USDC of Ethereum through Wormhole
        [Pubkey.Parse("Dn4noZ5jgGfkntzcQSUZ8czkreiZ1ForXYoV2H8Dm7S1")] = (MintUnit.Dollar, 6), // USDT of Ethereum through Wormhole
        [Pubkey.Parse("2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo")] = (MintUnit.Dollar, 6), // PYUSD
        [Pubkey.Parse("USDSwr9ApdHk5bvJKMjzff41FfuX8bSxdKcR81vTwcA")] = (MintUnit.Dollar, 6), // USDS
        [Pubkey.Parse("9zNQRsGLjNKwCUU5Gq5LR8beUCPzQMVMqKAi3SSZh54u")] = (MintUnit.Dollar, 6), // FDUSD
        [Pubkey.Parse("J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn")] = (MintUnit.StakedSol, 9), // JitoSOL
        [Pubkey.Parse("mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So")] = (MintUnit.StakedSol, 9), // mSOL
        [Pubkey.Parse("7dHbWXmci3dT8UFYWYZweBLXgycu7Y3iL6trKn1Y7ARj")] = (MintUnit.StakedSol, 9), // stSOL
        [Pubkey.Parse("bSo13r4TkiE4KumL71LsHTPpL2euBYLFx6h9HP3piy1")] = (MintUnit.StakedSol, 9), // bSOL
        [Pubkey.Parse("jupSoLaHXQiZZTSfEWMTRRgpnyFm8f6sZdosWBjx93v")] = (MintUnit.StakedSol, 9), // jupSOL
        [Pubkey.Parse("5oVNBeEEQvYi1cX3ir8Dx5n1P7pdxydbGF2X4TxVusJm")] = (MintUnit.StakedSol, 9), // INF
        [Pubkey.Parse("vSoLxydx6akxyMD9XEcPvGYNGq6Nn66oqVb3UkGkei7")] = (MintUnit.StakedSol, 9), // vSOL
        [Pubkey.Parse("BNso1VUJnh4zcfpZa6986Ea66P6TCp59hvtNJ8b1X85")] = (MintUnit.StakedSol, 9), // BNSOL
    };

    /// <summary>Decimals that amounts are brought to before they are compared.</summary>
    public const int CommonDecimals = 9;

    /// <summary>The mints, behind one that has no unit.</summary>
    private static readonly (Pubkey Mint, MintUnit Unit)[] Listed = [default, .. Units.Select(known => (known.Key, known.Value.Unit))];

    /// <summary>By the byte that a mint ends with, the place in <see cref="Listed"/> of the last one that ends so: most mints are told apart by it, and units are asked for with every swap.</summary>
    private static readonly byte[] Ends = new byte[byte.MaxValue + 1];

    /// <summary>The same for the one before it that ends likewise.</summary>
    private static readonly byte[] Others = new byte[Listed.Length];

    static KnownMints()
    {
        for (var i = 1; i < Listed.Length; i++)
        {
            ref var last = ref Ends[Listed[i].Mint.Bytes[^1]];
            (Others[i], last) = (last, (byte)i);
        }
    }

    /// <summary>Unit of a mint. Without a branch on whether it has one: that of what a swap pays is as good as thrown.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static MintUnit UnitOf(in Pubkey mint)
    {
        int place = Ends[mint.Bytes[Pubkey.Size - 1]];
        var unit = UnitAt(place, mint);
        return Others[place] == 0 ? unit : unit != MintUnit.None ? unit : UnitAmongOthers(place, mint);
    }

    /// <summary>Unit of the listed mint, or none where this is another one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static MintUnit UnitAt(int place, in Pubkey mint)
    {
        ref readonly var known = ref Listed[place];
        var isSame = Vector256.EqualsAll(Vector256.Create(known.Mint.Bytes), Vector256.Create(mint.Bytes));
        return (MintUnit)((int)known.Unit & -Unsafe.BitCast<bool, byte>(isSame));
    }

    private static MintUnit UnitAmongOthers(int place, in Pubkey mint)
    {
        var unit = MintUnit.None;
        while (unit == MintUnit.None && (place = Others[place]) > 0) { unit = UnitAt(place, mint); }
        return unit;
    }

    /// <summary>Base units of a mint for one base unit at <see cref="CommonDecimals"/>: what an amount is multiplied with.</summary>
    public static long Scale(in Pubkey mint)
    {
        var scale = 1L;
        for (var i = Units.TryGetValue(mint, out var known) ? known.Decimals : CommonDecimals; i < CommonDecimals; i++) { scale *= 10; }
        return scale;
    }

    /// <summary>True when one base unit of both is worth the same: the same mint, or two dollars of as many decimals.</summary>
    public static bool AreEqual(in Pubkey left, in Pubkey right) =>
        left == right || (UnitOf(left) == MintUnit.Dollar && UnitOf(right) == MintUnit.Dollar && Scale(left) == Scale(right));

    /// <summary>
    /// True when a lower bound of what is gained and the value of what is paid can be told in one unit: dollars for dollars,
    /// or a staking token for SOL. The other way round, SOL for a staking token, would need the token's rate.
    /// </summary>
    public static bool AreAtPar(in Pubkey paid, in Pubkey gained) => (UnitOf(paid), UnitOf(gained)) switch
    {
        (MintUnit.Dollar, MintUnit.Dollar) => true,
        (MintUnit.Sol, MintUnit.StakedSol) => true,
        _ => false,
    };
}

namespace Sluice.Lab.Venues.Arithmetic;

/// <summary>Square-root prices of ticks: 1.0001^(tick / 2) with 64 binary places, to the bit as one program computes them.</summary>
/// <remarks>
/// Both programs multiply the powers of the tick's bits, each with a table and roundings of its own, so that their prices differ in
/// the last bits. The tables are constants of the programs.
/// </remarks>
internal abstract class TickMath
{
    /// <summary>Ticks go from minus this to this.</summary>
    public const int Limit = 443_636;

    /// <summary>Orca Whirlpools: for ticks above zero with 96 binary places, below with 64. Source: orca-so/whirlpools, math/tick_math.rs.</summary>
    public static TickMath Whirlpool { get; } = new WhirlpoolTicks();

    /// <summary>Raydium CLMM: with 64 binary places, the inverse above zero. Source: raydium-io/raydium-clmm, libraries/tick_math.rs.</summary>
    public static TickMath Raydium { get; } = new RaydiumTicks();

    /// <summary>Square-root price of a tick.</summary>
    public abstract UInt128 PriceAt(int tick);

    /// <summary>The greatest tick whose price is not above the price.</summary>
    public int TickAt(UInt128 price)
    {
        var tick = Math.Clamp(PriceMath.Tick(price), -Limit, Limit);
        while (tick > -Limit && PriceAt(tick) > price) { tick--; }
        while (tick < Limit && PriceAt(tick + 1) <= price) { tick++; }
        return tick;
    }

    private sealed class WhirlpoolTicks : TickMath
    {
        private static ReadOnlySpan<ulong> Below =>
        [
            18445821805675392311, 18444899583751176498, 18443055278223354162, 18439367220385604838, 18431993317065449817,
            18417254355718160513, 18387811781193591352, 18329067761203520168, 18212142134806087854, 17980523815641551639,
            17526086738831147013, 16651378430235024244, 15030750278693429944, 12247334978882834399, 8131365268884726200,
            3584323654723342297, 696457651847595233, 26294789957452057, 37481735321082,
        ];

        private static readonly UInt128[] Above =
        [
            new(0x1000346D6, 0xFF11672AE55AD00F), // 79232123823359799118286999567
            new(0x100068DB8, 0xBAC710CB295E9E1B), // 79236085330515764027303304731
            new(0x1000D1B9C, 0x68ABE5F76B30FB75), // 79244008939048815603706035061
            new(0x1001A37E4, 0xA234CB0830516E51), // 79259858533276714757314932305
            new(0x100347278, 0xAB0E92ADA25AB460), // 79291567232598584799939703904
            new(0x10068EFB0, 0x0A525480A5D7FDC2), // 79355022692464371645785046466
            new(0x100D20A63, 0xB4173839DF9DAAA5), // 79482085999252804386437311141
            new(0x101A4C11C, 0x742DD7729738DF5E), // 79736823300114093921829183326
            new(0x1034C35C3, 0x1F64CFA6DC0D6DE4), // 80248749790819932309965073892
            new(0x106A34B78, 0xC8AAFFBF81BED5A3), // 81282483887344747381513967011
            new(0x10D72A6A4, 0x6CCD8BCE9AE771B1), // 83390072131320151908154831281
            new(0x11B9A258E, 0x63928596DC757FAA), // 87770609709833776024991924138
            new(0x13A2E2BDA, 0x04F8379F3CD17BE5), // 97234110755111693312479820773
            new(0x181954BE6, 0x9E0DA8FE77F2AB42), // 119332217159966728226237229890
            new(0x244C2655D, 0x185A029080252877), // 179736315981702064433883588727
            new(0x525816EEB, 0x9F935B1C616779E8), // 407748233172238350107850275304
            new(0x1A7C8D00B5, 0x51684FF4D31AE065), // 2098478828474011932436660412517
            new(0x2BD893D0B2D, 0xF7C97884590C66CD), // 55581415166113811149459800483533
            new(0x78278E1E19E44, 0x8CF8B95D2152DCCF), // 38992368544603139932233054999993551
        ];

        public override UInt128 PriceAt(int tick)
        {
            var (ratio, places) = tick >= 0 ? (UInt128.One << 96, 96) : (UInt128.One << 64, 64);
            var left = (uint)Math.Abs(tick);
            for (var bit = 0; left != 0; bit++, left >>= 1)
            {
                if ((left & 1) == 0) { continue; }
                ratio = MulDiv.Shift(ratio, tick >= 0 ? Above[bit] : Below[bit], places);
            }

            return tick >= 0 ? ratio >> 32 : ratio;
        }
    }

    private sealed class RaydiumTicks : TickMath
    {
        private static ReadOnlySpan<ulong> Factors =>
        [
            0xFFFCB933BD6FB800, 0xFFF97272373D4000, 0xFFF2E50F5F657000, 0xFFE5CACA7E10F000, 0xFFCB9843D60F7000,
            0xFF973B41FA98E800, 0xFF2EA16466C9B000, 0xFE5DEE046A9A3800, 0xFCBE86C7900BB000, 0xF987A7253AC65800,
            0xF3392B0822BB6000, 0xE7159475A2CAF000, 0xD097F3BDFD2F2000, 0xA9F746462D9F8000, 0x70D869A156F31C00,
            0x31BE135F97ED3200, 0x9AA508B5B85A500, 0x5D6AF8DEDC582C, 0x2216E584F5FA,
        ];

        public override UInt128 PriceAt(int tick)
        {
            var ratio = UInt128.One << 64;
            var left = (uint)Math.Abs(tick);
            for (var bit = 0; left != 0; bit++, left >>= 1)
            {
                if ((left & 1) != 0) { ratio = MulDiv.Shift(ratio, Factors[bit], 64); }
            }

            return tick > 0 ? UInt128.MaxValue / ratio : ratio;
        }
    }
}

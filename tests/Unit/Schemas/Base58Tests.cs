using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Schemas;

public class Base58Tests
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    [Theory]
    [InlineData("11111111111111111111111111111111", "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", "06ddf6e1d765a193d9cbe146ceeb79ac1cb485ed5f5b37913a8cf5857eff00a9")]
    [InlineData("So11111111111111111111111111111111111111112", "069b8857feab8184fb687f634618c035dac439dc1aeb3b5598a0f00000000001")]
    public void Known_keys_have_known_bytes(string text, string hex)
    {
        var key = Pubkey.Parse(text);
        Assert.Equal(hex, Convert.ToHexStringLower(key.Bytes));
        Assert.Equal(text, key.ToString());
    }

    [Fact]
    public void Every_key_has_the_text_that_big_integer_arithmetic_gives() =>
        Prop.ForAll(Gen.Choose(0, 255).ArrayOf(64).ToArbitrary(), Gen.Choose(0, 64).ToArbitrary(), (values, zeros) =>
        {
            var bytes = values.Select((v, i) => i < zeros ? (byte)0 : (byte)v).ToArray();
            foreach (var size in new[] { 32, 64 })
            {
                var data = bytes[..size];
                var expected = Reference(data);
                var text = new byte[Base58.MaxChars64];
                var written = Encoding.ASCII.GetString(text, 0, Base58.Encode(data, text));
                Assert.Equal(expected, written);
                var back = new byte[size];
                Assert.True(size == 32 ? Base58.TryDecode32(text.AsSpan(0, written.Length), back) : Base58.TryDecode64(text.AsSpan(0, written.Length), back));
                Assert.Equal(data, back);
                var free = new byte[written.Length];
                Assert.True(Base58.TryDecode(text.AsSpan(0, written.Length), free, out var length));
                Assert.Equal(data, free[..length]);
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("111111111111111111111111111111111")] // 33 zero bytes
    [InlineData("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH")] // 2^256
    [InlineData("0OIl1111111111111111111111111111")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void What_is_no_key_is_refused(string text) => Assert.False(Pubkey.TryParse(text, out Pubkey _));

    [Fact]
    public void Reading_is_total() => Prop.ForAll<byte[]>(bytes =>
    {
        var buffer = new byte[Math.Max(64, bytes.Length)];
        Base58.TryDecode32(bytes, buffer);
        Base58.TryDecode64(bytes, buffer);
        Base58.TryDecode(bytes, buffer, out _);
    }).QuickCheckThrowOnFailure();

    private static string Reference(byte[] data)
    {
        var number = new BigInteger(data, isUnsigned: true, isBigEndian: true);
        var text = new StringBuilder();
        for (; number > 0; number /= 58) { text.Insert(0, Alphabet[(int)(number % 58)]); }
        return new string('1', data.TakeWhile(b => b == 0).Count()) + text;
    }
}

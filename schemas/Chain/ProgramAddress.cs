using System.Numerics;
using System.Security.Cryptography;

namespace Sluice.Schemas.Chain;

/// <summary>Addresses that programs derive from seeds.</summary>
/// <remarks>
/// SHA-256 of the seeds, a bump byte, the program's id and the text "ProgramDerivedAddress", for the largest bump whose hash is no
/// point of the curve ed25519 (RFC 8032, 5.1.3 says which are). Source: the Solana SDK, Pubkey::find_program_address.
/// </remarks>
public static class ProgramAddress
{
    private static readonly BigInteger Prime = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger D = Mod(-121_665 * BigInteger.ModPow(121_666, Prime - 2, Prime));

    /// <summary>The address and its bump.</summary>
    public static (Pubkey Address, byte Bump) Find(in Pubkey program, params ReadOnlySpan<byte[]> seeds)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (var bump = 255; bump >= 0; bump--)
        {
            using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var seed in seeds) { sha.AppendData(seed); }
            sha.AppendData([(byte)bump]);
            sha.AppendData(program.Bytes);
            sha.AppendData("ProgramDerivedAddress"u8);
            sha.GetHashAndReset(hash);
            if (!IsOnCurve(hash)) { return (new Pubkey(hash), (byte)bump); }
        }

        throw new InvalidOperationException("No bump gives an address off the curve.");
    }

    /// <summary>Whether 32 bytes are a point of ed25519: (y² - 1) / (d·y² + 1) is a square.</summary>
    internal static bool IsOnCurve(ReadOnlySpan<byte> bytes)
    {
        Span<byte> y = stackalloc byte[32];
        bytes.CopyTo(y);
        y[31] &= 0x7F; // the sign of x
        var square = BigInteger.ModPow(new BigInteger(y, isUnsigned: true), 2, Prime);

        // A quotient is a square where the product is one.
        var product = Mod((square - 1) * Mod((D * square) + 1));
        return product.IsZero || BigInteger.ModPow(product, (Prime - 1) / 2, Prime).IsOne;
    }

    private static BigInteger Mod(BigInteger value)
    {
        var rest = value % Prime;
        return rest.Sign < 0 ? rest + Prime : rest;
    }
}

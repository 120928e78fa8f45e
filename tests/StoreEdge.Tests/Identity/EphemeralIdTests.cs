using System.Globalization;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Identity;

public sealed class EphemeralIdTests
{
    private static readonly byte[] Key = Convert.FromHexString("0102030405060708090A111213141516");

    // The vectors of the reference implementation for K = 10.
    [Theory]
    [InlineData(0, "A9B76A71C5F89290")]
    [InlineData(2000, "4144413E45FEFA58")]
    public void The_published_vectors_come_out(uint counter, string id)
    {
        using var calculator = new EphemeralId();
        var ids = new ulong[1];
        calculator.Compute(Key, 10, counter >> 10, ids);
        Assert.Equal(ulong.Parse(id, NumberStyles.HexNumber, CultureInfo.InvariantCulture), ids[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(15)]
    public void Windows_computed_together_are_those_computed_alone(int exponent)
    {
        // Across the moment at which the key in between changes.
        using var calculator = new EphemeralId();
        var first = (65536U >> exponent) - 2;
        ulong[] together = new ulong[5], alone = new ulong[1];
        calculator.Compute(Key, exponent, first, together);
        for (var i = 0; i < together.Length; i++)
        {
            calculator.Compute(Key, exponent, first + (uint)i, alone);
            Assert.Equal(alone[0], together[i]);
        }

        Assert.Equal(5, together.Distinct().Count());
    }
}

using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Identity;

public sealed class PseudonymKeysTests
{
    private static readonly string One = string.Concat(Enumerable.Repeat("1a", 32)), Two = string.Concat(Enumerable.Repeat("2b", 32));

    [Fact]
    public void One_line_is_one_key_for_ever()
    {
        var keys = PseudonymKeys.Parse($" 1:{One} \n");
        Assert.Equal((1, 0, 1), (keys.Count, keys.IndexAt(DateTimeOffset.MaxValue), keys[0].KeyId));
    }

    [Fact]
    public void A_generation_is_in_force_from_its_moment()
    {
        var keys = PseudonymKeys.Parse($"# until the new year\n1:{One}\n\n2:{Two} from 2027-01-01T00:00:00-03:00\n");
        var moment = new DateTimeOffset(2027, 1, 1, 3, 0, 0, TimeSpan.Zero);
        Assert.Equal((0, 1, 0), (keys.IndexAt(moment.AddTicks(-1)), keys.IndexAt(moment), keys.IndexAt(DateTimeOffset.UnixEpoch)));
        Assert.Equal((1, 2), (keys[0].KeyId, keys[1].KeyId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing")]
    [InlineData("1:ONE\n2:TWO")]
    [InlineData("1:ONE\n2:TWO from soon")]
    [InlineData("1:ONE\n2:TWO from 2027-01-01T03:00:00")]
    [InlineData("1:ONE\n2:TWO since 2027-01-01T03:00:00Z")]
    [InlineData("1:ONE\n1:TWO from 2027-01-01T03:00:00Z")]
    [InlineData("1:ONE from 2027-01-01T03:00:00Z\n2:TWO from 2026-01-01T03:00:00Z")]
    [InlineData("1:ONE\n2:2b from 2027-01-01T03:00:00Z")]
    public void A_wrong_file_is_refused_without_repeating_a_key(string text)
    {
        var fault = Assert.Throws<FormatException>(() => PseudonymKeys.Parse(text.Replace("ONE", One, StringComparison.Ordinal).Replace("TWO", Two, StringComparison.Ordinal)));
        Assert.DoesNotContain(One[..8], fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Two[..8], fault.Message, StringComparison.Ordinal);
    }
}

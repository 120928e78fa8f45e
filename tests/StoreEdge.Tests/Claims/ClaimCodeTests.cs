using FsCheck;
using FsCheck.Fluent;
using StoreEdge.Core.Claims;

namespace StoreEdge.Tests.Claims;

/// <summary>A code survives the way from a screen to a keyboard, and says what is wrong where it did not.</summary>
public sealed class ClaimCodeTests
{
    private static readonly ClaimCode Code = ClaimCode.Of([.. Enumerable.Range(1, ClaimCode.RandomBytes).Select(i => (byte)(i * 37))]);

    [Fact]
    public void A_code_that_was_typed_is_the_one_that_was_issued()
    {
        Assert.Matches("^([0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}$", Code.Text);
        foreach (var typed in new[] { Code.Text, Code.Text.ToLowerInvariant(), Code.Text.Replace("-", "", StringComparison.Ordinal), $"  {Code.Text.Replace('-', ' ')}\n", Code.Text.Replace('0', 'O').Replace('1', 'l') })
        {
            Assert.True(ClaimCode.TryParse(typed, out var read, out var why), why);
            Assert.Equal((Code.Id, Code.Text), (read.Id, read.Text));
            Assert.Equal(Code.Secret, read.Secret);
        }
    }

    [Fact]
    public void Every_random_code_is_read_again_and_two_are_never_the_same()
    {
        var bytes = Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(ClaimCode.RandomBytes).ToArbitrary();
        Prop.ForAll(bytes, random => ClaimCode.TryParse(ClaimCode.Of(random).Text, out var read, out _) && read.Text == ClaimCode.Of(random).Text).QuickCheckThrowOnFailure();
        var seen = Enumerable.Range(0, 8 * 21).Select(bit =>
        {
            var one = new byte[ClaimCode.RandomBytes];
            one[bit / 8] |= (byte)(0x80 >> bit % 8);
            return ClaimCode.Of(one).Text;
        }).ToList();
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public void A_slip_of_the_finger_is_named_without_repeating_what_was_typed()
    {
        var swapped = Code.Text[..5] + Code.Text[6] + Code.Text[5] + Code.Text[7..];
        foreach (var (typed, says) in new[] { (swapped, "mistyped"), (Code.Text[..^1], "has 36 letters and digits, and this has 35"), (Code.Text[..^1] + "U", "letter 36 is none of them"), ("", "this has 0"), ("storeedge", "letter") })
        {
            Assert.False(ClaimCode.TryParse(typed, out _, out var why));
            Assert.Contains(says, why, StringComparison.Ordinal);
            Assert.DoesNotContain(Code.Text[10..14], why, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void What_is_printed_of_a_code_by_accident_is_its_public_part()
    {
        Assert.Equal($"claim {Code.Id}", $"{Code}");
        Assert.Equal(Code.Text.Replace("-", "", StringComparison.Ordinal)[..8].ToLowerInvariant(), Code.Id);
    }
}

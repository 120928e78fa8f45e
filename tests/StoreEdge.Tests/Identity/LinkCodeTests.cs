using System.Text;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Identity;

/// <summary>Ways to say who one is on the portal: what is typed, however it is written, and the code that the tenant's app brings.</summary>
public sealed class LinkCodeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Nonce = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private readonly PseudonymKey key = new(1, new byte[32]);
    private readonly EnrolmentRegistry registry;

    public LinkCodeTests()
    {
        registry = new(key, new ManualClock());
        Assert.True(EnrolmentList.TryParse(
            """{"version":1,"entries":[{"customer":"A","loyaltyNumber":"+55 (11) 98765-4321"},{"customer":"B","loyaltyNumber":"Ana.Silva@Example.com"},{"customer":"C","loyaltyNumber":"CA-77 x"}]}"""u8.ToArray(),
            out var list, out _));
        registry.Replace(list);
    }

    [Theory]
    [InlineData("5511987654321", "A")]
    [InlineData(" +55 11 98765–4321 ", "A")]
    [InlineData("55.11.98765.4321", "A")]
    [InlineData("５５１１９８７６５４３２１", "A")]
    [InlineData("ana.silva@example.COM ", "B")]
    [InlineData("anasilva@example.com", null)]
    [InlineData("ca77X", "C")]
    [InlineData("11987654321", null)]
    [InlineData("", null)]
    [InlineData("- -", null)]
    [InlineData("\ud800", null)]
    public void A_login_is_the_same_however_it_is_written(string typed, string? customer)
    {
        Assert.Equal(customer is not null, registry.TryFindLogin(typed, out var subject));
        if (customer is not null) Assert.Equal(key.OfCustomer(customer), subject);
    }

    [Fact]
    public void Two_ways_to_write_one_number_cannot_have_two_owners()
    {
        Assert.False(EnrolmentList.TryParse("""{"version":1,"entries":[{"customer":"A","loyaltyNumber":"77-30"},{"customer":"B","loyaltyNumber":"7730"}]}"""u8.ToArray(), out _, out var faults));
        Assert.Equal("entries[1].loyaltyNumber", Assert.Single(faults).Path);
        Assert.DoesNotContain("7730", faults[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_code_names_the_customer_to_this_store_only_and_for_some_minutes_only()
    {
        var code = LinkCode.Make(key, "store-1", "5511 98765 4321", Now.AddMinutes(5), Nonce);
        Assert.InRange(code.Length, 60, LinkCode.MostCharacters);
        Assert.True(registry.TryFindLink(code, "store-1", Now, out var subject));
        Assert.Equal(key.OfCustomer("A"), subject);
        Assert.True(registry.TryFindLink(code, "store-1", Now.AddMinutes(5).AddSeconds(-1), out _));
        Assert.False(registry.TryFindLink(code, "store-1", Now.AddMinutes(5), out _));
        Assert.False(registry.TryFindLink(code, "store-1", Now.AddMinutes(-6), out _));
        Assert.False(registry.TryFindLink(code, "store-2", Now, out _));
        Assert.False(registry.TryFindLink(LinkCode.Make(key, "store-1", "5511 98765 4321", Now.AddHours(1), Nonce), "store-1", Now, out _));
        Assert.False(registry.TryFindLink(LinkCode.Make(key, "store-1", "unknown", Now.AddMinutes(5), Nonce), "store-1", Now, out _));
        Assert.False(registry.TryFindLink(LinkCode.Make(new(1, Enumerable.Repeat((byte)1, 32).ToArray()), "store-1", "5511987654321", Now.AddMinutes(5), Nonce), "store-1", Now, out _));
    }

    [Fact]
    public void A_code_with_any_character_changed_is_nobodys()
    {
        var code = LinkCode.Make(key, "store-1", "5511987654321", Now.AddMinutes(5), Nonce);
        for (var i = 0; i < code.Length - 1; i++)
        {
            var changed = new StringBuilder(code) { [i] = code[i] == 'A' ? 'B' : 'A' }.ToString();
            Assert.False(registry.TryFindLink(changed, "store-1", Now, out _));
        }

        foreach (var odd in new[] { "", ".", "1.", "1.AAAA", "x." + code[2..], code + code, code[..^4], "99999999999." + code[2..] }) Assert.False(registry.TryFindLink(odd, "store-1", Now, out _));
    }

    /// <summary>For whoever makes codes in another language: the same bytes must come out.</summary>
    [Fact]
    public void The_code_of_the_guide_is_this_one() =>
        Assert.Contains(
            LinkCode.Make(key, "store-0042", "7730 4211", Now, Nonce),
            File.ReadAllText(Path.Combine(Architecture.SourceTree.Root, "src/StoreEdge.Contracts/identity.md")), StringComparison.Ordinal);
}

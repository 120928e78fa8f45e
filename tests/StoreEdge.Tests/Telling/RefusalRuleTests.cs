using StoreEdge.Core.Telling;

namespace StoreEdge.Tests.Telling;

public class RefusalRuleTests
{
    [Theory]
    [InlineData(0, Refusal.None)]
    [InlineData(0x10, Refusal.None)]
    [InlineData(0x87, Refusal.ForGood)]
    [InlineData(0x90, Refusal.ForGood)]
    [InlineData(0x99, Refusal.ForGood)]
    [InlineData(0x95, Refusal.TooLarge)]
    [InlineData(0x97, Refusal.Wait)]
    [InlineData(0x89, Refusal.Wait)]
    [InlineData(0x80, Refusal.Wait)]
    [InlineData(0x83, Refusal.Wait)]
    public void Only_what_no_waiting_mends_is_refused_for_good(int code, Refusal expected) => Assert.Equal(expected, RefusalRule.Judge(code));

    [Fact]
    public void Every_reason_has_a_stable_name()
    {
        Assert.Equal("not-authorised", RefusalRule.Name(0x87));
        Assert.Equal("refused-154", RefusalRule.Name(0x9A));
    }
}

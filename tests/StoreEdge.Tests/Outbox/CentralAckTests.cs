using StoreEdge.Agent.Outbox;
using StoreEdge.Contracts;

namespace StoreEdge.Tests.Outbox;

public class CentralAckTests
{
    private static readonly Guid Epoch = Guid.Parse("019a0000-0000-7000-8000-000000000001");

    [Theory]
    [InlineData(0, "Known")]
    [InlineData(49, "Known")]
    [InlineData(50, "Known")]
    [InlineData(51, "Advances")]
    [InlineData(100, "Advances")]
    [InlineData(101, "BeyondLast")]
    [InlineData(long.MaxValue, "BeyondLast")]
    public void Only_what_exists_and_is_new_advances(long seq, string verdict) =>
        Assert.Equal(verdict, CentralAck.Judge(new(Epoch, seq), Epoch, lastSeq: 100, acknowledgedSeq: 50).ToString());

    [Fact]
    public void Another_epoch_is_refused_whatever_its_number() =>
        Assert.All([0L, 60L, 1000L], seq => Assert.Equal(AckVerdict.OtherEpoch, CentralAck.Judge(new(Guid.NewGuid(), seq), Epoch, 100, 50)));

    [Fact]
    public void A_negative_number_is_no_acknowledgement() =>
        Assert.Throws<FormatException>(() => CentralAck.Judge(new AckMessage(Epoch, -1), Epoch, 100, 50));
}

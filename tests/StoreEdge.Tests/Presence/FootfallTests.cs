using StoreEdge.Core.Presence;

namespace StoreEdge.Tests.Presence;

/// <summary>A count only, and none where addresses change too much for one.</summary>
public sealed class FootfallTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private readonly Footfall footfall = new(Quarter);

    [Fact]
    public void Devices_that_keep_their_address_are_counted_once_each()
    {
        for (var device = 0; device < 37; device++) Present((ulong)device, isPrivate: false, from: device * 10, to: device * 10 + 120);
        Assert.Equal(new(FootfallKind.Counted, 37, null), footfall.Conclude());
    }

    [Fact]
    public void Few_are_told_as_few()
    {
        for (var device = 0; device < 4; device++) Present((ulong)device, isPrivate: false, from: 0, to: 60);
        Assert.Equal(new(FootfallKind.Few, null, null), footfall.Conclude());
    }

    [Fact]
    public void Private_addresses_that_stay_are_counted_as_they_are()
    {
        for (var device = 0; device < 20; device++) Present((ulong)device, isPrivate: true, from: 0, to: 900);
        Assert.Equal(new(FootfallKind.Counted, 20, null), footfall.Conclude());
    }

    [Fact]
    public void Twenty_phones_that_change_their_address_every_five_minutes_are_no_number()
    {
        for (var phone = 0; phone < 20; phone++)
            for (var turn = 0; turn < 3; turn++) Present((ulong)(phone * 10 + turn), isPrivate: true, from: turn * 300 + phone, to: turn * 300 + 300 + phone);
        Assert.Equal(new(FootfallKind.Unreliable, null, "address-rotation"), footfall.Conclude());
    }

    [Fact]
    public void A_few_changing_addresses_among_many_lasting_ones_leave_a_number()
    {
        for (var device = 0; device < 60; device++) Present((ulong)device, isPrivate: false, from: device, to: device + 60);
        for (var turn = 0; turn < 6; turn++) Present((ulong)(1000 + turn), isPrivate: true, from: turn * 150, to: turn * 150 + 150);
        var count = footfall.Conclude();
        Assert.Equal(FootfallKind.Counted, count.Kind);
        // One phone under six addresses: within the quarter that the rule allows.
        Assert.InRange(count.Count!.Value, 61, 66);
    }

    [Fact]
    public void What_is_there_all_the_time_belongs_to_the_shop()
    {
        for (var fixture = 0; fixture < 10; fixture++) Present((ulong)fixture, isPrivate: false, from: 0, to: 900);
        for (var device = 0; device < 7; device++) Present((ulong)(100 + device), isPrivate: false, from: 100, to: 400);
        Assert.Equal(new(FootfallKind.Counted, 7, null), footfall.Conclude());
    }

    [Fact]
    public void More_than_can_be_held_is_no_number()
    {
        for (var device = 0UL; device < 70_000; device++) footfall.Take(device, false, TimeSpan.Zero);
        Assert.Equal(new(FootfallKind.Unreliable, null, "too-many"), footfall.Conclude());
    }

    private void Present(ulong token, bool isPrivate, int from, int to)
    {
        for (var second = from; second < to; second++) footfall.Take(token, isPrivate, TimeSpan.FromSeconds(second));
    }
}

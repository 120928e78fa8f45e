using System.Net;
using StoreEdge.Linux.Neighbours;
using StoreEdge.Linux.Nftables;

namespace StoreEdge.Tests.Linux.Netlink;

/// <summary>What the kernel says is read as it says it, and nothing that could be said makes the reader fail.</summary>
public sealed class NetlinkTests
{
    /// <summary>RTM_NEWNEIGH as a kernel 6.18 sent it, with NDA_PROBES and NDA_CACHEINFO behind; interface, address, station and state are a test's.</summary>
    private static readonly byte[] Reachable = Convert.FromHexString(
        "4c0000001c00020001000000fb1f000002000000020000000200000008000100c0a8320a0a000200025e000000100000080004000100000014000300d2260000d22600009f17000000000000");

    private static readonly StationAddress Station = new(0x025e00000010);

    [Fact]
    public void A_neighbour_is_read_with_address_station_and_state()
    {
        var seen = new List<Neighbour>();
        NeighbourWatch.Collect(Reachable, seen);
        Assert.Equal(new Neighbour(2, IPAddress.Parse("192.168.50.10"), Station, NeighbourState.Reachable), Assert.Single(seen));
    }

    [Theory]
    [InlineData(0x01, NeighbourState.Incomplete)]
    [InlineData(0x04, NeighbourState.Stale)]
    [InlineData(0x08, NeighbourState.Probing)]
    [InlineData(0x10, NeighbourState.Probing)]
    [InlineData(0x20, NeighbourState.Failed)]
    [InlineData(0x80, NeighbourState.Reachable)]
    public void Every_state_has_its_name(byte native, NeighbourState state)
    {
        var packet = (byte[])Reachable.Clone();
        packet[24] = native;
        var seen = new List<Neighbour>();
        NeighbourWatch.Collect(packet, seen);
        Assert.Equal(state, Assert.Single(seen).State);
    }

    [Fact]
    public void What_needs_no_asking_is_no_station()
    {
        var packet = (byte[])Reachable.Clone();
        packet[24] = 0x40;
        var seen = new List<Neighbour>();
        NeighbourWatch.Collect(packet, seen);
        Assert.Empty(seen);
    }

    [Fact]
    public void A_request_reads_back_as_it_was_meant()
    {
        foreach (var address in new[] { IPAddress.Parse("192.168.50.10"), IPAddress.Parse("2001:db8:50::10") })
        {
            var seen = new List<Neighbour>();
            NeighbourWatch.Collect(NeighbourTable.Write(Neighbour.New, 0, 1, 7, Neighbour.NudStale, address, Station), seen);
            Assert.Equal(new Neighbour(7, address, Station, NeighbourState.Stale), Assert.Single(seen));
        }
    }

    [Fact]
    public void Nothing_that_the_kernel_could_say_makes_the_readers_fail()
    {
        var chance = new Random(7);
        var seen = new List<Neighbour>();
        for (var i = 0; i < 50_000; i++)
        {
            var packet = i % 2 == 0 ? (byte[])Reachable.Clone() : new byte[chance.Next(0, 128)];
            if (i % 2 == 1) chance.NextBytes(packet);
            for (var bite = chance.Next(0, 8); bite > 0 && packet.Length > 0; bite--) packet[chance.Next(packet.Length)] = (byte)chance.Next(256);
            var cut = packet.AsSpan(0, chance.Next(packet.Length + 1));
            seen.Clear();
            NeighbourWatch.Collect(cut, seen);
            Assert.InRange(seen.Count, 0, 8);
            (bool, bool) open = default;
            NftablesChange.Read(cut, "storeedge", ref open);
        }
    }

    [Fact]
    public void A_transaction_is_told_with_the_program_that_made_it_and_only_when_it_touched_the_table()
    {
        (bool, bool) open = default;
        Assert.Empty(NftablesChange.Read(Message(2, Text(1, "filter")), "storeedge", ref open));
        Assert.Empty(NftablesChange.Read(Generation(), "storeedge", ref open));
        // A table and its transaction's end may come in two packets.
        Assert.Empty(NftablesChange.Read(Message(2, Text(1, "storeedge")), "storeedge", ref open));
        Assert.Equal([new("nft", 4711, Structure: true, ElementsGone: false)], NftablesChange.Read(Generation(), "storeedge", ref open));
        Assert.Equal([new("nft", 4711, false, true)], NftablesChange.Read([.. Message(14, Text(1, "storeedge")), .. Generation()], "storeedge", ref open));
        // An element more is nobody's business: names of the walled garden come so.
        Assert.Empty(NftablesChange.Read([.. Message(12, Text(1, "storeedge")), .. Generation()], "storeedge", ref open));
    }

    [Fact]
    public void A_library_that_is_not_there_says_how_to_install_it()
    {
        var fault = Assert.Throws<NftablesFault>(() => NftablesContext.Open("libnftables-that-nobody-has.so.1"));
        Assert.Equal((NftablesFaultKind.LibraryMissing, "apt-get install libnftables1"), (fault.Kind, fault.Remedy));
    }

    [Theory]
    [InlineData("Error: Could not process rule: Operation not permitted\nadd table inet storeedge\n^^^^", NftablesFaultKind.NoPermission, "Could not process rule: Operation not permitted")]
    [InlineData("/dev/stdin:1:1-5: Error: Could not process rule: Too many open files in system\nadd element inet storeedge guests { 02:5e:00:00:00:10 }", NftablesFaultKind.Full, "Could not process rule: Too many open files in system")]
    [InlineData("Error: No such file or directory\nlist table inet storeedge", NftablesFaultKind.NotThere, "No such file or directory")]
    [InlineData("<cmdline>:1:1-5: Error: syntax error, unexpected map\nadd element 02:5e:00:00:00:10", NftablesFaultKind.Refused, "syntax error, unexpected map")]
    public void The_kernels_words_are_kept_and_the_commands_are_not(string said, NftablesFaultKind kind, string kept)
    {
        var fault = NftablesContext.Fault(said);
        Assert.Equal((kind, kept), (fault.Kind, fault.Message));
    }

    private static byte[] Generation() => Message(15, [.. Attribute(1, [0, 0, 0, 9]), .. Attribute(2, [0, 0, 0x12, 0x67]), .. Text(3, "nft")]);

    private static byte[] Text(ushort type, string text) => Attribute(type, [.. System.Text.Encoding.ASCII.GetBytes(text), 0]);

    private static byte[] Attribute(ushort type, byte[] value) => [(byte)(4 + value.Length), 0, (byte)type, 0, .. value, .. new byte[-value.Length & 3]];

    private static byte[] Message(byte kind, byte[] attributes) => [(byte)(20 + attributes.Length), 0, 0, 0, kind, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, .. attributes];
}

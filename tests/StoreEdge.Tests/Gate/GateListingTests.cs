using StoreEdge.Agent.Gate;
using StoreEdge.Core;

namespace StoreEdge.Tests.Gate;

public sealed class GateListingTests
{
    /// <summary>As libnftables 1.0.6 lists it.</summary>
    private const string Listing =
        """
        {"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}, {"map": {"family": "inet", "name": "guests", "table": "storeedge",
        "type": "ether_addr", "handle": 1, "map": "mark", "size": 10, "flags": ["timeout"], "elem": [
        [{"elem": {"val": "02:5e:00:00:00:10", "timeout": 1800, "expires": 1799, "comment": "r-123", "counter": {"packets": 0, "bytes": 0}}}, 74565],
        [{"elem": {"val": "02:5e:00:00:00:11", "timeout": 1800, "expires": 0, "comment": "a\" : 1 } ; flush ruleset", "counter": {"packets": 0, "bytes": 0}}}, 74566],
        ["02:5e:00:00:00:12", 74567], [{"elem": {"val": 7}}, 1], ["02:5e:00:00:00:13"], 5], "stmt": [{"counter": null}]}}]}
        """;

    [Fact]
    public void Guests_are_read_with_receipt_number_and_time_left()
    {
        var now = Instant.Origin + TimeSpan.FromHours(1);
        var guests = GateListing.Guests(Listing, now);
        Assert.Equal(["02:5e:00:00:00:10", "02:5e:00:00:00:11", "02:5e:00:00:00:12"], guests.Select(g => g.Station.Spell()));
        Assert.Equal(("r-123", 74565u, TimeSpan.FromSeconds(1800)), (guests[0].Receipt, guests[0].Mark, guests[0].Ends - now));
        // Let in by another hand: inside, with a comment that is no receipt and is not repeated. The second's last fraction of a second is left to them.
        Assert.Equal(("", 74566u, TimeSpan.FromSeconds(1)), (guests[1].Receipt, guests[1].Mark, guests[1].Ends - now));
        Assert.Equal(("", 74567u), (guests[2].Receipt, guests[2].Mark));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"nftables\": 1}")]
    [InlineData("{\"nftables\": [1, {\"map\": 2}, {\"map\": {\"name\": 3}}, {\"map\": {\"name\": \"guests\", \"elem\": 4}}]}")]
    public void What_is_no_listing_holds_nobody(string listing) => Assert.Empty(GateListing.Guests(listing, Instant.Origin));

    [Fact]
    public void A_listing_that_was_bitten_never_throws()
    {
        var chance = new Random(5);
        for (var i = 0; i < 5_000; i++)
        {
            var bitten = Listing.ToCharArray();
            for (var bite = chance.Next(1, 6); bite > 0; bite--) bitten[chance.Next(bitten.Length)] = (char)chance.Next(32, 127);
            Assert.InRange(GateListing.Guests(new(bitten), Instant.Origin).Count, 0, 6);
        }
    }

    [Fact]
    public void A_chain_that_another_program_added_is_seen_among_the_parts()
    {
        var rules = new GateRules(new() { Guests = ["wlan0"], Upstream = "eth0", PortalPort = 8480 });
        var listed = rules.Install([]);
        Assert.Equal(rules.Parts.Order(), GateListing.Parts(listed).Order());
        Assert.Contains("guests", rules.Parts);
        Assert.Equal(["other"], GateListing.Parts(listed + "\n\tchain other {\n\t}\n").Except(rules.Parts));
    }

    [Fact]
    public void What_was_moved_is_read_in_the_units_that_nft_chooses()
    {
        var moved = GateListing.Moved(
            """
            table inet storeedge {
            	set moved {
            		type mark
            		size 2000
            		flags dynamic,timeout
            		timeout 2h
            		elements = { 0x0000002a expires 1h59m quota over 5000000 bytes used 1234 bytes, 0x12345678 expires 3s quota over 5 mbytes used 2 mbytes,
            			     0x00000001 quota over 1 kbytes, 0x00000002 quota over 1 mbytes used 3 kbytes }
            	}
            }
            """);
        Assert.Equal([(1u, 0L), (2u, 3L << 10), (0x2au, 1234L), (0x12345678u, 2L << 20)], moved.OrderBy(m => m.Key).Select(m => (m.Key, m.Value)));
    }
}

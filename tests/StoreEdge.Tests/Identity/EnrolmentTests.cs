using System.Text;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Identity;

public sealed class EnrolmentTests
{
    private const string Good = """
        { "version": 7, "entries": [
          { "customer": "C-1001", "household": "H-7", "loyaltyNumber": " 5550001 ", "beacons": ["ibeacon:E2C56DB5-DFFB-48D2-B060-D0F5A71096E0/1/2", "eddystone-eid:a9b76a71c5f89290"] },
          { "customer": "S-1", "role": "staff", "beacons": ["eddystone-uid:00010203040506070809/00000000002a"] },
          { "customer": "F-1", "role": "fixed", "beacons": [] } ] }
        """;

    private readonly PseudonymKey key = new(3, Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    [Fact]
    public void A_beacon_leads_to_its_owner_and_a_number_to_the_same_pseudonym()
    {
        var registry = new EnrolmentRegistry(key, TimeProvider.System);
        registry.Replace(Parse(Good));
        Assert.Equal((7L, 3), (registry.Version, registry.Beacons));

        Assert.True(registry.TryFind(Heard("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1/2"), out var customer));
        Assert.Equal((key.OfCustomer("C-1001"), BeaconRole.Customer, Assurance.Low), (customer.Subject, customer.Role, customer.Assurance));
        Assert.NotNull(customer.Household);
        Assert.True(registry.TryFind(Heard("eddystone-eid:a9b76a71c5f89290"), out var rotating));
        // An id that stands in a list never rotates, whatever its format: anybody can copy it.
        Assert.Equal((customer.Subject, Assurance.Low), (rotating.Subject, rotating.Assurance));
        Assert.True(registry.TryFind(Heard("eddystone-uid:00010203040506070809/00000000002a"), out var staff));
        Assert.Equal(BeaconRole.Staff, staff.Role);
        Assert.False(registry.TryFind(Heard("eddystone-eid:0000000000000000"), out _));

        Assert.True(registry.TryFindLogin("5550001", out var typed));
        Assert.Equal(customer.Subject, typed);
        Assert.False(registry.TryFindLogin("5550002", out _));
    }

    [Fact]
    public void A_new_list_replaces_the_old_one_whole()
    {
        var registry = new EnrolmentRegistry(key, TimeProvider.System);
        registry.Replace(Parse(Good));
        registry.Replace(Parse("""{"version":8,"entries":[]}"""));
        Assert.Equal((8L, 0), (registry.Version, registry.Beacons));
        Assert.False(registry.TryFindLogin("5550001", out _));
    }

    [Theory]
    [InlineData("""{"version":1,"entries":[{"customer":"A","role":"00112233445566778899aabbccddeeff"}]}""")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","00112233445566778899aabbccddeeff":[]}]}""")]
    [InlineData("""{"version":1,"00112233445566778899aabbccddeeff":1,"entries":[]}""")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":[{"00112233445566778899aabbccddeeff":10}]}]}""")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":[{"identityKey":"00112233445566778899aabbccddeeff!"}]}]}""")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","irk":"00112233445566778899aabbccddeeff"}]}""")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","irk":["00112233445566778899aabbccddeeff"]},{"customer":"B","irk":["00112233445566778899AABBCCDDEEFF"]}]}""")]
    public void A_secret_in_a_wrong_place_is_in_no_fault(string json)
    {
        Assert.False(EnrolmentList.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out _, out var faults));
        Assert.DoesNotContain(faults, f => f.ToString().Contains("00112233445566778899aabbccddeeff", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("{", "")]
    [InlineData("[]", "")]
    [InlineData("""{"entries":[]}""", "version")]
    [InlineData("""{"version":0,"entries":[]}""", "version")]
    [InlineData("""{"version":1.5,"entries":[]}""", "version")]
    [InlineData("""{"version":1}""", "entries")]
    [InlineData("""{"version":1,"entries":{}}""", "entries")]
    [InlineData("""{"version":1,"entries":[],"extra":1}""", "extra")]
    [InlineData("""{"version":1,"entries":[3]}""", "entries[0]")]
    [InlineData("""{"version":1,"entries":[{"beacons":[]}]}""", "entries[0].customer")]
    [InlineData("""{"version":1,"entries":[{"customer":""}]}""", "entries[0].customer")]
    [InlineData("""{"version":1,"entries":[{"customer":"A"},{"customer":"B","role":"boss"}]}""", "entries[1].role")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","beacon":"x"}]}""", "entries[0].beacon")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","beacons":"x"}]}""", "entries[0].beacons")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","beacons":["eddystone-eid:a9b76a71c5f89290", 5]}]}""", "entries[0].beacons[1]")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","beacons":["11:22:33:44:55:66"]}]}""", "entries[0].beacons[0]")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","beacons":["eddystone-eid:a9b76a71c5f89290"]},{"customer":"B","beacons":["eddystone-eid:A9B76A71C5F89290"]}]}""", "entries[1].beacons[0]")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","loyaltyNumber":"x1"},{"customer":"B","loyaltyNumber":"X1"}]}""", "entries[1].loyaltyNumber")]
    [InlineData("""{"version":1,"entries":[{"customer":"\ud800"}]}""", "")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":{}}]}""", "entries[0].eid")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":["0102030405060708090a111213141516"]}]}""", "entries[0].eid[0]")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":[{"identityKey":"0102","rotationExponent":10,"registeredAt":"2026-11-01T12:00:00Z"}]}]}""", "entries[0].eid[0].identityKey")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":[{"identityKey":"0102030405060708090a111213141516","rotationExponent":16,"registeredAt":"2026-11-01T12:00:00Z"}]}]}""", "entries[0].eid[0].rotationExponent")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":[{"identityKey":"0102030405060708090a111213141516","rotationExponent":10,"registeredAt":"2026-11-01T12:00:00"}]}]}""", "entries[0].eid[0].registeredAt")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":[{"identityKey":"0102030405060708090a111213141516","rotationExponent":10}]}]}""", "entries[0].eid[0].registeredAt")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":[{"identityKey":"0102030405060708090a111213141516","rotationExponent":10,"registeredAt":"2026-11-01T12:00:00Z","clockAtRegistration":4294967296}]}]}""", "entries[0].eid[0].clockAtRegistration")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","eid":[{"identityKey":"0102030405060708090a111213141516","rotationExponent":10,"registeredAt":"2026-11-01T12:00:00Z","key":1}]}]}""", "entries[0].eid[0].key")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","irk":"ec0234a357c8ad05341010a60a397d9b"}]}""", "entries[0].irk")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","irk":["00000000000000000000000000000000"]}]}""", "entries[0].irk[0]")]
    [InlineData("""{"version":1,"entries":[{"customer":"A","irk":["ec0234a357c8ad05341010a60a397d9b"]},{"customer":"B","irk":["EC0234A357C8AD05341010A60A397D9B"]}]}""", "entries[1].irk[0]")]
    public void A_wrong_list_is_refused_with_the_place_of_the_fault(string json, string path)
    {
        Assert.False(EnrolmentList.TryParse(Encoding.UTF8.GetBytes(json), out _, out var faults));
        Assert.Equal(path, Assert.Single(faults).Path);
        Assert.NotEmpty(faults[0].Message);
        // A key is in no message, whole or in part.
        Assert.DoesNotContain("0102", faults[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ec0234", faults[0].ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void More_resolvable_devices_than_allowed_are_refused_with_what_they_would_cost()
    {
        var keys = string.Join(',', Enumerable.Range(1, 301).Select(i => $"\"{i:x32}\""));
        var json = Encoding.UTF8.GetBytes($$"""{"version":1,"entries":[{"customer":"A","irk":[{{keys}}]}]}""");
        Assert.False(EnrolmentList.TryParse(json, out _, out var faults));
        Assert.Contains("301 would take 0.009 strangers an hour", Assert.Single(faults).Message, StringComparison.Ordinal);
        Assert.True(EnrolmentList.TryParse(json, out _, out _, mostResolvable: 301));
    }

    private static EnrolmentList Parse(string json)
    {
        Assert.True(EnrolmentList.TryParse(Encoding.UTF8.GetBytes(json), out var list, out var faults), string.Join("; ", faults));
        return list;
    }

    private static Heard Heard(string text)
    {
        Assert.True(BeaconId.TryParse(text, out var id));
        return new(id, new(0xC0FFEE), 1, new(1));
    }
}

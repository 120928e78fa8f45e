using System.Buffers.Binary;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Tests.Identity;

public sealed class RegistryTests
{
    private const int Exponent = 10;
    private static readonly byte[] IdentityKey = Convert.FromHexString("0102030405060708090a111213141516");
    private static readonly byte[] ResolvingKey = Convert.FromHexString("ec0234a357c8ad05341010a60a397d9b");
    private static readonly DateTimeOffset Registered = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ManualClock clock = new();
    private readonly PseudonymKey first = Key(1), second = Key(2);

    [Fact]
    public void A_rotating_id_leads_to_its_owner_with_a_proof_of_its_window()
    {
        var registry = Registry(new PseudonymKeys(first));
        Assert.True(registry.TryFind(Rotating(Window), out var owner));
        Assert.Equal((first.OfCustomer("A"), Assurance.Medium, Suspicion.None), (owner.Subject, owner.Assurance, owner.Suspicion));
        Assert.Equal(26, owner.Proof!.Length);

        // Another store of the tenant makes the same proof of the same window, and another of the next.
        var elsewhere = Registry(new PseudonymKeys(first));
        elsewhere.TryFind(Rotating(Window), out var there);
        Assert.Equal(owner.Proof, there.Proof);
        registry.TryFind(Rotating(Window + 1), out var next);
        Assert.NotEqual(owner.Proof, next.Proof);

        Assert.False(registry.TryFind(Rotating(Window + 3), out _));
        Assert.False(registry.TryFind(Rotating(Window - 3), out _));
    }

    [Fact]
    public void A_window_left_behind_is_low_and_flagged()
    {
        var registry = Registry(new PseudonymKeys(first));
        var window = Window;
        Assert.True(registry.TryFind(Rotating(window), out _));
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.True(registry.TryFind(Rotating(window - 1), out var replayed));
        Assert.Equal((Assurance.Low, Suspicion.Replayed), (replayed.Assurance, replayed.Suspicion));
        Assert.Equal(1, registry.Status.Replayed);
    }

    [Fact]
    public void What_was_consumed_stays_so_when_a_new_list_comes()
    {
        var registry = Registry(new PseudonymKeys(first));
        var window = Window;
        registry.TryFind(Rotating(window), out _);
        clock.Advance(TimeSpan.FromSeconds(60));
        registry.Replace(List(2));
        Assert.True(registry.TryFind(Rotating(window - 1), out var replayed));
        Assert.Equal(Suspicion.Replayed, replayed.Suspicion);
    }

    [Fact]
    public void Windows_go_on_while_the_registry_is_turned()
    {
        var registry = Registry(new PseudonymKeys(first));
        for (var i = 0; i < 50; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(700));
            registry.Turn();
            Assert.True(registry.TryFind(Rotating(Window), out var owner));
            Assert.Equal(Suspicion.None, owner.Suspicion);
        }
    }

    [Fact]
    public void An_address_leads_to_its_owner_whatever_the_frame_says()
    {
        var registry = Registry(new PseudonymKeys(first));
        Assert.True(registry.TryFind(Resolvable(0x712345), out var owner));
        Assert.Equal((first.OfCustomer("B"), Assurance.Medium), (owner.Subject, owner.Assurance));
        Assert.False(registry.TryFind(new(default, new(0x4000_0000_0001), 1, Instant.Now(clock)), out _));
        Assert.Equal((1, 1, 1, 1), (registry.Status.Static, registry.Status.Rotating, registry.Status.Resolvable, registry.Status.UnknownAddresses));
        Assert.Equal(1.0 / (1 << 24), registry.Status.FalseMatchesPerHour);
    }

    [Fact]
    public void Staff_are_staff_by_whichever_kind_of_id()
    {
        var registry = new EnrolmentRegistry(first, clock);
        registry.Replace(new(1, [new("S", BeaconRole.Staff, null, null, []) { Eid = [Device], Irk = [BinaryPrimitives.ReadUInt128BigEndian(ResolvingKey)] }]));
        Assert.True(registry.TryFind(Rotating(Window), out var rotating));
        Assert.True(registry.TryFind(Resolvable(0x712345), out var resolvable));
        Assert.Equal((BeaconRole.Staff, BeaconRole.Staff), (rotating.Role, resolvable.Role));
    }

    [Fact]
    public void Strangers_cost_no_allocation()
    {
        var registry = Registry(new PseudonymKeys(first));
        Assert.True(BeaconId.TryParse("eddystone-eid:0102030405060708", out var eid));
        Heard[] strangers = [new(eid, new(0x4000_0000_0001), 1, Instant.Now(clock)), new(default, new(0xC000_0000_0001), 1, Instant.Now(clock))];
        foreach (var stranger in strangers) registry.TryFind(stranger, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            foreach (var stranger in strangers)
                registry.TryFind(stranger, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void At_its_moment_the_next_key_gives_the_names_and_the_former_ones_are_still_known()
    {
        var keys = new PseudonymKeys([(first, DateTimeOffset.MinValue), (second, clock.GetUtcNow().AddHours(1))]);
        var registry = Registry(keys);
        Assert.True(registry.TryFind(Static, out var before));
        Assert.Equal(first.OfCustomer("A"), before.Subject);
        Assert.True(registry.NamesOf(before.Subject).IsEmpty);
        Assert.Empty(registry.Successors());

        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(registry.Turn());
        Assert.False(registry.Turn());
        Assert.True(registry.TryFind(Static, out var after));
        Assert.Equal((second.OfCustomer("A"), second.OfCustomer("household/H")), (after.Subject, after.Household));
        Assert.True(registry.TryFindLogin("5550001", out var typed));
        Assert.Equal(after.Subject, typed);
        Assert.Equal([after.Subject, before.Subject], registry.NamesOf(before.Subject).ToArray());
        Assert.Equal(after.Subject.Value, registry.Successors()[before.Subject.Value]);
        Assert.Equal(second.OfCustomer("household/H").Value, registry.Successors()[first.OfCustomer("household/H").Value]);
    }

    [Fact]
    public void A_clock_that_is_ahead_brings_no_key_into_force_before_its_moment_has_surely_come()
    {
        var (moment, atLeast) = (clock.GetUtcNow().AddHours(1), clock.GetUtcNow());
        var registry = new EnrolmentRegistry(new([(first, DateTimeOffset.MinValue), (second, moment)]), clock, () => atLeast);
        registry.Replace(List(1));
        clock.Advance(TimeSpan.FromDays(365));
        Assert.False(registry.Turn());
        atLeast = moment;
        Assert.True(registry.Turn());
        Assert.True(registry.TryFind(Static, out var owner));
        Assert.Equal(second.OfCustomer("A"), owner.Subject);
    }

    [Fact]
    public void A_clock_that_goes_back_takes_no_key_out_of_force_for_what_was_said_stands_under_its_names()
    {
        var atLeast = clock.GetUtcNow();
        var registry = new EnrolmentRegistry(new([(first, DateTimeOffset.MinValue), (second, atLeast)]), clock, () => atLeast);
        atLeast = DateTimeOffset.UnixEpoch;
        Assert.False(registry.Turn());
        Assert.Equal(second.KeyId, registry.KeyId);
    }

    private Heard Static
    {
        get
        {
            Assert.True(BeaconId.TryParse("eddystone-uid:00010203040506070809/00000000002a", out var beacon));
            return new(beacon, new(0xC000_0000_0002), 1, Instant.Now(clock));
        }
    }

    private static EphemeralDevice Device => new(BinaryPrimitives.ReadUInt128BigEndian(IdentityKey), Exponent, Registered, 0);

    private uint Window => (uint)(clock.GetUtcNow() - Registered).TotalSeconds >> Exponent;

    private static PseudonymKey Key(int id) => new(id, Enumerable.Repeat((byte)id, 32).ToArray());

    private Heard Rotating(uint window)
    {
        using var calculator = new EphemeralId();
        var id = new ulong[1];
        calculator.Compute(IdentityKey, Exponent, window, id);
        Assert.True(BeaconId.TryParse($"eddystone-eid:{id[0]:x16}", out var beacon));
        return new(beacon, new(0xC000_0000_0003), 1, Instant.Now(clock));
    }

    private Heard Resolvable(uint random) => new(default, new((ulong)random << 24 | ResolvableAddress.Hash(ResolvingKey, random)), 1, Instant.Now(clock));

    private EnrolmentRegistry Registry(PseudonymKeys keys)
    {
        var registry = new EnrolmentRegistry(keys, clock);
        registry.Replace(List(1));
        return registry;
    }

    private EnrolmentList List(long version) => new(
        version,
        [
            new("A", BeaconRole.Customer, "H", "5550001", [Static.Beacon]) { Eid = [Device] },
            new("B", BeaconRole.Customer, null, null, []) { Irk = [BinaryPrimitives.ReadUInt128BigEndian(ResolvingKey)] },
        ]);
}

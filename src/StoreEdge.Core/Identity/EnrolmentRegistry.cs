using System.Collections.Frozen;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Core.Identity;

/// <summary>What the registry knows and what came of it, in numbers.</summary>
/// <param name="Static">Beacons with an id that never changes.</param>
/// <param name="Rotating">Eddystone-EID devices.</param>
/// <param name="Resolvable">Devices known by their identity resolving key.</param>
/// <param name="UnknownAddresses">Different resolvable addresses of the last hour that belong to none of them.</param>
/// <param name="FalseMatchesPerHour">How many strangers an hour are therefore taken for one of them, on average.</param>
/// <param name="LeftOut">Addresses that were not looked into, because too many new ones came at once.</param>
/// <param name="Contested">Ids that fitted two devices, and so named neither.</param>
/// <param name="Replayed">Frames with a rotating id that its device had left behind.</param>
public sealed record RegistryStatus(
    int Static, int Rotating, int Resolvable, int UnknownAddresses, double FalseMatchesPerHour, long LeftOut, long Contested, long Replayed);

/// <summary>
/// Which devices are known, and whose they are. Each content is immutable but for the turning of rotating ids, and swapped as a whole, so a look-up sees either the old one or
/// the new one; look-ups are O(1), lock-free (but for resolvable addresses) and allocate nothing for strangers. Customer numbers are turned into pseudonyms when the registry is
/// built, one for each generation of the key that is held, and are not kept.
/// </summary>
public sealed class EnrolmentRegistry
{
    /// <summary>How many rotating devices one <see cref="Turn"/> brings forward: some milliseconds of work; four calls a second serve 100,000 in 13 s, and a window of reserve lasts longer.</summary>
    public const int PerTurn = 2000;

    private readonly PseudonymKeys keys;
    private readonly TimeProvider time;
    private readonly Func<DateTimeOffset> certain;
    private readonly Lock gate = new();
    private Content content = Content.Empty;
    private volatile int inForce;
    private long replayed;

    /// <summary>An empty registry.</summary>
    /// <param name="keys">The tenant's keys.</param>
    /// <param name="time">The wall clock, which rotating ids follow.</param>
    /// <param name="certain">
    /// The least that it can be, which keys follow: a change-over that a wrong clock brought too early could not be taken back, since what customers said would then stand under
    /// names that are not in force yet. Null where that is the wall clock.
    /// </param>
    public EnrolmentRegistry(PseudonymKeys keys, TimeProvider time, Func<DateTimeOffset>? certain = null)
    {
        (this.keys, this.time, this.certain) = (keys, time, certain ?? time.GetUtcNow);
        inForce = keys.IndexAt(this.certain());
    }

    /// <summary>An empty registry under one key for ever.</summary>
    public EnrolmentRegistry(PseudonymKey key, TimeProvider time)
        : this(new PseudonymKeys(key), time)
    {
    }

    /// <summary>The version of the content, as its author numbers it; 0 while there is none.</summary>
    public long Version => Volatile.Read(ref content).Version;

    /// <summary>How many devices are known.</summary>
    public int Beacons => Volatile.Read(ref content) is var c ? c.Static.Count + c.Rotating.Count + c.Resolvable.Count : 0;

    /// <summary>Which generation of the key gives names now.</summary>
    public int KeyId => keys[inForce].KeyId;

    /// <summary>The generations that are held, in force or not.</summary>
    public IReadOnlyList<int> HeldKeyIds => [.. Enumerable.Range(0, keys.Count).Select(i => keys[i].KeyId)];

    /// <summary>What is known and what came of it.</summary>
    public RegistryStatus Status
    {
        get
        {
            var now = Volatile.Read(ref content);
            var unknown = now.Resolvable.UnknownInLastHour(Instant.Now(time));
            return new(
                now.Static.Count, now.Rotating.Count, now.Resolvable.Count, unknown, ResolvableAddress.FalseMatchesPerHour(now.Resolvable.Count, unknown),
                now.Resolvable.LeftOut, now.Rotating.Contested + now.Resolvable.Contested, Interlocked.Read(ref replayed));
        }
    }

    /// <summary>Puts <paramref name="list"/> in place of what was known. Takes some seconds for 100,000 rotating devices; look-ups go on in the old content meanwhile.</summary>
    public void Replace(EnrolmentList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        lock (gate)
        {
            var former = content;
            var now = time.GetUtcNow();
            var builder = new ContentBuilder(keys);
            foreach (var entry in list.Entries) builder.Add(entry);
            var next = builder.Build(list.Version, now);
            next.Rotating.Inherit(former.Rotating);
            next.Rotating.Fill(now);
            Volatile.Write(ref content, next);
            former.Rotating.Dispose();
            former.Resolvable.Dispose();
        }
    }

    /// <summary>Lets time pass: brings rotating ids forward and changes over to the next key when its moment has surely come, and never back. To be called a few times a second.</summary>
    /// <returns>Whether names have changed.</returns>
    public bool Turn()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            content.Rotating.Turn(now, PerTurn);
            var index = keys.IndexAt(certain());
            if (index <= inForce) return false;
            inForce = index;
            return true;
        }
    }

    /// <summary>Whose device was heard; false where it is not enrolled. From any thread; allocates nothing for strangers.</summary>
    public bool TryFind(in Heard heard, out BeaconOwner owner)
    {
        var known = Volatile.Read(ref content);
        if (heard.Beacon.Format != BeaconFormat.Other && known.Static.TryGetValue(heard.Beacon, out var person))
        {
            owner = Of(person, Assurance.Low);
            return true;
        }

        if (heard.Beacon.Format == BeaconFormat.EddystoneEid && known.Rotating.TryFind(heard.Beacon.EphemeralId, out var device, out var window))
        {
            owner = OfRotating(known, device, window, heard);
            return true;
        }

        if (ResolvableAddress.Is(heard.Address, heard.AddressType) && known.Resolvable.TryFind(heard.Address, heard.At, out device))
        {
            owner = Of(known.ResolvableOwners[device], Assurance.Medium);
            return true;
        }

        owner = default;
        return false;
    }

    /// <summary>Who typed this (a loyalty number); false where nobody of that number is enrolled.</summary>
    public bool TryFindLogin(string typed, out Pseudonym subject)
    {
        // What normalises to nothing was given to nobody.
        var found = Volatile.Read(ref content).Logins.TryGetValue(keys[0].OfLogin(typed), out var person);
        subject = found ? NameOf(person!.Names) : default;
        return found;
    }

    /// <summary>Whom the tenant's app has logged in, by the code in the address that it opened (<see cref="LinkCode"/>); false where it is not good now, or nobody of that login is enrolled.</summary>
    /// <param name="code">As it came.</param>
    /// <param name="store">This store.</param>
    /// <param name="now">The time, which must be known for certain.</param>
    /// <param name="subject">The customer.</param>
    public bool TryFindLink(string code, string store, DateTimeOffset now, out Pseudonym subject)
    {
        subject = default;
        if (!LinkCode.TryOpen(keys, store, code, now, out var login) || !Volatile.Read(ref content).Logins.TryGetValue(login, out var person)) return false;
        subject = NameOf(person.Names);
        return true;
    }

    /// <summary>
    /// All names of the customer who has this one, the one in force first, then the former ones. Empty where nothing else is known: for strangers to the list, and while one key
    /// only is held or has been in force.
    /// </summary>
    public ReadOnlySpan<Pseudonym> NamesOf(Pseudonym subject) =>
        inForce > 0 && Volatile.Read(ref content).ByName.TryGetValue(subject, out var names) ? names.AsSpan(keys.Count - 1 - inForce) : [];

    /// <summary>The household of the customer who has this name; null where none is known.</summary>
    public Pseudonym? HouseholdOf(Pseudonym subject) => Volatile.Read(ref content).Households.TryGetValue(subject, out var names) ? NameOf(names) : null;

    /// <summary>Every former name of a customer or household with the one now in force; empty while one key only has been in force. For carrying over what is remembered.</summary>
    public IReadOnlyDictionary<string, string> Successors()
    {
        Dictionary<string, string> successors = new(StringComparer.Ordinal);
        var newest = keys.Count - 1 - inForce;
        foreach (var names in Volatile.Read(ref content).ByName.Values)
            for (var i = newest + 1; i < names.Length; i++) successors[names[i].Value] = names[newest].Value;
        return successors;
    }

    private Pseudonym NameOf(Pseudonym[] names) => names[keys.Count - 1 - inForce];

    private BeaconOwner Of(Person person, Assurance assurance) =>
        new(NameOf(person.Names), person.Role, assurance, person.Households is { } names ? NameOf(names) : null);

    private BeaconOwner OfRotating(Content known, int device, uint window, in Heard heard)
    {
        var suspicion = known.Rotating.History.Take(device, window, known.Rotating.WindowOf(device), heard.At);
        var proof = known.Proofs[device];
        if (proof is null || proof.Window != window)
        {
            Span<byte> id = stackalloc byte[8];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(id, heard.Beacon.EphemeralId);
            known.Proofs[device] = proof = new(window, keys[inForce].OfWindow(id));
        }

        if (suspicion == Suspicion.None) known.Rotating.Learn(device, window, time.GetUtcNow());
        else Interlocked.Increment(ref replayed);
        return Of(known.RotatingOwners[device], suspicion == Suspicion.None ? Assurance.Medium : Assurance.Low) with { Suspicion = suspicion, Proof = proof.Text };
    }

    /// <summary>A customer, a member of staff or a fixture under every generation of the key, the newest first.</summary>
    private sealed record Person(Pseudonym[] Names, Pseudonym[]? Households, BeaconRole Role);

    private sealed record WindowProof(uint Window, string Text);

    private sealed record Content(
        long Version, FrozenDictionary<BeaconId, Person> Static, FrozenDictionary<string, Person> Logins, EphemeralTable Rotating, Person[] RotatingOwners, WindowProof?[] Proofs,
        ResolvableDevices Resolvable, Person[] ResolvableOwners, FrozenDictionary<Pseudonym, Pseudonym[]> ByName, FrozenDictionary<Pseudonym, Pseudonym[]> Households)
    {
        internal static Content Empty => new ContentBuilder(null).Build(0, DateTimeOffset.UnixEpoch);
    }

    private sealed class ContentBuilder(PseudonymKeys? keys)
    {
        private readonly Dictionary<BeaconId, Person> beacons = [];
        private readonly Dictionary<string, Person> logins = new(StringComparer.Ordinal);
        private readonly List<(EphemeralDevice Device, Person Owner)> rotating = [];
        private readonly List<(UInt128 Key, Person Owner)> resolvable = [];
        private readonly Dictionary<Pseudonym, Pseudonym[]> byName = [], householdOf = [];
        private readonly Dictionary<string, Pseudonym[]> households = new(StringComparer.Ordinal);

        public void Add(EnrolmentEntry entry)
        {
            Pseudonym[]? household = null;
            if (entry.Household is { } name && !households.TryGetValue(name, out household)) households.Add(name, household = Names($"household/{name}"));
            var person = new Person(Names(entry.Customer), household, entry.Role);
            if (household is not null)
                foreach (var one in person.Names) householdOf[one] = household;
            if (entry.LoyaltyNumber is { } number && LoginText.Normalised(number).Length > 0)
                for (var i = 0; i < keys!.Count; i++) logins[keys[i].OfLogin(number)] = person;
            foreach (var beacon in entry.Beacons) beacons[beacon] = person;
            foreach (var device in entry.Eid) rotating.Add((device, person));
            foreach (var key in entry.Irk) resolvable.Add((key, person));
        }

        public Content Build(long version, DateTimeOffset now) => new(
            version, beacons.ToFrozenDictionary(), logins.ToFrozenDictionary(StringComparer.Ordinal), new([.. rotating.Select(r => r.Device)], now),
            [.. rotating.Select(r => r.Owner)], new WindowProof?[rotating.Count], new([.. resolvable.Select(r => r.Key)]), [.. resolvable.Select(r => r.Owner)],
            byName.ToFrozenDictionary(), householdOf.ToFrozenDictionary());

        private Pseudonym[] Names(string reference)
        {
            var names = new Pseudonym[keys!.Count];
            for (var i = 0; i < names.Length; i++) names[i] = keys[keys.Count - 1 - i].OfCustomer(reference);
            if (names.Length > 1)
                foreach (var one in names) byName[one] = names;
            return names;
        }
    }
}

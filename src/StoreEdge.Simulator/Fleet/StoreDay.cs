using StoreEdge.Contracts;
using StoreEdge.Simulator.Chance;

namespace StoreEdge.Simulator.Fleet;

/// <summary>
/// What happens in one store of the fleet: one customer after the other arrives, moves on, dwells and departs. When is a Poisson process over the day; what is
/// in an event follows from seed, store and number alone, so that a journal need not keep it and a repeat has the same bytes.
/// </summary>
internal sealed class StoreDay
{
    public const int EventsPerVisit = 4;

    /// <summary>
    /// The day of a shop as a bell around 18:00: with this deviation its top is 5.4 times its mean, so that 10,000 stores × 1,200 visits × 4 events a day are 556
    /// events a second on average and 3,000 at the top.
    /// </summary>
    private const double TopHour = 18, DeviationHours = 1.77;

    /// <summary>Sizes of stores: lognormal, two thirds between 0.6 and 1.6 times the middle one.</summary>
    private const double SizeSigma = 0.5;

    private static readonly string[] Zones = ["entrance", "fitting-rooms", "running-shoes", "checkout"];
    private static readonly string[] Receivers = ["door-inside", "aisle-1", "aisle-2", "aisle-3"];

    private readonly FleetOptions options;
    private readonly string storeId;
    private readonly Xoshiro chance;

    /// <summary>Events a second at the mean of the day.</summary>
    private readonly double mean;

    public StoreDay(FleetOptions options, string storeId)
    {
        (this.options, this.storeId, chance) = (options, storeId, Xoshiro.For(options.Seed, storeId));
        // A lognormal's mean is exp(σ²/2) times its median.
        var size = chance.LogNormal(Math.Exp(-SizeSigma * SizeSigma / 2), SizeSigma);
        mean = options.Visits * EventsPerVisit * size * options.Speed / TimeSpan.FromDays(1).TotalSeconds;
    }

    /// <summary>The span from an event at <paramref name="sinceStart"/> to the next; null where nothing ever happens.</summary>
    public TimeSpan? Next(TimeSpan sinceStart)
    {
        if (mean <= 0) return null;
        var top = options.Hour is null ? mean : mean * ShapeAt(TopHour);
        var at = sinceStart.TotalSeconds;
        // Thinning (Lewis and Shedler, 1979): at the top's rate, and of these as many as the hour has.
        do at += chance.Exponential(1 / top);
        while (options.Hour is { } hour && !chance.Percent(100 * ShapeAt(hour + at * options.Speed / 3600) / ShapeAt(TopHour)) && at < TimeSpan.FromDays(1).TotalSeconds);
        return TimeSpan.FromSeconds(at) - sinceStart;
    }

    /// <summary>The record of an event.</summary>
    public IEventData DataOf(long seq)
    {
        var visit = Xoshiro.For(options.Seed, storeId, (int)((seq - 1) / EventsPerVisit));
        var visitId = Uuid7(visit);
        var subject = "k1-" + Letters(visit, 26);
        var zone = 1 + visit.Below(Zones.Length - 1);
        var stay = Math.Round(visit.LogNormal(600, 0.6) + 300, 1);
        return ((seq - 1) % EventsPerVisit) switch
        {
            0 => new ArrivalData(visitId, subject, Zones[0], Receivers[0], "medium", "beacon", "involuntary", Proof: Letters(visit, 26)),
            1 => new ZoneData(visitId, subject, Zones[0], Zones[zone], Receivers[zone], "involuntary", "medium"),
            2 => new DwellData(visitId, subject, Zones[zone], 300, "involuntary", "medium"),
            _ => new DepartureData(visitId, subject, Zones[zone], stay, "silence", "involuntary", "medium"),
        };
    }

    /// <summary>A UUID of a seed's own.</summary>
    public static Guid Uuid(Xoshiro chance)
    {
        Span<byte> bytes = stackalloc byte[16];
        chance.Fill(bytes);
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0F) | 0x40), (byte)((bytes[8] & 0x3F) | 0x80));
        return new(bytes, bigEndian: true);
    }

    private static string Uuid7(Xoshiro chance)
    {
        Span<byte> bytes = stackalloc byte[16];
        chance.Fill(bytes);
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0F) | 0x70), (byte)((bytes[8] & 0x3F) | 0x80));
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static string Letters(Xoshiro chance, int count) => string.Create(count, chance, (span, from) =>
    {
        foreach (ref var c in span) c = "0123456789abcdefghjkmnpqrstvwxyz"[from.Below(32)];
    });

    /// <summary>The rate of an hour, as a multiple of the day's mean.</summary>
    private static double ShapeAt(double hour)
    {
        var away = Math.Abs((hour % 24) - TopHour);
        away = Math.Min(away, 24 - away);
        return 24 / (DeviationHours * Math.Sqrt(2 * Math.PI)) * Math.Exp(-away * away / (2 * DeviationHours * DeviationHours));
    }
}

using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using StoreEdge.Core;
using StoreEdge.Linux.Netlink;
using StoreEdge.Linux.Nftables;

namespace StoreEdge.Agent.Gate;

/// <summary>The gate as a technician sees it: no address, no receipt.</summary>
/// <param name="Present">Whether the table is in the kernel.</param>
/// <param name="Intact">Whether it is what the configuration wants; null where this user may not find out.</param>
/// <param name="Changed">The lines in which it differs: <c>+</c> is there and should not be, <c>-</c> should be there and is not.</param>
/// <param name="Guests">Who may pass.</param>
/// <param name="MaxGuests">How many may.</param>
/// <param name="RefusedPackets">Packets that were held back since the table was put in place.</param>
/// <param name="ForwardsIPv4">Whether this machine passes packets on at all.</param>
/// <param name="ForwardsIPv6">The same for IPv6; off is right where the store's line has none.</param>
/// <param name="MostNeighbours">How many neighbours the kernel remembers; null where that cannot be seen.</param>
internal sealed partial record GateReport(
    bool Present, bool? Intact, IReadOnlyList<string> Changed, IReadOnlyList<GateReport.Inside> Guests, int MaxGuests, long RefusedPackets, bool ForwardsIPv4, bool ForwardsIPv6, int? MostNeighbours)
{
    /// <summary>One guest.</summary>
    /// <param name="Passage">The number of the passage, which says nothing about the phone; connections carry it as their mark (<c>conntrack -L --mark</c>).</param>
    /// <param name="SecondsRemaining">Until when.</param>
    /// <param name="BytesMoved">Both ways; null where nothing is counted.</param>
    internal sealed record Inside(string Passage, long SecondsRemaining, long? BytesMoved);

    /// <summary>Fewer, and a phone that invents addresses pushes those of real guests out of the kernel's memory.</summary>
    public const int EnoughNeighbours = 16_384;

    /// <summary>Looks.</summary>
    /// <exception cref="NftablesFault">The kernel did not say.</exception>
    public static GateReport Of(GateOptions options, GateTable table, Instant now)
    {
        var there = table.Structure();
        var moved = options.Quota is not null && there is not null ? table.ReadMoved() : new Dictionary<uint, long>();
        IReadOnlyList<Inside> guests = there is null
            ? []
            : [.. table.Read(now).OrderBy(g => g.Ends).Select(g => new Inside(g.Mark.ToString("x8", CultureInfo.InvariantCulture), (long)(g.Ends - now).TotalSeconds, options.Quota is null ? null : moved.GetValueOrDefault(g.Mark)))];
        var changed = there is null ? [] : Difference(Expected(options), there);
        var refused = there is null ? 0 : Counter.Of(table.Refusals());
        return new(there is not null, there is null ? false : changed?.Count == 0 ? true : changed is null ? null : false, changed ?? [], guests, options.MaxGuests, refused,
            Forwarding.IsOff is null, Forwarding.HasIPv6, Forwarding.MostNeighbours);
    }

    /// <summary>What a technician reads.</summary>
    public IEnumerable<string> Lines()
    {
        if (!Present)
        {
            yield return "The gate is not in place: guests are neither held back nor let through by it. storeedge gate up, or start the agent.";
        }
        else
        {
            yield return Intact switch { true => "The gate is in place, as the configuration wants it.", false => "The gate is in place, but another program changed it:", null => "The gate is in place. Whether it was changed: run this with sudo." };
            foreach (var line in Changed) yield return $"  {line}";
            yield return string.Create(CultureInfo.InvariantCulture, $"{Guests.Count} of at most {MaxGuests} guests inside; {RefusedPackets} packets held back.");
            foreach (var guest in Guests)
                yield return string.Create(CultureInfo.InvariantCulture, $"  passage {guest.Passage}: {guest.SecondsRemaining / 60} min {guest.SecondsRemaining % 60} s left{(guest.BytesMoved is { } bytes ? $", {bytes / 1_000_000.0:0.0} MB moved" : "")}");
        }

        if (!ForwardsIPv4) yield return "This machine does not forward IPv4: guests who accepted have no Internet. deploy/access-point/sysctl.conf has the lines.";
        if (!ForwardsIPv6) yield return "This machine does not forward IPv6, which is right where the store's line has none.";
        if (MostNeighbours is { } most && most < EnoughNeighbours)
            yield return string.Create(CultureInfo.InvariantCulture, $"The kernel remembers {most} neighbours at most; a phone that invents addresses could push real guests out. deploy/access-point/sysctl.conf raises it.");
    }

    /// <summary>The same rules in an empty network: what the kernel makes of them. Null where this user may not make one.</summary>
    private static string? Expected(GateOptions options)
    {
        try
        {
            return EmptyNetwork.Try(() =>
            {
                using var trial = new GateTable(options);
                trial.Install([], Instant.Origin);
                return trial.Structure();
            });
        }
        catch (NetlinkFault)
        {
            return null;
        }
    }

    private static List<string>? Difference(string? expected, string there)
    {
        if (expected is null) return null;
        var (wanted, found) = (expected.Split('\n'), there.Split('\n'));
        return [.. Without(found, wanted).Select(l => $"+ {l.Trim()}"), .. Without(wanted, found).Select(l => $"- {l.Trim()}")];
    }

    /// <summary>Lines of the one that the other has not, as often as it has them.</summary>
    private static IEnumerable<string> Without(string[] lines, string[] others)
    {
        var left = others.CountBy(l => l).ToDictionary();
        foreach (var line in lines)
            if (left.GetValueOrDefault(line) > 0) left[line]--;
            else yield return line;
    }

    private static partial class Counter
    {
        public static long Of(string listing) => Packets().Matches(listing).Sum(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));

        [GeneratedRegex(@"counter packets (\d+)")]
        private static partial Regex Packets();
    }
}

/// <summary>The report as JSON.</summary>
[JsonSerializable(typeof(GateReport))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class GateReportJson : JsonSerializerContext;

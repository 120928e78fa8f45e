using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace StoreEdge.SystemTests.Gate;

/// <summary>
/// Counts guests' packets on their way to the Internet by two programs that know nothing of the agent: nft at the end of the gateway's forwarding, and tcpdump at the Internet's end of the
/// cable. Left out is what neighbours must tell each other.
/// </summary>
internal sealed partial class PacketCount : IDisposable
{
    // Group membership comes behind a hop-by-hop header; neighbour discovery is ICMPv6 130–137 and 143.
    private const string Filter = "ip or (ip6 and not ip6[6] = 0 and not (ip6[6] = 58 and ip6[40] >= 130 and ip6[40] <= 143))";

    private readonly GuestNetwork guests;
    private readonly Process program;
    private readonly string log;

    private PacketCount(GuestNetwork guests, Process program, string log) => (this.guests, this.program, this.log) = (guests, program, log);

    /// <summary>Counts from now on.</summary>
    public static async Task<PacketCount> StartAsync(GuestNetwork guests)
    {
        // After everybody else's filters: what is counted here has passed them.
        guests.Gateway.Run("nft", $"table inet watch {{ }}; delete table inet watch; table inet watch {{ chain passed {{ type filter hook forward priority 300; oifname {GuestNetwork.UpstreamInterface} counter; }}; }}");
        var log = Path.Combine(guests.Directory, $"{Guid.NewGuid()}.tcpdump");
        var program = guests.Internet.Start(log, "tcpdump", "--immediate-mode", "-Q", "in", "-nn", "-U", "-Z", "root", "-i", GuestNetwork.UpstreamInterface, "-w", log + ".pcap", Filter);
        await Eventually.True(() => program.HasExited || File.Exists(log) && File.ReadAllText(log).Contains("listening on", StringComparison.Ordinal), "tcpdump");
        return new(guests, program, log);
    }

    /// <summary>Ends.</summary>
    /// <returns>What each has counted.</returns>
    public async Task<(long Nft, long Tcpdump)> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-INT", $"{program.Id}"])) await program.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        var said = await File.ReadAllTextAsync(log);
        var captured = Captured().Match(said);
        Assert.True(captured.Success, said);
        return (Number(Counted().Match(guests.Gateway.Run("nft", "list", "chain", "inet", "watch", "passed"))), Number(captured));
    }

    public void Dispose()
    {
        if (!program.HasExited) program.Kill();
        program.Dispose();
    }

    private static long Number(Match match) => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) packets? captured")]
    private static partial Regex Captured();

    [GeneratedRegex(@"counter packets (\d+)")]
    private static partial Regex Counted();
}

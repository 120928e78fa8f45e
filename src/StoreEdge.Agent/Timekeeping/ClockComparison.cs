using System.Globalization;
using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Timekeeping;

/// <summary>
/// Holds the clock against a time server while nobody keeps it right, and against what was right earlier in this boot: a clock that is three days ahead makes good
/// certificates look ended, and nothing else tells so.
/// </summary>
/// <param name="servers">Whom to ask.</param>
/// <param name="clock">What is known of the time.</param>
/// <param name="time">The machine's clock.</param>
internal sealed class ClockComparison(IReadOnlyList<TimeServer> servers, TrustedClock clock, TimeProvider time)
{
    /// <summary>The code of the health board.</summary>
    public const string Off = "clock-off";

    /// <summary>Nothing in a store depends on a second; certificates and quiet hours on minutes.</summary>
    private static readonly TimeSpan Much = TimeSpan.FromSeconds(30);

    /// <summary>A fault is to be named within a minute; a packet of 48 bytes, and none while an NTP client does its work.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    /// <summary>Compares until told to stop, and warns.</summary>
    public async Task RunAsync(HealthBoard health, CancellationToken stop)
    {
        using var beat = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                var found = clock.IsSynchronized ? null : await CompareAsync(stop).ConfigureAwait(false);
                if (found is { Verdict: CheckVerdict.Fail }) health.Raise(Off, Severity.Fault, found.Evidence.English, found.NextAction.English);
                else health.Clear(Off);
            }
            while (await beat.WaitForNextTickAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Compares once.</summary>
    public async Task<HealthCheck> CompareAsync(CancellationToken stop)
    {
        var title = new Phrase("Clock offset", "Diferença do relógio");
        foreach (var server in servers)
            if (await server.AskAsync(time, stop).ConfigureAwait(false) is { } ahead) return Judge(title, ahead, server.ToString());
        // The monotonic clock has counted on since the clock was right; whoever set it since did so by hand.
        if (clock is { IsKnown: true, IsSynchronized: false } && time.GetUtcNow() - clock.LowerBound is var jumped && jumped.Duration() > Much)
            return Judge(title, jumped, null);
        return servers.Count == 0
            ? new("clock-offset", title, CheckVerdict.Unknown, new("No time server is named on this machine.", "Nenhum servidor de hora indicado nesta máquina."),
                new("Name one in /etc/systemd/timesyncd.conf (NTP=), or in clock.servers.", "Indique um em /etc/systemd/timesyncd.conf (NTP=) ou em clock.servers."))
            : new("clock-offset", title, CheckVerdict.Unknown, new($"No time server answers: {string.Join(", ", servers)}.", $"Nenhum servidor de hora responde: {string.Join(", ", servers)}."),
                new("Open UDP 123 to a time server.", "Libere UDP 123 até um servidor de hora."));
    }

    private static HealthCheck Judge(Phrase title, TimeSpan ahead, string? server)
    {
        var by = ahead.Duration() < TimeSpan.FromMinutes(2) ? string.Create(CultureInfo.InvariantCulture, $"{ahead.Duration().TotalSeconds:0.000} s") : Spans.Of(ahead.Duration());
        var (than, do_) = (server is null ? "what it showed while it was right" : $"the time server {server}", server is null ? "que mostrava enquanto estava certo" : $"servidor de hora {server}");
        var evidence = ahead > TimeSpan.Zero
            ? new Phrase($"This machine's clock is {by} ahead of {than}.", $"O relógio desta máquina está {by} adiantado em relação ao {do_}.")
            : new Phrase($"This machine's clock is {by} behind {than}.", $"O relógio desta máquina está {by} atrasado em relação ao {do_}.");
        return ahead.Duration() <= Much ? HealthCheck.Pass("clock-offset", title, evidence)
            : new("clock-offset", title, CheckVerdict.Fail, evidence,
                new("Let a time server set it: sudo timedatectl set-ntp true (or chronyc makestep). Certificates that seem ended are probably good.",
                    "Deixe um servidor de hora acertá-lo: sudo timedatectl set-ntp true (ou chronyc makestep). Certificados que parecem vencidos provavelmente estão bons."))
            { Fault = Off };
    }
}

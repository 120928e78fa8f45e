using System.Net;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Sensing;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Commands;

/// <summary>What <c>doctor</c> knows of the store from its configuration, however broken that is, and what it can look at by itself.</summary>
/// <param name="Http">Where the agent listens; null where that cannot be read.</param>
/// <param name="StateDirectory">Where its journal lies.</param>
/// <param name="StoreId">Empty where it cannot be read.</param>
/// <param name="Broker">The way to central; null where there is none, or it cannot be read.</param>
/// <param name="Radios">The radios of this machine that it names.</param>
/// <param name="TimeServers">Whom it compares the clock with; null where it names nobody.</param>
/// <param name="Sources">What the configuration was read from.</param>
/// <param name="Errors">What is wrong with it.</param>
internal sealed record DoctorView(
    IPEndPoint? Http, string StateDirectory, string StoreId, BrokerOptions? Broker, IReadOnlyList<ReceiverSource> Radios, IReadOnlyList<TimeServer>? TimeServers, IReadOnlyList<string> Sources, IReadOnlyList<string> Errors)
{
    /// <summary>The state directory, where what a technician and central have set could not be seen; null where it could.</summary>
    public string? Unseen { get; init; }

    /// <summary>As below, of the configuration as the agent would read it.</summary>
    public static DoctorView Of(ConfigurationInForce configuration) => Of(configuration.Layers) is var view && configuration.Fault is { } fault
        ? view with { Errors = [.. view.Errors, .. fault.Errors.Select(e => e.ToString())] } : view with { Unseen = configuration.Unseen };

    /// <summary>Reads as much as can be read.</summary>
    public static DoctorView Of(ConfigurationLayers layers)
    {
        IReadOnlyList<string> errors = [];
        try
        {
            AgentOptionsReader.Read(layers);
        }
        catch (ConfigurationException wrong)
        {
            errors = [.. wrong.Errors.Select(e => e.ToString())];
        }

        List<ConfigurationError> heard = [];
        var top = Configuration.ConfigurationSection.Top(layers, heard);
        var http = IPEndPoint.TryParse(top.Section("http").Text("listen") ?? "", out var listen) ? listen : null;
        var state = top.Section("state").File("directory") ?? Environment.GetEnvironmentVariable("STATE_DIRECTORY") ?? "/var/lib/storeedge";
        var store = top.Section("store").Text("id") ?? "";
        heard.Clear();
        var broker = AgentOptionsReader.Broker(top.Section("mqtt"), state);
        return new(http, state, store, heard.Count == 0 && NameRule.Holds(store) ? broker : null, AdapterChecks.Wanted(top), WatchingOptionsReader.TimeServers(top.Section("clock")), layers.Sources, errors);
    }

    /// <summary>What is looked at while no agent answers.</summary>
    public IEnumerable<DoctorRound> WithoutAgent(TimeProvider time)
    {
        var offline = new OfflineChecks(StateDirectory);
        var clock = new TrustedClock(time, KernelClock.IsSynchronized, BuildTime.Value, StateDirectory, KernelClock.ReadBootId());
        var machine = new MachineChecks(
            StateDirectory, clockSynchronised: () => clock.IsSynchronized, clockAtLeast: () => clock.LowerBound, latch: new(VoltageLatch.StandardDirectory, time), clockError: KernelClock.MostError);
        yield return DoctorRound.Of(new("configuration", "configuração"), () => Unseen is null ? [OfflineChecks.Configuration(Sources, Errors)] : [OfflineChecks.Configuration(Sources, Errors), OfflineChecks.Unseen(Unseen)]);
        yield return DoctorRound.Of(new("machine", "máquina"), machine.Look);
        yield return DoctorRound.Of(new("state directory", "diretório de estado"), () => [offline.Writable(), JournalChecks.Quarantined(StateDirectory)]);
        foreach (var round in BesideAgent(time)) yield return round;
        yield return new(new("way to the broker", "caminho até o broker"), stop => WalkAsync(new(() => clock.ForVerification, () => clock.IsSynchronized), time, stop));
    }

    /// <summary>What is looked at beside the running agent's own answer: what it does not look at while customers come and go.</summary>
    public IEnumerable<DoctorRound> BesideAgent(TimeProvider time)
    {
        yield return DoctorRound.Of(new("journal", "diário"), () => [new OfflineChecks(StateDirectory).Database()]);
        var clock = new TrustedClock(time, KernelClock.IsSynchronized, BuildTime.Value, StateDirectory, KernelClock.ReadBootId());
        yield return new(new("time servers", "servidores de hora"), async stop => [await new ClockComparison(TimeServers ?? Timekeeping.TimeServers.OfMachine(), clock, time).CompareAsync(stop).ConfigureAwait(false)]);
        yield return new(new("radios", "rádios"), stop => Task.FromResult<IReadOnlyList<HealthCheck>>([AdapterChecks.Look(Radios, time, stop)]));
    }

    private async Task<IReadOnlyList<HealthCheck>> WalkAsync(VerificationClock clock, TimeProvider time, CancellationToken stop)
    {
        if (Broker is null)
            return [HealthCheck.NotApplicable("link", Phrase.Same("Broker"), new("No broker is configured, or its part of the configuration cannot be read.", "Nenhum broker configurado, ou essa parte da configuração não pode ser lida."))];
        var certificates = Certificates(clock);
        IReadOnlyList<string> filters = Broker.Renews ? [.. BrokerWalk.FiltersOf(StoreId), new Topics(StoreId).CertificateAnswer("+")] : BrokerWalk.FiltersOf(StoreId);
        var trail = await new BrokerWalk(Broker, StoreId, filters, time, clock).WalkAsync(_ => { }, stop).ConfigureAwait(false);
        return [.. BrokerSteps.Of(trail, Broker), .. CertificateChecks.Of(trail.Server is { } server ? [.. certificates, View("server", server, clock)] : certificates)];
    }

    /// <summary>The certificates of the files; none where those cannot be read, which the way to the broker says then.</summary>
    private IReadOnlyList<CertificateView> Certificates(VerificationClock clock)
    {
        if (Broker?.Tls is not { } files) return [];
        try
        {
            var material = TlsMaterial.Read(files);
            return [.. (material.Client is { } client ? new[] { View("client", client, clock) } : []), .. material.AuthorityFacts.Select(a => View("authority", a, clock))];
        }
        catch (MqttFailureException)
        {
            return [];
        }
    }

    private static CertificateView View(string role, CertificateFacts facts, VerificationClock clock) => new(role, facts.Subject, facts.NotAfter, Math.Floor((facts.NotAfter - clock.Now()).TotalDays));
}

using System.Net;
using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.SafeMode;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Core;
using StoreEdge.Linux.Systemd;

namespace StoreEdge.Agent.Hosting;

/// <summary>
/// What runs where the store cannot: a page that says why, until the configuration is another one or a while has passed. A process that ends instead leaves the technician
/// with a browser that finds nobody (decision 18).
/// </summary>
/// <param name="listen">Where to serve.</param>
/// <param name="fingerprint">Changes when the configuration does.</param>
/// <param name="report">Makes a report of what is wrong.</param>
/// <param name="systemd">Told how it is, and that it lives.</param>
/// <param name="time">The clock.</param>
internal sealed class SafeMode(IPEndPoint listen, Func<string> fingerprint, Func<IReadOnlyList<HealthCheck>, Tongue, StatusReport> report, ServiceNotifier systemd, TimeProvider time)
{
    /// <summary>A disk that was full, a key that was not there: what is mended without a change of the configuration is met after this.</summary>
    public static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(30);

    /// <summary>Whoever has saved a file looks at the page a moment later.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    /// <summary>Where the agent listened when it last ran; the configuration may not say so any more.</summary>
    private const string LastGood = "http.last-good";

    private const string Missing = "is missing; ";

    /// <summary>
    /// What is wrong with a configuration, a check for each error. Where a whole file cannot be read, only that is said: what else seems to be missing stands in it.
    /// </summary>
    public static IReadOnlyList<HealthCheck> Findings(ConfigurationException wrong) =>
        [.. (wrong.Errors.Any(e => e.Key.Length == 0) ? wrong.Errors.Where(e => e.Key.Length == 0) : wrong.Errors).Select(Finding)];

    private static HealthCheck Finding(ConfigurationError error)
    {
        var (source, key, value, allowed) = error;
        if (key.Length == 0)
        {
            return new($"configuration:{Path.GetFileName(source)}", Phrase.Same(source), CheckVerdict.Fail, Phrase.Same(allowed), new(
                "Correct it there; the numbers after a file's name are line and column. Often a comma or a quotation mark is missing just before.",
                "Corrija nesse ponto; os números depois do nome do arquivo são linha e coluna. Muitas vezes falta uma vírgula ou aspas logo antes."));
        }

        var isMissing = allowed.StartsWith(Missing, StringComparison.Ordinal);
        var what = isMissing ? allowed[Missing.Length..] : allowed;
        return new(
            $"configuration:{key}", Phrase.Same(key), CheckVerdict.Fail,
            isMissing ? new($"{source}: it is missing.", $"{source}: está faltando.") : value is null ? Phrase.Same(source) : new($"{source}: {value} is not allowed.", $"{source}: {value} não é permitido."),
            isMissing ? new($"Needed: {what}", $"É preciso (em inglês): {what}") : new($"Allowed: {what}", $"O que vale (em inglês): {what}"));
    }

    /// <summary>What kept the store from starting, where the configuration is good.</summary>
    public static IReadOnlyList<HealthCheck> Findings(string fault, string? remedy) =>
    [
        new("start", new("Start of the store", "Partida da loja"), CheckVerdict.Fail, Phrase.Same(fault),
            new(remedy ?? "It is tried again every 30 seconds. storeedge doctor says more, and journalctl -u storeedge -n 50.", $"{(remedy is null ? "" : remedy + " ")}É tentado de novo a cada 30 segundos. storeedge doctor diz mais, e journalctl -u storeedge -n 50.")),
    ];

    /// <summary>Keeps for the next start where the agent listens.</summary>
    public static void Remember(string stateDirectory, IPEndPoint listens)
    {
        var file = Path.Combine(stateDirectory, LastGood);
        try
        {
            if (!File.Exists(file) || File.ReadAllText(file) != listens.ToString()) DurableFile.Replace(file, System.Text.Encoding.ASCII.GetBytes(listens.ToString()));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Only the page of a store that does not start is then served where nobody but this machine looks; a disk that takes no writes has a warning of its own.
        }
    }

    /// <summary>Where the agent listened when it last ran; null where nobody knows.</summary>
    public static IPEndPoint? LastListened(string stateDirectory)
    {
        try
        {
            var file = Path.Combine(stateDirectory, LastGood);
            return File.Exists(file) && IPEndPoint.TryParse(File.ReadAllText(file), out var listens) && listens.Port > 0 ? listens : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Serves until the configuration changes, or until the time is up.</summary>
    /// <param name="findings">What is wrong.</param>
    /// <param name="atMost">Null: only a change of the configuration helps.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Whether to try again; otherwise it was told to stop.</returns>
    /// <exception cref="IOException">Nothing can be served there.</exception>
    public async Task<bool> ServeAsync(IReadOnlyList<HealthCheck> findings, TimeSpan? atMost, CancellationToken stop)
    {
        var before = fingerprint();
        var builder = WebApplication.CreateSlimBuilder();
        LogLines.Configure(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Goodbye);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen);
            kestrel.Limits.MaxRequestBodySize = 1024;
        });
        await using var app = builder.Build();
        new SafeModePage(findings, tongue => report(findings, tongue) with { Version = ProgramVersion.Text }, TechnicianNetworks.Default).Map(app);
        await app.StartAsync(stop).ConfigureAwait(false);
        var said = $"safe mode, {findings.Count} to correct, see http://{listen}/diagnostics: {findings[0].Title.English}: {findings[0].Evidence.English}";
        systemd.Ready(said);
        app.Logger.LogError("The store does not run: {Why}", said);

        var since = Instant.Now(time);
        using var beat = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await beat.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                systemd.FeedWatchdog();
                if (fingerprint() != before || (atMost is { } most && Instant.Now(time) - since >= most)) break;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            systemd.Stopping();
        }

        using var goodbye = new CancellationTokenSource(Goodbye, time);
        await app.StopAsync(goodbye.Token).ConfigureAwait(false);
        return !stop.IsCancellationRequested;
    }
}

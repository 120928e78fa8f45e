using StoreEdge.Agent.Configuration;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Desired;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Helping;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Orders;
using StoreEdge.Agent.Pages.Diagnostics;
using StoreEdge.Agent.Pages.Kiosk;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Agent.Presence;
using StoreEdge.Agent.Sensing;
using StoreEdge.Agent.Timekeeping;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Linux.Systemd;

namespace StoreEdge.Agent.Hosting;

/// <summary>Builds the rooms in the order in which data flow through them, hands each what it needs, runs them, and takes them down in reverse.</summary>
internal static class StoreHost
{
    /// <summary>How long open requests may hold up the end; systemd would kill us after 90 s.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(3);

    /// <summary>Runs the rooms until told to stop, until a loop fails for good, or until a desired configuration wants them run anew.</summary>
    /// <exception cref="JournalFault">The journal cannot be opened.</exception>
    /// <exception cref="ConfigurationException">A file that the configuration names cannot be used.</exception>
    public static async Task<RunEnd> RunAsync(AgentOptions options, IReadOnlyList<string> sources, DesiredRun desired, AcrossRuns across, StatePlace place, TimeProvider machineTime, CancellationToken stop)
    {
        Directory.CreateDirectory(options.StateDirectory);
        // What time it is, at least and at best, on a machine that may have lost it.
        var clock = new TrustedClock(machineTime, KernelClock.IsSynchronized, BuildTime.Value, options.StateDirectory, KernelClock.ReadBootId());
        var time = new StoreClock(machineTime, options.Store.TimeZone, clock);
        var systemd = ServiceNotifier.FromEnvironment();
        var builder = Web(options, across.Logs);
        await using var app = builder.Build();
        var logs = app.Services.GetRequiredService<ILoggerFactory>();
        var log = logs.CreateLogger("StoreEdge");
        var health = new HealthBoard(time, logs.CreateLogger<HealthBoard>());
        var loops = new Loops(log, stop);

        // Who is known.
        var registry = new EnrolmentRegistry(EnrolmentFiles.ReadKeys(options.Enrolment), time, () => clock.LowerBound);
        var enrolment = new EnrolmentFiles(options.Enrolment, options.StateDirectory, registry, health);

        var portalKey = PortalKey.LoadOrCreate(Path.Combine(options.StateDirectory, "portal.key"), health);
        var sessions = new PortalSessions(portalKey, options.Portal.Page.SessionLifetime);

        // The truth on disk, and what is derived from it.
        await using var journal = JournalStore.Open(
            options.StateDirectory, options.Journal with { ClockSynchronized = () => clock.IsSynchronized, TimeAtLeast = () => clock.LowerBound },
            [new VisitsProjection(), new PreferencesProjection(), new ShowingsProjection(), new TracesProjection(), new VotesProjection(options.Store.TimeZone), new HelpProjection(), sessions, new DesiredVersions(), new AnswersTable(), new StrangersTable()], time, health,
            logs.CreateLogger<JournalStore>());
        enrolment.Load();
        var strangers = new Strangers(() => registry.Version);
        journal.Query(database => StrangersTable.Load(database, strangers));

        // Receivers elsewhere.
        var verification = new VerificationClock(() => clock.ForVerification, () => clock.IsSynchronized);
        var outposts = new Outposts(options, enrolment, health, verification, time, logs);

        // Sightings become visits, visits become events.
        var sensing = new SensingLoop(options.Receivers, registry.TryFind, time, health, options.StateDirectory, logs.CreateLogger<SensingLoop>(), outposts.Source);
        var presence = new PresenceLoop(sensing.Sightings, options.Receivers.Select(r => r.Place), sensing.IsBlind, options.Presence, journal.AppendAsync, time, health, registry.NamesOf,
            strangers.Contains);
        presence.Restore(
            journal.Query(database => VisitsProjection.ReadOpen(database, journal.BootId, Instant.Now(time), clock.IsKnown ? time.GetUtcNow() : null)),
            journal.Query(VisitsProjection.ReadFurniture));

        var footfall = FootfallWords.Start(options.Footfall, sensing, journal, time);

        // Events are acted upon.
        var bundles = new BundleStore(options.Bundle, health);
        bundles.Load(desired.Bundle);
        var visits = new PresentVisits(time, clock);
        var inputs = new DecisionInputs(journal, time, health, registry.NamesOf, clock, registry.HouseholdOf);
        inputs.CheckDoubt();
        var phone = new PhoneOffers(journal, bundles, visits, inputs, time, strangers.Contains);
        var displays = new DisplayHub(options.Displays, Posters.Idle(bundles.Current), journal, time, health);
        var deciding = new DecidingLoop(journal, bundles, visits, inputs, phone, displays, time, health, strangers.Contains);

        // Events are told.
        var link = options.Broker is { } broker
            ? new CentralLink(broker, options.Outbox, options.Store.Id.Value, journal, health, () => Versions(bundles, registry), verification, time, logs)
            : null;
        var downward = link is null ? null : await DesiredParts.OpenAsync(options, desired, journal, bundles, link, loops.End, health).ConfigureAwait(false);
        var words = new PhoneWords(bundles, visits, inputs);
        var help = new HelpDesk(journal, words.ZoneOf);
        var staff = new StaffParts(
            options, journal, help, words, new(visits, inputs, time, clock), portalKey, () => link is { Broker.Status.IsOnline: false }, health, time, () => clock.LowerBound, loops.Stopping);
        deciding.OpenIssue = (visit, assurance) => help.SendSomebodyAsync(visit.Visit, visit.Subject, visit.Zone.Value, options.Store.Language, assurance);
        var customers = OrderParts.Customers(options, place, journal, registry, strangers, presence, deciding, loops.Stopping);
        var orders = link is null ? null : OrderParts.Open(options, journal, link, clock, customers, help, health, logs);
        link?.Listen(enrolment, deciding);
        if (link is not null)
            link.Renewal = RenewalParts.Open(options.Broker!, options.Store.Id, options.StateDirectory, link.Broker, () => clock.IsKnown ? clock.BestGuess : null, verification, health, time, logs);
        var panels = new PanelParts(options.Panels, options.Store, displays, journal, help, subject => strangers.Contains(subject) || inputs.HasStopped(subject), health, time);

        // People look.
        var guests = new ScreenGuests(journal, displays, visits, inputs, time);
        app.MapKiosk(displays, time, DisplayParts.Touch(guests, deciding));
        staff.Map(app);
        using var gate = options.Gate is { } gateOptions ? new GateParts(gateOptions, health, time, logs) : null;
        using var wifi = options.Portal.Controller is { } controller ? new ControllerParts(controller, health, time) : null;
        using var portal = options.Portal.Enabled
            ? new PortalParts(
                options.Portal, gate?.Door ?? (IGuestDoor?)wifi?.Door ?? new OpenDoor(), portalKey, sessions, registry, strangers, presence, journal, phone, words, inputs, help, customers, options.Journal.KeepFor,
                () => link is { Broker.Status.IsOnline: false }, health, time, () => clock.LowerBound, () => clock.ForVerification, () => clock.Trusted, options.Store.Id.Value, logs, DisplayParts.Screens(guests, deciding))
            : null;
        portal?.Map(app);
        var pulse = options.Portal.Enabled ? new PortalPulse(options.Portal.Site?.Listen ?? options.Http, time) : null;

        // The technician looks.
        var views = StatusViews.Of(options, sources, sensing, registry, presence, journal, link, verification, displays, bundles, footfall, time) with
        {
            Portal = () => pulse?.View,
            Gate = () => gate is null ? null : new(gate.Door.IsHeld, gate.Door.Guests.Count),
            Certificates = () => portal?.Certificate is { } certificate ? [new("portal", certificate.Subject, certificate.NotAfter, Math.Floor((certificate.NotAfter - clock.ForVerification).TotalDays))] : [],
        };
        var machine = new MachineChecks(
            place.Own, clockSynchronised: () => clock.IsSynchronized, clockAtLeast: () => clock.LowerBound, latch: new(VoltageLatch.StandardDirectory, time), clockError: KernelClock.MostError);
        var comparison = new ClockComparison(options.TimeServers ?? TimeServers.OfMachine(), clock, machineTime);
        var checkup = new Checkup(views, machine, health, time);
        var feed = new EventFeed(journal.Subscribe("diagnostics", 256), checkup.Sample, time, logs.CreateLogger<EventFeed>());
        using var self = new HttpClient();
        var watchdog = new FunctionalWatchdog(
            VitalSigns.Of(presence, journal, options.Http, self, time), systemd.FeedWatchdog, (systemd.WatchdogInterval ?? TimeSpan.FromSeconds(30)) / 3, time, health);
        new DiagnosticsEndpoints(new(checkup, feed, time), feed, () => watchdog.Missing, time, loops.Stopping).Map(app, options.Technician.Networks);
        WatchingParts.Run(options.Metrics, options.Store.Id.Value, checkup, journal, app, options.Technician.Networks, loops, health, time);
        var isToExit = false;
        var technician = new TechnicianParts(
            options, across, desired, journal, sensing, presence, displays, panels.Signals, link, loops.End, downward is null ? () => Task.CompletedTask : downward.TakeWaitingAsync,
            () =>
            {
                // Nobody would start the process again; the rooms are run anew.
                isToExit = Environment.GetEnvironmentVariable("INVOCATION_ID") is not null;
                loops.End();
            }, () => clock.IsSynchronized, health, time, logs);
        technician.Map(app);

        loops.Run("journal events to displays", deciding.RunAsync);
        loops.Run("displays", displays.RunAsync);
        panels.Run(loops);
        staff.Run(loops);
        technician.Run(loops);
        loops.Run("clock", new ClockWatcher(clock, health, time, journal.FollowClock).RunAsync);
        loops.Run("clock comparison", ending => comparison.RunAsync(health, ending));
        if (pulse is not null) loops.Run("portal pulse", pulse.RunAsync);
        loops.Run("registry", new RegistryLoop(registry, journal, time, health).RunAsync);
        // A journal that is found damaged is replaced by the next start.
        loops.Run("state directory", ending => place.WatchAsync(health, loops.End, time, ending));
        loops.Run("journal", async ending => throw await journal.Damaged.WaitAsync(ending).ConfigureAwait(false));
        loops.Run("presence", presence.RunAsync);
        loops.Run("sensing", sensing.RunAsync);
        portal?.Run(loops);
        if (wifi is not null) loops.Run("Wi-Fi controller", wifi.Door.RunAsync);
        if (footfall is not null) loops.Run("footfall", footfall.RunAsync);
        loops.Run("tap", new TapLoop(Path.Combine(options.StateDirectory, TapLoop.SocketName), sensing.Receivers, time, health, logs.CreateLogger<TapLoop>()).RunAsync);
        gate?.Run(loops);
        outposts.Run(loops);
        loops.Run("live events", feed.RunAsync);
        orders?.Run(loops);
        downward?.Run(loops, () => watchdog.Missing, time);
        if (link is not null) link.Run(loops);
        try
        {
            await app.StartAsync(stop).ConfigureAwait(false);
        }
        catch
        {
            // Whoever tries once more, without a configuration on trial, must not meet what this run left behind.
            loops.End();
            await loops.UntilOverAsync().ConfigureAwait(false);
            throw;
        }

        loops.Run("watchdog", watchdog.RunAsync);
        SafeMode.Remember(options.StateDirectory, options.Http);

        systemd.Ready($"store {options.Store.Id} at http://{options.Http}");
        log.LogInformation("Store {Store} is open at http://{Http}", options.Store.Id, options.Http);
        var (failed, asked) = await loops.UntilOverAsync().ConfigureAwait(false);
        var end = failed ? RunEnd.Failed : asked && !stop.IsCancellationRequested && !isToExit ? RunEnd.Again : RunEnd.Told;
        if (end == RunEnd.Again) systemd.Reloading("reads its configuration again", machineTime.GetTimestamp() / (machineTime.TimestampFrequency / 1_000_000));
        else systemd.Stopping();
        log.LogInformation("Store {Store} closes{Why}", options.Store.Id, end == RunEnd.Again ? " to read its configuration again" : "");
        using var goodbye = new CancellationTokenSource(GoodbyeTime, time);
        await app.StopAsync(goodbye.Token).ConfigureAwait(false);
        return end;
    }

    private static WebApplicationBuilder Web(AgentOptions options, LogRing ring)
    {
        var builder = WebApplication.CreateSlimBuilder();
        LogLines.Configure(builder.Logging, ring);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Http);
            kestrel.AddServerHeader = false;
            // Forms of the portal and acknowledgements of displays are far below 16 KiB.
            kestrel.Limits.MaxRequestBodySize = 16 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        return builder;
    }

    private static VersionStateMessage Versions(BundleStore bundles, EnrolmentRegistry registry) =>
        new(ProgramVersion.Text, bundles.Current.Version, bundles.Current.Hash, registry.Version);
}

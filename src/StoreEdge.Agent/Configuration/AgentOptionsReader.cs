using System.Net;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Device;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Mqtt;
using StoreEdge.Agent.Outbox;
using StoreEdge.Agent.Sensing;
using StoreEdge.Agent.Sensing.Bluetooth;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Telling;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Configuration;

/// <summary>Turns the layers into <see cref="AgentOptions"/>: one line for each key, with its range and default. The README's table follows this file.</summary>
internal static class AgentOptionsReader
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Minute = TimeSpan.FromMinutes(1), Hour = TimeSpan.FromHours(1), Day = TimeSpan.FromDays(1);

    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="ConfigurationException">Anything is wrong; carries every error.</exception>
    public static AgentOptions Read(ConfigurationLayers layers)
    {
        List<ConfigurationError> errors = [.. layers.Errors];
        var top = ConfigurationSection.Top(layers, errors);
        var store = Store(top.Section("store"));
        var http = Http(top.Section("http"));
        var state = State(top.Section("state"));
        var (satellites, espresense) = (Satellites(top.Section("satellites")), Espresense(top.Section("espresense")));
        var receivers = Receivers(top, state, satellites is not null, espresense is not null);
        var hardware = Hardware(top.Section("hardware"), errors);
        var displays = DisplayOptionsReader.Displays(top);
        var panels = PanelOptionsReader.Read(top, hardware, displays);
        var portal = GuestOptionsReader.Portal(top.Section("portal"), store);
        var central = Central(top.Section("central"));
        var bundle = Bundle(top.Section("bundle"), state, store, central);
        var gate = GuestOptionsReader.Gate(top.Section("gate"), http, portal);
        var options = new AgentOptions(
            store, http, state, receivers, Enrolment(top.Section("enrolment")), Presence(top.Section("presence")), Journal(top.Section("journal")),
            Outbox(top.Section("outbox")), Broker(top.Section("mqtt"), state), satellites, espresense, bundle, displays, portal, hardware,
            Footfall(top.Section("footfall")), central, gate, panels)
        {
            AccessPoint = AccessPointOptionsReader.Read(top.Section("accessPoint"), gate),
            Help = ServiceOptionsReader.Help(top.Section("help")),
            Staff = ServiceOptionsReader.Staff(top.Section("staff")),
            Metrics = WatchingOptionsReader.Metrics(top.Section("metrics")),
            TimeServers = WatchingOptionsReader.TimeServers(top.Section("clock")),
            Technician = ServiceOptionsReader.Technician(top.Section("technician")),
        };
        top.Close();
        return errors.Count == 0 ? options : throw new ConfigurationException(errors);
    }

    private static StoreOptions Store(ConfigurationSection section)
    {
        var id = section.Name("id", "the store's id");
        var name = section.Text("name", id.Length > 0 ? id : "store", n => n.Length is >= 1 and <= 60, "1–60 characters");
        var language = section.OneOf("language", "pt-BR", "pt-BR", "en", "es");
        var zone = section.Text("timeZone", "UTC");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone!, out var found)) section.Fail("timeZone", "a time zone of the IANA database, such as America/Sao_Paulo");
        section.Close();
        return new(new(id), name, language, found ?? TimeZoneInfo.Utc);
    }

    private static IPEndPoint Http(ConfigurationSection section)
    {
        const string Default = "127.0.0.1:8480";
        var text = section.Text("listen", Default)!;
        if (!IPEndPoint.TryParse(text, out var listen) || listen.Port == 0)
        {
            section.Fail("listen", "an address and a port, such as 127.0.0.1:8480 or [::]:8480");
            listen = IPEndPoint.Parse(Default);
        }

        section.Close();
        return listen;
    }

    private static string State(ConfigurationSection section)
    {
        // systemd makes and names the directory (StateDirectory=).
        var directory = section.File("directory") ?? Environment.GetEnvironmentVariable("STATE_DIRECTORY") ?? "/var/lib/storeedge";
        section.Close();
        return directory;
    }

    private static IPEndPoint? Satellites(ConfigurationSection section)
    {
        var listen = section.EndPoint("listen", "0.0.0.0:8483");
        section.Close();
        return listen;
    }

    private static List<ReceiverOptions> Receivers(ConfigurationSection top, string state, bool hasSatellites, bool hasEspresense)
    {
        var receivers = new List<ReceiverOptions>();
        foreach (var section in top.Sections("receivers"))
        {
            var (id, zone) = (section.ReceiverName("id"), section.Name("zone", "the zone it stands for"));
            var side = section.OneOf("side", "inside", "inside", "outside") == "outside" ? ReceiverSide.Outside : ReceiverSide.Inside;
            var place = ReceiverPlace.Uncalibrated(new(id), new(zone), side);
            place = place with
            {
                EnterDbm = (sbyte)section.Integer("enterDbm", place.EnterDbm, -100, -20),
                ExitDbm = (sbyte)section.Integer("exitDbm", place.ExitDbm, -110, -21),
            };
            if (place.ExitDbm >= place.EnterDbm) section.Fail("exitDbm", $"less than enterDbm ({place.EnterDbm})");
            if (receivers.Any(r => r.Place.Id.Value == id && id.Length > 0)) section.Fail("id", "each receiver has an id of its own");
            var word = section.Required("source", ReceiverSource.Allowed);
            var radio = Radio(section);
            var isSource = ReceiverSource.TryParse(word, out var source);
            if (isSource && source.IsElsewhere)
            {
                if (source.Kind == ReceiverSource.Satellite && !hasSatellites) section.Fail("source", "satellites need satellites.listen, such as 0.0.0.0:8483");
                if (source.Kind == ReceiverSource.Espresense && !hasEspresense) section.Fail("source", "ESPresense nodes need the section espresense, with the host of their broker");
                if (receivers.Any(r => r.Source == source)) section.Fail("source", "each source once; another receiver has this one");
                receivers.Add(new(place, source));
            }
            else if (isSource && source.IsRadio)
            {
                if (receivers.Any(r => r.Source == source)) section.Fail("source", "one radio has one receiver");
                receivers.Add(new(place, source) { Radio = radio });
            }
            else if (isSource)
            {
                // Sockets belong to the running service, recordings lie where the file that names them lies.
                var path = source.Kind == "unix" ? Path.GetFullPath(source.Path, Path.GetFullPath(state)) : section.Resolve("source", source.Path);
                if (ReceiverSource.TryParse($"{source.Kind}:{path}", out source)) receivers.Add(new(place, source));
                else section.Fail("source", ReceiverSource.Allowed + $"; in full it is {path}");
            }
            else if (word.Length > 0) section.Fail("source", ReceiverSource.Allowed);
            section.Close();
        }

        if (receivers.Count > 0 && receivers.TrueForAll(r => r.Place.Side == ReceiverSide.Outside))
            top.Fail("receivers", "at least one receiver with side inside: before the door alone nobody is ever seen to come in");
        return receivers;
    }

    internal static RadioOptions Radio(ConfigurationSection section)
    {
        var d = new RadioOptions();
        // What a controller can count: 4 to 16,384 steps of 0.625 ms.
        var (least, most) = (RadioOptions.Step * 4, RadioOptions.Step * 16_384);
        var read = d with
        {
            ScanInterval = section.Span("scanInterval", d.ScanInterval, least, most),
            ScanWindow = section.Span("scanWindow", d.ScanWindow, least, most),
            OverridePowerOff = section.Flag("overridePowerOff", d.OverridePowerOff),
        };
        if (read.ScanWindow > read.ScanInterval) section.Fail("scanWindow", "not longer than scanInterval");
        return read;
    }

    private static EnrolmentOptions Enrolment(ConfigurationSection section)
    {
        var file = section.File("file");
        section.Required("pseudonymKeyFile", "the file with the tenant's pseudonym key");
        var key = section.File("pseudonymKeyFile") ?? "";
        // Every key makes every stranger's address a false customer once in 16.8 million times.
        var resolvable = section.Integer("mostResolvable", ResolvableAddress.DefaultMost, 0, 1000);
        section.Close();
        return new(file, key, resolvable);
    }

    private static PresenceOptions Presence(ConfigurationSection section)
    {
        var d = new PresenceOptions();
        var read = d with
        {
            ArrivalPackets = section.Integer("arrivalPackets", d.ArrivalPackets, 1, 16),
            ArrivalWindow = section.Span("arrivalWindow", d.ArrivalWindow, Second / 2, Minute),
            SilenceMinimum = section.Span("silenceMinimum", d.SilenceMinimum, Second, Hour),
            SilenceUnlearned = section.Span("silenceUnlearned", d.SilenceUnlearned, Second, Hour),
            SilenceMaximum = section.Span("silenceMaximum", d.SilenceMaximum, Second, Hour),
            ReentryGrace = section.Span("reentryGrace", d.ReentryGrace, TimeSpan.Zero, Hour),
            PortalHold = section.Span("portalHold", d.PortalHold, Minute, Day),
            PartyWindow = section.Span("partyWindow", d.PartyWindow, TimeSpan.Zero, Minute),
            HouseholdWindow = section.Span("householdWindow", d.HouseholdWindow, TimeSpan.Zero, Hour),
            BlindHold = section.Span("blindHold", d.BlindHold, TimeSpan.Zero, Day),
            FurnitureAfter = section.Span("furnitureAfter", d.FurnitureAfter, Hour, 30 * Day),
            FurnitureGone = section.Span("furnitureGone", d.FurnitureGone, Minute, Day),
            ZoneMargin = section.Number("zoneMargin", d.ZoneMargin, 0, 30),
            ZoneHold = section.Span("zoneHold", d.ZoneHold, TimeSpan.Zero, Minute),
            DwellMarks = section.Spans("dwellMarks", d.DwellMarks),
        };
        if (read.SilenceMaximum < read.SilenceMinimum) section.Fail("silenceMaximum", "not less than silenceMinimum");
        if (!read.DwellMarks.SequenceEqual(read.DwellMarks.Order())) section.Fail("dwellMarks", "in ascending order");
        section.Close();
        return read;
    }

    private static JournalOptions Journal(ConfigurationSection section)
    {
        var d = new JournalOptions();
        var read = d with
        {
            KeepFor = section.Span("keepFor", d.KeepFor, Hour, 3650 * Day),
            KeepAtMost = section.Integer("keepAtMost", (int)d.KeepAtMost, 1, 100_000_000),
            SweepEvery = section.Span("sweepEvery", d.SweepEvery, Minute, Day),
            Linger = section.Span("linger", d.Linger, TimeSpan.Zero, TimeSpan.FromSeconds(1)),
        };
        section.Close();
        return read;
    }

    private static OutboxOptions Outbox(ConfigurationSection section)
    {
        var d = new OutboxOptions();
        var read = d with { DrainPerSecond = section.Integer("drainPerSecond", d.DrainPerSecond, 1, DrainPace.Most) };
        section.Close();
        return read;
    }

    /// <summary>The link to central; null where there is none.</summary>
    /// <param name="section">Its section.</param>
    /// <param name="state">The agent's state directory, where its own identity lies.</param>
    internal static BrokerOptions? Broker(ConfigurationSection section, string state)
    {
        if (!section.IsPresent) return null;
        var read = Link(section);
        // Whoever made a certificate renews it: the agent that of `storeedge enroll`, and nobody's else.
        var own = Path.GetFullPath(new DeviceIdentity(state).File);
        var isOwn = read.Tls is { CertificateFile: { } certificate, KeyFile: { } key } && Path.GetFullPath(certificate) == own && Path.GetFullPath(key) == own;
        var renews = section.Flag("renew", isOwn);
        if (renews && !isOwn) section.Fail("renew", $"only where certificateFile and keyFile are {own}, which `storeedge enroll` makes");
        read = read with
        {
            SessionExpiry = section.Span("sessionExpiry", read.SessionExpiry, TimeSpan.Zero, 30 * Day),
            Window = section.Integer("window", read.Window, 1, 200),
            Fallbacks = Fallbacks(section, read.Port),
            Renews = renews,
            ClaimPort = section.Integer("claimPort", read.Port, 1, 65535),
            SeekFirstAfter = section.Span("seekFirstAfter", read.SeekFirstAfter, 10 * Second, Day),
        };
        section.Close();
        return read;
    }

    private static List<BrokerPlace> Fallbacks(ConfigurationSection link, int port)
    {
        var places = new List<BrokerPlace>();
        foreach (var section in link.Sections("fallbacks"))
        {
            places.Add(new(Host(section, ""), section.Integer("port", port, 1, 65535)));
            section.Close();
        }

        return places;
    }

    private static string Host(ConfigurationSection section, string fallback) =>
        section.Text("host", fallback, h => Uri.CheckHostName(h) != UriHostNameType.Unknown, "a host name or an IP address");

    /// <summary>The broker of the shop's ESPresense nodes: what was said while the agent was away is of no use, so no session is kept.</summary>
    private static BrokerOptions? Espresense(ConfigurationSection section)
    {
        if (!section.IsPresent) return null;
        var read = Link(section) with { SessionExpiry = TimeSpan.Zero };
        section.Close();
        return read;
    }

    /// <summary>What every link to a broker needs to know.</summary>
    private static BrokerOptions Link(ConfigurationSection section)
    {
        var d = new BrokerOptions("localhost", 1883);
        var (authority, certificate, key) = (section.File("caFile"), section.File("certificateFile"), section.File("keyFile"));
        if (certificate is null != key is null) section.Fail(certificate is null ? "certificateFile" : "keyFile", "certificateFile and keyFile go together");
        var tls = section.Flag("tls", authority is not null || certificate is not null);
        var read = new BrokerOptions(
            Host(section, d.Host),
            section.Integer("port", tls ? 8883 : 1883, 1, 65535))
        {
            Protocol = section.OneOf("protocol", "5", "5", "3.1.1") == "5" ? MqttProtocol.V5 : MqttProtocol.V311,
            Username = section.Text("username"),
            PasswordFile = section.File("passwordFile"),
            Tls = tls ? new(authority, certificate, key) : null,
            KeepAlive = section.Span("keepAlive", d.KeepAlive, 5 * Second, Hour),
            ConnectTimeout = section.Span("connectTimeout", d.ConnectTimeout, Second, 5 * Minute),
            RetryFirst = section.Span("retryFirst", d.RetryFirst, Second / 10, Minute),
            RetryMost = section.Span("retryMost", d.RetryMost, Second, Hour),
        };
        if (read.RetryMost < read.RetryFirst) section.Fail("retryMost", "not less than retryFirst");
        return read;
    }

    private static BundleOptions Bundle(ConfigurationSection section, string state, StoreOptions store, CentralOptions central)
    {
        var read = new BundleOptions(section.File("file"), state, section.Flag("signed", false)) { PublicKeyFile = central.PublicKeyFile, Store = store.Id.Value };
        if (read.Signed && central.PublicKeyFile is null) section.Fail("signed", "central.publicKeyFile beside it: the keys to check the signature with");
        section.Close();
        return read;
    }

    private static FootfallOptions Footfall(ConfigurationSection section)
    {
        var d = new FootfallOptions();
        var read = new FootfallOptions { Enabled = section.Flag("enabled", d.Enabled), Interval = section.Span("interval", d.Interval, 5 * Minute, Hour) };
        section.Close();
        return read;
    }

    private static CentralOptions Central(ConfigurationSection section)
    {
        // Ten seconds are one round of the watchdog; longer than an hour nobody waits to learn that a store is cut off.
        var read = new CentralOptions(section.File("publicKeyFile"), section.Span("trial", 3 * Minute, 10 * Second, Hour));
        section.Close();
        return read;
    }

    private static HardwareProfile? Hardware(ConfigurationSection section, List<ConfigurationError> errors)
    {
        var file = section.File("profile");
        section.Close();
        if (file is null) return null;
        try
        {
            return HardwareProfile.Load(file);
        }
        catch (ConfigurationException fault)
        {
            errors.AddRange(fault.Errors);
            return null;
        }
    }
}

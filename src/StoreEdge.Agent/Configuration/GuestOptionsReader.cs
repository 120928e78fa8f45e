using System.Globalization;
using System.Net;
using StoreEdge.Agent.Controllers;
using StoreEdge.Agent.Gate;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Configuration;

/// <summary>What <see cref="AgentOptionsReader"/> reads about the guests' Wi-Fi: portal, controller, gate.</summary>
internal static class GuestOptionsReader
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Minute = TimeSpan.FromMinutes(1), Hour = TimeSpan.FromHours(1), Day = TimeSpan.FromDays(1);

    /// <summary>The portal: its pages, where guests are served, and whose Wi-Fi it is.</summary>
    public static PortalSettings Portal(ConfigurationSection section, StoreOptions store)
    {
        var d = new PortalOptions();
        var enabled = section.Flag("enabled", true);
        var zone = section.IsPresent ? section.Text("zone", "store", t => NameRule.Holds(t), NameRule.Allowed) : "store";
        var colour = d.BrandColour;
        if (section.Text("brandColour") is { } text && !Colour.TryParse(text, out colour)) section.Fail("brandColour", "a colour written like #0b5d4b");
        var welcome = section.Section("welcome");
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var language in PortalText.Tags)
            if (welcome.Text(language) is { } sentence) texts[language] = sentence;
        welcome.Close();
        var page = d with
        {
            Name = store.Name,
            DefaultLanguage = store.Language,
            BrandColour = colour,
            Welcome = texts,
            Contact = section.Text("contact"),
            TokenLifetime = section.Span("tokenLifetime", d.TokenLifetime, Minute, 10 * Minute),
            SessionLifetime = section.Span("sessionLifetime", d.SessionLifetime, Hour, 30 * Day),
            DeviceIdle = section.Span("deviceIdle", d.DeviceIdle, Minute, Day),
            MaxDevices = section.Integer("maxDevices", d.MaxDevices, 16, 1_000_000),
            PostsPerMinute = section.Integer("postsPerMinute", d.PostsPerMinute, 1, 1000),
            TypedIsProof = section.Flag("typedIsProof", d.TypedIsProof),
            LoginAttempts = section.Integer("loginAttempts", d.LoginAttempts, 1, 100),
        };
        foreach (var (key, allowed) in page.Faults()) section.Fail(key, allowed);
        var site = GuestSite(section);
        var controller = Controller(section.Section("controller"));
        section.Close();
        return new(enabled, new(zone), page, site, controller);
    }

    private static GuestSiteOptions? GuestSite(ConfigurationSection section)
    {
        var (listen, tls) = (section.EndPoint("listen", "0.0.0.0:8481"), section.EndPoint("tlsListen", "0.0.0.0:8482"));
        // Phones refuse an address in place of a name, and a certificate for one is not to be had.
        var name = section.Text("hostName");
        if (name is not null && (name.Length > 200 || !name.Contains('.', StringComparison.Ordinal) || Uri.CheckHostName(name) != UriHostNameType.Dns))
            section.Fail("hostName", "a DNS name with a dot in it, such as wifi.shop.example; no address");
        var (certificate, key) = (section.File("certificateFile"), section.File("keyFile"));
        if (certificate is null != key is null) section.Fail(certificate is null ? "certificateFile" : "keyFile", "certificateFile and keyFile go together");
        if (tls is not null && (listen is null || name is null || certificate is null)) section.Fail("tlsListen", "it needs listen, hostName, certificateFile and keyFile as well");
        if (listen is null && (name ?? certificate) is not null) section.Fail("listen", "hostName and certificateFile are for guests that are served apart: it needs an address and a port, such as 0.0.0.0:8481");
        if (tls is null && certificate is not null) section.Fail("tlsListen", "a certificate is for HTTPS: it needs an address and a port, such as 0.0.0.0:8482");
        return listen is null ? null : new(listen, name, tls is not null && certificate is not null && key is not null ? new(tls, certificate, key) : null);
    }

    /// <summary>The gate; null where it is not this machine's business.</summary>
    public static GateOptions? Gate(ConfigurationSection section, IPEndPoint http, PortalSettings portal)
    {
        var (key, listen) = portal.Site is { } site ? ("portal.listen", site.Listen) : ("http.listen", http);
        const string Interface = "the name of a network interface, such as wlan0", Network = "an address or a network, such as 203.0.113.7, 10.1.0.0/16 or 2001:db8::/32";
        var d = new GateOptions { Guests = [], Upstream = "", PortalPort = listen.Port };
        var own = section.OneOf("mode", "off", "off", "own") == "own";
        var upstream = section.Text("upstream", "", t => t.Length == 0 || IsInterface(t), Interface);
        var read = d with
        {
            Guests = section.Texts("guests", d.Guests, t => IsInterface(t) ? t : null, Interface),
            Upstream = upstream,
            PortalPort = section.Integer("portalPort", d.PortalPort, 1, 65_535),
            OpenPorts = [.. section.Texts("openPorts", [(portal.Site?.Tls?.Listen.Port ?? 443).ToString(CultureInfo.InvariantCulture)], t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_535 ? t : null, "a TCP port, 1 to 65535").Select(t => int.Parse(t, CultureInfo.InvariantCulture))],
            Passage = section.Span("passage", d.Passage, 10 * Second, Day),
            UpBytesPerSecond = Rate(section, "upMbit"),
            DownBytesPerSecond = Rate(section, "downMbit"),
            Quota = section.Integer("quotaMegabytes", 0, 0, 1_000_000) is > 0 and var megabytes ? megabytes * 1_000_000L : null,
            Walled = [.. section.Texts("walled", [], t => IsNetwork(t, out _) ? t : null, Network).Select(t => IsNetwork(t, out var network) ? network : default)],
            WalledNames = section.Texts("walledNames", d.WalledNames, t => IsDomain(t) ? t.ToLowerInvariant() : null, "a host name, such as loyalty.example; names below it are meant too"),
            Closed = section.Texts("closed", [], t => IsNetwork(t, out _) ? t : null, Network) is { Count: > 0 } closed ? [.. closed.Select(t => IsNetwork(t, out var network) ? network : default)] : d.Closed,
            MaxGuests = section.Integer("maxGuests", d.MaxGuests, 1, 10_000),
            DnsPerSecond = section.Integer("dnsPerSecond", d.DnsPerSecond, 1, 1000),
            SilentAfter = section.Span("silentAfter", d.SilentAfter, Minute, Hour),
            AccessPoints = section.Texts("accessPoints", d.AccessPoints, t => Path.IsPathRooted(t) ? t : null, "the path of a control socket of hostapd, such as /run/hostapd/wlan0"),
            LeftAfter = section.Span("leftAfter", d.LeftAfter, Second, 10 * Minute),
            LeaseFile = section.File("leaseFile"),
        };
        if (own && read.Guests.Count == 0) section.Fail("guests", "at least one: where guests come in, such as [\"wlan0\"]");
        if (own && upstream.Length == 0) section.Fail("upstream", "where the Internet is, such as eth0");
        if (own && read.Guests.Contains(upstream)) section.Fail("upstream", "not one of gate.guests");
        if (own && portal.Controller is not null) section.Fail("mode", "either a gate of our own or portal.controller, not both");
        if (own && !portal.Enabled) section.Fail("mode", "the gate needs the portal: without portal.enabled nobody could ever accept");
        if (own && IPAddress.IsLoopback(listen.Address) && read.PortalPort == listen.Port)
            section.Fail("mode", $"guests cannot reach the portal at {key} {listen}: listen at 0.0.0.0:{listen.Port} or [::]:{listen.Port}");
        section.Close();
        return own ? read : null;
    }

    private static long? Rate(ConfigurationSection section, string key) => section.Number(key, 0, 0, 10_000) is > 0 and var mbit ? Math.Max(1000, (long)(mbit * 125_000)) : null;

    // What the kernel takes (dev_valid_name), and nftables between quotes.
    private static bool IsInterface(string text) => text.Length is >= 1 and <= GateOptions.LongestInterface && text is not ("." or "..") && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@');

    private static bool IsDomain(string text) =>
        text.Length <= 253 && text.Contains('.', StringComparison.Ordinal) && text.Split('.').All(l => l.Length is >= 1 and <= 63 && l.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));

    private static bool IsNetwork(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network)) return true;
        if (!IPAddress.TryParse(text, out var address) || text.Contains('%', StringComparison.Ordinal)) return false;
        network = new(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    private static ControllerOptions? Controller(ConfigurationSection section)
    {
        if (!section.IsPresent) return null;
        section.OneOf("kind", "unifi", "unifi");
        const string AllowedUrl = "the https address of the controller without a path, such as https://192.168.1.1 or https://unifi.example:8443";
        if (!Uri.TryCreate(section.Required("url", AllowedUrl), UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || url.PathAndQuery != "/")
        {
            section.Fail("url", AllowedUrl);
            url = new("https://controller.invalid");
        }

        var d = new ControllerOptions(url);
        var read = d with
        {
            Site = section.Text("site", d.Site, s => s.Length is >= 1 and <= 64 && s.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'), "1–64 letters, digits, - and _"),
            ApiKeyFile = section.File("apiKeyFile"),
            Username = section.Text("username"),
            PasswordFile = section.File("passwordFile"),
            AuthorityFile = section.File("caFile"),
            Fingerprint = section.Text("fingerprint")?.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant(),
            Ssid = section.Text("ssid"),
            PassFor = section.Span("passFor", d.PassFor, Minute, 30 * Day),
            DownKbps = section.Integer("downKbps", 0, 64, 10_000_000) is > 0 and var downKbps ? downKbps : null,
            UpKbps = section.Integer("upKbps", 0, 64, 10_000_000) is > 0 and var upKbps ? upKbps : null,
            Megabytes = section.Integer("megabytes", 0, 1, 1_000_000) is > 0 and var megabytes ? megabytes : null,
            Poll = section.Span("poll", d.Poll, Second, Minute),
        };
        if (read.ApiKeyFile is null == (read.Username is null || read.PasswordFile is null)) section.Fail("apiKeyFile", "either apiKeyFile, or username with passwordFile");
        if (read.Fingerprint is { } print && (print.Length != 64 || !print.All(char.IsAsciiHexDigit))) section.Fail("fingerprint", "the SHA-256 of the controller's certificate, 64 hexadecimal digits");
        section.Close();
        return read;
    }
}

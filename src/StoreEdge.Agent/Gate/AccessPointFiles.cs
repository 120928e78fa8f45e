using System.Globalization;
using System.Text;

namespace StoreEdge.Agent.Gate;

/// <summary>
/// The files that make this machine the guests' access point, from the store's configuration and the templates of <c>deploy/access-point</c>, which travel inside the program. The
/// agent itself needs none of them: hostapd and dnsmasq do.
/// </summary>
internal static class AccessPointFiles
{
    /// <summary>Each file by its place in the system.</summary>
    /// <param name="accessPoint">The guests' Wi-Fi.</param>
    /// <param name="portalName">The name that guests are led to; null: none.</param>
    /// <param name="gate">The gate; null where this machine is not the way to the Internet: then it passes nothing on, and its kernel's settings stay as they are.</param>
    public static IReadOnlyDictionary<string, string> Render(AccessPointOptions accessPoint, string? portalName, GateOptions? gate)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["/etc/hostapd/hostapd.conf"] = Hostapd(accessPoint),
            ["/etc/dnsmasq.d/storeedge.conf"] = Dnsmasq(accessPoint, portalName, gate),
            // The address belongs to the access point: it comes with it, whatever else sets addresses on this machine.
            ["/etc/systemd/system/hostapd.service.d/storeedge.conf"] =
                $"{Made}\n[Service]\nExecStartPost=/usr/bin/env ip address replace {accessPoint.Address}/{accessPoint.PrefixLength} dev {accessPoint.Interface}\n",
            ["/etc/NetworkManager/conf.d/60-storeedge.conf"] = $"{Made}\n[keyfile]\nunmanaged-devices=interface-name:{accessPoint.Interface}\n",
        };
        if (gate is not null) files["/etc/sysctl.d/60-storeedge-gate.conf"] = Filled("sysctl.conf", ("UPSTREAM_INTERFACE", gate.Upstream));
        return files;
    }

    private const string Made = "# Made by `storeedge ap render` from the store's configuration (accessPoint); change that, not this file.";

    private static string Hostapd(AccessPointOptions accessPoint)
    {
        var text = Filled("hostapd.conf",
            ("WIFI_INTERFACE", accessPoint.Interface), ("COUNTRY", accessPoint.Country), ("CHANNEL", accessPoint.Channel.ToString(CultureInfo.InvariantCulture)), ("SSID", accessPoint.Ssid));
        // A name that is not plain ASCII, or that begins or ends with a space, is written in hexadecimal; hostapd reads ssid= as it stands in the line.
        if (!accessPoint.Ssid.All(c => c is >= ' ' and <= '~') || accessPoint.Ssid != accessPoint.Ssid.Trim())
            text = text.Replace("\nssid=" + accessPoint.Ssid + "\n", "\nssid2=" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(accessPoint.Ssid)) + "\n", StringComparison.Ordinal);
        if (accessPoint.Channel > 13) text = text.Replace("\nhw_mode=g\n", "\nhw_mode=a\n", StringComparison.Ordinal);
        // Above the first four channels of 5 GHz radars have precedence, which hostapd only heeds when it may say so (802.11h).
        if (accessPoint.Channel is >= 52 and < 149) text = text.Replace("\nieee80211d=1\n", "\nieee80211d=1\nieee80211h=1\n", StringComparison.Ordinal);
        if (accessPoint.Encrypts)
            text = text.Replace("\n#wpa=2\n#wpa_key_mgmt=OWE\n#ieee80211w=2\n", "\nwpa=2\nwpa_key_mgmt=OWE\nrsn_pairwise=CCMP\nieee80211w=2\n", StringComparison.Ordinal);
        return text;
    }

    private static string Dnsmasq(AccessPointOptions accessPoint, string? portalName, GateOptions? gate)
    {
        var (first, last, mask) = accessPoint.Range();
        var text = Filled("dnsmasq.conf",
            ("WIFI_INTERFACE", accessPoint.Interface), ("RANGE_FIRST", first.ToString()), ("RANGE_LAST", last.ToString()), ("NETMASK", mask.ToString()), ("GATEWAY", accessPoint.Address.ToString()),
            ("PORTAL_NAME", portalName ?? "-"), ("UPSTREAM_DNS", string.Join("\nserver=", accessPoint.NameServers)));
        if (portalName is null) text = text.Replace($"\naddress=/-/{accessPoint.Address}\n", "\n", StringComparison.Ordinal);
        if (gate is { WalledNames.Count: > 0 }) text += "\n# Names that are reached before acceptance (gate.walledNames).\n" + string.Join('\n', new GateRules(gate).DnsmasqLines()) + "\n";
        return text;
    }

    /// <summary>A template with every {{…}} filled, and its first line, which speaks of templates, replaced.</summary>
    private static string Filled(string template, params (string Name, string Value)[] values)
    {
        using var stream = typeof(AccessPointFiles).Assembly.GetManifestResourceStream("access-point/" + template) ?? throw new InvalidOperationException($"the program lacks its template {template}");
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        text = Made + text[text.IndexOf('\n', StringComparison.Ordinal)..];
        foreach (var (name, value) in values) text = text.Replace("{{" + name + "}}", value, StringComparison.Ordinal);
        return text;
    }
}

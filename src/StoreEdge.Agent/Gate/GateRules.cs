using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using StoreEdge.Linux.Neighbours;

namespace StoreEdge.Agent.Gate;

/// <summary>
/// The gate as the kernel keeps it: one table of nftables' own language. Who may pass stands in one map, station → number of the passage, with the consent receipt as the element's comment;
/// every packet of a guest is looked up there before anything else is asked of it, an established connection's too, and leaves the number on its connection, so that what comes back is
/// let through for exactly as long. IPv4 and IPv6 go through the same rules.
/// </summary>
/// <param name="options">What is configured.</param>
internal sealed class GateRules(GateOptions options)
{
    /// <summary>Family and name, as commands want it.</summary>
    public const string Table = "inet storeedge";

    /// <summary>The name alone.</summary>
    public const string Name = "storeedge";

    // Before the usual filters, so that nothing of theirs is asked what the gate refuses; what it lets through they may still refuse.
    private const string BeforeFilters = "filter - 10";

    /// <summary>A name's addresses are forgotten unless it is asked for again; those who hold one meanwhile ask again long before, as its time to live is shorter.</summary>
    private const string NamesFor = "6h";

    private static readonly string[] Chains = ["forward", "leaving", "inside", "returning", "received", "input", "arriving", "asking", "prerouting", "welcome", "postrouting"];

    /// <summary>The chains that refuse and count.</summary>
    public static IReadOnlyList<string> Refusing { get; } = ["forward", "leaving", "returning", "arriving", "asking"];

    private string Interfaces => $"{{ {string.Join(", ", options.Guests.Select(Quoted))} }}";

    private string Up => Quoted(options.Upstream);

    /// <summary>Tells two ways of keeping the sets apart: where it differs, the table must be made anew.</summary>
    public string Fingerprint => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Sets())))[..16];

    /// <summary>The names of its chains, sets and maps.</summary>
    public IReadOnlySet<string> Parts => GateListing.Parts(Sets() + Hooks());

    /// <summary>Puts the table in place. Where it is there already, its rules are replaced and who is inside stays, with what they have moved.</summary>
    public string Install(IEnumerable<(Guest Guest, TimeSpan Remaining)> guests) => Body(guests);

    /// <summary>Puts the table in place, whatever was there.</summary>
    public string Replace(IEnumerable<(Guest Guest, TimeSpan Remaining)> guests) => $"table {Table}\ndelete table {Table}\n{Body(guests)}";

    /// <summary>Takes the table away.</summary>
    public static string Remove() => $"table {Table}\ndelete table {Table}\n";

    /// <summary>Lets a guest pass.</summary>
    public static string Add(Guest guest, TimeSpan remaining)
    {
        var milliseconds = (long)Math.Max(1, remaining.TotalMilliseconds);
        return string.Create(CultureInfo.InvariantCulture,
            $"add element {Table} guests {{ {guest.Station.Spell()} timeout {milliseconds}ms{(guest.Receipt.Length > 0 ? $" comment \"{guest.Receipt}\"" : "")} : {guest.Mark} }}\nadd element {Table} passages {{ {guest.Mark} timeout {milliseconds}ms }}\n");
    }

    /// <summary>Lets a guest pass no longer.</summary>
    public static string Delete(Guest guest) => DeleteStation(guest) + DeletePassage(guest);

    /// <summary>The half of <see cref="Delete"/> that ends what they send.</summary>
    public static string DeleteStation(Guest guest) => $"delete element {Table} guests {{ {guest.Station.Spell()} }}\n";

    /// <summary>The half of <see cref="Delete"/> that ends what comes back to them.</summary>
    public static string DeletePassage(Guest guest) => string.Create(CultureInfo.InvariantCulture, $"delete element {Table} passages {{ {guest.Mark} }}\n");

    /// <summary>Asks whether a station has moved all it may; refused as not there where it has not.</summary>
    public static string AskSpent(StationAddress station) => $"get element {Table} spent {{ {station.Spell()} }}";

    /// <summary>Whether a receipt can stand in the kernel beside its station: visible ASCII without quotes, at most 64 characters.</summary>
    public static bool IsReceipt(string text) => text.Length is >= 1 and <= 64 && text.All(c => c is > ' ' and < '\x7f' and not '"' and not '\\');

    /// <summary>The lines by which dnsmasq tells the kernel the addresses of names in the walled garden.</summary>
    public IEnumerable<string> DnsmasqLines() => options.WalledNames.Select(name => $"nftset=/{name}/4#inet#{Name}#named4,6#inet#{Name}#named6");

    private string Body(IEnumerable<(Guest Guest, TimeSpan Remaining)> guests)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"table {Table} {{\n  comment \"StoreEdge guest gate {Fingerprint}\"\n{Sets()}{Hooks()}}}\n");
        foreach (var chain in Chains) text.Append(CultureInfo.InvariantCulture, $"flush chain {Table} {chain}\n");
        foreach (var set in new[] { "walled4", "walled6", "closed4", "closed6" }) text.Append(CultureInfo.InvariantCulture, $"flush set {Table} {set}\n");
        Elements(text, "walled", options.Walled);
        Elements(text, "closed", options.Closed);
        text.Append(CultureInfo.InvariantCulture, $"table {Table} {{\n{Rules()}}}\n");
        foreach (var (guest, remaining) in guests) text.Append(Add(guest, remaining));
        return text.ToString();
    }

    private string Sets()
    {
        var passage = string.Create(CultureInfo.InvariantCulture, $"{(long)options.Passage.TotalSeconds}s");
        // Whoever is refused for want of a place leaves no trace, so phones that only knock cannot fill what guests need. Those that are counted before acceptance (asking) have a set of
        // their own: when it is full, whoever finds no place in it is let through uncounted rather than locked out.
        return string.Create(CultureInfo.InvariantCulture, $$"""
              map guests { type ether_addr : mark; size {{options.MaxGuests}}; flags timeout; counter; }
              set passages { type mark; size {{options.MaxGuests}}; flags timeout; }
              set moved { type mark; size {{options.MaxGuests * 4}}; flags dynamic,timeout; timeout {{passage}}; }
              set spent { type ether_addr; size {{options.MaxGuests * 4}}; flags dynamic,timeout; timeout {{passage}}; }
              set sending { type mark; size {{options.MaxGuests * 4}}; flags dynamic,timeout; timeout 1m; }
              set receiving { type mark; size {{options.MaxGuests * 4}}; flags dynamic,timeout; timeout 1m; }
              set askers { type ether_addr; size 16384; flags dynamic,timeout; timeout 10s; }
              set walled4 { type ipv4_addr; flags interval; auto-merge; }
              set walled6 { type ipv6_addr; flags interval; auto-merge; }
              set closed4 { type ipv4_addr; flags interval; auto-merge; }
              set closed6 { type ipv6_addr; flags interval; auto-merge; }
              set named4 { type ipv4_addr; size 4096; flags timeout; timeout {{NamesFor}}; }
              set named6 { type ipv6_addr; size 4096; flags timeout; timeout {{NamesFor}}; }

            """);
    }

    private static string Hooks() => $$"""
          chain forward { type filter hook forward priority {{BeforeFilters}}; policy accept; }
          chain input { type filter hook input priority {{BeforeFilters}}; policy accept; }
          chain prerouting { type nat hook prerouting priority dstnat; policy accept; }
          chain postrouting { type nat hook postrouting priority srcnat; policy accept; }
          chain leaving { }
          chain inside { }
          chain returning { }
          chain received { }
          chain arriving { }
          chain asking { }
          chain welcome { }

        """;

    private string Rules()
    {
        var ports = string.Join(", ", options.OpenPorts.Prepend(options.PortalPort).Distinct().Select(p => p.ToString(CultureInfo.InvariantCulture)));
        var quotaUp = options.Quota is { } most ? string.Create(CultureInfo.InvariantCulture, $"update @moved {{ ct mark quota over {most} bytes }} add @spent {{ ether saddr }} reject with icmpx admin-prohibited") : "";
        var quotaDown = options.Quota is { } same ? string.Create(CultureInfo.InvariantCulture, $"update @moved {{ ct mark quota over {same} bytes }} drop") : "";
        return string.Create(CultureInfo.InvariantCulture, $$"""
              chain forward {
                iifname {{Interfaces}} oifname {{Up}} goto leaving
                iifname {{Interfaces}} counter drop
                oifname {{Interfaces}} goto returning
              }
              chain leaving {
                ct state invalid drop
                ip daddr @walled4 accept
                ip6 daddr @walled6 accept
                ip daddr @closed4 counter reject with icmpx admin-prohibited
                ip6 daddr @closed6 counter reject with icmpx admin-prohibited
                ct mark set ether saddr map @guests goto inside
                ip daddr @named4 accept
                ip6 daddr @named6 accept
                meta l4proto tcp counter reject with tcp reset
                counter reject with icmpx admin-prohibited
              }
              chain inside {
                {{quotaUp}}
                {{Limit("sending", options.UpBytesPerSecond)}}
                accept
              }
              chain returning {
                ct direction original counter drop
                ct state established,related ct mark @passages goto received
                ct state established,related ip saddr @walled4 accept
                ct state established,related ip6 saddr @walled6 accept
                ct state established,related ip saddr @named4 accept
                ct state established,related ip6 saddr @named6 accept
                counter drop
              }
              chain received {
                {{quotaDown}}
                {{Limit("receiving", options.DownBytesPerSecond)}}
                accept
              }
              chain input {
                iifname {{Interfaces}} goto arriving
              }
              chain arriving {
                ct direction reply ct state established,related accept
                udp dport { 67, 547 } accept
                icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-report, mld-listener-done, mld2-listener-report } accept
                meta l4proto { tcp, udp } th dport 53 goto asking
                tcp dport { {{ports}} } accept
                icmp type echo-request limit rate 100/second accept
                icmpv6 type echo-request limit rate 100/second accept
                meta l4proto tcp counter reject with tcp reset
                counter drop
              }
              chain asking {
                update @askers { ether saddr limit rate over {{options.DnsPerSecond}}/second burst {{options.DnsPerSecond * 3}} packets } counter drop
                accept
              }
              chain prerouting {
                iifname {{Interfaces}} goto welcome
              }
              chain welcome {
                ip daddr @walled4 accept
                ip6 daddr @walled6 accept
                ether saddr @spent tcp dport 80 redirect to :{{options.PortalPort}}
                ether saddr @guests accept
                ip daddr @named4 accept
                ip6 daddr @named6 accept
                tcp dport 80 redirect to :{{options.PortalPort}}
              }
              chain postrouting {
                iifname {{Interfaces}} oifname {{Up}} meta nfproto ipv4 masquerade
                iifname {{Interfaces}} oifname {{Up}} ip6 saddr fc00::/7 masquerade
              }

            """);
    }

    /// <summary>A quarter of a second's worth may come at once: less, and TCP never reaches the rate; more, and voice stutters.</summary>
    private static string Limit(string set, long? bytesPerSecond) => bytesPerSecond is not { } rate ? "" : string.Create(CultureInfo.InvariantCulture,
        $"update @{set} {{ ct mark limit rate over {rate} bytes/second burst {Math.Max(rate / 4, 32 << 10)} bytes }} drop");

    private static void Elements(StringBuilder text, string set, IReadOnlyList<IPNetwork> networks)
    {
        foreach (var network in networks)
            text.Append(CultureInfo.InvariantCulture, $"add element {Table} {set}{(network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 4 : 6)} {{ {network} }}\n");
    }

    private static string Quoted(string interfaceName) => $"\"{interfaceName}\"";
}

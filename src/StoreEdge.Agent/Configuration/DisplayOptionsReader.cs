using StoreEdge.Agent.Displays;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Configuration;

/// <summary>Reads <c>displays</c>: where each screen hangs, and how it behaves.</summary>
internal static class DisplayOptionsReader
{
    internal static List<DisplayPlace> Displays(ConfigurationSection top)
    {
        var displays = new List<DisplayPlace>();
        foreach (var section in top.Sections("displays"))
        {
            var id = section.Name("id", "the display's id");
            if (displays.Any(d => d.Id.Value == id && id.Length > 0)) section.Fail("id", "each display has an id of its own");
            var zone = section.Name("zone", "the zone it hangs in");
            var (on, night) = (section.Texts("on", [], DisplayHours.Parse, DisplayHours.Allowed), section.Text("night"));
            if (night is not null && DisplayHours.Parse(night) is null) section.Fail("night", DisplayHours.Allowed);
            displays.Add(new(new(id), new(zone))
            {
                Near = [.. section.Texts("near", [], n => NameRule.Holds(n) && n != zone ? n : null, $"another zone from which it is seen: {NameRule.Allowed}").Select(n => new ZoneId(n))],
                Receiver = section.Text("receiver", "", r => r.Length == 0 || NameRule.HoldsForReceiver(r), $"the receiver that it hangs by: {NameRule.AllowedForReceiver}") is { Length: > 0 } receiver ? receiver : null,
                Orientation = section.OneOf("orientation", "auto", "auto", "landscape", "portrait"),
                On = on,
                Night = night is null ? null : DisplayHours.Parse(night),
                NightBrightness = section.Integer("nightBrightness", 60, 10, 100),
                Touch = section.Flag("touch", false),
                Claim = section.Flag("claim", false),
                Key = Key(section),
            });
            section.Close();
        }

        return displays;
    }

    /// <summary>Read once, since pages are told from each other by it at every request.</summary>
    private static string? Key(ConfigurationSection section)
    {
        if (section.File("keyFile") is not { } file) return null;
        try
        {
            var key = File.ReadAllText(file).Trim();
            if (key.Length is >= 16 and <= 128 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return key;
            section.Fail("keyFile", "a file with 16–128 letters, digits, - and _ in it (openssl rand -hex 16)");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            section.Fail("keyFile", $"a file that can be read: {fault.Message}");
        }

        return null;
    }
}

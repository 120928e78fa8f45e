using StoreEdge.Agent.Satellites;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Configuration;

/// <summary>The configuration of a satellite. What its receivers mean (zone, side, levels) is the store's to say.</summary>
/// <param name="Pairing">What <c>storeedge satellite pair</c> made.</param>
/// <param name="Host">Where the store is.</param>
/// <param name="Port">1–65,535.</param>
/// <param name="Receivers">Those of this machine.</param>
internal sealed record SatelliteOptions(PairingFile Pairing, string Host, int Port, IReadOnlyList<ReceiverOptions> Receivers);

/// <summary>Turns the layers into <see cref="SatelliteOptions"/>: one line for each key. The README's second table follows this file.</summary>
internal static class SatelliteOptionsReader
{
    private const string AllowedAddress = "HOST:PORT, such as 192.168.1.10:8483";

    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="ConfigurationException">Anything is wrong; carries every error.</exception>
    public static SatelliteOptions Read(ConfigurationLayers layers)
    {
        List<ConfigurationError> errors = [.. layers.Errors];
        var top = ConfigurationSection.Top(layers, errors);
        var section = top.Section("satellite");
        section.Required("pairing", "the file that  storeedge satellite pair NAME --out FILE  made on the store's machine");
        var pairing = section.File("pairing") is { } file ? Pairing(file, errors) : null;
        var address = section.Text("store", pairing?.Store ?? "localhost:8483", t => TrySplit(t, out _, out _), AllowedAddress);
        section.Close();
        var receivers = Receivers(top);
        top.Close();
        if (errors.Count > 0) throw new ConfigurationException(errors);
        TrySplit(address, out var host, out var port);
        return new(pairing!, host, port, receivers);
    }

    /// <summary>Splits <see cref="AllowedAddress"/>.</summary>
    internal static bool TrySplit(string text, out string host, out int port)
    {
        port = 0;
        var colon = text.LastIndexOf(':');
        host = colon > 0 ? text[..colon].Trim('[', ']') : "";
        return Uri.CheckHostName(host) != UriHostNameType.Unknown && int.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out port) && port is > 0 and < 65_536;
    }

    private static PairingFile? Pairing(string file, List<ConfigurationError> errors)
    {
        try
        {
            return PairingFile.Read(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            errors.Add(new(file, "satellite.pairing", null, fault is InvalidDataException ? fault.Message : $"cannot be read: {fault.Message}"));
            return null;
        }
    }

    private static List<ReceiverOptions> Receivers(ConfigurationSection top)
    {
        // As the agent's: sockets belong to the running service.
        var runtime = Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") ?? "/run/storeedge-satellite";
        var receivers = new List<ReceiverOptions>();
        foreach (var section in top.Sections("receivers"))
        {
            var id = section.ReceiverName("id");
            if (receivers.Any(r => r.Place.Id.Value == id && id.Length > 0)) section.Fail("id", "each receiver has an id of its own");
            var word = section.Required("source", ReceiverSource.AllowedHere);
            var radio = AgentOptionsReader.Radio(section);
            var isSource = ReceiverSource.TryParse(word, out var source) && !source.IsElsewhere;
            var place = ReceiverPlace.Uncalibrated(new(id), new("elsewhere"), ReceiverSide.Inside);
            if (isSource && source.IsRadio)
            {
                if (receivers.Any(r => r.Source == source)) section.Fail("source", "one radio has one receiver");
                receivers.Add(new(place, source) { Radio = radio });
            }
            else if (isSource)
            {
                var path = source.Kind == "unix" ? Path.GetFullPath(source.Path, runtime) : section.Resolve("source", source.Path);
                if (ReceiverSource.TryParse($"{source.Kind}:{path}", out source)) receivers.Add(new(place, source));
                else section.Fail("source", ReceiverSource.AllowedHere + $"; in full it is {path}");
            }
            else if (word.Length > 0) section.Fail("source", ReceiverSource.AllowedHere);
            section.Close();
        }

        if (receivers.Count > SatelliteWords.MostReceivers) top.Fail("receivers", $"at most {SatelliteWords.MostReceivers}");
        return receivers;
    }
}

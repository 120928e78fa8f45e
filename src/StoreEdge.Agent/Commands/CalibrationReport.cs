using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreEdge.Agent.Configuration;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Commands;

/// <summary>A calibration for people, for programs, and for the configuration.</summary>
internal sealed class CalibrationReport(CalibrationResult result, IReadOnlyList<ReceiverPlace> before, string beacon)
{
    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Tag {beacon}, a packet every {result.IntervalMilliseconds:0} ms as heard here.");
        foreach (var (found, was) in result.Receivers.Zip(before))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{found.Place.Id} ({SideOf(found)}): {Sentence(found)}");
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  {found.SeparationDb:0} dB between the sides ({found.OutsideDbm:0} dBm outside, {found.InsideDbm:0} inside), d′ {found.DPrime:0.0}, {found.Overlap:P0} of moments on the wrong side; {found.PacketsPerSecond:0.0} packets/s, {found.Loss:P0} lost");
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  enterDbm {found.Place.EnterDbm}, exitDbm {found.Place.ExitDbm} (now {was.EnterDbm}, {was.ExitDbm}){(found.IsTrusted ? "" : ": left as it is")}");
        }

        text.AppendLine(result.ArrivalsOutside > 0 ? "With these thresholds the store would have greeted you while you were still outside."
            : result.ArrivalDelay is { } delay ? string.Create(CultureInfo.InvariantCulture, $"With these thresholds the store would have noticed you {delay.TotalSeconds:0.0} s after you were inside, and not before.")
            : "With these thresholds the store would not have noticed you at all.");
        text.AppendLine(result.IsTrusted ? "Verdict: good to use." : "Verdict: do not trust this. Mend what is said above, then calibrate again.");
        return text.ToString();
    }

    public string Json()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteBoolean("trusted", result.IsTrusted);
            json.WriteString("beacon", beacon);
            json.WriteNumber("intervalMilliseconds", Round(result.IntervalMilliseconds));
            json.WriteNumber("arrivalsOutside", result.ArrivalsOutside);
            if (result.ArrivalDelay is { } delay) json.WriteNumber("arrivalDelaySeconds", Round(delay.TotalSeconds));
            else json.WriteNull("arrivalDelaySeconds");
            json.WriteStartArray("receivers");
            foreach (var found in result.Receivers)
            {
                json.WriteStartObject();
                json.WriteString("id", found.Place.Id.Value);
                json.WriteString("side", SideOf(found));
                json.WriteString("verdict", JsonNamingPolicy.KebabCaseLower.ConvertName(found.Verdict.ToString()));
                json.WriteNumber("enterDbm", found.Place.EnterDbm);
                json.WriteNumber("exitDbm", found.Place.ExitDbm);
                json.WriteNumber("outsidePackets", found.OutsidePackets);
                json.WriteNumber("insidePackets", found.InsidePackets);
                json.WriteNumber("packetsPerSecond", Round(found.PacketsPerSecond));
                json.WriteNumber("loss", Round(found.Loss));
                json.WriteNumber("outsideDbm", Round(found.OutsideDbm));
                json.WriteNumber("insideDbm", Round(found.InsideDbm));
                json.WriteNumber("separationDb", Round(found.SeparationDb));
                json.WriteNumber("dPrime", Round(found.DPrime));
                json.WriteNumber("overlap", Round(found.Overlap));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The list of receivers as it stands in the configuration, with the trusted thresholds in it: whole, because a stronger layer replaces lists whole.</summary>
    public string Fragment(ConfigurationLayers layers, AgentOptions options, DateTimeOffset at)
    {
        var list = layers.Root["receivers"]!.DeepClone().AsArray();
        for (var i = 0; i < list.Count; i++)
        {
            var (item, configured) = (list[i]!.AsObject(), options.Receivers[i]);
            // A recording's path is meant from the file that names it, and that is now another one.
            if (configured.Source.Kind == "btsnoop") item["source"] = configured.Source.ToString();
            if (result.Receivers.FirstOrDefault(r => r.Place.Id == configured.Place.Id && r.IsTrusted) is not { } found) continue;
            item["enterDbm"] = found.Place.EnterDbm;
            item["exitDbm"] = found.Place.ExitDbm;
        }

        var body = new JsonObject { ["receivers"] = list }.ToJsonString(new() { WriteIndented = true, IndentSize = 2 });
        return string.Create(CultureInfo.InvariantCulture, $"// storeedge calibrate, {at:yyyy-MM-dd HH:mm} UTC. This list replaces that of the weaker files whole: add and change receivers here.\n{body}\n");
    }

    private static string SideOf(ReceiverCalibration found) => found.Place.Side == ReceiverSide.Inside ? "inside" : "outside";

    private static string Sentence(ReceiverCalibration found) => found.Verdict switch
    {
        CalibrationVerdict.Good => "good, it tells the sides apart.",
        CalibrationVerdict.Usable => "usable, it tells them apart most of the time. Hanging it farther from the door, or turning it, may help.",
        CalibrationVerdict.Overlaps => "do not trust: both sides sound alike here. Hang it elsewhere, or put something solid between it and the other side.",
        CalibrationVerdict.TooFarFromTheDoor => "do not trust: it hears the door too faintly. Hang it at the door, at the height of a pocket or above.",
        CalibrationVerdict.WrongSide => "do not trust: it hears the other side better than its own. Is its side right in the configuration, and its source another receiver's?",
        CalibrationVerdict.Deaf => "do not trust: it heard next to nothing on its own side. Look for metal around its antenna, and at storeedge doctor.",
        _ => "do not trust: too few packets for a judgement. Use a tag that advertises at least twice a second, and stay longer.",
    };

    private static double Round(double value) => double.IsFinite(value) ? Math.Round(value, 3) : 0;
}

using System.Text.Json;

namespace StoreEdge.Simulator.Journey;

/// <summary>What a second message under a number that is held already amounts to.</summary>
internal enum Repeat
{
    /// <summary>The same again.</summary>
    Alike,

    /// <summary>The same event, and now the store knows better when it was.</summary>
    BetterTime,

    /// <summary>Another event under the same number: the store has broken its word.</summary>
    Conflict,
}

/// <summary>
/// Whether two envelopes of one number say the same event: everything but <c>time</c> and <c>timequality</c>, which may get better once the store's clock is
/// right. Members are compared as JSON, for a batch may write the same differently.
/// </summary>
internal static class SameEvent
{
    public static Repeat Judge(ReadOnlyMemory<byte> held, ReadOnlyMemory<byte> come)
    {
        if (held.Span.SequenceEqual(come.Span)) return Repeat.Alike;
        try
        {
            using var first = JsonDocument.Parse(held);
            using var second = JsonDocument.Parse(come);
            if (!Identity(first).SequenceEqual(Identity(second), Equal)) return Repeat.Conflict;
            var (before, now) = (Quality(first), Quality(second));
            // A second correction replaces the first: the clock was set once more in that boot.
            return (before == "unsynchronized" && now is "corrected" or "synchronized") || (before == "corrected" && now == "corrected" && !SameTime(first, second))
                ? Repeat.BetterTime : Repeat.Alike;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or text in it that is no Unicode: alike only byte by byte.
            return Repeat.Conflict;
        }
    }

    private static readonly EqualityComparer<JsonProperty> Equal = EqualityComparer<JsonProperty>.Create((a, b) => a.Name == b.Name && JsonElement.DeepEquals(a.Value, b.Value));

    private static IEnumerable<JsonProperty> Identity(JsonDocument envelope) =>
        envelope.RootElement.EnumerateObject().Where(m => m.Name is not ("time" or "timequality")).OrderBy(m => m.Name, StringComparer.Ordinal);

    private static string? Quality(JsonDocument envelope) => envelope.RootElement.GetProperty("timequality").GetString();

    private static bool SameTime(JsonDocument a, JsonDocument b) => a.RootElement.GetProperty("time").GetDateTimeOffset() == b.RootElement.GetProperty("time").GetDateTimeOffset();
}

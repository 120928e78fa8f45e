using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Orders;

/// <summary>Reads commands as strictly as their schemas say. Pure.</summary>
internal static class OrderReader
{
    /// <summary>The schemas' bounds.</summary>
    private const int LongestId = 64, MostSubjects = 16, LongestReason = 500, MostEvents = 1_000_000, MostPerSecond = 1_000_000, MostBytes = 16 * 1024;

    private static readonly SearchValues<char> Crockford = SearchValues.Create("0123456789abcdefghjkmnpqrstvwxyz");

    /// <summary>Every command.</summary>
    public static readonly IReadOnlyList<string> Names = ["ping", "replay", "drain", "refuse", "resend", "erase", "export", "help"];

    /// <summary>Reads one.</summary>
    /// <param name="name">The last level of its topic.</param>
    /// <param name="payload">JSON.</param>
    /// <param name="id">Its id, where that much could be read.</param>
    /// <param name="message">What it says.</param>
    /// <param name="why">What is wrong with it.</param>
    public static bool TryRead(string name, ReadOnlyMemory<byte> payload, out string? id, [NotNullWhen(true)] out ICommandMessage? message, out string why)
    {
        (id, message) = (null, null);
        why = "it is not JSON";
        if (payload.Length > MostBytes)
        {
            why = $"it is longer than {MostBytes} bytes";
            return false;
        }

        try
        {
            using (var json = JsonDocument.Parse(payload, new() { AllowDuplicateProperties = false }))
            {
                if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("id", out var said) && said.ValueKind == JsonValueKind.String
                    && said.GetString() is { Length: > 0 and <= LongestId } text && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')) id = text;
            }

            if (id is null)
            {
                why = "it has no id of 1–64 letters, digits, dots, dashes and underscores";
                return false;
            }

            // The record has it as every command has, the schema does not: an erasure never expires.
            if (name == "erase" && SaysExpiry(payload))
            {
                why = "an erasure never expires: leave 'expiresAt' out";
                return false;
            }

            message = name switch
            {
                "ping" => JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.PingMessage),
                "replay" => JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.ReplayMessage),
                "drain" => JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.DrainMessage),
                "refuse" => JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.RefuseMessage),
                "resend" => JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.ResendMessage),
                "erase" => JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.EraseMessage),
                "export" => JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.ExportMessage),
                "help" => JsonSerializer.Deserialize(payload.Span, ContractsJson.Default.HelpMessage),
                _ => null,
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            why = $"it is not as cmd-{name}.json says: {fault.Message}";
            return false;
        }

        if (message is null)
        {
            why = $"there is no command '{name}'; known are {string.Join(", ", Names)}";
            return false;
        }

        if (FaultOf(message) is not { } wrong) return true;
        (message, why) = (null, wrong);
        return false;
    }

    private static bool SaysExpiry(ReadOnlyMemory<byte> payload)
    {
        using var json = JsonDocument.Parse(payload);
        return json.RootElement.TryGetProperty("expiresAt", out _);
    }

    private static string? FaultOf(ICommandMessage message) => message switch
    {
        ReplayMessage { From: < 1 } => "'from' must be 1 or more",
        ReplayMessage replay when replay.To < replay.From || replay.To - replay.From > MostEvents => $"'to' must not be below 'from', nor more than {MostEvents} above it",
        DrainMessage { EventsPerSecond: < 0 or > MostPerSecond } => $"'eventsPerSecond' must be 0 to {MostPerSecond}",
        RefuseMessage { Seq: < 1 } => "'seq' must be 1 or more",
        RefuseMessage { Reason.Length: 0 or > LongestReason } => $"'reason' must have 1 to {LongestReason} characters",
        ResendMessage { From: < 1 } or ResendMessage { To: < 1 } => "'from' and 'to' must be 1 or more",
        ResendMessage { From: { } first, To: { } last } when last < first => "'to' must not be below 'from'",
        EraseMessage erase => FaultOf(erase.Subjects),
        ExportMessage export => FaultOf(export.Subjects),
        HelpMessage help when !Guid.TryParseExact(help.RequestId, "D", out _) => "'requestId' must be the UUID of a help-requested",
        HelpMessage { State: not ("on-the-way" or "solved") } => "'state' must be on-the-way or solved",
        _ => null,
    };

    private static string? FaultOf(IReadOnlyList<string> subjects)
    {
        if (subjects.Count is 0 or > MostSubjects) return $"'subjects' must name 1 to {MostSubjects}";
        foreach (var subject in subjects)
            if (subject is null || !IsPseudonym(subject)) return "'subjects' must be pseudonyms of customers, such as k1-7z3q9w0m4x8rjt2c5hvbn6dkpe";
        return subjects.Distinct(StringComparer.Ordinal).Count() == subjects.Count ? null : "'subjects' must name each once";
    }

    /// <summary><c>k{generation}-</c> and 128 bits in Crockford's base 32, as <see cref="Pseudonym"/> is written.</summary>
    private static bool IsPseudonym(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash is >= 2 and <= 5 && text[0] == 'k' && text[1] != '0' && text.AsSpan(1, dash - 1).IndexOfAnyExceptInRange('0', '9') < 0
            && text.Length == dash + 27 && text.AsSpan(dash + 1).IndexOfAnyExcept(Crockford) < 0;
    }
}

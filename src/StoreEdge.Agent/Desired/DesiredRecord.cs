using System.Text.Json.Serialization;

namespace StoreEdge.Agent.Desired;

/// <summary>What is remembered of one kind of desired document; one small file, replaced whole.</summary>
/// <param name="Highest">The highest version ever accepted; nothing lowers it.</param>
/// <param name="HighestHash">SHA-256 of that document, lower-case hex: the same one again is no news.</param>
/// <param name="State">What became of it: <see cref="Applied"/>, <see cref="OnTrial"/> or <see cref="Reverted"/>.</param>
/// <param name="Reason">Why it was taken back; null otherwise.</param>
/// <param name="Good">The last that proved itself; null where none has.</param>
/// <param name="Trial">The one that has still to; null where none has.</param>
internal sealed record DesiredRecord(long Highest, string HighestHash, string State, string? Reason, DesiredEdition? Good, DesiredTrial? Trial)
{
    public const string Applied = "applied", OnTrial = "trial", Refused = "refused", Reverted = "reverted";

    public static readonly DesiredRecord None = new(0, "", Applied, null, null, null);
}

/// <summary>One document.</summary>
/// <param name="Version">As it was signed.</param>
/// <param name="Document">Its text.</param>
internal sealed record DesiredEdition(long Version, string Document);

/// <summary>A document that must prove itself.</summary>
/// <param name="Edition">Which.</param>
/// <param name="Begun">Written before it is used: where a new process finds it so, the one that used it died.</param>
internal sealed record DesiredTrial(DesiredEdition Edition, bool Begun)
{
    /// <summary>The technician's session that began it; null for central's documents.</summary>
    public string? By { get; init; }
}

/// <summary>The records on disk.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DesiredRecord))]
internal sealed partial class DesiredJson : JsonSerializerContext;

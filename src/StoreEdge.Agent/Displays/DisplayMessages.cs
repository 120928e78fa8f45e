using System.Text.Json.Serialization;

namespace StoreEdge.Agent.Displays;

/// <summary>The <c>show</c> event of a display's stream.</summary>
/// <param name="Showing">To be given back in the acknowledgement.</param>
/// <param name="LifetimeMs">From now; then the page returns to idle by itself, even if it hears nothing.</param>
/// <param name="Poster">What to draw.</param>
internal sealed record ShowMessage(string Showing, long LifetimeMs, Poster Poster);

/// <summary>What is written and read between the hub and its pages.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ShowMessage))]
[JsonSerializable(typeof(IdleContent))]
[JsonSerializable(typeof(Acknowledgement))]
internal sealed partial class DisplayJson : JsonSerializerContext;

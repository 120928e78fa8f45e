using System.Text.Json.Serialization;

namespace StoreEdge.Agent.Displays;

/// <summary>The <c>show</c> event of a display's stream.</summary>
/// <param name="Showing">To be given back in the acknowledgement.</param>
/// <param name="LifetimeMs">From now; then the page returns to idle by itself, even if it hears nothing.</param>
/// <param name="Poster">What to draw.</param>
/// <param name="Screen">How the screen looks beside it.</param>
internal sealed record ShowMessage(string Showing, long LifetimeMs, Poster Poster, ScreenMessage Screen);

/// <summary>The <c>idle</c> event of a display's stream.</summary>
internal sealed record IdleMessage(IdleContent Content, ScreenMessage Screen);

/// <summary>What a page draws around its poster.</summary>
/// <param name="Lit">Whether it shows anything.</param>
/// <param name="Brightness">10–100 %.</param>
/// <param name="Code">What claims the screen; null where nothing does.</param>
/// <param name="ClaimedMs">How long it is claimed for still; null where it is not.</param>
/// <param name="Votes">What may be said of the poster by touch.</param>
/// <param name="Edition">Which page the agent serves now.</param>
internal sealed record ScreenMessage(bool Lit, int Brightness, string? Code, long? ClaimedMs, IReadOnlyList<string> Votes, string Edition);

/// <summary>Somebody has touched the screen.</summary>
/// <param name="Showing">What stood there.</param>
/// <param name="Choice">What they said of it.</param>
internal sealed record Touched(string Showing, string Choice);

/// <summary>What is written and read between the hub and its pages.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ShowMessage))]
[JsonSerializable(typeof(IdleMessage))]
[JsonSerializable(typeof(Touched))]
[JsonSerializable(typeof(Acknowledgement))]
internal sealed partial class DisplayJson : JsonSerializerContext;

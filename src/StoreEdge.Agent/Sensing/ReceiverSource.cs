namespace StoreEdge.Agent.Sensing;

/// <summary>The word for a source in the configuration: <c>btsnoop:PATH</c> or <c>unix:PATH</c>.</summary>
/// <param name="Kind">What stands before the colon.</param>
/// <param name="Path">A file or a socket.</param>
internal readonly record struct ReceiverSource(string Kind, string Path)
{
    public const string Allowed = "btsnoop:PATH (a recording, played at its own pace) or unix:PATH (a socket to listen on, path of at most 107 bytes)";

    // sun_path of struct sockaddr_un holds 108 bytes with the final zero.
    private const int LongestSocketPath = 107;

    /// <summary>Reads the word; false where it is not <see cref="Allowed"/>.</summary>
    public static bool TryParse(string text, out ReceiverSource source)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        source = colon > 0 ? new(text[..colon], text[(colon + 1)..]) : default;
        return source.Kind switch
        {
            "btsnoop" => source.Path.Length > 0,
            "unix" => source.Path.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(source.Path) <= LongestSocketPath,
            _ => false,
        };
    }

    /// <summary>Makes the source that the word stands for.</summary>
    public IAdvertisementSource Open(TimeProvider time, Health.HealthBoard health) => Kind == "unix" ? new SocketSource(Path, time, health) : new RecordingSource(Path, time, health);

    public override string ToString() => $"{Kind}:{Path}";
}

using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing.Bluetooth;

namespace StoreEdge.Agent.Sensing;

/// <summary>The word for a source in the configuration: <c>mgmt:ADAPTER</c>, <c>hci:ADAPTER</c>, <c>unix:PATH</c> or <c>btsnoop:PATH</c>.</summary>
/// <param name="Kind">What stands before the colon.</param>
/// <param name="Path">A file, a socket, or an adapter of this machine.</param>
internal readonly record struct ReceiverSource(string Kind, string Path)
{
    public const string Allowed =
        "mgmt:ADAPTER (a radio of this machine through the kernel's advertisement monitor; ADAPTER is " + AdapterChoice.Allowed + "), hci:ADAPTER (the same through the raw channel), "
        + "btsnoop:PATH (a recording, played at its own pace) or unix:PATH (a socket to listen on, path of at most 107 bytes)";

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
            "mgmt" or "hci" => AdapterChoice.TryParse(source.Path, out _),
            _ => false,
        };
    }

    /// <summary>Makes the source that the word stands for.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="health">Where faults are told.</param>
    /// <param name="radio">How a radio of this machine is used.</param>
    /// <param name="stateDirectory">Where such a radio remembers what it must clean up; by default somewhere that the next boot forgets.</param>
    /// <param name="log">Where its steps are written.</param>
    public IAdvertisementSource Open(TimeProvider time, HealthBoard health, RadioOptions? radio = null, string? stateDirectory = null, ILogger? log = null) => Kind switch
    {
        "unix" => new SocketSource(Path, time, health),
        "btsnoop" => new RecordingSource(Path, time, health),
        _ when AdapterChoice.TryParse(Path, out var adapter) =>
            new RadioSource(Kind, adapter, radio ?? new(), stateDirectory ?? System.IO.Path.GetTempPath(), time, health, log ?? NullLogger.Instance),
        _ => throw new InvalidOperationException($"{this} is no source"),
    };

    /// <summary>Whether it is a radio of this machine.</summary>
    public bool IsRadio => Kind is "mgmt" or "hci";

    public override string ToString() => $"{Kind}:{Path}";
}

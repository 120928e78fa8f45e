using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing.Bluetooth;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Sensing;

/// <summary>
/// The word for a source in the configuration: <c>mgmt:ADAPTER</c>, <c>hci:ADAPTER</c>, <c>unix:PATH</c> or <c>btsnoop:PATH</c> on this machine,
/// <c>satellite:NAME/RECEIVER</c> or <c>espresense:NODE</c> elsewhere in the store.
/// </summary>
/// <param name="Kind">What stands before the colon.</param>
/// <param name="Path">A file, a socket, an adapter of this machine, or which receiver of which device.</param>
internal readonly record struct ReceiverSource(string Kind, string Path)
{
    /// <summary>What may stand for a source of this machine.</summary>
    public const string AllowedHere =
        "mgmt:ADAPTER (a radio of this machine through the kernel's advertisement monitor; ADAPTER is " + AdapterChoice.Allowed + "), hci:ADAPTER (the same through the raw channel), "
        + "btsnoop:PATH (a recording, played at its own pace) or unix:PATH (a socket to listen on, path of at most 107 bytes)";

    public const string Allowed = AllowedHere + ", or satellite:NAME/RECEIVER (a receiver of a paired satellite) or espresense:NODE (an ESPresense node, as its topics name it)";

    /// <summary>Kinds of sources that are not of this machine.</summary>
    public const string Satellite = "satellite", Espresense = "espresense";

    /// <summary>Whether the receiver hangs on another device.</summary>
    public bool IsElsewhere => Kind is Satellite or Espresense;

    // Gone with the boot, as monitors are, and writable by nobody but root: who may use a radio may write there.
    private const string Volatile = "/run";

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
            Satellite => source.Path.Split('/') is [var name, var receiver] && NameRule.Holds(name) && NameRule.HoldsForReceiver(receiver),
            // slugify() of the firmware leaves lower-case letters, digits and underscores; older ones dashes too.
            Espresense => source.Path.Length is > 0 and <= 64 && source.Path.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-'),
            "unix" => source.Path.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(source.Path) <= LongestSocketPath,
            "mgmt" or "hci" => AdapterChoice.TryParse(source.Path, out _),
            _ => false,
        };
    }

    /// <summary>Makes the source that the word stands for, where that is of this machine.</summary>
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
            new RadioSource(Kind, adapter, radio ?? new(), stateDirectory ?? Volatile, time, health, log ?? NullLogger.Instance),
        _ => throw new InvalidOperationException($"{this} is no source"),
    };

    /// <summary>Whether it is a radio of this machine.</summary>
    public bool IsRadio => Kind is "mgmt" or "hci";

    public override string ToString() => $"{Kind}:{Path}";
}

using System.Net;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>
/// The way from the guest network to the Internet, as the portal needs it: which phone is asking, whether it may pass, and that it has gone. Behind it stands the store's own gate,
/// somebody else's Wi-Fi controller, or nothing at all.
/// </summary>
internal interface IGuestDoor
{
    /// <summary>
    /// The phone at a source address. It is never taken from anything that a phone could write into its request. Null where the door cannot tell: nothing is then bound to the phone, and
    /// nobody is let through.
    /// </summary>
    ValueTask<DeviceKey?> FindAsync(IPAddress source, CancellationToken stop);

    /// <summary>Whether a phone may pass now. Waits for nothing: it is asked with every request.</summary>
    Passage PassageOf(DeviceKey device);

    /// <summary>Lets a phone pass for the length of a session, or for as long again.</summary>
    /// <param name="device">The phone.</param>
    /// <param name="receipt">The consent receipt it passes with; the door gives it back in <see cref="Guests"/> after a restart of the agent.</param>
    /// <param name="stop">Gives up waiting; the door may have opened all the same.</param>
    /// <returns>How it may pass; closed where the door has no room or does not answer. The door raises its own warning then.</returns>
    ValueTask<Passage> OpenAsync(DeviceKey device, string receipt, CancellationToken stop);

    /// <summary>Lets a phone pass no longer and cuts what it has open. Nothing happens where it does not pass.</summary>
    ValueTask CloseAsync(DeviceKey device, CancellationToken stop);

    /// <summary>Who may pass now, with the receipts: a passage outlives the agent.</summary>
    IReadOnlyList<(DeviceKey Device, string Receipt)> Guests { get; }

    /// <summary>A phone has gone: its station left, its lease ended, or nothing was heard of it. Raised once for each going, from any thread; who listens must not wait.</summary>
    event Action<DeviceKey, StationEnd>? Left;

    /// <summary>A phone that had gone is here again and still passes. Raised once for each return, from any thread; who listens must not wait.</summary>
    event Action<DeviceKey>? Returned;
}

/// <summary>How a phone may pass.</summary>
/// <param name="IsOpen">Whether it may at all.</param>
/// <param name="Remaining">For how long; null without a limit.</param>
/// <param name="BytesRemaining">How much it may still move, both ways; null without a limit.</param>
internal readonly record struct Passage(bool IsOpen, TimeSpan? Remaining = null, long? BytesRemaining = null)
{
    /// <summary>May not pass.</summary>
    public static Passage Closed => default;
}

/// <summary>How a phone's stay on the guest network ended.</summary>
internal enum StationEnd
{
    /// <summary>The access point says that it left.</summary>
    Left,

    /// <summary>Its address lease ended.</summary>
    LeaseEnded,

    /// <summary>Nothing was heard of it for as long as a silent phone is waited for.</summary>
    Silent,
}

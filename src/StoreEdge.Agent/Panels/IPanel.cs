using StoreEdge.Core.Panels;

namespace StoreEdge.Agent.Panels;

/// <summary>A small display on its bus. What it takes without a fault it has drawn; more cannot be known, because nothing is read back.</summary>
internal interface IPanel
{
    /// <summary>Puts it in order, whatever state it is in, and draws.</summary>
    /// <exception cref="Linux.Devices.DeviceFault">It does not answer.</exception>
    Task StartAsync(IReadOnlyList<PanelLine> lines, CancellationToken stop);

    /// <summary>Draws what has changed.</summary>
    /// <exception cref="Linux.Devices.DeviceFault">It does not answer.</exception>
    Task DrawAsync(IReadOnlyList<PanelLine> lines, CancellationToken stop);

    /// <summary>Puts it in order again and draws everything anew, without a flicker: a spark may have changed what nobody can read.</summary>
    /// <exception cref="Linux.Devices.DeviceFault">It does not answer.</exception>
    Task AgainAsync(CancellationToken stop);

    /// <summary>Whether it is still there, at the price of a few bytes.</summary>
    /// <exception cref="Linux.Devices.DeviceFault">It does not answer.</exception>
    void Ask();
}

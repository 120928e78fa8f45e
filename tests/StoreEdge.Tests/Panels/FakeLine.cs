using StoreEdge.Linux.Devices;
using StoreEdge.Linux.Gpio;

namespace StoreEdge.Tests.Panels;

/// <summary>A line under the contract of the kernel's; on a chip without interrupts, as one bridge of the lab is, unless it is given changes to tell, as the other.</summary>
internal sealed class FakeLine : IGpioLine
{
    public List<bool> Driven { get; } = [];

    public bool Level { get; set; }

    public bool IsGone { get; set; }

    public int Looks { get; private set; }

    /// <summary>What the kernel tells next: true or false for an edge, null for a quiet while.</summary>
    public Queue<bool?>? Changes { get; init; }

    public bool TellsChanges => Changes is not null;

    public void Set(bool on)
    {
        if (IsGone) throw new DeviceFault("The chip has gone.", "Plug it in.");
        if (Driven.Count == 0 || Driven[^1] != on) Driven.Add(on);
    }

    public bool Get()
    {
        if (IsGone) throw new DeviceFault("The chip has gone.", "Plug it in.");
        Looks++;
        return Level;
    }

    public bool? WaitChange(TimeSpan limit)
    {
        if (IsGone) throw new DeviceFault("The chip has gone.", "Plug it in.");
        if (!Changes!.TryDequeue(out var change)) IsGone = true;
        Level = change ?? Level;
        return change;
    }

    public void Dispose()
    {
    }
}

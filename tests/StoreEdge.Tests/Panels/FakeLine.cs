using StoreEdge.Linux.Devices;
using StoreEdge.Linux.Gpio;

namespace StoreEdge.Tests.Panels;

/// <summary>A line under the contract of the kernel's, on a chip without interrupts, as the virtual bridge of the lab is.</summary>
internal sealed class FakeLine : IGpioLine
{
    public List<bool> Driven { get; } = [];

    public bool Level { get; set; }

    public bool IsGone { get; set; }

    public int Looks { get; private set; }

    public bool TellsChanges => false;

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

    public bool? WaitChange(TimeSpan limit) => throw new NotSupportedException("this chip tells no changes");

    public void Dispose()
    {
    }
}

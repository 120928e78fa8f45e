namespace StoreEdge.Linux.Gpio;

/// <summary>One line of a GPIO chip, taken by this program. The kernel's is <see cref="GpioLine"/>; tests play one under the same contract.</summary>
public interface IGpioLine : IDisposable
{
    /// <summary>Whether changes of an input are told by the kernel; otherwise it has to be looked at again and again.</summary>
    bool TellsChanges { get; }

    /// <summary>Drives an output.</summary>
    /// <param name="on">As wired: with an active-low line, on is 0 V.</param>
    /// <exception cref="Devices.DeviceFault">The chip has gone.</exception>
    void Set(bool on);

    /// <summary>Whether the line is on now.</summary>
    /// <exception cref="Devices.DeviceFault">The chip has gone.</exception>
    bool Get();

    /// <summary>Waits for the next change of an input that <see cref="TellsChanges"/>.</summary>
    /// <param name="limit">Rounded up to whole milliseconds.</param>
    /// <returns>Whether it went on by that, bounces included; null when the time is over.</returns>
    /// <exception cref="Devices.DeviceFault">The chip has gone.</exception>
    bool? WaitChange(TimeSpan limit);
}

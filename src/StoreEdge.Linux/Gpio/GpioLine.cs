using StoreEdge.Linux.Devices;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Gpio;

/// <summary>A line of one of the kernel's chips, until it is let go. Used by one thread at a time.</summary>
public sealed class GpioLine : IGpioLine
{
    private readonly SafeDescriptor file;
    private readonly string place;

    internal GpioLine(SafeDescriptor file, string place, bool tellsChanges) => (this.file, this.place, TellsChanges) = (file, place, tellsChanges);

    /// <inheritdoc/>
    public bool TellsChanges { get; }

    /// <inheritdoc/>
    public unsafe void Set(bool on)
    {
        var values = new Libc.gpio_v2_line_values { bits = on ? 1ul : 0, mask = 1 };
        if (Libc.ioctl(file.Number, Libc.GPIO_V2_LINE_SET_VALUES_IOCTL, (nint)(&values)) < 0) throw Fault(Libc.Errno);
    }

    /// <inheritdoc/>
    public unsafe bool Get()
    {
        var values = new Libc.gpio_v2_line_values { mask = 1 };
        if (Libc.ioctl(file.Number, Libc.GPIO_V2_LINE_GET_VALUES_IOCTL, (nint)(&values)) < 0) throw Fault(Libc.Errno);
        return (values.bits & 1) != 0;
    }

    /// <inheritdoc/>
    public unsafe bool? WaitChange(TimeSpan limit)
    {
        Libc.PollFd one = new() { fd = file.Number, events = Libc.POLLIN };
        var ready = Libc.poll(&one, 1, (int)Math.Ceiling(limit.TotalMilliseconds));
        // A signal is no news; the caller looks again.
        if (ready == 0 || (ready < 0 && Libc.Errno == Libc.EINTR)) return null;
        if (ready < 0) throw Fault(Libc.Errno);
        if ((one.revents & Libc.POLLIN) == 0) throw Fault(Libc.ENODEV);
        Libc.gpio_v2_line_event change = default;
        if (Libc.read(file.Number, &change, (nuint)sizeof(Libc.gpio_v2_line_event)) != sizeof(Libc.gpio_v2_line_event)) throw Fault(Libc.Errno);
        return change.id == Libc.GPIO_V2_LINE_EVENT_RISING_EDGE;
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private DeviceFault Fault(int errno) => new($"The {place} does not answer: {Libc.Describe(errno)}.", "Plug the adapter in again, or look into the kernel's log: journalctl -k -n 50", errno);
}

using System.Globalization;
using System.Text;
using StoreEdge.Linux.Devices;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Gpio;

/// <summary>One of the kernel's GPIO chips, found by its label: the number in its file name changes between revisions of a board and with the order in which drivers load.</summary>
public sealed class GpioChip : IDisposable
{
    /// <summary>Kernel and user space agree on it; <c>gpioinfo</c> shows it beside the line.</summary>
    private const string Consumer = "storeedge";

    private const string Group = "gpio";

    private readonly SafeDescriptor file;

    private GpioChip(SafeDescriptor file, string path, string label, int lines) => (this.file, Path, Label, Lines) = (file, path, label, lines);

    /// <summary>Its device file today.</summary>
    public string Path { get; }

    /// <summary>What <c>gpiodetect</c> shows in brackets.</summary>
    public string Label { get; }

    /// <summary>How many lines it has.</summary>
    public int Lines { get; }

    /// <summary>Opens the chip with that label; of several, the lowest number.</summary>
    /// <param name="label">Such as <c>pinctrl-rp1</c>.</param>
    /// <param name="devices">Where device files are; elsewhere in tests.</param>
    /// <exception cref="DeviceFault">There is none, or it is not open to this user; names those that are there.</exception>
    public static GpioChip OpenByLabel(string label, string devices = "/dev")
    {
        var (seen, refused) = (new List<string>(), (DeviceFault?)null);
        foreach (var path in Directory.EnumerateFiles(devices, "gpiochip*").OrderBy(NumberOf))
        {
            try
            {
                var chip = Open(path);
                if (chip.Label == label) return chip;
                seen.Add(chip.Label);
                chip.Dispose();
            }
            catch (DeviceFault fault)
            {
                refused = fault;
            }
        }

        // Of a chip that may not be opened not even the label is known: it may be the one.
        if (refused is not null) throw refused;
        throw new DeviceFault(
            $"There is no GPIO chip labelled {label}; {(seen.Count == 0 ? "there is none at all" : $"there are {string.Join(", ", seen)}")}.",
            "Name the profile of this board in hardware.profile (`gpiodetect` shows the labels in brackets), or plug the USB adapter in.");
    }

    /// <summary>Takes a line as an output.</summary>
    /// <param name="line">Its offset on the chip.</param>
    /// <param name="activeLow">Whether on is 0 V.</param>
    /// <param name="on">What it drives from the first moment.</param>
    /// <exception cref="DeviceFault">Somebody else has it, or the chip has gone.</exception>
    public GpioLine Output(int line, bool activeLow, bool on)
    {
        var request = Request(line, Libc.GPIO_V2_LINE_FLAG_OUTPUT | (activeLow ? Libc.GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0));
        request.config.num_attrs = 1;
        request.config.attrs[0] = new() { id = Libc.GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES, value = on ? 1ul : 0, mask = 1 };
        return new(Take(line, request), Place(line), tellsChanges: false);
    }

    /// <summary>
    /// Takes a line as an input whose changes the kernel tells; on a chip without interrupts as one that has to be looked at. The kernel's own debouncing is not asked for: on chips behind a slow bus, whose
    /// interrupts come from a thread, the whole request is refused with it (EINVAL, seen with a CP2112).
    /// </summary>
    /// <param name="line">Its offset on the chip.</param>
    /// <param name="activeLow">Whether on is 0 V.</param>
    /// <param name="bias">What holds it while nobody presses.</param>
    /// <exception cref="DeviceFault">Somebody else has it, or the chip has gone.</exception>
    public GpioLine Input(int line, bool activeLow, GpioBias bias)
    {
        var flags = Libc.GPIO_V2_LINE_FLAG_INPUT | (activeLow ? Libc.GPIO_V2_LINE_FLAG_ACTIVE_LOW : 0)
            | (bias switch { GpioBias.PullUp => Libc.GPIO_V2_LINE_FLAG_BIAS_PULL_UP, GpioBias.PullDown => Libc.GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN, _ => 0ul });
        var told = Request(line, flags | Libc.GPIO_V2_LINE_FLAG_EDGE_RISING | Libc.GPIO_V2_LINE_FLAG_EDGE_FALLING);
        try
        {
            return new(Take(line, told), Place(line), tellsChanges: true);
        }
        catch (DeviceFault fault) when (fault.Errno is Libc.ENXIO or Libc.EOPNOTSUPP or Libc.ENOTSUPP or Libc.EINVAL)
        {
            return new(Take(line, Request(line, flags)), Place(line), tellsChanges: false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static unsafe GpioChip Open(string path)
    {
        Libc.WarmUp();
        var file = new SafeDescriptor(Libc.open(path, Libc.O_RDWR | Libc.O_CLOEXEC));
        if (file.IsInvalid) throw DeviceFault.Opening(path, Libc.Errno, Group, "Plug the adapter in again.");
        Libc.gpiochip_info info = default;
        if (Libc.ioctl(file.Number, Libc.GPIO_GET_CHIPINFO_IOCTL, (nint)(&info)) == 0)
        {
            var label = new ReadOnlySpan<byte>(info.label, 32);
            return new(file, path, Encoding.UTF8.GetString(label[..(label.IndexOf((byte)0) is >= 0 and var end ? end : label.Length)]), (int)info.lines);
        }

        var errno = Libc.Errno;
        file.Dispose();
        throw new DeviceFault($"{path} is no GPIO chip: {Libc.Describe(errno)}.", "Look into the kernel's log: journalctl -k -n 50", errno);
    }

    private static int NumberOf(string path) => int.TryParse(System.IO.Path.GetFileName(path).AsSpan("gpiochip".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : int.MaxValue;

    private static unsafe Libc.gpio_v2_line_request Request(int line, ulong flags)
    {
        Libc.gpio_v2_line_request request = default;
        request.offsets[0] = (uint)line;
        request.num_lines = 1;
        request.config.flags = flags;
        Encoding.ASCII.GetBytes(Consumer).CopyTo(new Span<byte>(request.consumer, 32));
        return request;
    }

    private unsafe SafeDescriptor Take(int line, Libc.gpio_v2_line_request request)
    {
        if (Libc.ioctl(file.Number, Libc.GPIO_V2_GET_LINE_IOCTL, (nint)(&request)) == 0) return new(request.fd);
        var errno = Libc.Errno;
        throw errno switch
        {
            Libc.EBUSY => new DeviceFault($"{Place(line)} is taken by another program or driver.", $"`gpioinfo` shows by whom; end that, or wire to another line.", errno),
            Libc.ENODEV => new DeviceFault($"{Path} has gone.", "Plug the adapter in again.", errno),
            _ => new DeviceFault($"{Place(line)} cannot be taken: {Libc.Describe(errno)}.", "Look into the kernel's log: journalctl -k -n 50", errno),
        };
    }

    private string Place(int line) => string.Create(CultureInfo.InvariantCulture, $"line {line} of {Label} ({Path})");
}

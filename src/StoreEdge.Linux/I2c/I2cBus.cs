using System.Globalization;
using StoreEdge.Linux.Devices;
using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.I2c;

/// <summary>
/// One of the kernel's I²C buses. To be closed as soon as it fails: the kernel does not finish removing an adapter that was pulled out while somebody has it open.
/// Used by one thread at a time.
/// </summary>
public sealed class I2cBus : II2cBus
{
    /// <summary>What i2c-dev takes in one message.</summary>
    private const int MostBytes = 8192;

    private const string Group = "i2c", AbsentBus = "Switch the bus on: dtparam=i2c_arm=on in /boot/firmware/config.txt, i2c-dev in /etc/modules, restart; a USB adapter: plug it in. `i2cdetect -l` shows the buses.";

    private readonly SafeDescriptor file;
    private readonly bool takesMessages;

    private I2cBus(SafeDescriptor file, string path, bool takesMessages) => (this.file, Path, this.takesMessages) = (file, path, takesMessages);

    /// <summary>Its device file.</summary>
    public string Path { get; }

    /// <summary>Opens a bus by its device file.</summary>
    /// <param name="path">Such as <c>/dev/i2c-1</c>.</param>
    /// <exception cref="DeviceFault">It is not there, or not open to this user.</exception>
    public static unsafe I2cBus Open(string path)
    {
        Libc.WarmUp();
        var file = new SafeDescriptor(Libc.open(path, Libc.O_RDWR | Libc.O_CLOEXEC));
        if (file.IsInvalid) throw DeviceFault.Opening(path, Libc.Errno, Group, AbsentBus);
        // unsigned long: as wide as a pointer.
        nuint functions = 0;
        if (Libc.ioctl(file.Number, Libc.I2C_FUNCS, (nint)(&functions)) == 0) return new(file, path, (functions & (nuint)Libc.I2C_FUNC_I2C) != 0);
        var errno = Libc.Errno;
        file.Dispose();
        throw new DeviceFault($"{path} is no I²C bus: {Libc.Describe(errno)}.", "Name a bus that `i2cdetect -l` shows.", errno);
    }

    /// <summary>Opens a bus by its adapter's name, whatever number it has today.</summary>
    /// <param name="name">What `i2cdetect -l` shows in its third column; the beginning is enough.</param>
    /// <param name="sysfs">Where sysfs is; elsewhere in tests.</param>
    /// <exception cref="DeviceFault">There is no such adapter, or it is not open to this user.</exception>
    public static I2cBus OpenByName(string name, string sysfs = "/sys") => Open(
        FindByName(name, sysfs) ?? throw new DeviceFault($"There is no I²C adapter whose name begins with '{name}'.", AbsentBus));

    /// <summary>The device file of the adapter with that name; of several, the lowest number. Null where there is none.</summary>
    /// <param name="name">Its beginning is enough.</param>
    /// <param name="sysfs">Where sysfs is; elsewhere in tests.</param>
    public static string? FindByName(string name, string sysfs = "/sys")
    {
        var folder = System.IO.Path.Combine(sysfs, "class/i2c-dev");
        int? found = null;
        string[] entries;
        try
        {
            entries = Directory.GetFileSystemEntries(folder, "i2c-*");
        }
        catch (DirectoryNotFoundException)
        {
            // The kernel has no I²C bus, or none any more.
            return null;
        }

        foreach (var entry in entries)
        {
            try
            {
                if (int.TryParse(System.IO.Path.GetFileName(entry).AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && File.ReadAllText(System.IO.Path.Combine(entry, "name")).StartsWith(name, StringComparison.Ordinal)) found = Math.Min(number, found ?? int.MaxValue);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // It was pulled out between the listing and the reading.
            }
        }

        return found is { } bus ? string.Create(CultureInfo.InvariantCulture, $"/dev/i2c-{bus}") : null;
    }

    /// <inheritdoc/>
    public unsafe void Write(int address, ReadOnlySpan<byte> bytes)
    {
        Check(address, bytes.Length, least: 1);
        fixed (byte* start = bytes)
        {
            if (takesMessages)
            {
                var message = new Libc.i2c_msg { addr = (ushort)address, len = (ushort)bytes.Length, buf = start };
                Transfer(&message, 1, address);
                return;
            }

            Address(address);
            var written = Libc.write(file.Number, start, (nuint)bytes.Length);
            if (written < 0) throw Fault(address, Libc.Errno);
            if (written != bytes.Length) throw Fault(address, Libc.EIO);
        }
    }

    /// <inheritdoc/>
    public unsafe void WriteRead(int address, ReadOnlySpan<byte> bytes, Span<byte> answer)
    {
        Check(address, bytes.Length, least: 0);
        Check(address, answer.Length, least: 1);
        fixed (byte* start = bytes, into = answer)
        {
            if (takesMessages)
            {
                var messages = stackalloc Libc.i2c_msg[2];
                messages[0] = new() { addr = (ushort)address, len = (ushort)bytes.Length, buf = start };
                messages[1] = new() { addr = (ushort)address, flags = Libc.I2C_M_RD, len = (ushort)answer.Length, buf = into };
                Transfer(bytes.IsEmpty ? messages + 1 : messages, bytes.IsEmpty ? 1u : 2u, address);
                return;
            }

            // With a stop in between: what such an adapter can.
            if (!bytes.IsEmpty) Write(address, bytes);
            Address(address);
            if (Libc.read(file.Number, into, (nuint)answer.Length) != answer.Length) throw Fault(address, Libc.Errno);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static void Check(int address, int length, int least)
    {
        // The rest is reserved by the I²C specification.
        ArgumentOutOfRangeException.ThrowIfLessThan(address, 0x08);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(address, 0x77);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MostBytes);
    }

    private unsafe void Transfer(Libc.i2c_msg* messages, uint count, int address)
    {
        var both = new Libc.i2c_rdwr_ioctl_data { msgs = messages, nmsgs = count };
        if (Libc.ioctl(file.Number, Libc.I2C_RDWR, (nint)(&both)) < 0) throw Fault(address, Libc.Errno);
    }

    private void Address(int address)
    {
        if (Libc.ioctl(file.Number, Libc.I2C_SLAVE, address) < 0) throw Fault(address, Libc.Errno);
    }

    private DeviceFault Fault(int address, int errno)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"0x{address:x2} on {Path}");
        return errno switch
        {
            // What adapters say when nobody pulls the acknowledge bit down.
            Libc.ENXIO or Libc.EREMOTEIO or Libc.EIO or Libc.ETIMEDOUT => new(
                $"Nobody answers at {place}.", $"Check its plug, its power and its address (`i2cdetect -y {Path[(Path.LastIndexOf('-') + 1)..]}` shows who answers).", errno),
            Libc.EBUSY => new($"The address {place} is used by a driver of the kernel.", "Take its overlay out of config.txt, or give the device another address.", errno),
            Libc.ENODEV or Libc.ENOENT => new($"{Path} has gone.", AbsentBus, errno),
            _ => new($"Writing to {place} failed: {Libc.Describe(errno)}.", "Look into the kernel's log: journalctl -k -n 50", errno),
        };
    }
}

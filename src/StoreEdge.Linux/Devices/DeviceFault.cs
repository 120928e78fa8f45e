using StoreEdge.Linux.Interop.Libc;

namespace StoreEdge.Linux.Devices;

/// <summary>Something that hangs on this machine's pins cannot be used now.</summary>
public sealed class DeviceFault : IOException
{
    /// <summary>A fault.</summary>
    /// <param name="what">What is wrong, with the evidence.</param>
    /// <param name="remedy">What somebody at the device does next.</param>
    /// <param name="errno">The kernel's error number; 0 where the kernel was not asked.</param>
    public DeviceFault(string what, string remedy, int errno = 0)
        : base(what) => (Remedy, Errno) = (remedy, errno);

    /// <summary>What somebody at the device does next.</summary>
    public string Remedy { get; }

    /// <summary>The kernel's error number; 0 where the kernel was not asked.</summary>
    public int Errno { get; }

    /// <summary>Opening a device file was refused.</summary>
    /// <param name="path">The device file.</param>
    /// <param name="errno">Why.</param>
    /// <param name="group">The group that may, by Debian's and Raspberry Pi OS's rules.</param>
    /// <param name="absent">What to do where it is not there.</param>
    internal static DeviceFault Opening(string path, int errno, string group, string absent) => errno switch
    {
        Libc.EACCES or Libc.EPERM => new(
            $"{path} may not be opened by this user.", $"Add the service's user to the group that owns it (ls -l {path}; mostly {group}): SupplementaryGroups={group} in the unit, and DeviceAllow={path} rw.", errno),
        Libc.ENOENT or Libc.ENODEV or Libc.ENXIO => new($"{path} is not there.", absent, errno),
        _ => new($"{path} cannot be opened: {Libc.Describe(errno)}.", "Look into the kernel's log: journalctl -k -n 50", errno),
    };
}

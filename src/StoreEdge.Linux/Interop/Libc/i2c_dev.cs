using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    /// <summary>The requests of linux/i2c-dev.h. I2C_SLAVE_FORCE is left out: an address that a driver of the kernel uses is that driver's.</summary>
    internal const nuint I2C_SLAVE = 0x0703, I2C_FUNCS = 0x0705, I2C_RDWR = 0x0707;

    /// <summary>Of linux/i2c.h: the adapter takes plain messages.</summary>
    internal const ulong I2C_FUNC_I2C = 0x00000001;

    /// <summary>Of linux/i2c.h: this message is read.</summary>
    internal const ushort I2C_M_RD = 0x0001;

    /// <summary>struct i2c_msg of linux/i2c.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct i2c_msg
    {
        internal ushort addr;
        internal ushort flags;
        internal ushort len;
        internal byte* buf;
    }

    /// <summary>struct i2c_rdwr_ioctl_data of linux/i2c-dev.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct i2c_rdwr_ioctl_data
    {
        internal i2c_msg* msgs;
        internal uint nmsgs;
    }
}

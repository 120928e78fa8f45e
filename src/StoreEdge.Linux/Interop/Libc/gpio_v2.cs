using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Libc;

internal static partial class Libc
{
    /// <summary>The requests of linux/gpio.h: _IOR(0xB4, 0x01, 68 bytes), _IOWR(0xB4, 0x07, 592), _IOWR(0xB4, 0x0E, 16), _IOWR(0xB4, 0x0F, 16).</summary>
    internal const nuint GPIO_GET_CHIPINFO_IOCTL = 0x8044B401, GPIO_V2_GET_LINE_IOCTL = 0xC250B407, GPIO_V2_LINE_GET_VALUES_IOCTL = 0xC010B40E, GPIO_V2_LINE_SET_VALUES_IOCTL = 0xC010B40F;

    internal const ulong GPIO_V2_LINE_FLAG_ACTIVE_LOW = 1 << 1, GPIO_V2_LINE_FLAG_INPUT = 1 << 2, GPIO_V2_LINE_FLAG_OUTPUT = 1 << 3, GPIO_V2_LINE_FLAG_EDGE_RISING = 1 << 4,
        GPIO_V2_LINE_FLAG_EDGE_FALLING = 1 << 5, GPIO_V2_LINE_FLAG_BIAS_PULL_UP = 1 << 8, GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN = 1 << 9;

    internal const uint GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES = 2, GPIO_V2_LINE_EVENT_RISING_EDGE = 1;

    private const int GPIO_MAX_NAME_SIZE = 32, GPIO_V2_LINES_MAX = 64;

    /// <summary>struct gpiochip_info.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct gpiochip_info
    {
        internal fixed byte name[GPIO_MAX_NAME_SIZE];
        internal fixed byte label[GPIO_MAX_NAME_SIZE];
        internal uint lines;
    }

    /// <summary>struct gpio_v2_line_config_attribute; <c>value</c> is the union of flags, values and debounce_period_us.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct gpio_v2_line_config_attribute
    {
        internal uint id;
        internal uint padding;
        internal ulong value;
        internal ulong mask;
    }

    /// <summary>The ten attributes of a line's configuration.</summary>
    [System.Runtime.CompilerServices.InlineArray(10)]
    internal struct gpio_v2_line_config_attributes
    {
        private gpio_v2_line_config_attribute first;
    }

    /// <summary>struct gpio_v2_line_config.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct gpio_v2_line_config
    {
        internal ulong flags;
        internal uint num_attrs;
        internal fixed uint padding[5];
        internal gpio_v2_line_config_attributes attrs;
    }

    /// <summary>struct gpio_v2_line_request.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct gpio_v2_line_request
    {
        internal fixed uint offsets[GPIO_V2_LINES_MAX];
        internal fixed byte consumer[GPIO_MAX_NAME_SIZE];
        internal gpio_v2_line_config config;
        internal uint num_lines;
        internal uint event_buffer_size;
        internal fixed uint padding[5];
        internal int fd;
    }

    /// <summary>struct gpio_v2_line_values.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct gpio_v2_line_values
    {
        internal ulong bits;
        internal ulong mask;
    }

    /// <summary>struct gpio_v2_line_event.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct gpio_v2_line_event
    {
        internal ulong timestamp_ns;
        internal uint id;
        internal uint offset;
        internal uint seqno;
        internal uint line_seqno;
        internal fixed uint padding[6];
    }
}

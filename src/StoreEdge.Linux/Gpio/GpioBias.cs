namespace StoreEdge.Linux.Gpio;

/// <summary>What holds an input while nothing else does.</summary>
public enum GpioBias
{
    /// <summary>As the chip was left, or a resistor outside.</summary>
    AsIs,

    /// <summary>The chip's own resistor to its supply.</summary>
    PullUp,

    /// <summary>The chip's own resistor to ground.</summary>
    PullDown,
}

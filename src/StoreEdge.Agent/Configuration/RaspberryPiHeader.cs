namespace StoreEdge.Agent.Configuration;

/// <summary>The 40-pin header that every Raspberry Pi since the B+ has: what each pin is, and which line of the GPIO chip it leads to.</summary>
internal static class RaspberryPiHeader
{
    public const int Pins = 40;

    private const int V3 = -1, V5 = -2, Gnd = -3;

    // Pins 1 to 40 in order; a number is the BCM GPIO, which is also the line's offset on pinctrl-bcm2711 and pinctrl-rp1.
    // Source: the header drawing in the Raspberry Pi documentation ("GPIO and the 40-pin header").
    private static readonly int[] Map =
    [
        V3, V5, 2, V5, 3, Gnd, 4, 14, Gnd, 15, 17, 18, 27, Gnd, 22, 23, V3, 24, 10, Gnd,
        9, 25, 11, 8, Gnd, 7, 0, 1, 5, Gnd, 6, 12, 13, Gnd, 19, 16, 26, 20, Gnd, 21,
    ];

    /// <summary>The line behind a pin, or why none may be used there.</summary>
    /// <param name="pin">1–40, as printed in every drawing of the header.</param>
    /// <param name="line">The line's offset on the chip.</param>
    /// <param name="refusal">What the pin is instead; empty where it is free to use.</param>
    public static bool TryLine(int pin, out int line, out string refusal)
    {
        line = pin is >= 1 and <= Pins ? Map[pin - 1] : int.MinValue;
        refusal = line switch
        {
            int.MinValue => $"the header has pins 1 to {Pins}",
            V3 => $"pin {pin} is 3.3 V power",
            V5 => $"pin {pin} is 5 V power",
            Gnd => $"pin {pin} is ground",
            0 or 1 => $"pin {pin} belongs to the identification memory of an add-on board",
            _ => "",
        };
        return refusal.Length == 0;
    }

    /// <summary>The pins that may be used, for error messages.</summary>
    public static string Usable { get; } = string.Join(", ", Enumerable.Range(1, Pins).Where(p => TryLine(p, out _, out _)));
}

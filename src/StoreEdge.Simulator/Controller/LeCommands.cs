namespace StoreEdge.Simulator.Controller;

/// <summary>The commands that the controller knows, and what it returns after the status (Bluetooth Core, Vol 4, Part E, 7.3–7.8).</summary>
internal static class LeCommands
{
    public const int Reset = 0x0C03, SetScanParameters = 0x200B, SetScanEnable = 0x200C, SetExtendedScanParameters = 0x2041, SetExtendedScanEnable = 0x2042;

    private const string Name = "storeedge-sim";

    /// <summary>False where the command is not known.</summary>
    public static bool TryAnswer(int opcode, byte[] address, bool extended, out byte[] returned)
    {
        if ((extended ? Extended(opcode) : null) is { } more)
        {
            returned = more;
            return true;
        }

        returned = opcode switch
        {
            // Event masks, reset, and what else of the host's wishes makes no difference here.
            Reset or 0x0C01 or 0x0C63 or 0x0C6D or 0x2001 => [],
            0x0C14 => LocalName(),
            0x1001 => [0x09, 0x00, 0x00, 0x09, 0xFF, 0xFF, 0x00, 0x00], // version 5.0 of HCI and LL; manufacturer FFFF: none
            0x1002 => SupportedCommands(extended),
            0x1003 => [0, 0, 0, 0, 0x60, 0, 0, 0], // LE; no BR/EDR
            0x1005 => [0, 0, 0, 0, 0, 0, 0], // no buffers but those of LE
            0x1009 => address,
            0x2002 => [251, 0, 8], // eight packets of 251 bytes, never used
            0x2003 => [0, (byte)(extended ? 0x10 : 0), 0, 0, 0, 0, 0, 0], // bit 12: extended advertising
            // Random address, advertising and its data, accept list: taken and forgotten.
            0x2005 or 0x2006 or 0x2008 or 0x2009 or 0x200A or 0x2010 or 0x2011 or 0x2012 => [],
            0x2007 => [0], // advertising with 0 dBm
            0x200F => [8], // places in the accept list
            0x2018 => [1, 2, 3, 4, 5, 6, 7, 8], // "random": the host mixes it with its own
            0x201C => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x03, 0, 0], // all combinations of states
            _ => null!,
        };
        return returned is not null;
    }

    private static byte[]? Extended(int opcode) => opcode switch
    {
        0x2035 or 0x2037 or 0x2038 or 0x2039 or 0x203C or 0x203D => [],
        0x2036 => [0],
        0x203A => [31, 0], // bytes of advertising data
        0x203B => [1], // advertising sets
        _ => null,
    };

    private static byte[] LocalName()
    {
        var name = new byte[248];
        System.Text.Encoding.UTF8.GetBytes(Name, name);
        return name;
    }

    /// <summary>The bit field of 7.4.2. A host asks only for what stands here, so it holds no more than is answered.</summary>
    private static byte[] SupportedCommands(bool extended)
    {
        var bits = new byte[64];
        bits[5] = 0xC0; // set event mask, reset
        bits[14] = 0x28; // version, features
        bits[15] = 0x02; // address
        bits[25] = 0xF7; // event mask, buffer size, features, random address, advertising parameters, power, data
        bits[26] = 0xCF; // scan response, advertising enable, scan parameters, scan enable, accept list size, clear
        bits[27] = 0x83; // accept list add, remove; random number
        bits[28] = 0x08; // states
        if (!extended) return bits;
        bits[36] = 0xFE; // advertising sets: address, parameters, data, enable, sizes
        bits[37] = 0x63; // remove and clear sets; extended scan parameters, enable
        return bits;
    }
}

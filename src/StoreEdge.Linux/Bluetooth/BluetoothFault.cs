namespace StoreEdge.Linux.Bluetooth;

/// <summary>What keeps a radio from being used.</summary>
public enum BluetoothFaultKind
{
    /// <summary>The kernel knows no Bluetooth.</summary>
    NoKernelSupport,

    /// <summary>The process lacks a capability.</summary>
    NoPermission,

    /// <summary>There is no such adapter.</summary>
    NoAdapter,

    /// <summary>The adapter was removed.</summary>
    Removed,

    /// <summary>rfkill holds it off.</summary>
    Blocked,

    /// <summary>Somebody switched it off on purpose.</summary>
    PoweredOff,

    /// <summary>The adapter cannot do Bluetooth Low Energy.</summary>
    NoLowEnergy,

    /// <summary>Every later monitor command would be refused until a power cycle.</summary>
    Busy,

    /// <summary>The kernel or the adapter did not answer.</summary>
    NoAnswer,

    /// <summary>A command was refused.</summary>
    Refused,

    /// <summary>What is asked of it is not to be had here; no restart mends that.</summary>
    Unsuited,

    /// <summary>It hears nothing, and no gentler step helped: its socket must be closed and opened anew.</summary>
    Wedged,
}

/// <summary>A fault of the radio that a person may have to do something about.</summary>
public sealed class BluetoothFault : IOException
{
    /// <summary>A fault without more; for serializers and analyzers.</summary>
    public BluetoothFault()
    {
    }

    /// <summary>A fault that says what is wrong.</summary>
    public BluetoothFault(string message)
        : base(message)
    {
    }

    /// <summary>A fault with its cause.</summary>
    public BluetoothFault(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>A fault.</summary>
    /// <param name="kind">What keeps the radio from being used.</param>
    /// <param name="message">What is wrong, with the evidence.</param>
    /// <param name="remedy">What a technician does next.</param>
    public BluetoothFault(BluetoothFaultKind kind, string message, string remedy)
        : base(message)
    {
        Kind = kind;
        Remedy = remedy;
    }

    /// <summary>What keeps the radio from being used.</summary>
    public BluetoothFaultKind Kind { get; } = BluetoothFaultKind.Refused;

    /// <summary>What a technician does next.</summary>
    public string Remedy { get; } = "Send the log (journalctl -u storeedge).";
}

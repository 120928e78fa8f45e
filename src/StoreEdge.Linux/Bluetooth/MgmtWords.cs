namespace StoreEdge.Linux.Bluetooth;

/// <summary>Commands of the control channel (bluez doc/mgmt-api.txt) that are used here.</summary>
public enum MgmtOpcode : ushort
{
    /// <summary>Which adapters there are.</summary>
    ReadIndexList = 0x0003,

    /// <summary>What an adapter can do and does.</summary>
    ReadInfo = 0x0004,

    /// <summary>Switch an adapter on or off.</summary>
    SetPowered = 0x0005,

    /// <summary>Switch Low Energy on, on an adapter that can do both.</summary>
    SetLowEnergy = 0x000D,

    /// <summary>Scan interval and window, among others.</summary>
    SetDefaultConfiguration = 0x004C,

    /// <summary>Which monitors there are.</summary>
    ReadMonitorFeatures = 0x0051,

    /// <summary>Ask for advertisements by patterns.</summary>
    AddPatternsMonitor = 0x0052,

    /// <summary>Ask no longer.</summary>
    RemoveMonitor = 0x0053,
}

/// <summary>Events of the control channel that are used here.</summary>
public enum MgmtEventCode : ushort
{
    /// <summary>A command was carried out (or refused, with an answer).</summary>
    CommandComplete = 0x0001,

    /// <summary>A command was refused.</summary>
    CommandStatus = 0x0002,

    /// <summary>An adapter came.</summary>
    IndexAdded = 0x0004,

    /// <summary>An adapter went.</summary>
    IndexRemoved = 0x0005,

    /// <summary>An adapter's settings changed, power among them.</summary>
    NewSettings = 0x0006,

    /// <summary>An advertisement, while anybody runs an active discovery.</summary>
    DeviceFound = 0x0012,

    /// <summary>An active discovery started or ended.</summary>
    Discovering = 0x0013,

    /// <summary>A monitor was removed; handle 0: all of them.</summary>
    MonitorRemoved = 0x002C,

    /// <summary>An advertisement, from a monitor.</summary>
    MonitorDeviceFound = 0x002F,
}

/// <summary>How a command ended.</summary>
public enum MgmtStatus : byte
{
    /// <summary>Done.</summary>
    Success = 0x00,

    /// <summary>The kernel does not know the command.</summary>
    UnknownCommand = 0x01,

    /// <summary>It failed; for a monitor: no more of them, or the adapter is off.</summary>
    Failed = 0x03,

    /// <summary>Another command of the kind is not finished.</summary>
    Busy = 0x0A,

    /// <summary>The adapter rejected it.</summary>
    Rejected = 0x0B,

    /// <summary>The adapter cannot do it.</summary>
    NotSupported = 0x0C,

    /// <summary>The parameters are wrong.</summary>
    InvalidParameters = 0x0D,

    /// <summary>The adapter is off.</summary>
    NotPowered = 0x0F,

    /// <summary>There is no such adapter.</summary>
    InvalidIndex = 0x11,

    /// <summary>rfkill holds the adapter off.</summary>
    RfKilled = 0x12,

    /// <summary>CAP_NET_ADMIN is missing.</summary>
    PermissionDenied = 0x14,
}

/// <summary>An adapter's settings, as bits.</summary>
[Flags]
public enum MgmtSettings : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>It is switched on.</summary>
    Powered = 1u << 0,

    /// <summary>Low Energy is switched on.</summary>
    LowEnergy = 1u << 9,
}

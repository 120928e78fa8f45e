namespace StoreEdge.Agent.Sensing.Bluetooth;

internal sealed partial class MgmtRadio
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Receiver {Receiver} listens on hci{Adapter} ({Address}), monitor {Monitor}")]
    private static partial void LogListening(ILogger log, string receiver, ushort adapter, string address, ushort monitor);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Receiver {Receiver}: hci{Adapter} has an unfinished monitor command; it is switched off and on")]
    private static partial void LogBusy(ILogger log, string receiver, ushort adapter);

    [LoggerMessage(Level = LogLevel.Information, Message = "Receiver {Receiver}: the monitor on hci{Adapter} was removed by somebody (bluetoothd does so when it starts)")]
    private static partial void LogWiped(ILogger log, string receiver, ushort adapter);
}

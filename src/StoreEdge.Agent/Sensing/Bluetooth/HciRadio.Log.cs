namespace StoreEdge.Agent.Sensing.Bluetooth;

internal sealed partial class HciRadio
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Receiver {Receiver} listens on the raw channel of hci{Adapter} (extended commands: {Extended})")]
    private static partial void LogListening(ILogger log, string receiver, ushort adapter, bool extended);

    [LoggerMessage(Level = LogLevel.Information, Message = "Receiver {Receiver}: somebody else gave hci{Adapter} commands about scanning; the scan is begun again")]
    private static partial void LogDisturbed(ILogger log, string receiver, ushort adapter);
}

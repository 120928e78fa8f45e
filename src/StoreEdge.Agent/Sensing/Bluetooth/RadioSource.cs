using StoreEdge.Agent.Health;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>A radio of this machine, read on a thread of its own: a socket of AF_BLUETOOTH is no thing for the thread pool's poller.</summary>
/// <param name="kind"><c>mgmt</c> or <c>hci</c>.</param>
/// <param name="choice">Which adapter.</param>
/// <param name="options">How it is used.</param>
/// <param name="stateDirectory">Where it remembers its monitor.</param>
/// <param name="time">The clock.</param>
/// <param name="health">Where faults are told.</param>
/// <param name="log">Where steps are written.</param>
internal sealed class RadioSource(string kind, AdapterChoice choice, RadioOptions options, string stateDirectory, TimeProvider time, HealthBoard health, ILogger log) : IAdvertisementSource
{
    public Task RunAsync(Receiver receiver, CancellationToken stop) =>
        Task.Factory.StartNew(() => Run(receiver, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(Receiver receiver, CancellationToken stop)
    {
        using var control = BluetoothSocket.OpenControl(stop);
        var repairs = AdapterRepairs.Kernel();
        if (kind == "hci")
        {
            new HciRadio(control, index => BluetoothSocket.OpenRaw(index, stop), choice, options, receiver, repairs, time, health, log).Run();
            return;
        }

        var radio = new MgmtRadio(control, choice, options, receiver, MonitorMemory.Of(stateDirectory, receiver.Place.Id.Value), repairs, time, health, log);
        try
        {
            radio.Run();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            using var last = BluetoothSocket.OpenControl(CancellationToken.None);
            radio.Leave(last);
            throw;
        }
    }
}

using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Core.Sightings;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>
/// Listens through the kernel's advertisement monitor and keeps it alive: power first, then the scan's duty, then the monitor; whatever the kernel tells that contradicts,
/// and a look every 30 s since such words can be lost, makes it ready again. bluetoothd may run beside it. One thread.
/// </summary>
internal sealed partial class MgmtRadio
{

    /// <summary>Events share their queue with reports and may be lost with them.</summary>
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(30);


    private readonly RadioOptions options;
    private readonly Receiver receiver;
    private readonly MonitorMemory memory;
    private readonly TimeProvider time;
    private readonly HealthBoard health;
    private readonly ILogger log;
    private readonly IPacketChannel channel;
    private readonly MgmtClient client;
    private readonly AdapterFinder finder;
    private readonly AdapterPower power;
    private readonly RadioRecovery recovery;
    private readonly RadioRounds rounds;

    // What the kernel has said since it was last looked at.
    private bool changed;
    private bool removed;
    private bool switchedOff;

    private ushort adapter = MgmtPacket.NoIndex;
    private AdapterAddress address;
    private ushort monitor;
    private long malformed;

    public MgmtRadio(
        IPacketChannel channel, AdapterChoice choice, RadioOptions options, Receiver receiver, MonitorMemory memory, AdapterRepairs repairs, TimeProvider time, HealthBoard health,
        ILogger log)
    {
        (this.channel, this.options, this.receiver, this.memory, this.time, this.health, this.log) = (channel, options, receiver, memory, time, health, log);
        client = new(channel, time, Hear);
        finder = new(choice, client);
        power = new(client, options, receiver.Place.Id.Value, repairs, client.Rest, log);
        recovery = new(receiver, repairs, RestartScan, () => power.Cycle(adapter), client.Rest, health, log);
        rounds = new(client, receiver, recovery, () => adapter, () => changed, time, health);
    }

    /// <summary>Runs until the channel's owner is told to stop.</summary>
    /// <exception cref="BluetoothFault">The source must be closed and opened anew.</exception>
    public void Run() => rounds.Run(MakeReady, Listen);

    /// <summary>
    /// Takes the monitor away at an orderly end, so that the kernel does not scan for nobody; through a channel that nobody has told to stop. What fails is left to the next
    /// start, which finds the handle on disk.
    /// </summary>
    public void Leave(IPacketChannel last)
    {
        if (monitor == 0) return;
        try
        {
            var goodbye = new MgmtClient(last, time, static (in MgmtPacket _) => { }) { Patience = TimeSpan.FromSeconds(2) };
            if (goodbye.RemoveMonitor(adapter, monitor) == MgmtStatus.Success) memory.Forget();
        }
        catch (BluetoothFault)
        {
            // As said.
        }
    }

    private void MakeReady()
    {
        changed = removed = switchedOff = false;
        (adapter, var info) = finder.Find();
        if (info.Address != address)
        {
            (address, monitor) = (info.Address, 0);
            power.Forget();
        }

        (channel as BluetoothSocket)?.TryHearOnly(adapter);
        power.Ensure(adapter, info);
        SetDuty();
        Monitor();
    }

    private void SetDuty()
    {
        var code = $"receiver-duty:{receiver.Place.Id}";
        var status = client.SetScan(adapter, options.IntervalSteps, options.WindowSteps);
        if (status == MgmtStatus.Success) health.Clear(code);
        else if (status is MgmtStatus.UnknownCommand or MgmtStatus.NotSupported or MgmtStatus.InvalidParameters)
            health.Raise(code, Severity.Warning, $"hci{adapter} does not take scanInterval and scanWindow (status 0x{(byte)status:X2}): it listens half of the time.",
                "Update the kernel (5.11 or newer), or use an hci: source.");
        else throw MgmtClient.Refused(MgmtOpcode.SetDefaultConfiguration, adapter, status);
    }

    private void Monitor()
    {
        var there = client.Monitors(adapter)
            ?? throw new BluetoothFault(BluetoothFaultKind.Unsuited, "this kernel has no advertisement monitor", "Update the kernel (5.10 or newer), or use an hci: source.");
        if (monitor != 0 && there.Handles.Contains(monitor)) return;
        // What a killed agent left; never another's.
        if (monitor == 0 && memory.Recall(address) is not 0 and var stale && there.Handles.Contains(stale)) client.RemoveMonitor(adapter, stale);
        var status = client.AddMonitor(adapter, AdvertisementPattern.Beacons, out monitor);
        if (status == MgmtStatus.Busy)
        {
            // A monitor that was added while the adapter was off hangs in the kernel, and with it all later ones, whoever asks; only a power cycle ends that.
            LogBusy(log, receiver.Place.Id.Value, adapter);
            power.Cycle(adapter);
            status = client.AddMonitor(adapter, AdvertisementPattern.Beacons, out monitor);
        }

        if (status == MgmtStatus.Failed && there.Handles.Count >= 32)
            throw new BluetoothFault(BluetoothFaultKind.Unsuited, $"hci{adapter}: all 32 advertisement monitors are taken", "Another program leaves its monitors behind: stop it, then sudo btmgmt power off and on, or restart the machine.");
        AdapterPower.Must(MgmtOpcode.AddPatternsMonitor, adapter, status);
        memory.Keep(address, monitor);
        LogListening(log, receiver.Place.Id.Value, adapter, address.ToString(), monitor);
    }

    /// <summary>Listens until something contradicts.</summary>
    private void Listen()
    {
        var open = Instant.Now(time);
        receiver.Open(open);
        health.Clear(SensingLoop.FaultOf(receiver));
        var (look, check) = (open + RadioRounds.LookEvery, open + CheckEvery);
        while (true)
        {
            client.Pump(look - Instant.Now(time));
            if (changed)
            {
                Settle();
                return;
            }

            var now = Instant.Now(time);
            if (now < look) continue;
            look = now + RadioRounds.LookEvery;
            Count();
            if (recovery.Look(adapter, now, open)) return;
            if (now < check) continue;
            check = now + CheckEvery;
            if (!StillReady()) return;
        }
    }

    private bool StillReady() =>
        client.Info(adapter) is { } info && info.Address == address && info.Current.HasFlag(MgmtSettings.Powered) && client.Monitors(adapter)?.Handles.Contains(monitor) == true;

    /// <summary>After a change: an adapter that goes is first switched off, then removed; one that comes wants a moment.</summary>
    private void Settle()
    {
        if (removed || switchedOff) receiver.Close($"hci{adapter} was {(removed ? "removed" : "switched off")}", Instant.Now(time));
        client.Rest(RadioRounds.Calm);
        if (removed) receiver.Close($"hci{adapter} was removed", Instant.Now(time));
    }

    private void RestartScan()
    {
        if (monitor != 0) client.RemoveMonitor(adapter, monitor);
        monitor = 0;
        memory.Forget();
    }

    private void Count()
    {
        for (; malformed < client.Malformed; malformed++) receiver.CountMalformed();
        receiver.Radio = new($"hci{adapter}", channel.Dropped);
    }

    private void Hear(in MgmtPacket packet)
    {
        if (packet.Index != adapter)
        {
            // Any adapter that comes may be the one that is looked for.
            if (packet.Code == MgmtEventCode.IndexAdded) changed |= !receiver.Status.Connected;
            return;
        }

        switch (packet.Code)
        {
            case MgmtEventCode.MonitorDeviceFound or MgmtEventCode.DeviceFound:
                Take(packet);
                break;
            case MgmtEventCode.IndexAdded:
                changed = true;
                break;
            case MgmtEventCode.IndexRemoved:
                changed = removed = true;
                monitor = 0;
                power.Forget();
                memory.Forget();
                break;
            case MgmtEventCode.NewSettings when packet.TryReadSettings(out var settings):
                switchedOff = !settings.HasFlag(MgmtSettings.Powered);
                changed |= switchedOff == receiver.Status.Connected;
                break;
            case MgmtEventCode.MonitorRemoved when packet.TryReadRemovedMonitor(out var handle) && (handle == 0 || handle == monitor):
                LogWiped(log, receiver.Place.Id.Value, adapter);
                monitor = 0;
                changed = true;
                break;
        }
    }

    private void Take(in MgmtPacket packet)
    {
        if (!packet.TryReadAdvertisement(out var heard))
        {
            receiver.CountMalformed();
            return;
        }

        // 0 is classic Bluetooth, which is also told of while somebody runs a discovery.
        if (heard.AddressType == 0) return;
        var report = new AdvertisingReport
        {
            // ADV_IND or ADV_NONCONN_IND of a legacy report.
            EventType = heard.IsConnectable ? (ushort)0 : (ushort)3,
            AddressType = (byte)(heard.AddressType - 1),
            Address = DeviceAddress.Read(heard.Address),
            SetId = 0xFF,
            Rssi = heard.Rssi is >= -127 and <= 20 ? heard.Rssi : null,
            Data = heard.Data,
        };
        receiver.HearReport(report, Instant.Now(time));
    }
}

using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>
/// Listens on an adapter's raw channel, telling the controller itself to scan. For machines where bluetoothd must run and its share of every report costs too much. Whoever
/// else gives the controller commands takes the scan away: their answers are seen here too, and the scan is begun again. One thread.
/// </summary>
internal sealed partial class HciRadio
{
    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(3);

    private readonly Func<ushort, IPacketChannel> open;
    private readonly RadioOptions options;
    private readonly Receiver receiver;
    private readonly TimeProvider time;
    private readonly HealthBoard health;
    private readonly ILogger log;
    private readonly MgmtClient control;
    private readonly AdapterFinder finder;
    private readonly AdapterPower power;
    private readonly RadioRecovery recovery;
    private readonly RadioRounds rounds;
    // The longest event has 258 bytes with its type.
    private readonly byte[] buffer = new byte[512];

    private IPacketChannel? raw;
    private ushort adapter = MgmtPacket.NoIndex;
    // As the kernel does: the newer generation where the controller has it. Once one was used, by whomever, the other is disallowed until a reset.
    private bool extended = true;
    private bool disturbed;
    private bool changed;
    private long dropped;

    public HciRadio(
        IPacketChannel control, Func<ushort, IPacketChannel> open, AdapterChoice choice, RadioOptions options, Receiver receiver, AdapterRepairs repairs, TimeProvider time,
        HealthBoard health, ILogger log)
    {
        (this.open, this.options, this.receiver, this.time, this.health, this.log) = (open, options, receiver, time, health, log);
        this.control = new(control, time, Notice);
        finder = new(choice, this.control);
        power = new(this.control, options, receiver.Place.Id.Value, repairs, this.control.Rest, log);
        recovery = new(receiver, repairs, () => disturbed = true, () => power.Cycle(adapter), this.control.Rest, health, log);
        rounds = new(this.control, receiver, recovery, () => adapter, () => changed, time, health);
    }

    /// <summary>Runs until the channels' owner is told to stop.</summary>
    /// <exception cref="BluetoothFault">The source must be closed and opened anew.</exception>
    public void Run() => rounds.Run(MakeReady, Listen, StopScan);

    private void MakeReady()
    {
        changed = disturbed = false;
        (adapter, var info) = finder.Find();
        power.Ensure(adapter, info);
        raw = open(adapter);
        StartScan();
        LogListening(log, receiver.Place.Id.Value, adapter, extended);
    }

    /// <summary>Nobody listens any more: the controller need not either.</summary>
    private void StopScan()
    {
        if (raw is null) return;
        dropped += raw.Dropped;
        try
        {
            raw.Send(extended ? HciPacket.ExtendedScanEnable(false) : HciPacket.ScanEnable(false));
        }
        catch (BluetoothFault)
        {
            // It is gone, and its scan with it.
        }

        raw.Dispose();
        raw = null;
    }

    private void StartScan()
    {
        disturbed = false;
        // Which generation of commands the controller takes shows in its answer.
        if (TryStart()) return;
        extended = !extended;
        if (!TryStart())
            throw new BluetoothFault(BluetoothFaultKind.Unsuited, $"hci{adapter} takes neither legacy nor extended scan commands", "Use a mgmt: source; else send the log (journalctl -u storeedge and dmesg).");
    }

    private bool TryStart()
    {
        var (interval, window) = (options.IntervalSteps, options.WindowSteps);
        // Parameters cannot be changed while it scans.
        Command(extended ? HciPacket.ExtendedScanEnable(false) : HciPacket.ScanEnable(false));
        var status = Command(extended ? HciPacket.ExtendedScanParameters(interval, window) : HciPacket.ScanParameters(interval, window));
        if (status == 0) status = Command(extended ? HciPacket.ExtendedScanEnable(true) : HciPacket.ScanEnable(true));
        return status switch
        {
            0 => true,
            HciPacket.CommandDisallowed or HciPacket.UnknownCommand => false,
            _ => throw new BluetoothFault(BluetoothFaultKind.Refused, $"hci{adapter} refused to scan with status 0x{status:X2}", "It is tried again by itself; if it stays, replug the adapter."),
        };
    }

    private byte Command(byte[] packet)
    {
        var opcode = (ushort)(packet[1] | packet[2] << 8);
        raw!.Send(packet);
        var until = Instant.Now(time) + CommandPatience;
        while (until - Instant.Now(time) is { Ticks: > 0 } left)
        {
            if (!raw.TryReceive(buffer, left, out var length)) continue;
            var heard = buffer.AsSpan(0, length);
            if (!HciPacket.TryReadCompletion(heard, out var answered, out var status)) receiver.Hear(heard, Instant.Now(time));
            else if (answered == opcode) return status;
        }

        throw new BluetoothFault(BluetoothFaultKind.NoAnswer, $"hci{adapter}: no answer to command 0x{opcode:X4} within {CommandPatience.TotalSeconds:0} s", "It is tried again by itself; if it stays, replug the adapter.");
    }

    private void Listen()
    {
        var opened = Instant.Now(time);
        receiver.Open(opened);
        health.Clear(SensingLoop.FaultOf(receiver));
        var look = opened + RadioRounds.LookEvery;
        while (true)
        {
            Hear(look - Instant.Now(time));
            var now = Instant.Now(time);
            if (disturbed)
            {
                control.Rest(RadioRounds.Calm);
                LogDisturbed(log, receiver.Place.Id.Value, adapter);
                StartScan();
            }

            if (now < look) continue;
            look = now + RadioRounds.LookEvery;
            control.Pump(TimeSpan.Zero);
            receiver.Radio = new($"hci{adapter}", dropped + raw!.Dropped);
            if (changed)
            {
                receiver.Close($"hci{adapter} was removed or switched off", now);
                control.Rest(RadioRounds.Calm);
                return;
            }

            if (recovery.Look(adapter, now, opened) && !disturbed) return;
        }
    }

    private void Hear(TimeSpan patience)
    {
        for (var i = 0; i < 256 && raw!.TryReceive(buffer, i == 0 ? patience : TimeSpan.Zero, out var length); i++)
        {
            var heard = buffer.AsSpan(0, length);
            if (!HciPacket.TryReadCompletion(heard, out var opcode, out _)) receiver.Hear(heard, Instant.Now(time));
            // Nobody here waits for an answer: somebody else has given the controller a command about scanning.
            else if (opcode is HciPacket.SetScanEnable or HciPacket.SetExtendedScanEnable or HciPacket.SetScanParameters or HciPacket.SetExtendedScanParameters) disturbed = true;
        }
    }

    private void Notice(in MgmtPacket packet)
    {
        switch (packet.Code)
        {
            case MgmtEventCode.IndexAdded:
                changed |= !receiver.Status.Connected || packet.Index == adapter;
                break;
            case MgmtEventCode.IndexRemoved when packet.Index == adapter:
                changed = true;
                power.Forget();
                break;
            case MgmtEventCode.NewSettings when packet.Index == adapter && packet.TryReadSettings(out var settings):
                changed |= settings.HasFlag(MgmtSettings.Powered) != receiver.Status.Connected;
                break;
        }
    }
}

using StoreEdge.Agent.Health;
using StoreEdge.Core;
using StoreEdge.Linux.Bluetooth;

namespace StoreEdge.Agent.Sensing.Bluetooth;

/// <summary>Makes an adapter ready and listens, round after round: a fault is told and tried again with growing pauses, in which the recovery may restart the adapter.</summary>
/// <param name="client">The control channel, which is read while waiting.</param>
/// <param name="receiver">Whose radio it is.</param>
/// <param name="recovery">What restarts an adapter that refuses to be made ready.</param>
/// <param name="adapter">Which adapter, once it was found.</param>
/// <param name="hasChanged">Whether the kernel has told of a change, which ends a wait.</param>
/// <param name="time">The clock.</param>
/// <param name="health">Where faults are told.</param>
internal sealed class RadioRounds(
    MgmtClient client, Receiver receiver, RadioRecovery recovery, Func<ushort> adapter, Func<bool> hasChanged, TimeProvider time, HealthBoard health)
{
    /// <summary>How often the recovery looks.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>An adapter that was put in, or that bluetoothd has just wiped, is not ready for commands at once.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private Instant? failing;

    /// <summary>Runs until the channel's owner is told to stop.</summary>
    /// <param name="makeReady">Makes the adapter ready.</param>
    /// <param name="listen">Listens until it must be made ready again.</param>
    /// <param name="leave">What follows every round, whichever way it ended.</param>
    /// <exception cref="BluetoothFault">The source must be closed and opened anew.</exception>
    public void Run(Action makeReady, Action listen, Action? leave = null)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                makeReady();
                pause = FirstPause;
                failing = null;
                listen();
                continue;
            }
            catch (BluetoothFault fault) when (fault.Kind != BluetoothFaultKind.Wedged)
            {
                receiver.Close(fault.Message, Instant.Now(time));
                health.Raise(SensingLoop.FaultOf(receiver), Severity.Fault, $"Receiver {receiver.Place.Id}: {fault.Message}", fault.Remedy);
                // What a person has decided, or must do, no restart of the adapter mends.
                if (fault.Kind is not (BluetoothFaultKind.NoAnswer or BluetoothFaultKind.Refused or BluetoothFaultKind.Busy)) failing = null;
                else failing ??= Instant.Now(time);
            }
            finally
            {
                leave?.Invoke();
            }

            Wait(pause);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    /// <summary>Waits for a while, or until the kernel tells of a change.</summary>
    private void Wait(TimeSpan atMost)
    {
        var until = Instant.Now(time) + atMost;
        while (!hasChanged() && until - Instant.Now(time) is { Ticks: > 0 } left)
        {
            client.Pump(left < LookEvery ? left : LookEvery);
            if (adapter() != MgmtPacket.NoIndex && failing is { } since && recovery.Look(adapter(), Instant.Now(time), since, since)) return;
        }

        if (hasChanged()) client.Rest(Calm);
    }
}

namespace StoreEdge.Core.Radio;

/// <summary>What may bring a radio back that hears nothing any more, from the gentlest to the roughest.</summary>
public enum RecoveryStep
{
    /// <summary>Nothing is to be done now.</summary>
    None,

    /// <summary>Stop scanning and start again.</summary>
    RestartScan,

    /// <summary>Switch the adapter off by the kernel's management, wait, and on.</summary>
    PowerCycle,

    /// <summary>Lift a block of rfkill.</summary>
    Unblock,

    /// <summary>Take the interface down and up, below the management.</summary>
    DownUp,

    /// <summary>Reset the USB device.</summary>
    UsbReset,

    /// <summary>Close everything and open it anew.</summary>
    Reopen,

    /// <summary>Nothing helped: tell a person.</summary>
    Warn,
}

/// <summary>
/// Decides what to do about a radio whose canaries are silent (the ladder of habluetooth, improved): one rung after another, each with time to work. Without a learned
/// canary nothing is ever reset: an empty store is no fault. While strangers are still heard the radio works, so it is not reset either, only its scan restarted (a duplicate
/// filter that somebody switched on goes with it). Pure: moments in, steps out.
/// </summary>
public sealed class RecoveryLadder
{
    /// <summary>Silence of all canaries before the first step, as habluetooth waits at the least.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    /// <summary>What each step is given to work.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(15);

    /// <summary>After the last rung, when to begin again.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromMinutes(10);

    private readonly long[] taken = new long[(int)RecoveryStep.Warn + 1];
    private RecoveryStep rung;
    private Instant due;

    /// <summary>The last step that was taken; <see cref="RecoveryStep.None"/> before the first.</summary>
    public RecoveryStep Last { get; private set; }

    /// <summary>How often the canaries came back after a step.</summary>
    public long Recoveries { get; private set; }

    /// <summary>The step after which they came back last.</summary>
    public RecoveryStep Healer { get; private set; }

    /// <summary>How often a step was taken.</summary>
    public long Taken(RecoveryStep step) => taken[(int)step];

    /// <summary>Asks what to do; about once a second.</summary>
    /// <param name="now">The present.</param>
    /// <param name="silentSince">Since when all canaries are silent; null while one is heard or none is known.</param>
    /// <param name="openSince">Since when the radio could have heard them.</param>
    /// <param name="othersHeard">Whether anybody else was heard during the silence.</param>
    public RecoveryStep Next(Instant now, Instant? silentSince, Instant openSince, bool othersHeard)
    {
        if (silentSince is not { } since)
        {
            if (rung != RecoveryStep.None)
            {
                Recoveries++;
                Healer = Last;
            }

            rung = RecoveryStep.None;
            return RecoveryStep.None;
        }

        if (rung == RecoveryStep.None) due = (since > openSince ? since : openSince) + Quiet;
        if (now < due) return RecoveryStep.None;
        rung = rung switch
        {
            RecoveryStep.Warn => RecoveryStep.RestartScan,
            RecoveryStep.RestartScan when othersHeard => RecoveryStep.Warn,
            _ => rung + 1,
        };
        due = now + (rung == RecoveryStep.Warn ? Again : Settle);
        taken[(int)rung]++;
        return Last = rung;
    }

    /// <summary>There is nothing left to miss: what was begun is not gone on with, and nothing was recovered.</summary>
    public void Forget() => rung = RecoveryStep.None;

    /// <summary>The step was not possible here; the next one may follow at once.</summary>
    public void Skip(Instant now)
    {
        taken[(int)rung]--;
        due = now;
    }
}

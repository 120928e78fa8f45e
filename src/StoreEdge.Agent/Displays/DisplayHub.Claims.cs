using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Offers;

namespace StoreEdge.Agent.Displays;

/// <summary>Whose a display is for the moment, and what people there said by touch.</summary>
internal sealed partial class DisplayHub
{
    /// <summary>Whoever stood before the screen and did not want it has gone by then.</summary>
    public static readonly TimeSpan PutOffFor = TimeSpan.FromMinutes(15);

    /// <summary>Told when a claim has run out, once what it showed has gone; never under the lock.</summary>
    public event Action<DisplayId, ScreenClaim>? ClaimOver;

    /// <summary>What stands on screens that can be claimed.</summary>
    public ClaimCodes Codes { get; } = new(displays, time);

    /// <summary>Whose the display is for the moment; null where it is everybody's.</summary>
    public ScreenClaim? ClaimOf(DisplayId display)
    {
        lock (gate) return screens[display].Claim is { } claim && Instant.Now(time) < claim.Until ? claim : null;
    }

    /// <summary>The display is somebody's now; what was there goes.</summary>
    public async ValueTask BeginClaimAsync(DisplayId display, ScreenClaim claim, CancellationToken stop)
    {
        ProofOfPlayData? proof;
        lock (gate)
        {
            var screen = screens[display];
            screen.Claim = claim;
            Codes.Use(display);
            proof = SwapWhileLocked(screen, null, EndReason.Replaced);
            if (proof is null) AnewWhileLocked(screen);
        }

        if (proof is not null) await KeepAsync(proof, Instant.Now(time), stop);
    }

    /// <summary>The display is everybody's again; what it showed for the claim goes first.</summary>
    /// <returns>The claim; null where there was none.</returns>
    public async ValueTask<ScreenClaim?> EndClaimAsync(DisplayId display, EndReason reason, CancellationToken stop)
    {
        ProofOfPlayData? proof;
        ScreenClaim? claim;
        lock (gate) (claim, proof) = UnclaimWhileLocked(screens[display], reason);
        if (proof is not null) await KeepAsync(proof, Instant.Now(time), stop);
        return claim;
    }

    /// <summary>Takes one vote by touch for what stands on a display; it is the only one for that showing.</summary>
    /// <returns>The showing and whose the screen is; null where something else stands there by now, or somebody has voted.</returns>
    public (Showing Showing, ScreenClaim? Claim)? TakeVote(DisplayId display, string showing)
    {
        lock (gate)
        {
            var screen = screens[display];
            if (screen.Current is not { } current || current.Id != showing || screen.HasVote) return null;
            screen.HasVote = true;
            return (current, screen.Claim is { } claim && claim.Visit == current.Visit && Instant.Now(time) < claim.Until ? claim : null);
        }
    }

    /// <summary>The vote that was taken could not be kept: it may be given again, as long as the same thing stands there.</summary>
    public void GiveBackVote(DisplayId display, string showing)
    {
        lock (gate)
            if (screens[display] is { Current: { } current } screen && current.Id == showing) screen.HasVote = false;
    }

    /// <summary>People at the display would not see an offer again for now.</summary>
    public void PutOff(DisplayId display, OfferId offer)
    {
        lock (gate) screens[display].PutOff[offer] = Instant.Now(time) + PutOffFor;
    }

    /// <summary>What people at the display would not see again for now.</summary>
    public IReadOnlyList<OfferId> PutOff(DisplayId display)
    {
        lock (gate)
        {
            var (putOff, now) = (screens[display].PutOff, Instant.Now(time));
            foreach (var (offer, until) in putOff.ToArray())
                if (now >= until) putOff.Remove(offer);
            return [.. putOff.Keys];
        }
    }

    /// <summary>Why what was decided a moment ago may not be put on the screen any more; null where it may.</summary>
    private EndReason? TooLateWhileLocked(Screen screen, Showing showing)
    {
        var now = Instant.Now(time);
        if (now >= showing.Until) return EndReason.Expired;
        var isTheirs = screen.Claim is { } claim && claim.Visit == showing.Visit && now < claim.Until;
        return showing.IsPersonal && !isTheirs ? EndReason.Released : null;
    }

    private (ScreenClaim? Claim, ProofOfPlayData? Proof) UnclaimWhileLocked(Screen screen, EndReason reason)
    {
        if (screen.Claim is not { } claim) return (null, null);
        screen.Claim = null;
        if (screen.Current?.Visit == claim.Visit) return (claim, SwapWhileLocked(screen, null, reason));
        AnewWhileLocked(screen);
        return (claim, null);
    }
}

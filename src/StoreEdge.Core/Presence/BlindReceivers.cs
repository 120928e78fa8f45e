namespace StoreEdge.Core.Presence;

/// <summary>
/// Which inside receivers cannot hear at present. A dead radio and an empty store sound alike, so while one is blind nobody's silence or weakness counts as their leaving;
/// not for ever, or a receiver that is never mended would keep its last customers for good.
/// </summary>
internal sealed class BlindReceivers(ReceiverPlace[] places, PresenceOptions options)
{
    private readonly Instant?[] since = new Instant?[places.Length];

    // One that has not heard since the start hides nobody but those who were here before it.
    private readonly bool[] hasHeard = new bool[places.Length];

    /// <summary>A receiver's sight is lost, or back. True where that is news about an inside receiver.</summary>
    internal bool Set(int receiver, bool blind, Instant now)
    {
        if (!blind) hasHeard[receiver] = true;
        if (places[receiver].Side != ReceiverSide.Inside || since[receiver] is not null == blind) return false;
        since[receiver] = blind ? now : null;
        return true;
    }

    /// <summary>A receiver hears.</summary>
    internal void Hears(int receiver) => hasHeard[receiver] = true;

    /// <summary>Whether this subject's exit waits for a receiver's return.</summary>
    internal bool SuspendsExit(Track track, Instant now)
    {
        for (var i = 0; i < since.Length; i++)
            if (since[i] is { } blind && now - blind <= options.BlindHold && (hasHeard[i] || !track.HasBeenHeard))
                return true;
        return false;
    }

    /// <summary>Whether the receivers that heard the subject last are still blind, so that nobody knows whether they left.</summary>
    internal bool Hides(Track track)
    {
        for (var i = 0; i < since.Length; i++)
            if (since[i] is { } blind && (!track.Hearings[i].Heard ? !track.HasBeenHeard : blind - track.Hearings[i].Last <= options.SilenceMaximum))
                return true;
        return false;
    }
}

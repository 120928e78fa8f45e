using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Pages.Kiosk;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Hosting;

/// <summary>What people do at a screen, for the pages through which they do it.</summary>
internal static class DisplayParts
{
    /// <summary>For the screen's own page.</summary>
    public static KioskTouch Touch(ScreenGuests guests, DecidingLoop deciding) =>
        new((display, showing, choice, stop) => guests.TouchAsync(display.Id, showing, choice, stop), display => deciding.Release(display.Id, "screen"));

    /// <summary>For the phone's page; null where no screen can be claimed.</summary>
    public static PhoneScreens? Screens(ScreenGuests guests, DecidingLoop deciding) => !guests.CanClaim ? null : new(
        session => guests.ClaimedBy(session.Visit) is not null,
        async (session, code, language) => await guests.ClaimAsync(session.Visit, session.Subject, session.Assurance, language, code, CancellationToken.None).ConfigureAwait(false) switch
        {
            ClaimAnswer.Claimed => "screen",
            ClaimAnswer.NoSuchCode => "screen-unknown",
            ClaimAnswer.TooOften => "screen-often",
            _ => "screen-taken",
        },
        session =>
        {
            if (guests.ClaimedBy(session.Visit) is { } display) deciding.Release(display, "customer");
        });
}

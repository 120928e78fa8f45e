using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>An event that was refused for good, without what stands in it.</summary>
/// <param name="Epoch">Of which journal.</param>
/// <param name="Seq">Its number.</param>
/// <param name="Type">What kind.</param>
/// <param name="Reason">Why, in a stable word.</param>
internal sealed record RefusedEvent(Guid Epoch, long Seq, string Type, string Reason);

/// <summary>What the page asks of the outbox.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="List">The first so many.</param>
/// <param name="Resend">Tries one again, or all where no number is given; says how many will be. Null for a store without a link.</param>
internal sealed record DeadLetterDoors(Func<long> Count, Func<int, IReadOnlyList<RefusedEvent>> List, Func<Guid?, long?, Task<int>>? Resend);

/// <summary>Events that were refused for good: number, kind and reason, and never what stands in them; sent again one by one or all.</summary>
internal sealed class DeadLettersPage(DeadLetterDoors doors, TimeProvider time)
{
    public static readonly TechnicianTab Tab = new("refused", new("Refused events", "Eventos recusados"));

    private const int Shown = 100;

    /// <summary>So long the page looks whether they are taken now.</summary>
    private static readonly TimeSpan LookFor = TimeSpan.FromSeconds(30);

    private static readonly Phrase None = new("Nothing was refused: central or the broker took every event that was sent.", "Nada foi recusado: a central ou o broker aceitou todo evento enviado.");

    /// <summary><c>{0}</c> is how many.</summary>
    private static readonly Phrase Some = new(
        "Refused and kept here: {0}. What stands in them is not shown: it may be about somebody.", "Recusados e guardados aqui: {0}. O conteúdo não é mostrado: pode ser sobre alguém.");
    private static readonly Phrase All = new("Send all again", "Reenviar todos");
    private static readonly Phrase One = new("Send again", "Reenviar");

    /// <summary><c>{0}</c> is how many.</summary>
    private static readonly Phrase Sent = new("{0} are sent again; those that are taken go from this list.", "{0} serão reenviados; os aceitos saem desta lista.");
    private static readonly Phrase Nothing = new("There is nothing to send again.", "Não há nada a reenviar.");
    private static readonly Phrase NoLink = new("This store has no link to central.", "Esta loja não tem ligação com a central.");

    private Instant? sentAt;

    /// <summary>Adds the page and its deeds.</summary>
    public void Map(IEndpointRouteBuilder routes, TechnicianDesk desk)
    {
        desk.MapPage(routes, Tab, Write, TechnicianDesk.LiveScript);
        desk.MapDeed(routes, "resend", Tab, (_, form) => ResendAsync(form));
    }

    private Markup Write(TechnicianCall call)
    {
        var (count, letters) = (doors.Count(), doors.List(Shown));
        var isBusy = count > 0 && sentAt is { } at && Instant.Now(time) - at < LookFor;
        return TechnicianFrame.Live(isBusy, count == 0 ? Markup.Of($"""<section class="card"><p class="none">{call.Say(None)}</p></section>""") : Markup.Of(
            $"""
            <section class="card"><p class="hint">{call.Say(Some, count.ToString(CultureInfo.InvariantCulture))}</p>
            {(doors.Resend is null ? Markup.Of($"<p>{call.Say(NoLink)}</p>") : call.Button("resend", All, null))}
            <ul class="deeds">{Markup.Join(letters.Select(l => Letter(call, l)))}</ul></section>
            """));
    }

    private Markup Letter(TechnicianCall call, RefusedEvent letter)
    {
        var number = letter.Seq.ToString(CultureInfo.InvariantCulture);
        return Markup.Of(
            $"""
            <li><div><b>{number}</b> {letter.Type}<p class="state bad">{letter.Reason}</p></div>
            {(doors.Resend is null ? Markup.Empty : call.Button("resend", One, number, ("epoch", letter.Epoch.ToString()), ("seq", number)))}</li>
            """);
    }

    private async Task<DeedResult> ResendAsync(PortalForm form)
    {
        if (doors.Resend is not { } resend) return new("", false, NoLink);
        var isOne = long.TryParse(form["seq"], NumberStyles.None, CultureInfo.InvariantCulture, out var seq);
        Guid? epoch = Guid.TryParse(form["epoch"], CultureInfo.InvariantCulture, out var of) ? of : null;
        var count = await resend(epoch, isOne ? seq : null);
        sentAt = Instant.Now(time);
        return count > 0 ? new(isOne ? form["seq"] : "all", true, Sent, count.ToString(CultureInfo.InvariantCulture)) : new(isOne ? form["seq"] : "all", false, Nothing);
    }
}

using System.Globalization;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>One request of a technician who is in: whose it is, in which language, and the forms that only this session may send.</summary>
/// <param name="Http">The request.</param>
/// <param name="Session">Whose.</param>
/// <param name="Tongue">In which language.</param>
internal sealed record TechnicianCall(HttpContext Http, TechnicianSession Session, Tongue Tongue)
{
    /// <summary>The words in the technician's language.</summary>
    public string Say(Phrase words) => words.In(Tongue);

    /// <summary>The words with what belongs into them.</summary>
    public string Say(Phrase words, params object[] values) => string.Format(CultureInfo.InvariantCulture, words.In(Tongue), values);

    /// <summary>A page of ours in the technician's language.</summary>
    public string To(string page) => TechnicianFrame.Address(page, Tongue);

    /// <summary>A form with one deed; <paramref name="content"/> holds its fields and its button.</summary>
    public Markup Form(string deed, Markup content, string css = "") => Markup.Of(
        $"""<form method="post" action="{To(deed)}" accept-charset="utf-8" class="{css}"><input type="hidden" name="proof" value="{Session.Proof}">{content}</form>""");

    /// <summary>A form that is a button.</summary>
    /// <param name="deed">What it does.</param>
    /// <param name="label">What it says.</param>
    /// <param name="description">What a screen reader says beside: of several buttons with the same words, which.</param>
    /// <param name="fields">What it sends.</param>
    public Markup Button(string deed, Phrase label, string? description, params (string Name, string Value)[] fields) => Form(deed, Markup.Of(
        $"""{Markup.Join(fields.Select(f => Markup.Of($"""<input type="hidden" name="{f.Name}" value="{f.Value}">""")))}<button{(description is null ? Markup.Empty : Markup.Of($" aria-label=\"{Say(label)}: {description}\""))}>{Say(label)}</button>"""));
}

/// <summary>What came of a deed.</summary>
/// <param name="Target">On what, for the audit: a display, a file, a number. Never anything about a person.</param>
/// <param name="IsDone">Whether it was done.</param>
/// <param name="Said">What the technician is told.</param>
/// <param name="Values">What belongs into the words.</param>
internal record DeedResult(string Target, bool IsDone, Phrase Said, params object[] Values)
{
    /// <summary>What exactly it changed, for the audit; null where the target says all of it.</summary>
    public IReadOnlyList<string>? Changes { get; init; }
}

/// <summary>A deed that is answered with a page of its own, and not with the one that it came from.</summary>
/// <param name="Target">As above.</param>
/// <param name="IsDone">As above.</param>
/// <param name="Content">What it shows.</param>
/// <param name="Script">What it runs; null for nothing.</param>
/// <param name="Then">Done once the page has gone out, such as the end of this run; null for nothing.</param>
internal sealed record PageDeed(string Target, bool IsDone, Markup Content, string? Script, Action? Then) : DeedResult(Target, IsDone, Phrase.None);

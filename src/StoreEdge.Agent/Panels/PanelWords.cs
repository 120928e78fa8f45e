using System.Globalization;
using StoreEdge.Agent.Displays;
using StoreEdge.Core.Panels;

namespace StoreEdge.Agent.Panels;

/// <summary>What small displays say, in the store's language for the staff and the offers' own for customers.</summary>
/// <param name="language">The store's.</param>
/// <param name="store">Its name.</param>
internal sealed class PanelWords(string language, string store)
{
    private static readonly Dictionary<string, (string Portuguese, string English, string Spanish)> Skills = new(StringComparer.Ordinal)
    {
        ["find"] = ("encontrar algo", "finding something", "encontrar algo"),
        ["advice"] = ("um conselho", "advice", "un consejo"),
        ["price"] = ("um preço", "a price", "un precio"),
        ["payment"] = ("pagar", "paying", "pagar"),
        ["other"] = ("outra coisa", "something else", "otra cosa"),
    };

    /// <summary>An offer or a greeting, as any shared screen shows it.</summary>
    public static PanelText Of(Poster poster) => new(
        poster.Headline, poster.Price is null ? "" : poster.PriceUnit is { } unit ? $"{poster.Price}/{unit}" : poster.Price, [.. new[] { poster.Kicker, poster.Body, poster.Call }.Where(t => t.Length > 0)]);

    /// <summary>What stands there while there is nothing else: one of the idle texts in turns, with the shop's name.</summary>
    public PanelText Idle(IdleContent idle, int turn)
    {
        var name = idle.Theme.Name.Length > 0 ? idle.Theme.Name : store;
        if (idle.Posters.Count == 0) return new(name, "", []);
        var text = Of(idle.Posters[turn % idle.Posters.Count]);
        return text with { Rest = [.. text.Rest.Prepend(name)] };
    }

    /// <summary>For the staff: where help is wanted and about what, else whether something is broken, else that all is well.</summary>
    public PanelText Staff(IReadOnlyList<StaffCall> calls, bool isBroken)
    {
        if (calls.Count > 0)
        {
            var call = calls.FirstOrDefault(c => !c.IsSeen) ?? calls[0];
            var rest = new List<string>();
            if (call.IsSeen) rest.Add(Say("alguém já vai", "on the way", "ya va alguien"));
            if (call.Skill is { } skill && Skills.TryGetValue(skill, out var about)) rest.Add(Say(about.Portuguese, about.English, about.Spanish));
            if (calls.Count > 1) rest.Add(string.Create(CultureInfo.InvariantCulture, $"+ {calls.Count - 1}"));
            return new(Say("Ajuda", "Help", "Ayuda") + (call.Zone is { } zone ? $": {zone}" : "!"), "", rest);
        }

        return isBroken
            ? new(Say("Há uma falha", "Something is broken", "Hay una falla"), "", [Say("veja o painel técnico", "see the technician's page", "vea el panel técnico")])
            : new(store, "", [Say("tudo em ordem", "all is well", "todo en orden")]);
    }

    private string Say(string portuguese, string english, string spanish) => language[..2] switch { "pt" => portuguese, "es" => spanish, _ => english };
}

using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Pages.Staff;

/// <summary>The words of a staff display, in one language.</summary>
internal sealed record StaffText
{
    /// <summary>BCP 47 tag; one of <see cref="PortalText.Tags"/>.</summary>
    public required string Tag { get; init; }

    /// <summary><c>{0}</c> is the zone.</summary>
    public required string Title { get; init; }
    public required string PinTitle { get; init; }
    public required string PinLabel { get; init; }
    public required string PinEnter { get; init; }
    public required string PinWrong { get; init; }

    /// <summary><c>{0}</c> is the time.</summary>
    public required string PinWait { get; init; }
    public required string Leave { get; init; }
    public required string RequestsTitle { get; init; }
    public required string Nobody { get; init; }
    public required string NoPlace { get; init; }
    public required string Now { get; init; }

    /// <summary><c>{0}</c> is how many minutes.</summary>
    public required string Waits { get; init; }

    /// <summary><c>{0}</c> is the language, by its own name.</summary>
    public required string Speaks { get; init; }
    public required string Escalated { get; init; }
    public required string WithCentral { get; init; }
    public required string Take { get; init; }

    /// <summary><c>{0}</c> is the staff display where it was taken up.</summary>
    public required string TakenAt { get; init; }
    public required string Taken { get; init; }
    public required string AboutLabel { get; init; }
    public required string AboutNothing { get; init; }
    public required string Missing { get; init; }
    public required string Solve { get; init; }
    public required string CuesTitle { get; init; }
    public required string CuesHint { get; init; }
    public required string SomebodyKnown { get; init; }
    public required string WantsPerson { get; init; }

    /// <summary><c>{0}</c> is how many minutes.</summary>
    public required string Here { get; init; }
    public required string HereNow { get; init; }
    public required string Offline { get; init; }
    public required string Lost { get; init; }
    public required string NotKept { get; init; }
    public required string Stale { get; init; }

    /// <summary>Shown after a deed, by its code.</summary>
    public required IReadOnlyDictionary<string, string> Done { get; init; }

    /// <summary>The languages, as in <see cref="PortalText.All"/>.</summary>
    public static IReadOnlyList<StaffText> All { get; } =
    [
        new()
        {
            Tag = "pt-BR",
            Title = "Equipe · {0}",
            PinTitle = "Tela da equipe",
            PinLabel = "Senha da equipe",
            PinEnter = "Entrar",
            PinWrong = "A senha não confere.",
            PinWait = "Muitas tentativas. Tente de novo em {0}.",
            Leave = "Sair",
            RequestsTitle = "Quem precisa de ajuda",
            Nobody = "Ninguém está esperando.",
            NoPlace = "lugar não conhecido",
            Now = "agora mesmo",
            Waits = "espera há {0} min",
            Speaks = "lê em {0}",
            Escalated = "Ninguém foi ainda: pedimos a mais gente.",
            WithCentral = "Ninguém foi ainda: a central também já sabe.",
            Take = "Estou indo",
            TakenAt = "Alguém da equipe ({0}) está indo.",
            Taken = "Alguém está indo.",
            AboutLabel = "Qual foi a pergunta? (opcional)",
            AboutNothing = "Prefiro não dizer",
            Missing = "Não tínhamos",
            Solve = "Resolvido",
            CuesTitle = "Quem está aqui",
            CuesHint = "Só quem aceitou ser reconhecido.",
            SomebodyKnown = "Cliente da casa",
            WantsPerson = "Prefere falar com alguém da equipe",
            Here = "há {0} min",
            HereNow = "acabou de chegar",
            Offline = "A loja está sem conexão. Esta tela funciona assim mesmo.",
            Lost = "Sem contato com a loja. O que está abaixo pode ter mudado.",
            NotKept = "Não foi possível guardar. Tudo está como antes; tente de novo.",
            Stale = "Esta página ficou velha. Tente de novo.",
            Done = new Dictionary<string, string>
            {
                ["taken"] = "Combinado: o cliente já sabe que você está indo.",
                ["too-late"] = "Outra pessoa foi antes, ou não precisa mais.",
                ["solved"] = "Resolvido. Obrigado!",
            },
        },
        new()
        {
            Tag = "en",
            Title = "Staff · {0}",
            PinTitle = "Staff display",
            PinLabel = "Staff password",
            PinEnter = "Open",
            PinWrong = "That is not the password.",
            PinWait = "Too many attempts. Try again in {0}.",
            Leave = "Close",
            RequestsTitle = "Who needs help",
            Nobody = "Nobody is waiting.",
            NoPlace = "place not known",
            Now = "just now",
            Waits = "waiting for {0} min",
            Speaks = "reads {0}",
            Escalated = "Nobody has gone yet: more people are asked.",
            WithCentral = "Nobody has gone yet: head office knows as well.",
            Take = "I'm coming",
            TakenAt = "Somebody ({0}) is on the way.",
            Taken = "Somebody is on the way.",
            AboutLabel = "What was the question? (optional)",
            AboutNothing = "Rather not say",
            Missing = "We did not have it",
            Solve = "Solved",
            CuesTitle = "Who is here",
            CuesHint = "Only those who agreed to be recognised.",
            SomebodyKnown = "A customer of ours",
            WantsPerson = "Prefers to speak to somebody",
            Here = "for {0} min",
            HereNow = "just came in",
            Offline = "The shop is offline. This display works all the same.",
            Lost = "No contact with the shop. What stands below may have changed.",
            NotKept = "It could not be kept. All is as before; try again.",
            Stale = "This page was too old. Try again.",
            Done = new Dictionary<string, string>
            {
                ["taken"] = "Done: the customer knows that you are coming.",
                ["too-late"] = "Somebody else was first, or nobody is needed any more.",
                ["solved"] = "Solved. Thank you!",
            },
        },
        new()
        {
            Tag = "es",
            Title = "Equipo · {0}",
            PinTitle = "Pantalla del equipo",
            PinLabel = "Contraseña del equipo",
            PinEnter = "Entrar",
            PinWrong = "La contraseña no coincide.",
            PinWait = "Demasiados intentos. Inténtalo de nuevo en {0}.",
            Leave = "Salir",
            RequestsTitle = "Quién necesita ayuda",
            Nobody = "Nadie está esperando.",
            NoPlace = "lugar no conocido",
            Now = "ahora mismo",
            Waits = "espera desde hace {0} min",
            Speaks = "lee en {0}",
            Escalated = "Nadie ha ido todavía: se lo pedimos a más gente.",
            WithCentral = "Nadie ha ido todavía: la central también lo sabe.",
            Take = "Voy yo",
            TakenAt = "Alguien del equipo ({0}) va en camino.",
            Taken = "Alguien va en camino.",
            AboutLabel = "¿Cuál fue la pregunta? (opcional)",
            AboutNothing = "Prefiero no decirlo",
            Missing = "No lo teníamos",
            Solve = "Resuelto",
            CuesTitle = "Quién está aquí",
            CuesHint = "Solo quien aceptó ser reconocido.",
            SomebodyKnown = "Cliente de la casa",
            WantsPerson = "Prefiere hablar con alguien del equipo",
            Here = "desde hace {0} min",
            HereNow = "acaba de llegar",
            Offline = "La tienda está sin conexión. Esta pantalla funciona igual.",
            Lost = "Sin contacto con la tienda. Lo de abajo puede haber cambiado.",
            NotKept = "No se pudo guardar. Todo está como antes; inténtalo de nuevo.",
            Stale = "Esta página era demasiado vieja. Inténtalo de nuevo.",
            Done = new Dictionary<string, string>
            {
                ["taken"] = "Hecho: el cliente ya sabe que vas.",
                ["too-late"] = "Otra persona fue antes, o ya no hace falta.",
                ["solved"] = "Resuelto. ¡Gracias!",
            },
        },
    ];

    /// <summary>The same language as another text.</summary>
    public static StaffText Of(PortalText text) => All.First(t => t.Tag == text.Tag);
}

using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What the page of the configuration says.</summary>
internal static class ConfigurationWords
{
    public static readonly Phrase Document = new("Your layer", "A sua camada");
    public static readonly Phrase About = new(
        "JSON with what differs here, such as `{ \"presence\": { \"zoneMargin\": 8 } }`. It is stronger than the store's files, weaker than central's documents and the environment. Lists are replaced whole. `mqtt`, `central`, `enrolment`, `technician` and `state` stand in the store's files alone.",
        "JSON com o que é diferente aqui, como `{ \"presence\": { \"zoneMargin\": 8 } }`. Vale mais que os arquivos da loja e menos que os documentos da central e o ambiente. Listas são trocadas por inteiro. `mqtt`, `central`, `enrolment`, `technician` e `state` só valem nos arquivos da loja.");
    public static readonly Phrase CheckIt = new("Check and show what changes", "Verificar e mostrar o que muda");
    public static readonly Phrase Effective = new("What it sets", "O que ela define");
    public static readonly Phrase NothingSet = new("It sets nothing yet.", "Ainda não define nada.");
    public static readonly Phrase Own = new("in force", "em vigor");

    /// <summary><c>{0}</c> is the stronger layer.</summary>
    public static readonly Phrase Overruled = new("overruled by {0}", "vencida por {0}");
    public static readonly Phrase NotGood = new("The store would not start with this", "A loja não iniciaria com isto");
    public static readonly Phrase Difference = new("What changes", "O que muda");
    public static readonly Phrase NoChange = new("Nothing changes", "Nada muda");
    public static readonly Phrase ApplyHint = new(
        "The store's parts start anew with it, which takes some seconds. Confirm on this page within 90 seconds, or it is taken back by itself, also after a crash or a power cut.",
        "As partes da loja reiniciam com ela, em alguns segundos. Confirme nesta página em 90 segundos, ou ela é desfeita sozinha, mesmo após uma falha ou queda de energia.");
    public static readonly Phrase Apply = new("Try it", "Experimentar");
    public static readonly Phrase Applying = new("Starting anew with it…", "Reiniciando com ela…");
    public static readonly Phrase TakingBack = new("Taking it back…", "Desfazendo…");
    public static readonly Phrase Open = new("Back to the configuration", "Voltar à configuração");

    /// <summary><c>{0}</c> is how many seconds.</summary>
    public static readonly Phrase OnTrial = new("On trial. It is taken back in {0} s unless you keep it.", "Em teste. Será desfeita em {0} s se você não a mantiver.");
    public static readonly Phrase Confirm = new("Keep it", "Manter");
    public static readonly Phrase TakeBackNow = new("Take it back", "Desfazer");

    /// <summary><c>{0}</c> is the other session.</summary>
    public static readonly Phrase Anothers = new("Another technician (session {0}) began it. I know what it changes, and it is well.", "Outro técnico (sessão {0}) a iniciou. Sei o que ela muda, e está tudo bem.");

    /// <summary><c>{0}</c> is the other session.</summary>
    public static readonly Phrase NotYours = new("Not kept: another technician (session {0}) began it. Tick the box if you know that it is well.", "Não foi mantida: outro técnico (sessão {0}) a iniciou. Marque a caixa se souber que está tudo bem.");
    public static readonly Phrase Confirmed = new("It is kept.", "Mantida.");
    public static readonly Phrase NothingToConfirm = new("Nothing is on trial any more.", "Nada está em teste.");

    /// <summary><c>{0}</c> is why.</summary>
    public static readonly Phrase TakenBack = new("The last change was taken back: {0}.", "A última mudança foi desfeita: {0}.");
    public static readonly Phrase Busy = new("A change is on trial already. Decide it first.", "Já há uma mudança em teste. Decida-a antes.");

    /// <summary><c>{0}</c> is why.</summary>
    public static readonly Phrase NotKept = new("It could not be kept: {0}", "Não foi possível guardar: {0}");
}

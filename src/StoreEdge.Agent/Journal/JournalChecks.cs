using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Journal;

/// <summary>What can be told about the journal's files from outside, whether or not an agent has them open.</summary>
internal static class JournalChecks
{
    /// <summary>The check of the database itself.</summary>
    public const string FileCode = "journal-file";

    public static readonly Phrase FileTitle = new("Journal file", "Arquivo do diário");

    /// <summary>What the running agent knows of it: it was sound when it was opened. To read all of it anew is the doctor's work, and nobody's who only looks at a page.</summary>
    public static HealthCheck Opened(TimeSpan ago, bool wasReadWhole)
    {
        var since = Spans.Of(ago);
        return HealthCheck.Pass(FileCode, FileTitle, wasReadWhole
            ? new($"Sound when all of it was read at the start, {since} ago. `storeedge doctor` reads it again.", $"Íntegro quando lido por inteiro na partida, há {since}. `storeedge doctor` o lê de novo.")
            : new($"Sound as far as it was read at the start, {since} ago; it is large. `storeedge doctor` reads all of it.", $"Íntegro até onde foi lido na partida, há {since}; ele é grande. `storeedge doctor` o lê por inteiro."));
    }

    /// <summary>Whether the database is sound.</summary>
    /// <exception cref="JournalFault">It cannot be read.</exception>
    public static HealthCheck Integrity(JournalInspection journal, Phrase title)
    {
        if (journal.QuickCheck() is not [var first, ..] problems)
            return HealthCheck.Pass(FileCode, title, new($"Sound, epoch {journal.ReadEpoch()}.", $"Íntegro, época {journal.ReadEpoch()}."));
        var more = problems.Count > 1 ? $" (+{problems.Count - 1})" : "";
        return new(FileCode, title, CheckVerdict.Fail, new($"It is damaged: {first}{more}", $"Está danificado: {first}{more}"),
            new("Restart the service: it puts the damaged journal into quarantine, carries over what can be read and goes on. Then check the card (dmesg).",
                "Reinicie o serviço: ele põe o diário danificado em quarentena, leva junto o que pode ser lido e segue. Depois verifique o cartão (dmesg)."))
        { Fault = "journal-damaged" };
    }

    /// <summary>Whether damaged journals lie in quarantine.</summary>
    /// <param name="stateDirectory">The store's own.</param>
    public static HealthCheck Quarantined(string stateDirectory)
    {
        var title = new Phrase("Damaged journals", "Diários danificados");
        if (Quarantine.Databases(stateDirectory) is not [.., var newest] databases)
            return HealthCheck.Pass("journal-quarantine", title, new("None in quarantine.", "Nenhum em quarentena."));
        return new("journal-quarantine", title, CheckVerdict.Warn,
            new($"{databases.Count} in quarantine, the newest is {newest}. The store runs on a new one; what could be read was carried over.",
                $"{databases.Count} em quarentena; o mais novo é {newest}. A loja roda com um novo; o que pôde ser lido foi levado junto."),
            new($"storeedge journal salvage {newest} shows what can be read; then delete the file. If it happens again, replace the card.",
                $"storeedge journal salvage {newest} mostra o que pode ser lido; depois apague o arquivo. Se repetir, troque o cartão."));
    }
}

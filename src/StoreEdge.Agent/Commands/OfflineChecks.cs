using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Commands;

/// <summary>What can be looked at while the agent does not answer: whether it could start.</summary>
/// <param name="stateDirectory">Where the journal lies.</param>
internal sealed class OfflineChecks(string stateDirectory)
{
    private static readonly Phrase WithRights = new("Run it again with sudo.", "Execute novamente com sudo.");

    /// <summary>That the agent does not answer, as a check.</summary>
    public static HealthCheck Silent(Uri agent, string why) => new(
        "agent", new("Agent", "Agente"), CheckVerdict.Fail, new($"{agent} does not answer: {why}", $"{agent} não responde: {why}"),
        new("systemctl status storeedge, then journalctl -u storeedge -n 50", "systemctl status storeedge e depois journalctl -u storeedge -n 50"));

    /// <summary>The configuration, from what its reader found.</summary>
    public static HealthCheck Configuration(IReadOnlyList<string> sources, IReadOnlyList<string> errors)
    {
        if (errors.Count == 0) return RoomChecks.Configuration(sources);
        var more = errors.Count > 1 ? $" (+{errors.Count - 1})" : "";
        return new("configuration", new("Configuration", "Configuração"), CheckVerdict.Fail, Phrase.Same(errors[0] + more),
            new("Correct it (`storeedge check-config` lists everything), then sudo systemctl restart storeedge.",
                "Corrija (`storeedge check-config` lista tudo) e execute sudo systemctl restart storeedge."));
    }

    /// <summary>That a part of the configuration lies where this user may not look.</summary>
    public static HealthCheck Unseen(string stateDirectory) => new(
        "configuration-set", new("What was set on the page or by central", "O que foi definido na página ou pela central"), CheckVerdict.Unknown,
        new($"It lies in {stateDirectory}, which this user may not read, and is left out here.", $"Está em {stateDirectory}, que este usuário não pode ler, e ficou de fora aqui."), WithRights);

    /// <summary>Whether the state directory can be written.</summary>
    public HealthCheck Writable()
    {
        var title = new Phrase("State directory", "Diretório de estado");
        var probe = Path.Combine(stateDirectory, $".doctor-{Environment.ProcessId}");
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose)) return HealthCheck.Pass("state-directory", title, new($"{stateDirectory} can be written.", $"{stateDirectory} aceita gravação."));
        }
        catch (UnauthorizedAccessException)
        {
            return new("state-directory", title, CheckVerdict.Unknown,
                new($"{stateDirectory} belongs to the service; this user may not write there.", $"{stateDirectory} pertence ao serviço; este usuário não pode gravar ali."), WithRights);
        }
        catch (DirectoryNotFoundException)
        {
            return new("state-directory", title, CheckVerdict.Fail, new($"{stateDirectory} does not exist.", $"{stateDirectory} não existe."),
                new("systemd makes it at the first start; otherwise create it for the service's user.", "O systemd o cria na primeira execução; senão, crie-o para o usuário do serviço."));
        }
        catch (IOException fault)
        {
            return new("state-directory", title, CheckVerdict.Fail, new($"{stateDirectory} cannot be written: {fault.Message}", $"{stateDirectory} não aceita gravação: {fault.Message}"),
                new("Check the disk: df -h, and dmesg for errors of the card.", "Verifique o disco: df -h, e dmesg por erros do cartão."));
        }
    }

    /// <summary>Whether the journal's file is there and a database.</summary>
    public HealthCheck Database()
    {
        var title = JournalChecks.FileTitle;
        var file = Path.Combine(stateDirectory, JournalFile.Name);
        try
        {
            using var journal = JournalInspection.Open(file);
            return JournalChecks.Integrity(journal, title);
        }
        catch (JournalFault) when (!File.Exists(file))
        {
            return new(JournalChecks.FileCode, title, CheckVerdict.Unknown, new($"{file} is not there, or may not be seen by this user.", $"{file} não existe ou este usuário não pode vê-lo."), WithRights);
        }
        catch (JournalFault fault)
        {
            return new(JournalChecks.FileCode, title, CheckVerdict.Fail, Phrase.Same(fault.What), Phrase.Same(fault.Remedy));
        }
    }

    /// <summary>The report of an agent that does not answer.</summary>
    public static StatusReport Report(IReadOnlyList<HealthCheck> checks, Tongue tongue, DateTimeOffset now)
    {
        checks = Checkup.Once([.. checks]);
        var (verdict, summary) = Checkup.Conclude(checks);
        return new(
            verdict, summary.In(tongue), now, 0, tongue == Tongue.Portuguese ? "pt-BR" : "en", new("", ""), "",
            [.. checks.OrderBy(c => Checkup.Rank(c.Verdict)).Select(c => Checkup.View(c, tongue))], [], null, null, [], null, null, []);
    }
}

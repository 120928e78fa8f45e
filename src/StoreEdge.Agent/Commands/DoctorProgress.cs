using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Commands;

/// <summary>Says in one line of a terminal, which is written over, what is looked at now.</summary>
/// <param name="output">The terminal; nothing is written where it is none.</param>
/// <param name="tongue">The language.</param>
internal sealed class DoctorProgress(TextWriter output, Tongue tongue) : IDisposable
{
    private bool isOpen;

    /// <summary>This is looked at now.</summary>
    public void Looks(Phrase at)
    {
        output.Write($"\r\e[2K{(tongue == Tongue.Portuguese ? "Verificando" : "Looking at")}: {at.In(tongue)} …");
        output.Flush();
        isOpen = true;
    }

    /// <summary>All is looked at: the line is empty again.</summary>
    public void Over()
    {
        if (isOpen) output.Write("\r\e[2K");
        isOpen = false;
    }

    public void Dispose() => Over();
}

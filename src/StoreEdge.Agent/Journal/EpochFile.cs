using System.Globalization;
using System.Text;

namespace StoreEdge.Agent.Journal;

/// <summary>What is known of a journal although its database cannot be read.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="LastSeq">At least so many events were committed.</param>
/// <param name="AcknowledgedSeq">At least so many of them central holds.</param>
/// <param name="Counter">The highest value that any counter had.</param>
internal sealed record JournalTrace(Guid Epoch, long LastSeq, long AcknowledgedSeq, long Counter);

/// <summary>
/// A small file beside the database that says which journal it is and how far it had come, so that a damaged one is still known by name, and one that has gone back in time is noticed.
/// Two places are written in turn, after each commit, without waiting for the disk: a kill loses nothing of it and a power cut at most what the kernel holds back (30 s), and it is never
/// ahead of the database.
/// </summary>
internal sealed class EpochFile : IDisposable
{
    /// <summary>The file's name in the journal's directory.</summary>
    public const string Name = "journal.epoch";

    /// <summary>Each place has a block of its own, so that a torn write leaves the other one.</summary>
    private const int Place = 4096, Line = 160;

    private readonly Lock gate = new();
    private readonly FileStream file;
    private JournalTrace written;
    private long turn;

    private EpochFile(FileStream file, JournalTrace trace, long turn) => (this.file, written, this.turn) = (file, trace, turn);

    /// <summary>The newest that can be read; null where there is none.</summary>
    public static JournalTrace? Read(string directory) => ReadBoth(directory).Trace;

    /// <summary>As <see cref="Read"/>, where even that may be refused.</summary>
    public static JournalTrace? TryRead(string directory)
    {
        try
        {
            return Read(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Makes or continues the file.</summary>
    public static EpochFile Open(string directory, JournalTrace trace)
    {
        var turn = ReadBoth(directory).Turn;
        var file = new FileStream(
            Path.Combine(directory, Name), new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 });
        var opened = new EpochFile(file, trace, turn);
        // Both, so that nothing of a former journal is left to be believed.
        opened.Put(trace);
        opened.Put(trace);
        file.Flush(flushToDisk: true);
        return opened;
    }

    /// <summary>Writes down how far the journal has come; numbers never go back.</summary>
    public void Note(long lastSeq, long acknowledgedSeq, long counter)
    {
        lock (gate)
        {
            var now = written with
            {
                LastSeq = Math.Max(written.LastSeq, lastSeq),
                AcknowledgedSeq = Math.Max(written.AcknowledgedSeq, acknowledgedSeq),
                Counter = Math.Max(written.Counter, counter),
            };
            if (now != written) Put(now);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            file.Flush(flushToDisk: true);
            file.Dispose();
        }
    }

    private void Put(JournalTrace trace)
    {
        turn++;
        var said = string.Create(CultureInfo.InvariantCulture, $"{turn} {trace.Epoch} {trace.LastSeq} {trace.AcknowledgedSeq} {trace.Counter}");
        var line = string.Create(CultureInfo.InvariantCulture, $"{said} {RowChecksum.Add(uint.MaxValue, said):x8}").PadRight(Line - 1) + "\n";
        RandomAccess.Write(file.SafeFileHandle, Encoding.ASCII.GetBytes(line), turn % 2 * Place);
        written = trace;
    }

    private static (JournalTrace? Trace, long Turn) ReadBoth(string directory)
    {
        (JournalTrace? Trace, long Turn) newest = (null, 0);
        var path = Path.Combine(directory, Name);
        if (!File.Exists(path)) return newest;
        var bytes = File.ReadAllBytes(path);
        for (var at = 0; at + Line <= bytes.Length; at += Place)
        {
            var words = Encoding.ASCII.GetString(bytes, at, Line).Trim().Split(' ');
            if (words.Length == 6 && RowChecksum.Add(uint.MaxValue, string.Join(' ', words[..5])).ToString("x8", CultureInfo.InvariantCulture) == words[5]
                && long.TryParse(words[0], CultureInfo.InvariantCulture, out var turn) && turn > newest.Turn && Guid.TryParse(words[1], out var epoch)
                && long.TryParse(words[2], CultureInfo.InvariantCulture, out var last) && long.TryParse(words[3], CultureInfo.InvariantCulture, out var acknowledged)
                && long.TryParse(words[4], CultureInfo.InvariantCulture, out var counter))
                newest = (new(epoch, last, acknowledged, counter), turn);
        }

        return newest;
    }
}

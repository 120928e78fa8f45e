using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using StoreEdge.Agent.Journal;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>Something that a technician did.</summary>
/// <param name="Time">When, by the wall clock.</param>
/// <param name="Clock">How far that is to be trusted: <c>synchronized</c> or <c>unsynchronized</c>.</param>
/// <param name="BootId">In which boot.</param>
/// <param name="MonotonicMilliseconds">How long after it began; entries of one boot are in this order whatever the clock showed.</param>
/// <param name="Session">Which session; empty where nobody came in.</param>
/// <param name="From">The technician's network address.</param>
/// <param name="Deed">What.</param>
/// <param name="Target">On what.</param>
/// <param name="Result">What came of it.</param>
internal sealed record AuditEntry(DateTimeOffset Time, string Clock, string BootId, long MonotonicMilliseconds, string Session, string From, string Deed, string Target, string Result)
{
    /// <summary>What exactly was changed, without secrets; null where the target says all of it.</summary>
    public IReadOnlyList<string>? Changes { get; init; }
}

/// <summary>
/// What technicians did, as lines of a file that is only ever appended to, each on disk before the page says that it was done. Two files of a bounded size: the older one is let go when the
/// newer one is full. It needs neither journal nor database, so it also tells what was done while these were broken.
/// </summary>
internal sealed class TechnicianAudit
{
    /// <summary>What an entry says of its result.</summary>
    public const string Done = "done", Failed = "failed";

    public const string FileName = "technician-audit.jsonl";

    /// <summary>About a thousand entries of 250 bytes.</summary>
    internal const int MostBytes = 256 * 1024;

    private readonly Lock gate = new();
    private readonly string file, former, bootId;
    private readonly Func<bool> isSynchronized;
    private readonly TimeProvider time;
    private readonly ILogger<TechnicianAudit> log;

    /// <param name="stateDirectory">Where the files lie.</param>
    /// <param name="bootId">The present boot.</param>
    /// <param name="isSynchronized">Whether the wall clock is right.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Says it as well, for whoever collects logs.</param>
    public TechnicianAudit(string stateDirectory, string bootId, Func<bool> isSynchronized, TimeProvider time, ILogger<TechnicianAudit> log)
    {
        file = Path.Combine(stateDirectory, FileName);
        former = file + ".1";
        (this.bootId, this.isSynchronized, this.time, this.log) = (bootId, isSynchronized, time, log);
    }

    /// <summary>Why nothing can be written down now; null where it can.</summary>
    public string? Fault()
    {
        try
        {
            lock (gate)
                using (Open())
                    return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    /// <summary>Writes one down.</summary>
    public void Write(TechnicianSession who, string deed, string target, string result, IReadOnlyList<string>? changes = null)
    {
        var entry = new AuditEntry(
            time.GetUtcNow(), KernelClock.Quality(isSynchronized(), corrected: false), bootId, (long)(Core.Instant.Now(time) - Core.Instant.Origin).TotalMilliseconds, who.Name, who.From.ToString(), deed, target, result) { Changes = changes };
        log.LogInformation("Technician {Session}: {Deed} {Target}: {Result}", who.Name, deed, target, result);
        try
        {
            lock (gate)
            {
                if (new FileInfo(file) is { Exists: true, Length: > MostBytes }) File.Move(file, former, overwrite: true);
                using var stream = Open();
                stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, AuditJson.Default.AuditEntry), (byte)'\n']);
                stream.Flush(flushToDisk: true);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It was possible a moment ago; what was done stands in the log.
            log.LogError(fault, "The technician's deed could not be written to {File}", file);
        }
    }

    /// <summary>The newest entries, newest first. A line that a power cut left half is left out.</summary>
    public IReadOnlyList<AuditEntry> Newest(int most)
    {
        var entries = new List<AuditEntry>();
        lock (gate)
        {
            foreach (var path in (ReadOnlySpan<string>)[file, former])
            {
                if (entries.Count >= most || !File.Exists(path)) continue;
                foreach (var line in File.ReadAllLines(path, Encoding.UTF8).Reverse().TakeWhile(_ => entries.Count < most))
                    if (Read(line) is { } entry) entries.Add(entry);
            }
        }

        return entries;
    }

    private static AuditEntry? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AuditJson.Default.AuditEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private FileStream Open()
    {
        var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        // After a power cut the last line may be half: the next one begins on its own.
        if (stream.Length > 0)
        {
            stream.Seek(-1, SeekOrigin.End);
            if (stream.ReadByte() != '\n') stream.WriteByte((byte)'\n');
        }

        stream.Seek(0, SeekOrigin.End);
        return stream;
    }
}

/// <summary>The lines.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class AuditJson : JsonSerializerContext;

using System.Globalization;
using System.Text;

namespace StoreEdge.Agent.Timekeeping;

/// <summary>A time that had come for certain, as it is kept over a restart: the machine has no clock that runs without power.</summary>
/// <param name="Time">It was at least this late,</param>
/// <param name="BootId">in this boot,</param>
/// <param name="MonotonicMilliseconds">when that boot's monotonic clock showed this.</param>
/// <param name="IsExact">Whether it was this late exactly, because the clock had been right in that boot.</param>
internal sealed record KnownTime(DateTimeOffset Time, string BootId, long MonotonicMilliseconds, bool IsExact)
{
    /// <summary>In the state directory.</summary>
    public const string FileName = "clock.known";

    private const string Exact = "exactly", Least = "at-least";

    /// <summary>A program that is older than this is not running any more; a later time in the file is a damaged file.</summary>
    private static readonly TimeSpan MostAfterBuild = TimeSpan.FromDays(365.25 * 30);

    /// <summary>Reads the file. One that is missing, unreadable or damaged tells nothing, which costs certainty and no function.</summary>
    /// <param name="file">Where <see cref="Write"/> put it.</param>
    /// <param name="built">When the program was built.</param>
    public static KnownTime? Read(string file, DateTimeOffset built)
    {
        try
        {
            // 36 characters of boot id, two numbers, a word: more than this is not ours.
            if (new FileInfo(file) is not { Exists: true, Length: <= 200 }) return null;
            return File.ReadAllText(file).Trim().Split(' ') is [var time, { Length: > 0 } boot, var monotonic, (Exact or Least) and var word]
                && DateTimeOffset.TryParseExact(time, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var known)
                && long.TryParse(monotonic, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                && known <= built + MostAfterBuild ? new(known, boot, milliseconds, word == Exact) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it so that a power cut leaves the former one or this one.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public void Write(string file) =>
        DurableFile.Replace(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Time.ToUniversalTime():O} {BootId} {MonotonicMilliseconds} {(IsExact ? Exact : Least)}\n")));
}

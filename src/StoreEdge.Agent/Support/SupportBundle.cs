using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StoreEdge.Agent.Support;

/// <summary>One file of a bundle.</summary>
/// <param name="File">Its name in the archive.</param>
/// <param name="What">What is in it.</param>
/// <param name="Why">What it is good for: whoever is asked to hand it over wants to know.</param>
/// <param name="Read">Reads it; raw, for it is redacted afterwards.</param>
internal sealed record BundlePart(string File, string What, string Why, Func<CancellationToken, Task<string>> Read);

/// <summary>What the manifest says of one file.</summary>
/// <param name="File">Its name.</param>
/// <param name="What">What is in it.</param>
/// <param name="Why">What it is good for.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Cut">Whether its older part was left out.</param>
/// <param name="Fault">Why it could not be read; null where it could.</param>
internal sealed record BundleEntry(string File, string What, string Why, int Bytes, bool Cut, string? Fault);

/// <summary>The manifest.</summary>
/// <param name="MadeAt">When, by the store's clock.</param>
/// <param name="Note">What was done to the content.</param>
/// <param name="Files">In their order.</param>
/// <param name="TakenOut">How many of each kind were replaced by marks.</param>
internal sealed record BundleManifest(DateTimeOffset MadeAt, string Note, IReadOnlyList<BundleEntry> Files, IReadOnlyDictionary<string, int> TakenOut);

/// <summary>How the manifest is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BundleManifest))]
internal sealed partial class BundleJson : JsonSerializerContext;

/// <summary>
/// What a technician hands to whoever helps: one archive with everything that is asked for first, in which nobody and nothing is named that has no business there. Every
/// part goes through one redactor, and none can go around it; a part that cannot be read is said so in the manifest and holds up no other.
/// </summary>
/// <param name="parts">What goes in.</param>
/// <param name="redactor">What comes out.</param>
/// <param name="time">The clock.</param>
internal sealed class SupportBundle(IReadOnlyList<BundlePart> parts, Redactor redactor, TimeProvider time)
{
    /// <summary>What an e-mail still takes.</summary>
    public const int MostBytes = 5_000_000;

    private const string Note = "Addresses, names, numbers and secrets are replaced by marks; the same thing has the same mark throughout. Nothing leads from a mark back to what it stands for.";

    /// <summary>Together no larger than this, in bytes, before they are packed: the limit must hold even where they do not pack at all.</summary>
    private const int MostText = MostBytes - 200_000;

    /// <summary>Of all parts together far less than what is kept free for the manifest and the heads of the files.</summary>
    private const int LongestFault = 1_000;

    /// <summary>A program that hangs must not keep the technician waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Writes the archive, a gzip of a tar.</summary>
    public async Task<BundleManifest> WriteAsync(Stream output, CancellationToken stop)
    {
        var read = new List<(BundleEntry Entry, byte[] Content)>();
        // Each may have as much as is left for it where all others take their share.
        var left = MostText;
        for (var i = 0; i < parts.Count; i++)
        {
            var one = await ReadAsync(parts[i], left / (parts.Count - i) * Math.Min(4, parts.Count - i), stop).ConfigureAwait(false);
            left -= one.Content.Length;
            read.Add(one);
        }

        var manifest = new BundleManifest(time.GetUtcNow(), Note, [.. read.Select(r => r.Entry)], new SortedDictionary<string, int>(redactor.Taken.ToDictionary(), StringComparer.Ordinal));
        await using var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        await using var tar = new TarWriter(gzip, TarEntryFormat.Pax, leaveOpen: true);
        await AddAsync(tar, "manifest.json", JsonSerializer.SerializeToUtf8Bytes(manifest, BundleJson.Default.BundleManifest), stop).ConfigureAwait(false);
        foreach (var (entry, content) in read) await AddAsync(tar, entry.File, content, stop).ConfigureAwait(false);
        return manifest;
    }

    private async Task<(BundleEntry Entry, byte[] Content)> ReadAsync(BundlePart part, int most, CancellationToken stop)
    {
        string text;
        string? fault = null;
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            text = await part.Read(both.Token).WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            (text, fault) = ("", $"nothing within {Patience.TotalSeconds:0} s");
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException or HttpRequestException or System.ComponentModel.Win32Exception or Journal.JournalFault)
        {
            var said = redactor.Redact(thrown.Message);
            (text, fault) = ("", said[..Math.Min(said.Length, LongestFault)]);
        }

        // The newest is at the end; what is cut off is cut before it is redacted, so that no half of a secret is left at the edge: the first line goes with it.
        // Again afterwards, for a mark may be longer than what it stands for.
        var raw = Newest(Encoding.UTF8.GetBytes(text), most);
        var redacted = Encoding.UTF8.GetBytes(redactor.Redact(Encoding.UTF8.GetString(raw.Span)));
        var content = Newest(redacted, most).ToArray();
        var cut = raw.Length < Encoding.UTF8.GetByteCount(text) || content.Length < redacted.Length;
        return (new(part.File, part.What, part.Why, content.Length, cut, fault), content);
    }

    /// <summary>The last lines, as far as they fit: bytes, for letters beyond ASCII have up to three and an archive counts no letters.</summary>
    private static ReadOnlyMemory<byte> Newest(ReadOnlyMemory<byte> text, int most)
    {
        if (text.Length <= most) return text;
        var tail = text[^Math.Max(0, most)..];
        return tail.Span.IndexOf((byte)'\n') is >= 0 and var end ? tail[(end + 1)..] : default;
    }

    private async Task AddAsync(TarWriter tar, string name, byte[] content, CancellationToken stop) =>
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"storeedge-support/{name}") { DataStream = new MemoryStream(content), ModificationTime = time.GetUtcNow(), Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite }, stop).ConfigureAwait(false);
}

using System.Globalization;
using System.Text;
using StoreEdge.Agent.Support;

namespace StoreEdge.Tests.Support;

public sealed class SupportBundleSizeTests
{
    [Fact]
    public async Task A_log_in_letters_of_three_bytes_that_does_not_pack_fits_and_its_newest_line_is_there()
    {
        var random = new Random(1);
        var log = new StringBuilder();
        for (var line = 0; line < 90_000; line++)
        {
            for (var i = 0; i < 60; i++) log.Append((char)random.Next(0x4E00, 0x9FA0));
            log.Append('\n');
        }

        var (manifest, size) = await WriteAsync(new([]), ("log.txt", log + "the newest\n"));
        Assert.InRange(size, 1_000_000, SupportBundle.MostBytes);
        Assert.True(manifest.Files[0].Cut);
    }

    [Fact]
    public async Task Marks_that_are_longer_than_what_they_stand_for_take_no_room_from_the_others()
    {
        var names = string.Concat(Enumerable.Repeat("ana\n", 1_300_000));
        var (manifest, size) = await WriteAsync(new(["ana"]), ("first.txt", names), ("second.txt", names), ("third.txt", "short\n"));
        Assert.InRange(size, 1, SupportBundle.MostBytes);
        Assert.InRange(manifest.Files.Sum(f => (long)f.Bytes), 1_000_000, SupportBundle.MostBytes);
        Assert.Equal([true, true, false], manifest.Files.Select(f => f.Cut));
        Assert.Equal(6, manifest.Files[2].Bytes);
        Assert.All(manifest.Files, f => Assert.Null(f.Fault));
    }

    [Fact]
    public async Task A_fault_that_is_told_at_great_length_does_not_fill_the_archive()
    {
        var random = new Random(2);
        var message = string.Concat(Enumerable.Range(0, 3_000_000).Select(_ => (char)random.Next(0x4E00, 0x9FA0)));
        using var output = new MemoryStream();
        var manifest = await new SupportBundle([new("disk.txt", "what", "why", _ => throw new IOException(message))], new([]), TimeProvider.System).WriteAsync(output, CancellationToken.None);
        Assert.InRange(output.Length, 1, 100_000);
        Assert.StartsWith(message[..100], manifest.Files[0].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_cut_begins_with_a_whole_line()
    {
        var log = string.Concat(Enumerable.Range(0, 600_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"n\u00e4\u00e4 {i:D7}\n")));
        var (manifest, _) = await WriteAsync(new([]), ("log.txt", log));
        Assert.True(manifest.Files[0].Cut);
        Assert.Equal(0, manifest.Files[0].Bytes % Encoding.UTF8.GetByteCount("n\u00e4\u00e4 0000000\n"));
    }

    private static async Task<(BundleManifest Manifest, long Size)> WriteAsync(Redactor redactor, params (string File, string Text)[] parts)
    {
        using var output = new MemoryStream();
        var manifest = await new SupportBundle([.. parts.Select(p => new BundlePart(p.File, "what", "why", _ => Task.FromResult(p.Text)))], redactor, TimeProvider.System).WriteAsync(output, CancellationToken.None);
        return (manifest, output.Length);
    }
}

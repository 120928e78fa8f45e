using System.Buffers.Binary;
using System.Text;

namespace StoreEdge.SystemTests.Journal;

/// <summary>
/// What a disk may hold when the power goes: of each file everything up to its last completed sync, and of what was written since any part at all, in sectors of 512
/// bytes, each there or not by itself, so that later ones may have come through where earlier ones have not. A cut of the files themselves (a copy while they are written)
/// is milder: it keeps the order of the writes. That a file is made or deleted counts as done at once: file systems with a journal of their own (ext4, f2fs) put it
/// before any later sync.
/// </summary>
internal sealed class PowerCut
{
    private const int Sector = 512;

    private readonly Dictionary<char, Disk> files = new() { ['d'] = new(), ['w'] = new(), ['j'] = new() };
    private readonly StringBuilder line = new();

    /// <summary>What had been called kept by now.</summary>
    public Promises Promises { get; } = new();

    /// <summary>How many syncs have been seen.</summary>
    public int Syncs { get; private set; }

    /// <summary>Reads what <c>disk-trace.c</c> noted.</summary>
    public static IReadOnlyList<Note> Read(string trace)
    {
        var bytes = File.ReadAllBytes(trace);
        var notes = new List<Note>();
        for (var at = 0; at + 18 <= bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + 10));
            if (at + 18 + length > bytes.Length) break;
            notes.Add(new((char)bytes[at], (char)bytes[at + 1], BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + 2)), bytes.AsMemory(at + 18, length)));
            at += 18 + length;
        }

        return notes;
    }

    /// <summary>One more thing happens before the cut.</summary>
    public void Happens(Note note)
    {
        if (note.File == 'o')
        {
            foreach (var c in Encoding.ASCII.GetString(note.Bytes.Span))
            {
                if (c != '\n')
                {
                    line.Append(c);
                    continue;
                }

                Promises.Take(line.ToString());
                line.Clear();
            }

            return;
        }

        if (note.Op == 'S') Syncs++;
        files[note.File].Happens(note);
    }

    /// <summary>The power goes now: writes the files as they may be found.</summary>
    /// <param name="directory">Where to.</param>
    /// <param name="survives">How probable it is for a sector that was not synced to be there: 0–1.</param>
    /// <param name="chance">Draws.</param>
    public void Write(string directory, double survives, Random chance)
    {
        foreach (var (file, name) in (ReadOnlySpan<(char, string)>)[('d', "journal.db"), ('w', "journal.db-wal"), ('j', "journal.db-journal")])
            if (files[file].AfterTheCut(survives, chance) is { Length: > 0 } bytes) File.WriteAllBytes(Path.Combine(directory, name), bytes);
    }

    /// <summary>One thing that a process did to its files.</summary>
    internal sealed record Note(char Op, char File, long Offset, ReadOnlyMemory<byte> Bytes);

    private sealed class Disk
    {
        private readonly List<Note> pending = [];
        private byte[] content = [];
        private int length;

        public void Happens(Note note)
        {
            if (note.Op == 'U')
            {
                pending.Clear();
                (content, length) = ([], 0);
                return;
            }

            if (note.Op != 'S')
            {
                pending.Add(note);
                return;
            }

            foreach (var one in pending) length = Apply(one, ref content, length, _ => true);
            pending.Clear();
        }

        public byte[] AfterTheCut(double survives, Random chance)
        {
            var (bytes, size) = (content.ToArray(), length);
            foreach (var one in pending) size = Apply(one, ref bytes, size, _ => chance.NextDouble() < survives);
            return bytes[..size];
        }

        private static int Apply(Note note, ref byte[] bytes, int size, Func<long, bool> comesThrough)
        {
            if (note.Op == 'T')
            {
                if (!comesThrough(0)) return size;
                var to = (int)note.Offset;
                if (to > bytes.Length) Array.Resize(ref bytes, to);
                if (to < size) Array.Clear(bytes, to, size - to);
                return to;
            }

            var end = note.Offset + note.Bytes.Length;
            for (var at = note.Offset; at < end;)
            {
                var next = Math.Min(end, (at / Sector + 1) * Sector);
                if (comesThrough(at))
                {
                    if (next > bytes.Length) Array.Resize(ref bytes, (int)Math.Max(next, bytes.Length * 2L));
                    note.Bytes.Span[(int)(at - note.Offset)..(int)(next - note.Offset)].CopyTo(bytes.AsSpan((int)at));
                    size = Math.Max(size, (int)next);
                }

                at = next;
            }

            return size;
        }
    }
}

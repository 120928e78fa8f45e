using System.Text.Json;
using System.Text.Json.Serialization;
using StoreEdge.Linux.Files;

namespace StoreEdge.Agent.Satellites;

/// <summary>One satellite that this store has paired with.</summary>
/// <param name="Name">Its name, as in <c>satellite:NAME/RECEIVER</c>.</param>
/// <param name="Fingerprint">Of its certificate.</param>
/// <param name="Since">When.</param>
/// <param name="Ended">When it was unpaired or paired anew; null while it may connect.</param>
internal sealed record Pairing(string Name, string Fingerprint, DateTimeOffset Since, DateTimeOffset? Ended);

/// <summary>
/// Which satellites may connect: a file in the state directory that <c>storeedge satellite</c> writes and the agent reads again whenever it changed, so that who is
/// unpaired is out within a second. Ended pairings stay, so that a satellite that tries again can be told apart from a stranger.
/// </summary>
internal sealed class Pairings(string stateDirectory)
{
    /// <summary>As many satellites as one store may have; each holds a thread of TLS and a copy of the enrolment list.</summary>
    public const int Most = 16;

    private const int MostRemembered = 64;
    private readonly Lock gate = new();
    private (DateTime Written, long Length) seen;
    private IReadOnlyList<Pairing> known = [];

    private string PathOfFile => Path.Combine(Folder(stateDirectory), "paired.json");

    /// <summary>Where all of it lies; made where it is not there.</summary>
    public static string Folder(string stateDirectory)
    {
        var folder = Path.Combine(stateDirectory, "satellites");
        if (Directory.Exists(folder)) return folder;
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileOwner.SameAs(stateDirectory, folder);
        return folder;
    }

    /// <summary>All of them, ended ones included, as of now.</summary>
    /// <exception cref="InvalidDataException">The file is there and cannot be understood.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<Pairing> Read()
    {
        var file = new FileInfo(PathOfFile);
        lock (gate)
        {
            if (!file.Exists)
            {
                seen = default;
                return known = [];
            }

            if ((file.LastWriteTimeUtc, file.Length) == seen) return known;
            try
            {
                var read = JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), SatelliteJson.Default.PairingDocument)?.Satellites ?? [];
                // What is written as null passes the serializer, whatever the types say.
                if (read.Any(p => p is not { Name: not null, Fingerprint: not null })) throw new JsonException("a pairing without name or fingerprint");
                known = read;
            }
            catch (JsonException fault)
            {
                throw new InvalidDataException($"{file.FullName} cannot be understood ({fault.Message}); delete it, and pair the satellites again");
            }

            seen = (file.LastWriteTimeUtc, file.Length);
            return known;
        }
    }

    /// <summary>Whose certificate this is: one that may connect, else one that might once, else null.</summary>
    public Pairing? Find(string fingerprint) => Read().Where(p => p.Fingerprint == fingerprint).OrderBy(p => p.Ended is not null).FirstOrDefault();

    /// <summary>Lets a certificate in under a name; an earlier one of that name is out.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="Most"/> already.</exception>
    public void Add(string name, string fingerprint, DateTimeOffset now)
    {
        var others = Ended(name, now);
        if (others.Count(p => p.Ended is null) >= Most) throw new InvalidOperationException($"{Most} satellites are paired, and more are not allowed; unpair one with storeedge satellite unpair NAME");
        Write([.. others, new(name, fingerprint, now, null)]);
    }

    /// <summary>Shuts out the satellite of a name.</summary>
    /// <returns>False where none of that name is paired.</returns>
    public bool Remove(string name, DateTimeOffset now)
    {
        if (!Read().Any(p => p.Name == name && p.Ended is null)) return false;
        Write(Ended(name, now));
        return true;
    }

    private List<Pairing> Ended(string name, DateTimeOffset now) => [.. Read().Select(p => p.Name == name && p.Ended is null ? p with { Ended = now } : p)];

    private void Write(List<Pairing> all)
    {
        var kept = all.Where(p => p.Ended is not null).OrderByDescending(p => p.Ended).Take(MostRemembered).Reverse().Concat(all.Where(p => p.Ended is null));
        DurableFile.Replace(PathOfFile, JsonSerializer.SerializeToUtf8Bytes(new PairingDocument([.. kept]), SatelliteJson.Default.PairingDocument));
        FileOwner.SameAs(stateDirectory, PathOfFile);
    }
}

/// <summary>The content of <see cref="Pairings"/>' file.</summary>
internal sealed record PairingDocument(IReadOnlyList<Pairing> Satellites);

/// <summary>What a satellite is given: the only file it needs beside its own configuration. A secret.</summary>
/// <param name="Name">Its name at the store.</param>
/// <param name="Store">Where the store listens, HOST:PORT.</param>
/// <param name="StoreFingerprint">By which it knows the store.</param>
/// <param name="Certificate">Its own, PEM.</param>
/// <param name="Key">Its own, PEM.</param>
internal sealed record PairingFile(string Name, string Store, string StoreFingerprint, string Certificate, string Key)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static PairingFile Read(string path)
    {
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(path), SatelliteJson.Default.PairingFile) is { Name: not null, Store: not null, StoreFingerprint.Length: 64, Certificate: not null, Key: not null } file) return file;
        }
        catch (JsonException)
        {
            // As good as empty.
        }

        throw new InvalidDataException($"{path} is no pairing; make one on the store's machine with  storeedge satellite pair NAME --out FILE");
    }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, SatelliteJson.Default.PairingFile);
}

/// <summary>How the files of satellites are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PairingDocument))]
[JsonSerializable(typeof(PairingFile))]
internal sealed partial class SatelliteJson : JsonSerializerContext;

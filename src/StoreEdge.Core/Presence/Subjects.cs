using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Presence;

/// <summary>Who is followed, each under one name at a time: a visit keeps the pseudonym that it began with, the next one has that of the key in force.</summary>
/// <param name="receivers">How many receivers there are.</param>
/// <param name="options">The rules.</param>
/// <param name="namesOf">Under which pseudonyms a subject may be known, the one in force first; null where keys do not rotate.</param>
internal sealed class Subjects(int receivers, PresenceOptions options, SubjectNames? namesOf)
{
    private readonly Dictionary<Pseudonym, Track> tracks = [];
    private readonly List<Pseudonym> forgotten = [];

    internal int Count => tracks.Count;

    internal Dictionary<Pseudonym, Track>.ValueCollection All => tracks.Values;

    /// <summary>Finds a subject or begins to follow them; false beyond <see cref="PresenceOptions.MaximumSubjects"/>.</summary>
    internal bool TryFollow(Pseudonym subject, Instant now, out Track track)
    {
        track = Find(subject, now, out var name)!;
        if (track is null && tracks.Count < options.MaximumSubjects) track = Add(name);
        return track is not null;
    }

    internal Track FindOrAdd(Pseudonym subject, Instant now) => Find(subject, now, out var name) ?? Add(name);

    internal bool TryAdd(Track track) => tracks.TryAdd(track.Subject, track);

    /// <summary>What is known of a subject, under whichever of their names; and the name under which they would be followed anew.</summary>
    internal Track? Find(Pseudonym subject, Instant now, out Pseudonym name)
    {
        name = subject;
        var names = namesOf is null ? [] : namesOf(subject);
        if (names.Length < 2) return tracks.GetValueOrDefault(subject);
        name = names[0];
        foreach (var one in names)
        {
            if (!tracks.TryGetValue(one, out var track)) continue;
            if (one == name || track.Present || (track.HasVisit && now - track.Left <= options.ReentryGrace)) return track;
            // The visit under the former name is over for good: whatever comes has the new one.
            tracks.Remove(one);
            tracks.Add(name, track);
            track.Subject = name;
            return track;
        }

        return null;
    }

    /// <summary>To be forgotten with the next <see cref="Sweep"/>; may be called while all are gone through.</summary>
    internal void Forget(Track track) => forgotten.Add(track.Subject);

    /// <summary>Forgets; tells how many of them were furniture.</summary>
    internal int Sweep()
    {
        var furniture = 0;
        foreach (var subject in forgotten)
            if (tracks.Remove(subject, out var track) && track.Furniture)
                furniture++;
        forgotten.Clear();
        return furniture;
    }

    private Track Add(Pseudonym subject)
    {
        var track = new Track(subject, receivers);
        tracks.Add(subject, track);
        return track;
    }
}

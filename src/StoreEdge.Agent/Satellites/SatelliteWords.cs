using System.Text;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Satellites;

/// <summary>One function each way for each word. Whatever is not as agreed is a <see cref="FormatException"/>.</summary>
internal static class SatelliteWords
{
    /// <summary>Of the wire. A change that the other side would not understand raises it.</summary>
    public const byte Version = 1;

    /// <summary>From the satellite: a portion of sightings is some kB.</summary>
    public const int MostFromSatellite = 64 * 1024;

    /// <summary>From the store: 100,000 customers make an enrolment list of about 15 MB.</summary>
    public const int MostFromStore = 64 * 1024 * 1024;

    public const int MostReceivers = 16, MostInPortion = 256;

    public static byte[] Write(Hello hello) => FrameReader.Make(FrameKind.Hello, body =>
    {
        body.Byte(hello.Version);
        body.Text(hello.Program);
        body.Byte((byte)hello.Receivers.Count);
        foreach (var receiver in hello.Receivers) body.Text(receiver);
    });

    public static Hello ReadHello(ReadOnlySpan<byte> frame)
    {
        var body = new FrameBodyReader(frame);
        // What follows is only known for our own version.
        if (body.Byte("the version") is var version && version != Version) return new(version, "", []);
        var (program, count) = (body.Text("the program's version"), body.Byte("the number of receivers"));
        if (count > MostReceivers) throw new FormatException($"{count} receivers, where {MostReceivers} are allowed");
        var receivers = new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            var name = body.Text("a receiver's name");
            if (!NameRule.HoldsForReceiver(name) || receivers.Contains(name)) throw new FormatException("a receiver's name that is none, or is said twice");
            receivers.Add(name);
        }

        body.End();
        return new(version, program, receivers);
    }

    public static byte[] Write(IReadOnlyCollection<HeardElsewhere> heard) => FrameReader.Make(FrameKind.Sightings, body =>
    {
        body.UInt16(heard.Count);
        foreach (var (receiver, sighting) in heard)
        {
            body.Byte((byte)receiver);
            body.Byte((byte)sighting.Rssi);
            body.Byte((byte)sighting.Assurance);
            body.Int64(sighting.At.Nanoseconds);
            body.Text(sighting.Subject.Value);
            body.Text(sighting.Household?.Value ?? "");
            body.Byte((byte)sighting.Suspicion);
            body.Text(sighting.Proof ?? "");
        }
    });

    public static List<HeardElsewhere> ReadSightings(ReadOnlySpan<byte> frame, int receivers)
    {
        var body = new FrameBodyReader(frame);
        var count = body.UInt16("the number of sightings");
        if (count > MostInPortion) throw new FormatException($"{count} sightings at once, where {MostInPortion} are allowed");
        var heard = new List<HeardElsewhere>(count);
        for (var i = 0; i < count; i++)
        {
            int receiver = body.Byte("a receiver");
            if (receiver >= receivers) throw new FormatException($"receiver {receiver} of {receivers}");
            var (rssi, assurance) = ((sbyte)body.Byte("an RSSI"), (Assurance)body.Byte("an assurance"));
            if (rssi is (< -127 or > 20) and not Sighting.RssiUnknown) throw new FormatException($"an RSSI of {rssi} dBm");
            if (assurance is < Assurance.Low or > Assurance.High) throw new FormatException($"an assurance of {(int)assurance}");
            var at = new Instant(body.Instant());
            var (subject, household) = (body.Text("a subject"), body.Text("a household"));
            var (suspicion, proof) = ((Suspicion)body.Byte("a suspicion"), body.Text("a proof"));
            if (suspicion > Suspicion.Cloned) throw new FormatException($"a suspicion of {(int)suspicion}");
            // They become part of events and topics: only what a pseudonym may look like.
            if (!NameRule.Holds(subject) || !IsNameOrNone(household) || !IsNameOrNone(proof)) throw new FormatException("a subject that is no pseudonym");
            heard.Add(new(
                receiver, new(new(subject), default, rssi, at, assurance, household.Length > 0 ? new Pseudonym(household) : null, suspicion, proof.Length > 0 ? proof : null)));
        }

        body.End();
        return heard;
    }

    public static byte[] Write(SatelliteState state) => FrameReader.Make(FrameKind.State, body =>
    {
        body.Int64(state.Dropped);
        body.Byte((byte)state.Receivers.Count);
        foreach (var receiver in state.Receivers)
        {
            body.Byte(receiver.Sees ? (byte)1 : (byte)0);
            body.Text(receiver.Fault ?? "");
            var c = receiver.Counts;
            foreach (var count in (ReadOnlySpan<long>)[c.Frames, c.Advertisements, c.Enrolled, c.NotEnrolled, c.Overflowed, c.Malformed]) body.Int64(count);
            body.Byte(receiver.Heard is null ? (byte)0 : (byte)1);
            if (receiver.Heard is { } heard) body.Int64(heard);
        }
    });

    public static SatelliteState ReadState(ReadOnlySpan<byte> frame, int receivers)
    {
        var body = new FrameBodyReader(frame);
        var dropped = body.Count("the drops");
        if (body.Byte("the number of receivers") is var count && count != receivers) throw new FormatException($"the state of {count} receivers, of {receivers}");
        var states = new List<ReceiverState>(count);
        for (var i = 0; i < count; i++)
        {
            var (sees, fault) = (body.Flag("whether it sees"), body.Text("a fault"));
            const string Counter = "a counter";
            var counts = new RemoteCounts(body.Count(Counter), body.Count(Counter), body.Count(Counter), body.Count(Counter), body.Count(Counter), body.Count(Counter));
            states.Add(new(sees, fault.Length > 0 ? fault : null, counts, body.Flag("whether it heard anything") ? body.Instant() : null));
        }

        body.End();
        return new(dropped, states);
    }

    public static byte[] Write(Ping ping) => FrameReader.Make(FrameKind.Ping, body =>
    {
        body.Int64(ping.Sent);
        body.Int64(ping.UtcTicks);
    });

    public static Ping ReadPing(ReadOnlySpan<byte> frame)
    {
        var body = new FrameBodyReader(frame);
        var ping = new Ping(body.Instant(), Ticks(ref body));
        body.End();
        return ping;
    }

    public static byte[] Write(Pong pong) => FrameReader.Make(FrameKind.Pong, body =>
    {
        foreach (var number in (ReadOnlySpan<long>)[pong.Sent, pong.Taken, pong.Answered, pong.UtcTicks]) body.Int64(number);
    });

    public static Pong ReadPong(ReadOnlySpan<byte> frame)
    {
        var body = new FrameBodyReader(frame);
        var pong = new Pong(body.Instant(), body.Instant(), body.Instant(), Ticks(ref body));
        body.End();
        return pong;
    }

    public static byte[] WriteWelcome(string store) => FrameReader.Make(FrameKind.Welcome, body =>
    {
        body.Byte(Version);
        body.Text(store);
    });

    public static (byte Version, string Store) ReadWelcome(ReadOnlySpan<byte> frame)
    {
        var body = new FrameBodyReader(frame);
        return (body.Byte("the version"), body.Text("the store"));
    }

    /// <summary>Who is known, and under which key.</summary>
    public static byte[] WriteKnown(string key, ReadOnlyMemory<byte> document) => FrameReader.Make(FrameKind.Known, body =>
    {
        var utf8 = Encoding.UTF8.GetBytes(key);
        body.UInt16(utf8.Length);
        body.Rest(utf8);
        body.Rest(document.Span);
    });

    public static (string Key, byte[] Document) ReadKnown(ReadOnlySpan<byte> frame)
    {
        var body = new FrameBodyReader(frame);
        var length = body.UInt16("the length of the key");
        var rest = body.Rest();
        if (rest.Length < length) throw new FormatException("it ends within the key");
        return (Encoding.UTF8.GetString(rest[..length]), rest[length..].ToArray());
    }

    public static byte[] WriteGoodbye(GoodbyeReason reason, string why) => FrameReader.Make(FrameKind.Goodbye, body =>
    {
        body.Byte((byte)reason);
        body.Text(why);
    });

    public static (GoodbyeReason Reason, string Why) ReadGoodbye(ReadOnlySpan<byte> frame)
    {
        var body = new FrameBodyReader(frame);
        return ((GoodbyeReason)body.Byte("the reason"), body.Text("why"));
    }

    private static bool IsNameOrNone(string text) => text.Length == 0 || NameRule.Holds(text);

    private static long Ticks(ref FrameBodyReader body) =>
        body.Count("a wall clock") is var ticks && ticks <= DateTime.MaxValue.Ticks ? ticks : throw new FormatException("a wall clock beyond the year 9999");
}

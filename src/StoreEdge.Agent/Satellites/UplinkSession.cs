using System.Threading.Channels;
using StoreEdge.Agent.Hosting;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;

namespace StoreEdge.Agent.Satellites;

/// <summary>One connection to the store, seen from the satellite.</summary>
internal sealed class UplinkSession(Stream stream, SensingLoop sensing, BorrowedRegistry registry, StoreTime storeTime, Func<long> dropped, TimeProvider time)
{
    /// <summary>Some seconds of a busy shop; beyond it the link is too slow, and what waits would come too late.</summary>
    private const int MostWaiting = 64;

    /// <summary>The store asks for the time every second.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3), WriteTime = TimeSpan.FromSeconds(5);

    private readonly Channel<byte[]> outgoing = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>Says who this is.</summary>
    public async Task GreetAsync(CancellationToken stop) =>
        await stream.WriteAsync(SatelliteWords.Write(new Hello(SatelliteWords.Version, ProgramVersion.Text, [.. sensing.Status.Select(s => s.Place.Id.Value)])), stop).ConfigureAwait(false);

    /// <summary>Puts a frame on its way.</summary>
    /// <returns>False where too many wait.</returns>
    public bool TrySend(byte[] frame) => outgoing.Writer.TryWrite(frame);

    /// <summary>Tells how the receivers are.</summary>
    public void SendState() => TrySend(SatelliteWords.Write(new SatelliteState(dropped(), [.. sensing.Status.Select(s => new ReceiverState(
        s.Connected && s.Blind is null, s.Blind?.Why ?? s.Fault, new(s.Frames, s.Advertisements, s.Enrolled, s.NotEnrolled, s.Overflowed, s.Malformed), s.LastHeard?.Nanoseconds))])));

    /// <summary>Runs until one side ends it.</summary>
    /// <param name="welcomed">Called once the store has let us in.</param>
    /// <param name="stop">Says goodbye first.</param>
    public async Task<UplinkEnd> RunAsync(Action welcomed, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(Silence, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        var reader = new FrameReader(stream, SatelliteWords.MostFromStore, () => deadline.CancelAfter(Silence));
        var writing = WriteAsync(over);
        try
        {
            while (await reader.ReadAsync(over.Token).ConfigureAwait(false) is { } frame)
                if (Take(frame, welcomed) is { } end) return end;
            return Lost("the store ended the connection");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Lost($"nothing came from the store for {Silence.TotalSeconds:0} s");
        }
        catch (IOException fault)
        {
            return Lost(fault.Message);
        }
        catch (FormatException fault)
        {
            return new($"The store sent what a store does not: {fault.Message}. The connection was closed.", "Bring both machines to the same version of StoreEdge.", IsFinal: true);
        }
        finally
        {
            outgoing.Writer.TryComplete();
            await over.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested) await SayGoodbyeAsync().ConfigureAwait(false);
        }
    }

    private static UplinkEnd Lost(string why) => new($"The connection to the store was lost: {why}.", "None if it passes: it is sought again by itself. If it repeats, look at the network between the two.");

    private UplinkEnd? Take(Frame frame, Action welcomed)
    {
        switch (frame.Kind)
        {
            case FrameKind.Welcome:
                if (SatelliteWords.ReadWelcome(frame.Body.Span).Version is var version && version != SatelliteWords.Version) throw new FormatException($"version {version} of the wire");
                welcomed();
                SendState();
                return null;
            case FrameKind.Ping:
                var taken = Instant.Now(time).Nanoseconds;
                var ping = SatelliteWords.ReadPing(frame.Body.Span);
                storeTime.Set(ping.UtcTicks);
                TrySend(SatelliteWords.Write(new Pong(ping.Sent, taken, Instant.Now(time).Nanoseconds, time.GetUtcNow().UtcTicks)));
                return null;
            case FrameKind.Known:
                var (key, document) = SatelliteWords.ReadKnown(frame.Body.Span);
                registry.Take(key, document);
                return null;
            case FrameKind.Goodbye:
                return Dismissed(SatelliteWords.ReadGoodbye(frame.Body.Span));
            default:
                throw new FormatException($"a frame of kind {(byte)frame.Kind}");
        }
    }

    private UplinkEnd Dismissed((GoodbyeReason Reason, string Why) goodbye)
    {
        switch (goodbye.Reason)
        {
            case GoodbyeReason.NotPaired:
                registry.Forget();
                return new("The store does not know this satellite: it was never paired, or is no longer. What it knew of customers is forgotten.",
                    "On the store's machine: storeedge satellite pair NAME --out FILE, and take the file here.", IsFinal: true);
            case GoodbyeReason.Replaced:
                return new("Another device connected to the store as this satellite.", "Find the second device with this pairing, and give it one of its own.", IsFinal: true);
            case GoodbyeReason.OtherVersion or GoodbyeReason.NotUnderstood:
                return new($"The store does not understand this satellite: {goodbye.Why}.", "Bring both machines to the same version of StoreEdge.", IsFinal: true);
            default:
                return Lost(goodbye.Why);
        }
    }

    private async Task WriteAsync(CancellationTokenSource over)
    {
        try
        {
            await foreach (var frame in outgoing.Reader.ReadAllAsync(over.Token).ConfigureAwait(false))
            {
                using var patience = new CancellationTokenSource(WriteTime, time);
                await stream.WriteAsync(frame, patience.Token).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The reader says why; where only writing stalls it would not notice by itself.
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task SayGoodbyeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        try
        {
            await stream.WriteAsync(SatelliteWords.WriteGoodbye(GoodbyeReason.Stopping, "the satellite stops"), patience.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The store notices by itself.
        }
    }
}

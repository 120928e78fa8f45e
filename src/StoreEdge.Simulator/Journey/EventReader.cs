using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using StoreEdge.Contracts;

namespace StoreEdge.Simulator.Journey;

/// <summary>
/// Messages become events. Whatever a store may send, it costs a bounded amount of memory, and one event that cannot be read stops no other: what is wrong is
/// said to <paramref name="malformed"/>.
/// </summary>
internal sealed class EventReader(Action<string> malformed, TimeProvider time)
{
    /// <summary>The largest envelope, bytes. A gap of 500 ranges is 20 kB, a decision a few; what is larger is no event of this contract.</summary>
    public const int LargestEvent = 64 * 1024;

    /// <summary>The most events of one batch, by its schema.</summary>
    public const int MostOfBatch = 500;

    /// <summary>The largest batch unpacked, bytes. 500 events of 0.6 kB are 0.3 MB; gzip can make 1,000 bytes of one, so the packed size says nothing.</summary>
    public const int LargestBatch = 4 * 1024 * 1024;

    /// <summary>JSON carries integers exactly up to here, and an acknowledgement is one.</summary>
    public const long HighestSeq = (1L << 53) - 1;

    /// <summary>The event of a message on its own topic.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public ReceivedEvent Single(string storeId, string type, ReadOnlyMemory<byte> payload)
    {
        var received = Read(storeId, payload.Length > LargestEvent ? throw TooLarge(payload.Length) : payload.ToArray());
        return received.Envelope.Type == type ? received : throw new FormatException($"the envelope is of type '{received.Envelope.Type}', the topic of '{type}'");
    }

    /// <summary>The events of a batch, in its order; those that are none are left out.</summary>
    /// <exception cref="FormatException">The whole is no batch; the message says why.</exception>
    public IReadOnlyList<ReceivedEvent> Batch(string storeId, ReadOnlyMemory<byte> gzip)
    {
        try
        {
            using var document = JsonDocument.Parse(Unpack(gzip));
            if (document.RootElement.ValueKind != JsonValueKind.Array) throw new FormatException("the batch is not a list of envelopes");
            if (document.RootElement.GetArrayLength() is 0 or > MostOfBatch) throw new FormatException($"the batch is of {document.RootElement.GetArrayLength()} events; allowed: 1–{MostOfBatch}");
            var events = new List<ReceivedEvent>(document.RootElement.GetArrayLength());
            foreach (var (i, item) in document.RootElement.EnumerateArray().Index())
            {
                try
                {
                    var utf8 = JsonMarshal.GetRawUtf8Value(item);
                    events.Add(Read(storeId, utf8.Length > LargestEvent ? throw TooLarge(utf8.Length) : utf8.ToArray()));
                }
                catch (FormatException fault)
                {
                    malformed(string.Create(CultureInfo.InvariantCulture, $"event {i} of a batch: {fault.Message}"));
                }
            }

            return events;
        }
        catch (JsonException fault)
        {
            throw new FormatException($"the batch is not JSON: {fault.Message}", fault);
        }
        catch (InvalidDataException fault)
        {
            throw new FormatException($"the batch is not a gzip: {fault.Message}", fault);
        }
    }

    private ReceivedEvent Read(string storeId, byte[] utf8)
    {
        var envelope = EventEnvelope.Parse(utf8);
        if (envelope.StoreId != storeId) throw new FormatException($"the envelope is of store '{envelope.StoreId}', the topic of '{storeId}'");
        if (envelope.Seq is < 1 or > HighestSeq) throw new FormatException($"'sequence' is {envelope.Seq}; allowed: 1–{HighestSeq}");
        try
        {
            var data = ContractsJson.Read(envelope.Type, envelope.Data.Span);
            if (data is GapData gap) Check(gap, envelope);
            return new(envelope, data, utf8, time.GetUtcNow());
        }
        catch (FormatException fault)
        {
            // A type that a newer store says is no fault of the store's: it is kept as it is.
            malformed(fault.Message);
            return new(envelope, null, utf8, time.GetUtcNow()) { Fault = EventTypes.All.Contains(envelope.Type) ? fault.Message : null };
        }
    }

    /// <summary>A gap counts as held, so a wrong one would have events acknowledged that nobody holds.</summary>
    private static void Check(GapData gap, EventEnvelope envelope)
    {
        if (gap.Ranges.Count is 0 or > GapData.MostRanges) throw new FormatException($"the data of 'gap' has {gap.Ranges.Count} ranges; allowed: 1–{GapData.MostRanges}");
        foreach (var range in gap.Ranges)
        {
            if (range.From < 1 || range.To < range.From || range.To > HighestSeq) throw new FormatException($"the data of 'gap' has the range {range.From}–{range.To}");
            if (gap.Epoch == envelope.Epoch && range.To >= envelope.Seq) throw new FormatException($"the data of 'gap' gives up {range.To}, but its own number is {envelope.Seq}");
        }
    }

    private static ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> gzip)
    {
        if (!MemoryMarshal.TryGetArray(gzip, out var packed)) packed = gzip.ToArray();
        using var unzip = new GZipStream(new MemoryStream(packed.Array!, packed.Offset, packed.Count, writable: false), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var chunk = new byte[32 * 1024];
        int read;
        while ((read = unzip.Read(chunk)) > 0)
        {
            if (plain.Length + read > LargestBatch) throw new FormatException($"the batch unpacks to more than {LargestBatch} bytes");
            plain.Write(chunk, 0, read);
        }

        return plain.GetBuffer().AsMemory(0, (int)plain.Length);
    }

    private static FormatException TooLarge(int bytes) => new($"an event of {bytes} bytes; allowed: {LargestEvent}");
}

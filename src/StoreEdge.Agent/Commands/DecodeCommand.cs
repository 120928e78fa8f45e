using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using StoreEdge.Core.Sightings;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge decode</c>: hexadecimal lines on standard input, one JSON object per advertisement on standard output.</summary>
internal static class DecodeCommand
{
    internal static Command Create()
    {
        var advertisingData = new Option<bool>("--ad") { Description = "Lines are advertising payloads (AD structures) instead of HCI events (043e…)." };
        var command = new Command("decode", "Decode hexadecimal HCI events from standard input, one a line, to JSON, one object an advertisement.") { advertisingData };
        command.SetAction(parsed =>
        {
            using var input = Console.OpenStandardInput();
            using var output = Console.OpenStandardOutput();
            return Run(input, output, parsed.GetValue(advertisingData), parsed.InvocationConfiguration.Error);
        });
        return command;
    }

    internal static int Run(Stream input, Stream output, bool advertisingDataOnly, TextWriter error)
    {
        try
        {
            using var decoder = new LineDecoder(output, advertisingDataOnly);
            decoder.Run(input);
            return 0;
        }
        catch (IOException broken)
        {
            error.WriteLine($"Reading or writing failed: {broken.Message}");
            return 2;
        }
    }
}

/// <summary>Decodes line by line; a malformed line gives an error object and the next line is read. Output is flushed whenever the input pauses.</summary>
internal sealed class LineDecoder(Stream output, bool advertisingDataOnly) : IDisposable
{
    // The longest HCI event is 258 bytes and the longest advertising data 1,650: four digits and blanks for each fit ten times over.
    private const int LongestLine = 64 * 1024;
    private readonly ArrayBufferWriter<byte> written = new(64 * 1024);
    private readonly FragmentAssembler assembler = new();
    private readonly byte[] packet = new byte[2048];
    private readonly Utf8JsonWriter json = new(Stream.Null);

    public void Run(Stream input)
    {
        var buffer = new byte[LongestLine];
        int end = 0, read;
        var overlong = false;
        while ((read = input.Read(buffer, end, buffer.Length - end)) > 0)
        {
            end += read;
            var start = 0;
            while (buffer.AsSpan(start, end - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                if (!overlong) Decode(buffer.AsSpan(start, length));
                overlong = false;
                start += length + 1;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            if (end == buffer.Length)
            {
                if (!overlong) Error($"the line is longer than {LongestLine} characters", packet.Length);
                overlong = true;
                end = 0;
            }

            Flush();
        }

        if (end > 0 && !overlong) Decode(buffer.AsSpan(0, end));
        if (assembler.Pending > 0) Error($"{assembler.Pending} advertisements still lack fragments at the end of the input", 0);
        Flush();
    }

    public void Dispose() => json.Dispose();

    private void Decode(ReadOnlySpan<byte> line)
    {
        if (line.TrimEnd("\r \t"u8).IsEmpty) return;
        if (!HexLine.TryRead(line, packet, out var length, out var error)) Error(error!, length);
        else if (advertisingDataOnly) DecodePayload(packet.AsSpan(0, length));
        else DecodeEvent(packet.AsSpan(0, length));
    }

    private void DecodePayload(ReadOnlySpan<byte> payload)
    {
        if (!AdvertisementDecoder.TryDecode(payload, out var frame, out var fault))
        {
            Error(fault.Message, fault.Offset);
            return;
        }

        Start();
        AdvertisementJson.WritePayload(json, frame);
        EndLine();
    }

    private void DecodeEvent(ReadOnlySpan<byte> bytes)
    {
        if (!HciEvent.TryRead(bytes, out var reports, out var fault))
        {
            Error(fault.Message, fault.Offset);
            return;
        }

        foreach (var report in reports)
        {
            if (!assembler.TryComplete(report, out var payload, out fault))
            {
                if (fault.Kind != DecodeFaultKind.None) Error(fault.Message, fault.Offset);
                continue;
            }

            if (!AdvertisementDecoder.TryDecode(payload, out var frame, out fault, report.Status == ReportDataStatus.CutShort))
            {
                // Offsets count in this line; those in an advertisement that came in several lines are bounded by the last fragment.
                var within = payload.Length - report.Data.Length;
                Error(fault.Message, report.DataOffset + Math.Max(0, fault.Offset - within));
                continue;
            }

            Start();
            AdvertisementJson.WriteReceived(json, report, frame);
            EndLine();
        }
    }

    private void Error(string message, int offset)
    {
        Start();
        AdvertisementJson.WriteError(json, message, offset);
        EndLine();
    }

    private void Start() => json.Reset(written);

    private void EndLine()
    {
        json.Flush();
        written.Write("\n"u8);
        if (written.WrittenCount > 48 * 1024) Flush();
    }

    private void Flush()
    {
        output.Write(written.WrittenSpan);
        output.Flush();
        written.ResetWrittenCount();
    }
}

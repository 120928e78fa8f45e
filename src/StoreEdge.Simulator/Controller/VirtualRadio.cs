using System.Collections.Concurrent;
using System.Globalization;
using StoreEdge.Linux.Devices;

namespace StoreEdge.Simulator.Controller;

/// <summary>
/// Plays an adapter to the kernel through /dev/vhci: answers its commands and, while it scans, hands over what is on the air. One thread does everything; orders come in lines
/// and are looked at between two packets.
/// </summary>
internal sealed class VirtualRadio(string path, LeController controller, IReadOnlyList<IEmissions> air, BeaconEmissions beacons, TextWriter output, TimeProvider time)
{
    public const string Orders = "begin ID, end ID, wedge [scan|reset], hang [reset], resume, power-glitch, hardware-error, remove, return, counts, quit";

    /// <summary>The vendor packet that creates a controller (drivers/bluetooth/hci_vhci.c): type FF, primary, no quirks. The kernel answers FF 00 and the index.</summary>
    private static readonly byte[] Create = [0xFF, 0x00];

    private const byte VendorPacket = 0xFF;
    private const int AtOnce = 64;

    /// <summary>How late an order may be noticed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<string> orders = new();
    private readonly HashSet<long> reported = [];
    private readonly byte[] buffer = new byte[1024];
    private long started = time.GetTimestamp();
    private CharacterDevice? device;
    private TimeSpan scanBegan;
    private Fault fault;
    private Cure cure;

    public RadioCounts Counts { get; } = new();

    private TimeSpan Now => time.GetElapsedTime(started);

    /// <summary>Takes one line of orders, from any thread; at most a thousand wait.</summary>
    public void Order(string line)
    {
        if (orders.Count < 1000) orders.Enqueue(line);
    }

    /// <summary>Runs until told to quit, stopped, or for that long. The calling thread is its own.</summary>
    public void Run(TimeSpan length, TimeSpan? wedgeAfter, CancellationToken stop)
    {
        Rehearse();
        started = time.GetTimestamp();
        Return();
        try
        {
            while (!stop.IsCancellationRequested && Now < length)
            {
                if (wedgeAfter is { } at && Now >= at)
                {
                    wedgeAfter = null;
                    Break(Fault.Wedged, "");
                }

                if (orders.TryDequeue(out var line) && !Obey(line)) break;
                var wait = TimeToNext();
                if (device is null) stop.WaitHandle.WaitOne(wait);
                else if (device.WaitReadable(wait)) TakePacket();
                Send();
            }
        }
        finally
        {
            device?.Dispose();
            Say($"over: {Counts}");
        }
    }

    /// <summary>A kernel gives a controller 2 s for its first answer, and a slow machine may need as long to compile the way to it: goes that way once with a device that says nothing.</summary>
    private void Rehearse()
    {
        Say($"plays an adapter through {path}; scans are answered with {(controller.IsExtended ? "extended" : "legacy")} reports");
        foreach (byte command in (ReadOnlySpan<byte>)[0x01, 0x02, 0x03, 0x09])
            new LeController(new byte[6], controller.IsExtended).Answer([0x01, command, 0x10, 0x00]);
        Send();
        using (device = CharacterDevice.Open("/dev/zero"))
        {
            device.WaitReadable(TimeToNext());
            TakePacket();
            Write([0x00]);
        }

        device = null;
    }

    private TimeSpan TimeToNext()
    {
        var wait = Patience;
        foreach (var source in air)
            if (source.NextAt is { } at && at - Now < wait) wait = at - Now;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private void TakePacket()
    {
        var length = device!.Read(buffer);
        var packet = buffer.AsSpan(0, length);
        if (length == 4 && packet[0] == VendorPacket)
        {
            Say($"hci{packet[2] | packet[3] << 8} is there");
            return;
        }

        if (fault == Fault.Hung && !(cure == Cure.Reset && LeController.IsReset(packet))) return;
        var wasScanning = controller.IsScanning;
        var answer = controller.Answer(packet);
        if (answer is null) return;
        if (fault != Fault.None && (cure == Cure.Reset && LeController.IsReset(packet) || cure == Cure.Scan && controller.IsScanning && !wasScanning)) Mend();
        if (controller.IsScanning && !wasScanning)
        {
            scanBegan = Now;
            reported.Clear();
        }

        if (controller.IsScanning != wasScanning)
            Say(controller.IsScanning
                ? string.Create(CultureInfo.InvariantCulture, $"scan on, {controller.Window * 0.625} of {controller.Interval * 0.625} ms{(controller.FiltersDuplicates ? ", each device once" : "")}")
                : "scan off");
        Write(answer);
    }

    private void Send()
    {
        foreach (var source in air)
        {
            for (var i = 0; i < AtOnce && source.NextAt is { } at && at <= Now; i++)
            {
                if (Now - at > Counts.WorstLag) Counts.WorstLag = Now - at;
                var packet = source.Take();
                if (device is null || fault != Fault.None || !controller.Listens(Now - scanBegan)) Counts.Unheard++;
                else if (controller.FiltersDuplicates && !reported.Add(SenderOf(packet))) Counts.Repeated++;
                else if (Write(packet)) Counts.Sent++;
                else Counts.Refused++;
            }
        }
    }

    // Subevent 02 has its address at 7, 0D at 8.
    private static long SenderOf(ReadOnlySpan<byte> packet)
    {
        var sender = 0L;
        foreach (var b in packet.Slice(packet[3] == 0x02 ? 7 : 8, 6)) sender = sender << 8 | b;
        return sender;
    }

    private bool Write(byte[] packet)
    {
        try
        {
            device!.Write(packet);
            return true;
        }
        catch (IOException)
        {
            // The kernel has just taken the adapter down.
            return false;
        }
    }

    private bool Obey(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return true;
        var argument = words.Length > 1 ? words[1] : "";
        switch (words[0])
        {
            case "begin": Begin(argument); break;
            case "end": Say(beacons.End(argument) ? $"ended {argument}" : $"{argument} does not send"); break;
            case "wedge": Break(Fault.Wedged, argument); break;
            case "hang": Break(Fault.Hung, argument); break;
            case "resume": Mend(); break;
            case "power-glitch":
                controller.Reset();
                Say("forgot everything, and told nobody");
                break;
            case "hardware-error":
                controller.Reset();
                if (device is not null) Write(LeController.HardwareError());
                Say("broke down inside, and said so");
                break;
            case "remove": Remove(); break;
            case "return": Return(); break;
            case "counts": Say($"counts: {Counts}"); break;
            case "quit": return false;
            default: Say($"'{line}' is no order; allowed: {Orders}"); break;
        }

        return true;
    }

    private void Begin(string id)
    {
        try
        {
            beacons.Begin(id, Now);
            Say($"began {id}");
        }
        catch (FormatException wrong)
        {
            Say(wrong.Message);
        }
    }

    private void Break(Fault what, string curedBy)
    {
        (fault, cure) = (what, curedBy switch { "scan" => Cure.Scan, "reset" => Cure.Reset, _ => Cure.Nothing });
        Say(what == Fault.Wedged ? "wedged: answers, but reports nothing" : "hangs: answers nothing");
    }

    private void Mend()
    {
        if (fault != Fault.None) Say("works again");
        fault = Fault.None;
    }

    private void Remove()
    {
        device?.Dispose();
        device = null;
        controller.Reset();
        Say("removed");
    }

    private void Return()
    {
        if (device is not null) return;
        controller.Reset();
        Mend();
        device = CharacterDevice.Open(path);
        device.Write(Create);
    }

    private void Say(string what)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():HH:mm:ss.fff} {what}"));
        output.Flush();
    }
}

using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing;
using StoreEdge.Agent.Sensing.Bluetooth;
using StoreEdge.Core;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Presence;
using StoreEdge.Core.Sightings;
using StoreEdge.Linux.Bluetooth;
using StoreEdge.Tests.Linux.Bluetooth;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Sensing.Bluetooth;

/// <summary>A receiver on a kernel that is played, with a fixed beacon and a customer in the air where the test wants them.</summary>
internal sealed class RadioScene : IDisposable
{
    public const string FixedBeacon = "0201061AFF4C000215E2C56DB5DFFB48D2B060D0F5A71096E000090009C5";

    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("storeedge-radio-");
    private readonly List<(double At, bool Blind)> blindness = [];

    public RadioScene(double seconds)
    {
        Kernel = new(Clock, TimeSpan.FromSeconds(seconds));
        Health = new(Clock, NullLogger<HealthBoard>.Instance);
        Assert.True(BeaconId.TryParse("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/9/9", out var canary));
        Assert.True(BeaconId.TryParse("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1/2", out var customer));
        bool Find(in Heard heard, out BeaconOwner owner)
        {
            var beacon = heard.Beacon;
            owner = new(new("k1-somebody"), beacon == canary ? BeaconRole.Fixed : BeaconRole.Customer, Assurance.Low, null);
            return beacon == canary || beacon == customer;
        }

        Receiver = new(ReceiverPlace.Uncalibrated(new("door"), new("entrance"), ReceiverSide.Inside), Find, Sightings.Writer);
        Repairs = new(
            a => Kernel.Adapters.TryGetValue(a, out var adapter) ? adapter.RfKill : RfKillState.Unknown,
            a => Act($"unblock {a}", () => Kernel.Adapters[a].RfKill = RfKillState.Free),
            a => Act($"up {a}", () => { }), a => Act($"down {a}", () => { }), a => Act($"reset {a}", () => { }));
    }

    public ManualClock Clock { get; } = new();

    public FakeKernel Kernel { get; }

    public HealthBoard Health { get; }

    public Receiver Receiver { get; }

    public Channel<Sighting> Sightings { get; } = Channel.CreateBounded<Sighting>(100_000);

    public AdapterRepairs Repairs { get; set; }

    public RadioOptions Options { get; set; } = new();

    public List<string> Acts { get; } = [];

    public string Wrong { get; set; } = "";

    public string? Fault => Health.Warnings.FirstOrDefault(w => w.Code == "receiver-fault:door")?.Text;

    /// <summary>Puts a fixed beacon on the air, twice a second.</summary>
    public RadioScene WithCanary(double every = 0.5)
    {
        Kernel.Every(every, () => Kernel.Advertise(Frames.Bytes(FixedBeacon)), from: 0.25);
        return this;
    }

    /// <summary>Plays it.</summary>
    public RadioScene Run(string choice = "hci0")
    {
        Kernel.Every(0.1, () => Note(Receiver.BlindAt(Instant.Now(Clock)) is not null));
        Assert.Throws<OperationCanceledException>(() => Radio(choice).Run());
        return this;
    }

    /// <summary>Plays it with the raw channel.</summary>
    public RadioScene RunRaw(string choice = "hci0")
    {
        Kernel.Every(0.1, () => Note(Receiver.BlindAt(Instant.Now(Clock)) is not null));
        Assert.Throws<OperationCanceledException>(RawRadio(choice).Run);
        return this;
    }

    public HciRadio RawRadio(string choice = "hci0")
    {
        Assert.True(AdapterChoice.TryParse(choice, out var adapter));
        return new(Kernel, Kernel.OpenRaw, adapter, Options, Receiver, Repairs, Clock, Health, NullLogger.Instance);
    }

    public MgmtRadio Radio(string choice = "hci0")
    {
        Assert.True(AdapterChoice.TryParse(choice, out var adapter));
        return new(Kernel, adapter, Options, Receiver, new(Path.Combine(state.FullName, "monitor-door"), "this-boot"), Repairs, Clock, Health, NullLogger.Instance);
    }

    /// <summary>When the receiver was blind, to a tenth of a second.</summary>
    public IReadOnlyList<(double From, double To)> Blind
    {
        get
        {
            var spans = new List<(double, double)>();
            for (var i = 0; i < blindness.Count; i++)
                if (blindness[i].Blind) spans.Add((blindness[i].At, i + 1 < blindness.Count ? blindness[i + 1].At : double.PositiveInfinity));
            return spans;
        }
    }

    public void Dispose() => state.Delete(recursive: true);

    private void Note(bool blind)
    {
        if (blindness.Count == 0 ? blind : blindness[^1].Blind != blind) blindness.Add((Math.Round(Kernel.Now, 1), blind));
    }

    private string? Act(string what, Action done)
    {
        Acts.Add(what);
        if (Wrong.Length > 0) return Wrong;
        done();
        return null;
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Gate;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.SystemTests.Gate;

/// <summary>The gate itself on a guest network's gateway, without the rest of the agent: in the kernel for real, opened from this process.</summary>
internal sealed class GateInKernel : IDisposable
{
    private readonly GuestNetwork guests;

    public GateInKernel(GuestNetwork guests, Func<GateOptions, GateOptions>? configure = null)
    {
        this.guests = guests;
        Options = new() { Guests = [GuestNetwork.GuestInterface], Upstream = GuestNetwork.UpstreamInterface, PortalPort = 8480 };
        Options = configure?.Invoke(Options) ?? Options;
        Health = new(TimeProvider.System, NullLogger<HealthBoard>.Instance);
        Door = guests.Gateway.Inside(() =>
        {
            var door = new GateDoor(Options, Health, TimeProvider.System, NullLogger<GateDoor>.Instance);
            door.Open();
            return door;
        });
        Assert.Empty(Health.Warnings);
    }

    public GateOptions Options { get; }

    public HealthBoard Health { get; }

    public GateDoor Door { get; }

    /// <summary>The phone as the kernel knows it.</summary>
    public DeviceKey? Find(System.Net.IPAddress source) => guests.Gateway.Inside(() => Door.FindAsync(source, default).AsTask().Result);

    public Passage Open(GuestPhone phone, string receipt = "r-1") => Door.OpenAsync(new(phone.Mac), receipt, default).AsTask().Result;

    public void Close(GuestPhone phone) => Door.CloseAsync(new(phone.Mac), default).AsTask().Wait();

    /// <summary>What nft lists of the gate.</summary>
    public string List(string what = "table inet storeedge") => guests.Gateway.Run(["nft", "list", .. what.Split(' ')]);

    public void Dispose() => Door.Dispose();
}

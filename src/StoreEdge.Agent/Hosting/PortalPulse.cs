using System.Net;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Core;

namespace StoreEdge.Agent.Hosting;

/// <summary>Asks the customers' page now and then, as a phone would, over the network and not through memory: what nobody opened for hours may have been broken for hours.</summary>
/// <param name="listen">Where it is served.</param>
/// <param name="time">The clock.</param>
internal sealed class PortalPulse(IPEndPoint listen, TimeProvider time)
{
    /// <summary>A request to ourselves, a few milliseconds of work; a fault is named within a minute.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(20);

    /// <summary>A phone's own probe gives up about then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>One miss is a busy moment or a page that is just being opened; only the second in a row is told.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private readonly Uri address = new($"http://{new IPEndPoint(OnThisMachine(listen.Address), listen.Port)}{PortalPaths.Portal}");
    private PortalView? view;

    /// <summary>What came of the last time.</summary>
    public PortalView View => Volatile.Read(ref view) ?? new(address.ToString(), null, null);

    /// <summary>Asks until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = Patience };
        using var beat = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                var asked = await AskAsync(client, stop).ConfigureAwait(false);
                if (asked.Fault is not null)
                {
                    await Task.Delay(Again, time, stop).ConfigureAwait(false);
                    asked = await AskAsync(client, stop).ConfigureAwait(false);
                }

                Volatile.Write(ref view, asked);
            }
            while (await beat.WaitForNextTickAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private async Task<PortalView> AskAsync(HttpClient client, CancellationToken stop)
    {
        var since = Instant.Now(time);
        try
        {
            using var answer = await client.GetAsync(address, stop).ConfigureAwait(false);
            return (int)answer.StatusCode < 500 ? new(address.ToString(), (Instant.Now(time) - since).TotalMilliseconds, null) : new(address.ToString(), null, $"{(int)answer.StatusCode}");
        }
        catch (HttpRequestException fault)
        {
            return new(address.ToString(), null, fault.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(address.ToString(), null, $"nothing within {Patience.TotalSeconds:0} s");
        }
    }

    private static IPAddress OnThisMachine(IPAddress address) => IPAddress.Any.Equals(address) ? IPAddress.Loopback : IPAddress.IPv6Any.Equals(address) ? IPAddress.IPv6Loopback : address;
}

using System.Diagnostics;
using System.Net.Sockets;

namespace StoreEdge.SystemTests.Gate;

/// <summary>The moment from which a phone's packets pass: attempts to connect to the Internet, one after the other, until the first succeeds.</summary>
internal sealed class Opening : IDisposable
{
    private readonly List<Socket> attempts;

    /// <param name="phone">Whose packets; its sockets are made here, because making one takes longer than what is measured.</param>
    public Opening(GuestPhone phone) =>
        attempts = phone.Network.Inside(() => Enumerable.Range(0, 400).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList());

    /// <summary>The <see cref="Stopwatch"/>'s time at which it opened.</summary>
    public async Task<long> AtAsync()
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        foreach (var attempt in attempts)
        {
            try
            {
                await attempt.ConnectAsync(GuestNetwork.InternetAddress, 443);
                return Stopwatch.GetTimestamp();
            }
            catch (SocketException)
            {
                await beat.WaitForNextTickAsync();
            }
        }

        Assert.Fail("the gate stayed closed");
        return 0;
    }

    /// <summary>From a press of the portal's button until packets pass: when it was pressed, by the <see cref="Stopwatch"/>, how long it took, and where it led to.</summary>
    public static async Task<(long Clicked, double Milliseconds, Uri Own)> AfterAcceptingAsync(GuestPhone phone, HttpClient browser, Uri portal)
    {
        Assert.Equal(nameof(SocketError.ConnectionRefused), await phone.ConnectAsync(GuestNetwork.InternetAddress, 443));
        var page = await browser.GetStringAsync(portal);
        using var opening = new Opening(phone);
        var click = Stopwatch.GetTimestamp();
        var accepting = browser.PressAcceptAsync(portal, page);
        var opened = opening.AtAsync();
        var own = await accepting;
        return (click, Stopwatch.GetElapsedTime(click, await opened).TotalMilliseconds, own);
    }

    /// <summary>Median and 95th percentile, in words.</summary>
    public static string Of(List<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToList();
        return FormattableString.Invariant($"p50 {sorted[sorted.Count / 2]:0.0} ms, p95 {sorted[(int)(sorted.Count * 0.95)]:0.0} ms");
    }

    public void Dispose() => attempts.ForEach(a => a.Dispose());
}

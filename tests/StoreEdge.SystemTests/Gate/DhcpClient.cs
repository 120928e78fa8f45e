using System.Diagnostics;
using System.Net;
using System.Text;

namespace StoreEdge.SystemTests.Gate;

/// <summary>A phone's way to its IPv4 address: busybox's udhcpc, which asks for option 114 (RFC 8910) as phones do.</summary>
internal sealed class DhcpClient : IDisposable
{
    private readonly Process program;
    private readonly string lease, log;
    private bool over;

    private DhcpClient(Process program, string lease, string log) => (this.program, this.lease, this.log) = (program, lease, log);

    /// <summary>What it was given.</summary>
    /// <param name="Address">Its address.</param>
    /// <param name="PortalApi">Option 114; empty where there was none.</param>
    public sealed record Lease(IPAddress Address, string PortalApi);

    /// <summary>Begins to ask.</summary>
    public static DhcpClient Start(GuestNetwork guests, GuestPhone phone)
    {
        var lease = Path.Combine(guests.Directory, Guid.NewGuid().ToString());
        var log = lease + ".log";
        var script = Path.Combine(Checkout.Root, "tests/StoreEdge.SystemTests/Gate/udhcpc.sh");
        return new(phone.Network.Start(log, "env", $"LEASE={lease}", "busybox", "udhcpc", "-f", "-R", "-i", GuestPhone.Interface, "-s", script, "-O", "114", "-t", "10", "-T", "1"), lease, log);
    }

    /// <summary>Waits until the phone has its address.</summary>
    public async Task<Lease> GetAsync()
    {
        await Eventually.True(() => File.Exists(lease) || program.HasExited, "an address lease");
        Assert.True(File.Exists(lease), $"udhcpc ended: {File.ReadAllText(log)}");
        // udhcpc hands options that it has no name for to its script in hexadecimal.
        var lines = await File.ReadAllLinesAsync(lease);
        return new(IPAddress.Parse(lines[0]), Encoding.ASCII.GetString(Convert.FromHexString(lines[1])));
    }

    /// <summary>Gives the address back and ends, as a phone that is switched off in order.</summary>
    public async Task ReleaseAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{program.Id}"]);
        await program.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Ends without a word, as a phone that is out of reach.</summary>
    public void Dispose()
    {
        if (over) return;
        over = true;
        if (!program.HasExited) program.Kill();
        program.Dispose();
    }
}

using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Pages.Portal;

public sealed class PortalKeyTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("portal-key-").FullName;

    private readonly HealthBoard health = new(new ManualClock(), Microsoft.Extensions.Logging.Abstractions.NullLogger<HealthBoard>.Instance);

    private PortalKey Load() => PortalKey.LoadOrCreate(File, health);

    private string File => Path.Combine(directory, "portal.key");

    [Fact]
    public void The_key_is_drawn_once_and_readable_by_its_owner_only()
    {
        var first = Load();
        var second = Load();
        Assert.Equal(first.SessionToken("r"), second.SessionToken("r"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(32, new FileInfo(File).Length);
        Assert.Single(Directory.GetFiles(directory));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    public void A_cut_or_zeroed_key_is_set_aside_and_said_and_a_new_one_is_drawn(int zeros)
    {
        System.IO.File.WriteAllBytes(File, new byte[zeros]);
        var key = Load();
        Assert.Equal(key.SessionToken("r"), Load().SessionToken("r"));
        Assert.Equal(new byte[zeros], System.IO.File.ReadAllBytes(File + ".damaged-1"));
        Assert.Contains(health.Warnings, w => w.Code == "portal-key-replaced" && w.Text.Contains(File, StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_receipts_and_deeds_tell_apart()
    {
        var key = new PortalKey(new byte[32]);
        Assert.NotEqual(key.SessionToken("a"), key.SessionToken("b"));
        Assert.NotEqual(key.SessionToken("a"), new PortalKey([1, .. new byte[31]]).SessionToken("a"));
        var proof = key.FormProof("a", "choice", "offer", "decision");
        Assert.True(key.Proves(proof, "a", "choice", "offer", "decision"));
        Assert.False(key.Proves(proof, "b", "choice", "offer", "decision"));
        Assert.False(key.Proves(proof, "a", "choice", "offer", "decisio"));
        Assert.False(key.Proves(proof, "a", "choice", "offer"));
        Assert.False(key.Proves(key.SessionToken("a"), "a"));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);
}

using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Tests.Pages.Portal;

public sealed class PortalKeyTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("portal-key-").FullName;

    private string File => Path.Combine(directory, "portal.key");

    [Fact]
    public void The_key_is_drawn_once_and_readable_by_its_owner_only()
    {
        var first = PortalKey.LoadOrCreate(File);
        var second = PortalKey.LoadOrCreate(File);
        Assert.Equal(first.SessionToken("r"), second.SessionToken("r"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(32, new FileInfo(File).Length);
        Assert.Single(Directory.GetFiles(directory));
    }

    [Fact]
    public void A_damaged_key_is_refused_by_name()
    {
        System.IO.File.WriteAllBytes(File, new byte[31]);
        Assert.Contains(File, Assert.Throws<InvalidDataException>(() => PortalKey.LoadOrCreate(File)).Message);
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

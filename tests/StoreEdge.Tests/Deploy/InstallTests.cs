using StoreEdge.Core.Identity;
using StoreEdge.Tests.Architecture;

namespace StoreEdge.Tests.Deploy;

/// <summary>The two scripts, below a directory of their own and without privileges.</summary>
public sealed class InstallTests : IDisposable
{
    private readonly string top = Directory.CreateTempSubdirectory("storeedge-install-").FullName;

    private string Target => Path.Combine(top, "root");

    private string Publish => Path.Combine(top, "publish");

    public InstallTests()
    {
        Directory.CreateDirectory(Publish);
        File.WriteAllText(Path.Combine(Publish, "storeedge.dll"), "one");
        File.WriteAllText(Path.Combine(Publish, "only-in-one.dll"), "");
    }

    public void Dispose() => Directory.Delete(top, recursive: true);

    [Fact]
    public void What_is_installed_is_complete_and_secrets_are_closed()
    {
        Install();

        foreach (var file in new[]
        {
            "usr/lib/storeedge/storeedge.dll", "usr/bin/storeedge", "usr/lib/systemd/system/storeedge.service", "usr/lib/systemd/system/storeedge-satellite.service", "usr/lib/systemd/system/storeedge-kiosk@.service", "usr/lib/systemd/system/storeedge-selftest.timer", "etc/storeedge/storeedge.json",
            "etc/storeedge/secrets/enrolment.json", "usr/share/doc/storeedge/README.md", "usr/share/doc/storeedge/examples/storeedge.json",
            "usr/share/doc/storeedge/access-point/hostapd.conf", "usr/share/doc/storeedge/access-point/dnsmasq.conf", "usr/share/doc/storeedge/broker/access.acl",
            "usr/share/storeedge/hardware/raspberry-pi-5.json",
        }) Assert.True(File.Exists(At(file)), file);
        Assert.True(Directory.Exists(At("etc/storeedge/conf.d")));
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(At("etc/storeedge/secrets")));
        Assert.All(Directory.GetFiles(At("etc/storeedge/secrets")), f => Assert.Equal(Owner, File.GetUnixFileMode(f)));
        Assert.Equal(1, PseudonymKey.Parse(File.ReadAllText(At("etc/storeedge/secrets/pseudonym-key")).Trim()).KeyId);
    }

    [Fact]
    public void A_satellite_gets_its_configuration_and_is_told_about_its_pairing()
    {
        var (code, output) = Shell.Run("/bin/sh", Script("install.sh"), "--root", Target, "--satellite", Publish);
        Assert.True(code == 0, output);
        Assert.True(File.Exists(At("etc/storeedge/satellite.json")));
        Assert.Contains("secrets/satellite-pairing", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_machines_get_two_keys()
    {
        Install();
        var first = File.ReadAllText(At("etc/storeedge/secrets/pseudonym-key"));
        Directory.Delete(At("etc/storeedge/secrets"), recursive: true);
        Install();
        Assert.NotEqual(first, File.ReadAllText(At("etc/storeedge/secrets/pseudonym-key")));
    }

    [Fact]
    public void An_upgrade_replaces_the_program_whole_and_touches_neither_configuration_nor_secrets()
    {
        Install();
        File.WriteAllText(At("etc/storeedge/storeedge.json"), "mine");
        var key = File.ReadAllText(At("etc/storeedge/secrets/pseudonym-key"));
        File.WriteAllText(Path.Combine(Publish, "storeedge.dll"), "two");
        File.Delete(Path.Combine(Publish, "only-in-one.dll"));

        Install();

        Assert.Equal("two", File.ReadAllText(At("usr/lib/storeedge/storeedge.dll")));
        Assert.False(File.Exists(At("usr/lib/storeedge/only-in-one.dll")));
        Assert.Equal("mine", File.ReadAllText(At("etc/storeedge/storeedge.json")));
        Assert.Equal(key, File.ReadAllText(At("etc/storeedge/secrets/pseudonym-key")));
    }

    [Fact]
    public void A_launcher_of_this_machine_is_linked_and_one_of_another_is_not()
    {
        File.Copy("/bin/true", Path.Combine(Publish, "storeedge"));
        Install();
        Assert.Equal("../lib/storeedge/storeedge", new FileInfo(At("usr/bin/storeedge")).LinkTarget);

        var elf = File.ReadAllBytes(Path.Combine(Publish, "storeedge"));
        (elf[18], elf[19]) = (0xF3, 0x00); // EM_RISCV
        File.WriteAllBytes(Path.Combine(Publish, "storeedge"), elf);
        Install();
        Assert.Null(new FileInfo(At("usr/bin/storeedge")).LinkTarget);
        Assert.Contains("exec dotnet /usr/lib/storeedge/storeedge.dll", File.ReadAllText(At("usr/bin/storeedge")), StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_keeps_configuration_and_state()
    {
        Install();
        KeepSomething();
        Remove();
        Assert.Equal(
            ["etc/storeedge/secrets/enrolment.json", "etc/storeedge/secrets/pseudonym-key", "etc/storeedge/storeedge.json", "var/lib/private/storeedge/journal.db"],
            Left().Where(f => !f.EndsWith("/bundle.json", StringComparison.Ordinal)));
    }

    [Fact]
    public void Purging_leaves_nothing()
    {
        Install();
        KeepSomething();
        Remove("--purge");
        Assert.Empty(Left());
    }

    [Fact]
    public void Removing_what_is_not_there_is_no_fault() => Remove("--purge");

    [Fact]
    public void A_directory_without_the_program_is_refused_and_nothing_is_touched()
    {
        var (code, output) = Shell.Run("/bin/sh", Script("install.sh"), "--root", Target, top);
        Assert.Equal(1, code);
        Assert.Contains("holds no storeedge", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    private static string Script(string name) => Path.Combine(SourceTree.Root, "deploy", name);

    private string At(string path) => Path.Combine(Target, path);

    private void Install()
    {
        var (code, output) = Shell.Run("/bin/sh", Script("install.sh"), "--root", Target, Publish);
        Assert.True(code == 0, output);
    }

    private void Remove(params string[] options)
    {
        var (code, output) = Shell.Run("/bin/sh", [Script("remove.sh"), "--root", Target, .. options]);
        Assert.True(code == 0, output);
    }

    private void KeepSomething()
    {
        Directory.CreateDirectory(At("var/lib/private/storeedge"));
        File.WriteAllText(At("var/lib/private/storeedge/journal.db"), "");
        Directory.CreateSymbolicLink(At("var/lib/storeedge"), "private/storeedge");
    }

    private IEnumerable<string> Left() => Directory.EnumerateFiles(Target, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Select(f => Path.GetRelativePath(Target, f)).Order(StringComparer.Ordinal);
}

using System.Runtime.InteropServices;
using StoreEdge.Agent.Journal;
using StoreEdge.Tests.Architecture;
using StoreEdge.Tests.Journal;

namespace StoreEdge.Tests.Deploy;

/// <summary>The Debian package by dpkg itself, below a directory of its own: what is installed, upgraded, put back, removed and purged, and what each of them leaves.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly string top = Directory.CreateTempSubdirectory("storeedge-package-").FullName;

    private string Target => Path.Combine(top, "root");

    public PackageTests()
    {
        Directory.CreateDirectory(Path.Combine(Target, "var/lib/dpkg"));
        File.WriteAllText(Path.Combine(Target, "var/lib/dpkg/status"), "");
    }

    public void Dispose() => Directory.Delete(top, recursive: true);

    [Fact]
    public void A_package_is_installed_upgraded_put_back_removed_and_purged_and_each_leaves_what_it_should()
    {
        if (!Shell.Has("dpkg-deb")) return; // Another kind of Linux: there are no Debian packages to make.
        var (first, second) = (Build("1.0", "one"), Build("1.1", "two"));

        Dpkg("--install", first);
        Assert.Equal("one", File.ReadAllText(At("usr/lib/storeedge/storeedge.dll")));
        Assert.True(File.Exists(At("usr/lib/storeedge/only-in-1.0.dll")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("etc/storeedge/secrets/pseudonym-key")));
        var key = File.ReadAllText(At("etc/storeedge/secrets/pseudonym-key"));
        File.WriteAllText(At("etc/storeedge/storeedge.json"), "mine");
        Directory.CreateDirectory(At("var/lib/private/storeedge"));
        File.WriteAllText(At("var/lib/private/storeedge/journal.db"), "kept");

        Dpkg("--install", second);
        Assert.Equal("two", File.ReadAllText(At("usr/lib/storeedge/storeedge.dll")));
        Assert.False(File.Exists(At("usr/lib/storeedge/only-in-1.0.dll")));
        TheStoresOwnIsThere();

        Dpkg("--force-downgrade", "--install", first);
        Assert.Equal("one", File.ReadAllText(At("usr/lib/storeedge/storeedge.dll")));
        TheStoresOwnIsThere();

        // A script that was interrupted is run again.
        Dpkg("--configure", "--pending");
        TheStoresOwnIsThere();

        Dpkg("--remove", "storeedge");
        Assert.False(Directory.Exists(At("usr/lib/storeedge")));
        Assert.False(Directory.Exists(At("usr")), "something of the package is left below /usr");
        TheStoresOwnIsThere();

        Dpkg("--purge", "storeedge");
        foreach (var gone in new[] { "etc/storeedge", "var/lib/private/storeedge", "var/lib/storeedge" }) Assert.False(Path.Exists(At(gone)), gone);

        void TheStoresOwnIsThere()
        {
            Assert.Equal("mine", File.ReadAllText(At("etc/storeedge/storeedge.json")));
            Assert.Equal(key, File.ReadAllText(At("etc/storeedge/secrets/pseudonym-key")));
            Assert.Equal("kept", File.ReadAllText(At("var/lib/private/storeedge/journal.db")));
        }
    }

    /// <summary>The programs of these packages are names only; what the two versions know of the journal is played by what they bring along.</summary>
    [Fact]
    public async Task After_going_back_a_version_the_older_program_has_the_same_journal_with_what_the_newer_one_wrote()
    {
        if (!Shell.Has("dpkg-deb")) return;
        var (first, second) = (Build("1.0", "one"), Build("1.1", "two"));
        string added = "CREATE TABLE counted_note (visit TEXT PRIMARY KEY, note TEXT NOT NULL);" + Migrations.StillReadBy("counting", 1), changed = "ALTER TABLE counted RENAME COLUMN n TO times;";
        Dpkg("--install", first);
        var state = At("var/lib/private/storeedge");
        await WriteAsync(new());
        Dpkg("--install", second);
        await WriteAsync(new(added));
        Dpkg("--force-downgrade", "--install", first);
        await WriteAsync(new());
        await using (var journal = new Bench(state))
        {
            journal.Open(null, new CountingProjection(added));
            Assert.Equal((3, 3, 0), (journal.Number("SELECT n FROM counted WHERE visit = 'v'"), journal.Number("SELECT count(*) FROM event WHERE type = 'dwell'"), journal.Number("SELECT count(*) FROM counted_note")));
        }

        // A version that has changed what the older one reads: it is told so, and finds everything again once the newer one is back.
        Dpkg("--install", second);
        await using (var journal = new Bench(state))
            journal.Open(null, new CountingProjection(added, changed));
        Dpkg("--force-downgrade", "--install", first);
        var fault = await Assert.ThrowsAsync<JournalFault>(() => WriteAsync(new(added)));
        Assert.Equal(JournalFaultKind.NewerSchema, fault.Kind);
        Dpkg("--install", second);
        await using var last = new Bench(state);
        last.Open(null, new CountingProjection(added, changed));
        Assert.Equal(3, last.Number("SELECT times FROM counted WHERE visit = 'v'"));

        async Task WriteAsync(CountingProjection projection)
        {
            await using var journal = new Bench(state);
            journal.Open(null, projection);
            await journal.AppendAsync();
        }
    }

    [Fact]
    public void The_package_has_a_page_for_every_command_and_key_and_Debians_checker_finds_no_error()
    {
        if (!Shell.Has("dpkg-deb")) return;
        var package = Build("1.0", "one", $"dotnet {Path.Combine(AppContext.BaseDirectory, "storeedge.dll")}");
        var content = Path.Combine(top, "content");
        Assert.Equal(0, Shell.Run("dpkg-deb", "-x", package, content).Code);
        var commands = File.ReadAllLines(Path.Combine(SourceTree.Root, "src/StoreEdge.Agent/Program.cs")).Count(l => l.Contains("Command.Create(", StringComparison.Ordinal));
        Assert.Equal(commands + 1, Directory.GetFiles(Path.Combine(content, "usr/share/man/man1")).Length);
        Assert.Contains("mqtt.retryMost", Shell.Run("zcat", Path.Combine(content, "usr/share/man/man5/storeedge.json.5.gz")).Output, StringComparison.Ordinal);

        var completion = Path.Combine(content, "usr/share/bash-completion/completions/storeedge");
        var (_, offered) = Shell.Run("bash", "-c", $"source {completion}; COMP_WORDS=(storeedge journal exp); COMP_CWORD=2; _storeedge; echo \"${{COMPREPLY[*]}}\"");
        Assert.Equal("export", offered.Trim());

        if (!Shell.Has("lintian")) return; // An extra: tests/run.sh --all installs it.
        var (code, said) = Shell.Run("lintian", "--allow-root", "--fail-on", "error", package);
        Assert.True(code == 0, said);
    }

    [Fact]
    public void A_package_that_brings_no_runtime_says_what_is_missing_where_there_is_none()
    {
        var publish = Publish("1.0", "one");
        Assert.Equal(0, Shell.Run("/bin/sh", Script("install.sh"), "--root", Target, publish).Code);
        var (code, said) = Shell.Run("/usr/bin/env", "-i", "PATH=/nowhere", "/bin/sh", At("usr/bin/storeedge"), "doctor");
        Assert.Equal(127, code);
        Assert.Contains("aspnetcore-runtime-10.0", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_launcher_of_another_processor_is_linked_where_its_runtime_comes_along()
    {
        var publish = Publish("1.0", "one");
        var elf = File.ReadAllBytes("/bin/true");
        (elf[18], elf[19]) = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? ((byte)0x3E, (byte)0) : ((byte)0xB7, (byte)0); // EM_X86_64, EM_AARCH64
        File.WriteAllBytes(Path.Combine(publish, "storeedge"), elf);
        File.SetUnixFileMode(Path.Combine(publish, "storeedge"), (UnixFileMode)Convert.ToInt32("755", 8));
        File.WriteAllText(Path.Combine(publish, "libcoreclr.so"), "");
        Assert.Equal(0, Shell.Run("/bin/sh", Script("install.sh"), "--root", Target, "--files", publish).Code);
        Assert.Equal("../lib/storeedge/storeedge", new FileInfo(At("usr/bin/storeedge")).LinkTarget);
        Assert.False(Directory.Exists(At("etc/storeedge")), "--files makes no configuration");
    }

    private string At(string path) => Path.Combine(Target, path);

    private static string Script(string name) => Path.Combine(SourceTree.Root, "deploy", name);

    private string Publish(string version, string content)
    {
        var publish = Directory.CreateDirectory(Path.Combine(top, "publish-" + version)).FullName;
        File.WriteAllText(Path.Combine(publish, "storeedge.dll"), content);
        File.WriteAllText(Path.Combine(publish, $"only-in-{version}.dll"), "");
        return publish;
    }

    private string Build(string version, string content, string? program = null)
    {
        if (program is null)
        {
            program = Path.Combine(top, "help");
            File.WriteAllText(program, "#!/bin/sh\nprintf 'Description:\\n  Does nothing.\\n\\nUsage:\\n  storeedge\\n'\n");
            File.SetUnixFileMode(program, (UnixFileMode)Convert.ToInt32("755", 8));
        }

        var (code, output) = Shell.Run("bash", Script("package.sh"), "--architecture", "all", "--version", version, "--publish", Publish(version, content), "--help-from", program, "-o", top);
        Assert.True(code == 0, output);
        return Path.Combine(top, $"storeedge_{version}_all.deb");
    }

    private void Dpkg(params string[] arguments)
    {
        // Dependencies are the machine's, which is none here. The scripts find their root in DPKG_ROOT, and what is theirs alone is done below it.
        string[] below = [$"--root={Target}", "--force-depends", "--force-script-chrootless", "--force-not-root", $"--log={top}/log"];
        var (code, output) = Shell.Run("dpkg", [.. below, .. arguments]);
        Assert.True(code == 0, output);
    }
}

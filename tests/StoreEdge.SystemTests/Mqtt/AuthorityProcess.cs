using System.Diagnostics;
using StoreEdge.Core.Claims;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>The trial authority as a process of its own beside a broker with three doors: one for the test and its judge, one for certificates, one for devices that have none yet.</summary>
internal sealed class AuthorityProcess(string directory) : IAsyncDisposable
{
    private Process? process;

    public string Folder => Path.Combine(directory, "authority");

    public string CertificateFile => Path.Combine(Folder, "ca.pem");

    public string Log => Path.Combine(directory, "authority.log");

    /// <summary>The port where only certificates come in, and the one where nobody needs one.</summary>
    public int Mutual { get; } = Checkout.FreePort();

    public int Claims { get; } = Checkout.FreePort();

    public string ReadLog() => File.Exists(Log) ? File.ReadAllText(Log) : "";

    /// <summary>Makes the authority.</summary>
    public async Task MakeAsync() => Assert.Contains("Made in", await AskAsync("make", "--directory", Folder), StringComparison.Ordinal);

    /// <summary>The lines of mosquitto.conf for both doors.</summary>
    public string Listeners() => $"""
        listener {Mutual} {Broker.Host}
        cafile {CertificateFile}
        certfile {Folder}/broker.pem
        keyfile {Folder}/broker.key
        require_certificate true
        use_identity_as_username true
        listener {Claims} {Broker.Host}
        certfile {Folder}/broker.pem
        keyfile {Folder}/broker.key

        """;

    /// <summary>Issues a claim.</summary>
    public async Task<ClaimCode> ClaimAsync(string store, string valid = "1h")
    {
        var printed = await AskAsync("claim", "--directory", Folder, "--store", store, "--valid", valid);
        Assert.True(ClaimCode.TryParse(printed, out var code, out var why), why + printed);
        return code;
    }

    /// <summary>Begins to answer, and waits until it listens.</summary>
    public async Task ServeAsync(int port, params string[] arguments)
    {
        process = Checkout.Start(Checkout.Simulator, Log, ["authority", "serve", "--directory", Folder, "--mqtt", $"{Broker.Host}:{port}", .. arguments]);
        var before = ReadLog().Split("Answers requests").Length;
        await Eventually.True(() => ReadLog().Split("Answers requests").Length > before, $"an authority that listens ({Log})");
    }

    public async Task StopAsync()
    {
        if (process is not { HasExited: false }) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<string> AskAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Checkout.Simulator, ["authority", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var command = Process.Start(start)!;
        var (output, error) = (command.StandardOutput.ReadToEndAsync(), command.StandardError.ReadToEndAsync());
        await command.WaitForExitAsync();
        Assert.True(command.ExitCode == 0, await error);
        return await output;
    }
}

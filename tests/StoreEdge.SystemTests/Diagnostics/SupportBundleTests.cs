using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Diagnostics;

/// <summary>Names, addresses and secrets are planted in every source of a bundle, and not a byte of them is in it.</summary>
public sealed class SupportBundleTests
{
    /// <summary>What must not be in it, in any case of letters.</summary>
    private static readonly string[] Planted =
    [
        "AA:BB:CC:DD:EE:77", "aa-bb-cc-dd-ee-78", "aabbccddee79", "maria.silva@example.com", "+55 11 98765-4321", "(11) 91234-9876", "192.168.77.31", "fe80::a8bb:ccff:fedd:ee77", "C-4200042", "Maria Silva",
        "hunter2-mqtt", "9988776655", "f7826da6-4fa2-4e98-8024-bc5b71e0893e", "k1-0123456789abcdefghjkmnpqrs", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtYXJpYSJ9.c2ln", "MIGHAgEAMBMGByqGSM49AgEG", "tok-7f3a9",
    ];

    private static string Line => "seen " + string.Join(" ; ", Planted.Take(14)) + " ; eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtYXJpYSJ9.c2ln ; token=tok-7f3a9\n-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEG\n-----END PRIVATE KEY-----\n";

    [Fact]
    public async Task Nothing_that_was_planted_in_any_source_is_in_the_archive_and_it_stays_small()
    {
        await using var agent = new AgentProcess(1, configuration =>
        {
            configuration["store"]!["name"] = "Maria Silva";
            configuration["mqtt"]!["host"] = "no-such-broker.invalid";
            configuration["mqtt"]!["username"] = "maria.silva@example.com";
            configuration["mqtt"]!["passwordFile"] = "mqtt.password";
            configuration["mqtt"]!["password"] = "tok-7f3a9";
        });
        await File.WriteAllTextAsync(Path.Combine(agent.Directory, "mqtt.password"), "hunter2-mqtt\n");
        Directory.CreateDirectory(agent.State);
        await File.WriteAllTextAsync(
            Path.Combine(agent.State, "enrolment.last-good.json"),
            """{ "version": 1, "entries": [ { "customer": "C-4200042", "name": "Maria Silva", "loyaltyNumber": "9988776655", "beacons": ["ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e/7/42"] } ] }""");
        await File.WriteAllTextAsync(Path.Combine(agent.State, "maria.silva@example.com AABBCCDDEE79"), "");
        // systemctl and journalctl as they would answer on a machine where all of it was logged.
        var programs = Directory.CreateDirectory(Path.Combine(agent.Directory, "bin")).FullName;
        foreach (var program in new[] { "systemctl", "journalctl", "dmesg" })
        {
            var path = Path.Combine(programs, program);
            await File.WriteAllTextAsync(path, $"#!/bin/sh\ncat <<'END'\nusb 1-1: bluetooth hci0 {Line}END\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // A log that does not pack well, far larger than the archive may be.
        var random = new Random(1);
        var log = new StringBuilder();
        while (log.Length < 12_000_000) log.Append("12:00:00 info: ").Append(string.Concat(Enumerable.Range(0, 20).Select(_ => (char)('g' + random.Next(20))))).Append(random.Next(100_000)).Append('\n');
        var logFile = Path.Combine(agent.Directory, "agent.txt");
        await File.WriteAllTextAsync(logFile, log + Line);

        var archive = Path.Combine(agent.Directory, "bundle.tar.gz");
        var output = Path.Combine(agent.Directory, "bundle.out");
        using var bundle = Checkout.Start(
            Checkout.Agent, output, ["support-bundle", "--config", agent.ConfigurationFile, "--log", logFile, "--out", archive], ("PATH", $"{programs}:{Environment.GetEnvironmentVariable("PATH")}"));
        await bundle.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(90));
        Assert.True(bundle.ExitCode is 0 or 1, await File.ReadAllTextAsync(output));
        Assert.InRange(new FileInfo(archive).Length, 1_000, 5_000_000);

        var files = await UnpackAsync(archive);
        var manifest = JsonNode.Parse(files["storeedge-support/manifest.json"])!;
        Assert.All(manifest["files"]!.AsArray(), f => Assert.True(files.ContainsKey($"storeedge-support/{f!["file"]}") && ((string)f["why"]!).Length > 5));
        foreach (var kind in new[] { "mac", "email", "phone", "ip", "known", "pem", "token", "pseudonym" }) Assert.True((int?)manifest["takenOut"]![kind] > 0, $"no {kind} was taken out");
        Assert.True((bool)manifest["files"]!.AsArray().Single(f => (string)f!["file"]! == "log.txt")!["cut"]!);
        // What was planted was read: the lines are there without it.
        foreach (var file in new[] { "unit.txt", "kernel.txt", "log.txt" }) Assert.Contains("seen [mac-", Encoding.UTF8.GetString(files[$"storeedge-support/{file}"]), StringComparison.Ordinal);
        foreach (var (name, content) in files)
        {
            var text = Encoding.UTF8.GetString(content);
            foreach (var secret in Planted) Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{secret} is in {name}");
        }
    }

    private static async Task<Dictionary<string, byte[]>> UnpackAsync(string archive)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            using var content = new MemoryStream();
            if (entry.DataStream is not null) await entry.DataStream.CopyToAsync(content);
            files[entry.Name] = content.ToArray();
        }

        return files;
    }
}

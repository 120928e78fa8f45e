using System.Diagnostics;
using System.Globalization;

namespace StoreEdge.SystemTests.Simulator;

public sealed class JourneyServiceTests : IDisposable
{
    private const string Store = "s1";
    private static readonly Guid Epoch = Guid.Parse("0e6ff3c5-54b2-4e0b-9d4e-0d6c8e1d8a11");
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("storeedge-journey-");

    [Fact]
    public async Task Only_the_contiguous_prefix_is_acknowledged_across_a_restart_of_the_broker_and_of_the_service()
    {
        await using var broker = await Broker.StartedAsync();
        broker.ExpectBad(topic => topic is $"stores/v1/{Store}/evt/departure" or $"stores/v1/{Store}/state/status");
        var service = Start(broker);
        try
        {
            // The service subscribes some time after it starts: say it until it is heard; repeats must not matter.
            await Eventually.Get(() => AckAfterAsync(broker, 1), ack => ack == 1, "the first acknowledgement");
            await Eventually.Get(() => AckAfterAsync(broker, 2), ack => ack == 2, "the second acknowledgement");
            await PublishAsync(broker, "evt/departure", "garbage");
            await PublishAsync(broker, "state/status", "{");
            Assert.Equal(2, await AckAfterAsync(broker, 4));

            await broker.RestartAsync();
            await Eventually.Get(() => AckAsync(broker), ack => ack == 2, "the acknowledgement after the broker lost it");
            await Eventually.Get(() => AckAfterAsync(broker, 3), ack => ack == 4, "the hole filled");

            await StopAsync(service);
            service.Dispose();
            Assert.Contains("4 events, contiguous to 4", await File.ReadAllTextAsync(Log), StringComparison.Ordinal);
            service = Start(broker);
            await Eventually.Get(() => AckAfterAsync(broker, 5), ack => ack == 5, "the service started again");
        }
        finally
        {
            if (!service.HasExited) service.Kill();
            service.Dispose();
        }
    }

    public void Dispose() => directory.Delete(recursive: true);

    private string Log => Path.Combine(directory.FullName, "log");

    private Process Start(Broker broker) => Checkout.Start(
        Checkout.Simulator, Log, ["journey", "--mqtt", $"{Broker.Host}:{broker.Port}", "--database", Path.Combine(directory.FullName, "journey.db")]);

    private static async Task StopAsync(Process service)
    {
        // Not SIGINT: a shell that runs this in the background has its children ignore that one.
        using var stop = Process.Start("kill", ["-TERM", service.Id.ToString(CultureInfo.InvariantCulture)]);
        await service.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static async Task<long> AckAfterAsync(Broker broker, long seq)
    {
        await PublishAsync(broker, "evt/dwell", $$"""
            {"specversion":"1.0","id":"{{Store}}:{{Epoch}}:{{seq}}","source":"/stores/{{Store}}","type":"storeedge.dwell.v1","time":"2026-11-21T10:00:00Z",
            "datacontenttype":"application/json","sequence":"{{seq}}","epoch":"{{Epoch}}","bootid":"b","monoms":"1","timequality":"synchronized","recordedtime":"2026-11-21T10:00:00Z",
            "data":{"visitId":"01938f2a-7c4e-7b1d-9a53-2f6e8d0c4b17","subject":"visit-a","zone":"z","presentSeconds":1,"trace":"involuntary","assurance":"low"} }
            """);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(400));
        await pause.WaitForNextTickAsync();
        return await AckAsync(broker);
    }

    private static async Task PublishAsync(Broker broker, string topic, string payload)
    {
        using var tool = Process.Start("mosquitto_pub", ["-h", Broker.Host, "-p", $"{broker.Port}", "-q", "1", "-t", $"stores/v1/{Store}/{topic}", "-m", payload]);
        await tool.WaitForExitAsync();
        Assert.Equal(0, tool.ExitCode);
    }

    /// <summary>The retained acknowledgement; −1 where there is none.</summary>
    private static async Task<long> AckAsync(Broker broker)
    {
        using var tool = Process.Start(new ProcessStartInfo(
            "mosquitto_sub", ["-h", Broker.Host, "-p", $"{broker.Port}", "-t", $"stores/v1/{Store}/ack", "-C", "1", "-W", "5"])
        { RedirectStandardOutput = true })!;
        var text = await tool.StandardOutput.ReadToEndAsync();
        await tool.WaitForExitAsync();
        var at = text.IndexOf("\"seq\":", StringComparison.Ordinal);
        return at < 0 ? -1 : long.Parse(text.AsSpan(at + 6).TrimEnd("}\n"), CultureInfo.InvariantCulture);
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Timekeeping;

namespace StoreEdge.Tests.Timekeeping;

/// <summary>The clock beside a time server that answers over real UDP.</summary>
public sealed class ClockComparisonTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-clock-").FullName;
    private readonly UdpClient server = new(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData(-3 * 24 * 3600 - 60, "Fail", "3 d ahead")]
    [InlineData(3 * 24 * 3600 + 60, "Fail", "3 d behind")]
    [InlineData(1, "Pass", "behind")]
    public async Task A_clock_that_is_three_days_off_is_named_with_the_server_that_says_so(int serverAheadSeconds, string verdict, string evidence)
    {
        var answering = AnswerAsync(TimeSpan.FromSeconds(serverAheadSeconds));
        var check = await CompareAsync(Here());
        await answering;
        Assert.Equal(verdict, check.Verdict.ToString());
        Assert.Contains(evidence, check.Evidence.English, StringComparison.Ordinal);
        Assert.Equal(verdict == "Fail" ? ClockComparison.Off : null, check.Fault);
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_time_itself_or_is_not_there_tells_nothing()
    {
        var answering = AnswerAsync(TimeSpan.FromDays(3), stratum: 0);
        Assert.Equal(CheckVerdict.Unknown, (await CompareAsync(Here())).Verdict);
        await answering;
        Assert.Contains("no-such-server.invalid", (await CompareAsync(new TimeServer("no-such-server.invalid"))).Evidence.English, StringComparison.Ordinal);
        Assert.Contains("clock.servers", (await CompareAsync()).NextAction.English, StringComparison.Ordinal);
    }

    [Fact]
    public void The_servers_are_those_of_the_programs_that_keep_the_clock()
    {
        Write("etc/systemd/timesyncd.conf", "[Time]\n#NTP=commented.example\nNTP=192.168.0.1 time.example\n");
        Write("etc/chrony/chrony.conf", "pool 2.debian.pool.ntp.org iburst # four of them\n! server no.example\nserver time.example\n");
        Assert.Equal(["192.168.0.1", "time.example", "2.debian.pool.ntp.org"], TimeServers.OfMachine(directory).Select(s => s.ToString()));
    }

    private TimeServer Here() => new("127.0.0.1", ((IPEndPoint)server.Client.LocalEndPoint!).Port);

    private Task<HealthCheck> CompareAsync(params TimeServer[] servers) =>
        new ClockComparison(servers, new(TimeProvider.System, () => false, BuildTime.Value, directory, "boot"), TimeProvider.System).CompareAsync(CancellationToken.None);

    /// <summary>RFC 4330, figure 1: the mode and the stratum, the question's own time back, and what time it is here.</summary>
    private async Task AnswerAsync(TimeSpan ahead, byte stratum = 2)
    {
        var asked = await server.ReceiveAsync();
        Assert.Equal(48, asked.Buffer.Length);
        var answer = new byte[48];
        (answer[0], answer[1]) = (0b00_100_100, stratum);
        asked.Buffer.AsSpan(40, 8).CopyTo(answer.AsSpan(24));
        foreach (var at in new[] { 32, 40 })
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(at), (uint)(DateTimeOffset.UtcNow + ahead - new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds);
        await server.SendAsync(answer, asked.RemoteEndPoint);
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(directory, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StoreEdge.SystemTests.Store;

/// <summary>An orderly end takes as long as it takes, within what the unit allows: found in the lab, where the process cut itself off after two seconds and systemd called each stop a failure.</summary>
public sealed class WhenTheAgentIsStopped
{
    [Fact]
    public async Task Somebody_in_the_middle_of_a_request_does_not_cut_its_end_short()
    {
        await using var agent = new AgentProcess(mqttPort: null);
        await agent.StartAsync();
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, agent.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /portal/accept HTTP/1.1\r\nHost: s\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n"));
        // It says "100 Continue" once it waits for the rest, which never comes.
        Assert.True(await slow.GetStream().ReadAsync(new byte[12]) > 0);
        Assert.Equal(0, await agent.StopAsync());
        Assert.Contains("closes", agent.Log, StringComparison.Ordinal);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Mqtt;

/// <summary>A device becomes somebody at a real broker, and somebody else's successor only after the broker took that.</summary>
public sealed class EnrollmentTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-enroll-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_device_is_enrolled_goes_online_and_is_renewed_while_it_runs_and_a_successor_that_the_broker_refuses_changes_nothing()
    {
        using var authority = new Authority(Path.Combine(directory, "ca"));
        using var stranger = new Authority(Path.Combine(directory, "other"), "Somebody else");
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker")) + "use_subject_as_username true\n");
        await using var agent = new AgentProcess(broker.Port, configuration =>
        {
            var file = Path.Combine((string)configuration["state"]!["directory"]!, "identity/device.pem");
            (configuration["mqtt"]!["caFile"], configuration["mqtt"]!["certificateFile"], configuration["mqtt"]!["keyFile"]) = (authority.File, file, file);
            configuration["mqtt"]!["tls"] = true;
            configuration["mqtt"]!["retryMost"] = "1s";
        });
        Directory.CreateDirectory(agent.State);

        Assert.Equal("", await EnrollAsync(authority));
        await agent.StartAsync();
        await OnlineAsync(1);

        var refused = await EnrollAsync(stranger, 1);
        Assert.Contains("What is in force stays in force", refused, StringComparison.Ordinal);
        Assert.True((bool)(await agent.StatusAsync())["link"]!["connected"]!);
        Assert.Equal("", await EnrollAsync(authority));
        await OnlineAsync(2);

        async Task OnlineAsync(int connections) =>
            await Eventually.Get(async () => (await agent.StatusAsync())["link"]!, link => (bool)link["connected"]! && (int)link["connections"]! == connections, $"connection {connections}", TimeSpan.FromSeconds(30));

        async Task<string> EnrollAsync(Authority signer, int expected = 0)
        {
            var (made, request, _) = await agent.RunAsync(null, "enroll", "--config", agent.ConfigurationFile);
            Assert.Equal(0, made);
            var file = Path.Combine(directory, "signed.pem");
            await File.WriteAllTextAsync(file, signer.Sign(request));
            var (code, output, error) = await agent.RunAsync(null, "enroll", "--config", agent.ConfigurationFile, "--certificate", file);
            Assert.True(code == expected, output + error);
            return error;
        }
    }

    [Fact]
    public async Task Killed_while_its_successor_is_on_trial_the_device_is_who_it_was_and_takes_it_afterwards()
    {
        using var authority = new Authority(Path.Combine(directory, "ca"));
        await using var broker = await Broker.StartedAsync(extra: authority.Listener(authority.Issue("broker")) + "use_subject_as_username true\n");
        await using var agent = new AgentProcess(broker.Port, configuration =>
        {
            var file = Path.Combine((string)configuration["state"]!["directory"]!, "identity/device.pem");
            (configuration["mqtt"]!["caFile"], configuration["mqtt"]!["certificateFile"], configuration["mqtt"]!["keyFile"]) = (authority.File, file, file);
        });
        Directory.CreateDirectory(agent.State);
        var (identity, signed) = (Path.Combine(agent.State, "identity/device.pem"), Path.Combine(directory, "signed.pem"));
        await SignAsync();
        Assert.Equal(0, (await agent.RunAsync(null, Take())).Code);
        var kept = await File.ReadAllTextAsync(identity);

        // A broker that takes the connection and says nothing: the trial lasts until it is killed.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await SignAsync();
        using (var trying = Checkout.Start(Checkout.Agent, Path.Combine(directory, "enroll.log"), Take("--set", $"mqtt.port={((IPEndPoint)silent.LocalEndpoint).Port}")))
        {
            using var connection = await silent.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(60));
            trying.Kill();
            await trying.WaitForExitAsync();
        }

        Assert.Equal(kept, await File.ReadAllTextAsync(identity));
        using (var pair = X509Certificate2.CreateFromPemFile(identity, identity)) Assert.True(pair.HasPrivateKey);
        var (code, output, error) = await agent.RunAsync(null, Take());
        Assert.True(code == 0, output + error);
        Assert.NotEqual(kept, await File.ReadAllTextAsync(identity));
        Assert.Equal([identity], Directory.GetFiles(Path.GetDirectoryName(identity)!));
        await agent.StartAsync();
        await Eventually.Get(async () => (bool)(await agent.StatusAsync())["link"]!["connected"]!, yes => yes, "the device online");

        string[] Take(params string[] more) => ["enroll", "--config", agent.ConfigurationFile, "--certificate", signed, .. more];

        async Task SignAsync()
        {
            var (made, request, _) = await agent.RunAsync(null, "enroll", "--config", agent.ConfigurationFile);
            Assert.Equal(0, made);
            await File.WriteAllTextAsync(signed, authority.Sign(request));
        }
    }
}

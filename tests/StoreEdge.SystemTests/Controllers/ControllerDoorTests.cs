using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Controllers;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.SystemTests.Mqtt;
using StoreEdge.SystemTests.Store;

namespace StoreEdge.SystemTests.Controllers;

/// <summary>The portal's door before a UniFi controller that is played at the wire, over TLS.</summary>
public sealed class ControllerDoorTests : IDisposable
{
    private static readonly IPAddress Address = IPAddress.Parse("10.9.0.5");
    private static readonly DeviceKey Phone = new("02:00:00:aa:00:05");
    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-controller-").FullName;
    private readonly HealthBoard health = new(TimeProvider.System, NullLogger<HealthBoard>.Instance);

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_phone_is_known_by_what_the_controller_says_passes_after_acceptance_and_is_noticed_to_go(bool withinUnifiOs)
    {
        await using var unifi = await PlayedUnifi.StartedAsync(withinUnifiOs);
        using var side = Open(Options(unifi) with { DownKbps = 8000, PassFor = TimeSpan.FromHours(2) });
        unifi.Comes("02:00:00:AA:00:05", "10.9.0.5");
        Assert.Equal(Phone, await side.Door.FindAsync(Address, default));
        Assert.Equal(Phone, await side.Door.FindAsync(IPAddress.Parse("::ffff:10.9.0.5"), default));
        Assert.False(side.Door.PassageOf(Phone).IsOpen);

        unifi.Leaves("02:00:00:AA:00:05");
        unifi.Comes(Phone.Value, "10.9.0.5");
        var passage = await side.Door.OpenAsync(Phone, "receipt-1", default);
        Assert.Equal(new Passage(true, TimeSpan.FromHours(2)), passage);
        Assert.Equal("""{"cmd":"authorize-guest","mac":"02:00:00:aa:00:05","minutes":120,"down":8000}""", unifi.Commands[^1].ToJsonString());
        Assert.Equal([(Phone, "receipt-1")], side.Door.Guests);
        Assert.True(side.Door.PassageOf(Phone).IsOpen);

        await side.Door.CloseAsync(Phone, default);
        Assert.Equal("""{"cmd":"unauthorize-guest","mac":"02:00:00:aa:00:05"}""", unifi.Commands[^1].ToJsonString());
        Assert.False(side.Door.PassageOf(Phone).IsOpen);
        Assert.Empty(side.Door.Guests);

        await side.Door.OpenAsync(Phone, "receipt-2", default);
        var left = new TaskCompletionSource<(DeviceKey, StationEnd)>();
        side.Door.Left += (device, end) => left.TrySetResult((device, end));
        var running = side.Door.RunAsync(side.Over.Token);
        await Eventually.True(() => unifi.Lists > 3, "some lists");
        Assert.False(left.Task.IsCompleted);
        unifi.Leaves(Phone.Value);
        Assert.Equal((Phone, StationEnd.Left), await left.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        var back = new TaskCompletionSource<DeviceKey>();
        side.Door.Returned += device => back.TrySetResult(device);
        unifi.Comes(Phone.Value, "10.9.0.7");
        Assert.Equal(Phone, await back.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        await side.EndAsync(running);
        Assert.Empty(health.Warnings);
        Assert.Equal(1, unifi.Logins);
    }

    [Fact]
    public async Task Who_is_no_guest_or_on_another_network_or_in_no_list_is_nobody()
    {
        await using var unifi = await PlayedUnifi.StartedAsync();
        using var side = Open(Options(unifi) with { Ssid = "Guests" });
        unifi.Comes(Phone.Value, "10.9.0.5", isGuest: false);
        unifi.Comes("02:00:00:aa:00:06", "10.9.0.6", essid: "Staff");
        Assert.Null(await side.Door.FindAsync(Address, default));
        Assert.Null(await side.Door.FindAsync(IPAddress.Parse("10.9.0.6"), default));
        // A crowd of unknown addresses does not become a crowd of questions.
        var lists = unifi.Lists;
        Assert.All(await Task.WhenAll(Enumerable.Range(1, 250).Select(i => side.Door.FindAsync(new IPAddress([10, 8, 0, (byte)i]), default).AsTask())), Assert.Null);
        Assert.InRange(unifi.Lists - lists, 1, 10);
    }

    [Fact]
    public async Task A_session_that_has_ended_is_begun_anew_and_an_API_key_needs_none()
    {
        await using var unifi = await PlayedUnifi.StartedAsync();
        unifi.Comes(Phone.Value, "10.9.0.5");
        using (var side = Open(Options(unifi)))
        {
            Assert.NotNull(await side.Door.FindAsync(Address, default));
            unifi.ForgetSessions();
            Assert.True((await side.Door.OpenAsync(Phone, "r", default)).IsOpen);
            Assert.Equal(2, unifi.Logins);
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "key"), PlayedUnifi.ApiKey + "\n");
        using var keyed = Open(Options(unifi) with { Username = null, PasswordFile = null, ApiKeyFile = Path.Combine(directory, "key") });
        Assert.True((await keyed.Door.OpenAsync(Phone, "r", default)).IsOpen);
        Assert.Equal(2, unifi.Logins);
    }

    [Fact]
    public async Task Each_way_of_being_of_no_use_has_a_warning_of_its_own_that_passes_with_it_and_nobody_is_let_in_or_said_to_have_gone()
    {
        await using var unifi = await PlayedUnifi.StartedAsync();
        unifi.Comes(Phone.Value, "10.9.0.5");
        var good = Options(unifi);
        await ExpectAsync(good with { Url = new($"https://127.0.0.1:{Checkout.FreePort()}") }, "controller-unreachable");
        await ExpectAsync(good with { Fingerprint = new string('a', 64) }, "controller-certificate");
        await ExpectAsync(good with { Fingerprint = null }, "controller-certificate");
        await ExpectAsync(good with { Username = "somebody" }, "controller-login-refused");
        await ExpectAsync(good with { PasswordFile = Path.Combine(directory, "nowhere") }, "controller-login-refused");
        await ExpectAsync(good with { Site = "elsewhere" }, "controller-refused");
        unifi.Instead = http => http.Response.WriteAsync("<html>It works!</html>");
        await ExpectAsync(good, "controller-strange");
        unifi.Instead = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        await ExpectAsync(good, "controller-unreachable");

        unifi.Instead = null;
        using var side = Open(good);
        Assert.True((await side.Door.OpenAsync(Phone, "r", default)).IsOpen);
        Assert.Empty(health.Warnings);
        side.Door.Left += (_, _) => Assert.Fail("nobody has gone");
        unifi.Instead = http =>
        {
            http.Response.StatusCode = 502;
            return Task.CompletedTask;
        };
        var running = side.Door.RunAsync(side.Over.Token);
        await Eventually.True(() => health.Warnings.Count == 1, "a warning");
        Assert.True(side.Door.PassageOf(Phone).IsOpen);
        unifi.Instead = null;
        await Eventually.True(() => health.Warnings.Count == 0, "the all-clear");
        await side.EndAsync(running);
    }

    [Fact]
    public async Task A_private_authority_is_as_good_as_a_fingerprint()
    {
        using var authority = new Authority(directory);
        using var other = new Authority(Path.Combine(directory, "other"));
        var (pem, key) = authority.Issue("controller");
        using var read = X509Certificate2.CreateFromPemFile(pem, key);
        await using var unifi = await PlayedUnifi.StartedAsync(certificate: X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null));
        unifi.Comes(Phone.Value, "10.9.0.5");
        using (var side = Open(Options(unifi) with { Fingerprint = null, AuthorityFile = authority.File })) Assert.NotNull(await side.Door.FindAsync(Address, default));
        await ExpectAsync(Options(unifi) with { Fingerprint = null, AuthorityFile = other.File }, "controller-certificate");
    }

    [Fact]
    public async Task The_agent_lets_a_phone_pass_once_its_consent_is_kept_tells_who_went_and_puts_no_hardware_address_on_the_disk()
    {
        await using var unifi = await PlayedUnifi.StartedAsync();
        var options = Options(unifi);
        await using var agent = new AgentProcess(mqttPort: null, configuration => configuration["portal"]!["controller"] = new JsonObject
        {
            ["url"] = unifi.Url.ToString(),
            ["username"] = options.Username,
            ["passwordFile"] = options.PasswordFile,
            ["fingerprint"] = options.Fingerprint,
            ["poll"] = "1s",
        });
        await agent.StartAsync();
        var before = await AcceptAsync(agent);
        Assert.Empty(unifi.Commands);
        Assert.False(before.IsSuccessStatusCode);

        unifi.Comes(Phone.Value, "127.0.0.1");
        var after = await AcceptAsync(agent);
        Assert.True(after.IsSuccessStatusCode, await after.Content.ReadAsStringAsync());
        Assert.Equal("authorize-guest", (string?)Assert.Single(unifi.Commands)["cmd"]);
        await agent.KeptAsync("arrival");
        unifi.Leaves(Phone.Value);
        await agent.KeptAsync("departure");
        await agent.StopAsync();
        foreach (var file in Directory.EnumerateFiles(agent.Directory, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Phone.Value, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What a phone's browser does with the page: its token, its boxes unticked, its button.</summary>
    private static async Task<HttpResponseMessage> AcceptAsync(AgentProcess agent)
    {
        var page = await agent.Http.GetStringAsync(new Uri("/portal?lang=en", UriKind.Relative));
        string Field(string name) => Regex.Match(page, $"name=\"{name}\" value=\"([^\"]*)\"").Groups[1].Value;
        using var post = new HttpRequestMessage(HttpMethod.Post, new Uri("/portal/accept", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = Field("token"), ["lang"] = Field("lang") }),
            Headers = { { "Origin", agent.Url.ToString().TrimEnd('/') } },
        };
        return await agent.Http.SendAsync(post);
    }

    private async Task ExpectAsync(ControllerOptions options, string code)
    {
        using var side = Open(options);
        Assert.False((await side.Door.OpenAsync(Phone, "r", default)).IsOpen);
        Assert.Null(await side.Door.FindAsync(Address, default));
        Assert.Equal(code, Assert.Single(health.Warnings).Code);
        Assert.Empty(side.Door.Guests);
    }

    private ControllerOptions Options(PlayedUnifi unifi)
    {
        var password = Path.Combine(directory, "password");
        File.WriteAllText(password, PlayedUnifi.Password + "\n");
        return new(unifi.Url) { Username = PlayedUnifi.User, PasswordFile = password, Fingerprint = unifi.Fingerprint, Poll = TimeSpan.FromMilliseconds(50) };
    }

    private Side Open(ControllerOptions options) => new(options, health);

    private sealed class Side(ControllerOptions options, HealthBoard health) : IDisposable
    {
        private readonly UnifiController controller = new(options);
        private ControllerDoor? door;

        public ControllerDoor Door => door ??= new(controller, options, health, TimeProvider.System);

        public CancellationTokenSource Over { get; } = new();

        public async Task EndAsync(Task running)
        {
            await Over.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }

        public void Dispose()
        {
            door?.Dispose();
            controller.Dispose();
            Over.Dispose();
        }
    }
}

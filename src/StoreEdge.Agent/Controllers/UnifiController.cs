using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using StoreEdge.Agent.Pages.Portal;
using StoreEdge.Linux.Neighbours;

namespace StoreEdge.Agent.Controllers;

/// <summary>
/// A UniFi Network application, on its own (<c>/api</c>) or within UniFi OS (<c>/proxy/network/api</c>). Guests are authorised by <c>cmd/stamgr</c> and listed by <c>stat/sta</c>, the calls
/// that its own external-portal redirect is made for.
/// </summary>
/// <remarks>Tried against a played controller only, never against a real one.</remarks>
internal sealed class UnifiController : IWifiController, IDisposable
{
    /// <summary>A customer waits for the answer.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(4);

    /// <summary>A site with 2,000 stations answers 3 MB; what is larger is no list of a shop.</summary>
    private const int LargestAnswer = 16 << 20;

    private const string CsrfHeader = "X-CSRF-Token", UpdatedCsrfHeader = "X-Updated-CSRF-Token";

    private readonly ControllerOptions options;
    private readonly HttpClient http;
    private readonly SemaphoreSlim loggingIn = new(1, 1);
    private string? prefix, csrf;
    private bool isUntrusted;
    private int logins;

    public UnifiController(ControllerOptions options)
    {
        this.options = options;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = LongestAnswer,
            // A controller is in the shop's own network.
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, chain, errors) => !(isUntrusted = !Holds(certificate, chain, errors)) },
        };
        http = new(handler) { BaseAddress = options.Url, Timeout = LongestAnswer, MaxResponseContentBufferSize = LargestAnswer };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Station>> StationsAsync(CancellationToken stop)
    {
        var answer = await AskAsync(HttpMethod.Get, "stat/sta", null, stop).ConfigureAwait(false);
        List<Station> stations = [];
        foreach (var row in answer.Data)
        {
            if (!row.IsGuest || (options.Ssid is { } ssid && row.Essid != ssid)) continue;
            if (!StationAddress.TryParse(row.Mac, out var mac)) continue;
            List<IPAddress> addresses = [];
            foreach (var text in (string?[])[row.Ip, .. row.Ipv6Addresses ?? []])
                if (IPAddress.TryParse(text, out var address)) addresses.Add(address);
            stations.Add(new(new(mac.Spell()), addresses, row.IsAuthorised));
        }

        return stations;
    }

    /// <inheritdoc/>
    public Task AuthoriseAsync(DeviceKey device, CancellationToken stop) => AskAsync(HttpMethod.Post, "cmd/stamgr", new("authorize-guest", device.Value)
    {
        Minutes = (int)Math.Ceiling(options.PassFor.TotalMinutes),
        Down = options.DownKbps,
        Up = options.UpKbps,
        Bytes = options.Megabytes,
    }, stop);

    /// <inheritdoc/>
    public Task DismissAsync(DeviceKey device, CancellationToken stop) => AskAsync(HttpMethod.Post, "cmd/stamgr", new("unauthorize-guest", device.Value), stop);

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        loggingIn.Dispose();
    }

    /// <summary>One call; logs in where that is needed, and once more where a session has ended.</summary>
    private async Task<UnifiAnswer> AskAsync(HttpMethod method, string what, UnifiCommand? command, CancellationToken stop)
    {
        var seen = Volatile.Read(ref logins);
        if (prefix is null) await LogInAsync(seen, stop).ConfigureAwait(false);
        seen = Volatile.Read(ref logins);
        try
        {
            return await SendAsync(method, what, command, stop).ConfigureAwait(false);
        }
        catch (ControllerFault fault) when (fault.Kind == ControllerFaultKind.Login && options.ApiKeyFile is null)
        {
            await LogInAsync(seen, stop).ConfigureAwait(false);
            return await SendAsync(method, what, command, stop).ConfigureAwait(false);
        }
    }

    private async Task<UnifiAnswer> SendAsync(HttpMethod method, string what, UnifiCommand? command, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, $"{prefix}/api/s/{Uri.EscapeDataString(options.Site)}/{what}");
        if (options.ApiKeyFile is { } file) request.Headers.TryAddWithoutValidation("X-API-KEY", await SecretAsync(file, stop).ConfigureAwait(false));
        if (csrf is { } token) request.Headers.TryAddWithoutValidation(CsrfHeader, token);
        if (command is not null) request.Content = Json(JsonSerializer.SerializeToUtf8Bytes(command, UnifiJson.Default.UnifiCommand));
        using var response = await ExchangeAsync(request, stop).ConfigureAwait(false);
        Remember(response.Headers);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) throw new ControllerFault(ControllerFaultKind.Login, $"it answers {(int)response.StatusCode} to {what}");
        var body = await response.Content.ReadAsByteArrayAsync(stop).ConfigureAwait(false);
        UnifiAnswer answer;
        try
        {
            answer = JsonSerializer.Deserialize(body, UnifiJson.Default.UnifiAnswer) ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw new ControllerFault(ControllerFaultKind.Strange, $"it answers {(int)response.StatusCode} to {what}, and not with its own JSON", fault);
        }

        if (answer.Meta.Result == "ok") return answer;
        var kind = answer.Meta.Message is "api.err.LoginRequired" or "api.err.Invalid" ? ControllerFaultKind.Login : ControllerFaultKind.Refused;
        throw new ControllerFault(kind, $"it answers {answer.Meta.Message ?? "an error without a name"} to {what}");
    }

    /// <summary>Finds out which of the two kinds it is, and gets a session where there is no key.</summary>
    /// <param name="seen">The logins that whoever asks knows of: another one has happened meanwhile where there are more.</param>
    /// <param name="stop">Gives up.</param>
    private async Task LogInAsync(int seen, CancellationToken stop)
    {
        await loggingIn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (logins != seen) return;
            if (options.ApiKeyFile is not null)
            {
                // Keys exist within UniFi OS only.
                prefix = "/proxy/network";
                logins++;
                return;
            }

            var login = JsonSerializer.SerializeToUtf8Bytes(new(options.Username ?? "", await SecretAsync(options.PasswordFile!, stop).ConfigureAwait(false)), UnifiJson.Default.UnifiLogin);
            foreach (var (path, of) in ((string, string)[])[("/api/auth/login", "/proxy/network"), ("/api/login", "")])
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(login) };
                using var response = await ExchangeAsync(request, stop).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.NotFound) continue;
                if (!response.IsSuccessStatusCode) throw new ControllerFault(ControllerFaultKind.Login, $"it answers {(int)response.StatusCode} to the login of '{options.Username}'");
                Remember(response.Headers);
                prefix = of;
                logins++;
                return;
            }

            throw new ControllerFault(ControllerFaultKind.Strange, "it has no login, neither as UniFi OS nor as a UniFi controller");
        }
        finally
        {
            loggingIn.Release();
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage request, CancellationToken stop)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, stop).ConfigureAwait(false);
        }
        catch (HttpRequestException fault) when (fault.InnerException is AuthenticationException)
        {
            throw new ControllerFault(isUntrusted ? ControllerFaultKind.Certificate : ControllerFaultKind.Unreachable, isUntrusted ? "its certificate is not the one that was agreed" : fault.InnerException.Message, fault);
        }
        catch (HttpRequestException fault)
        {
            throw new ControllerFault(ControllerFaultKind.Unreachable, fault.Message, fault);
        }
        catch (TaskCanceledException fault) when (!stop.IsCancellationRequested)
        {
            throw new ControllerFault(ControllerFaultKind.Unreachable, $"it does not answer within {LongestAnswer.TotalSeconds:0} s", fault);
        }
    }

    private void Remember(HttpResponseHeaders headers)
    {
        if (headers.TryGetValues(UpdatedCsrfHeader, out var newer) || headers.TryGetValues(CsrfHeader, out newer)) csrf = newer.FirstOrDefault();
    }

    private bool Holds(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 presented) return false;
        if (options.Fingerprint is { } agreed) return CryptographicOperations.FixedTimeEquals(Convert.FromHexString(agreed), SHA256.HashData(presented.RawDataMemory.Span));
        if (options.AuthorityFile is not { } file) return errors == SslPolicyErrors.None;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return false;
        using var ours = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        ours.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        if (chain is not null)
            foreach (var element in chain.ChainElements) ours.ChainPolicy.ExtraStore.Add(element.Certificate);
        return ours.Build(presented);
    }

    private static async Task<string> SecretAsync(string file, CancellationToken stop)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, stop).ConfigureAwait(false)).Split('\n')[0].Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ControllerFault(ControllerFaultKind.Login, fault.Message, fault);
        }
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new("application/json") } };
}

/// <summary>What is sent to <c>cmd/stamgr</c>.</summary>
internal sealed record UnifiCommand([property: JsonPropertyName("cmd")] string Command, [property: JsonPropertyName("mac")] string Mac)
{
    [JsonPropertyName("minutes"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Minutes { get; init; }

    /// <summary>kbit/s.</summary>
    [JsonPropertyName("down"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Down { get; init; }

    /// <summary>kbit/s.</summary>
    [JsonPropertyName("up"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Up { get; init; }

    /// <summary>Megabytes, in spite of its name.</summary>
    [JsonPropertyName("bytes"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Bytes { get; init; }
}

internal sealed record UnifiLogin([property: JsonPropertyName("username")] string Username, [property: JsonPropertyName("password")] string Password);

/// <summary>Every answer of the API.</summary>
internal sealed record UnifiAnswer([property: JsonPropertyName("meta"), JsonRequired] UnifiMeta Meta, [property: JsonPropertyName("data"), JsonRequired] IReadOnlyList<UnifiStation> Data);

internal sealed record UnifiMeta([property: JsonPropertyName("rc")] string? Result, [property: JsonPropertyName("msg")] string? Message);

/// <summary>One row of <c>stat/sta</c>; other calls answer other rows, of which nothing is used.</summary>
internal sealed record UnifiStation(
    [property: JsonPropertyName("mac")] string? Mac,
    [property: JsonPropertyName("ip")] string? Ip,
    [property: JsonPropertyName("ipv6_addresses")] IReadOnlyList<string>? Ipv6Addresses,
    [property: JsonPropertyName("is_guest")] bool IsGuest,
    [property: JsonPropertyName("authorized")] bool IsAuthorised,
    [property: JsonPropertyName("essid")] string? Essid);

[JsonSerializable(typeof(UnifiCommand))]
[JsonSerializable(typeof(UnifiLogin))]
[JsonSerializable(typeof(UnifiAnswer))]
internal sealed partial class UnifiJson : JsonSerializerContext;

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace StoreEdge.Linux.Mosquitto;

/// <summary>
/// Finds out why TLS failed, which libmosquitto does not say: shakes hands once more with the same files, name and time, accepts whatever it is shown, and looks
/// at it. Sends no credentials besides the client certificate.
/// </summary>
/// <param name="options">The attempt's.</param>
/// <param name="material">Its certificates and key; null without TLS.</param>
/// <param name="time">The clock of the deadlines, and of the certificates unless the options name another time.</param>
internal sealed class TlsProbe(MosquittoOptions options, TlsMaterial? material, TimeProvider time)
{
    /// <summary>The broker has just answered at this address, so it is not far.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>In TLS 1.3 a refusal of the client certificate comes only after the client believes that all is well.</summary>
    private static readonly TimeSpan RefusalComesWithin = TimeSpan.FromSeconds(1);

    /// <summary>A CONNECT of MQTT 3.1.1 (§3.1) without client id, for a clean session: a plain broker answers it with a CONNACK, whatever it thinks of it.</summary>
    private static ReadOnlyMemory<byte> PlainConnect { get; } = new byte[] { 0x10, 12, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 30, 0, 0 };

    private const byte Connack = 0x20;

    private DateTimeOffset When => options.VerificationTime ?? time.GetUtcNow();

    /// <returns>The failure with a more precise kind and evidence, or as it was.</returns>
    internal async Task<MqttFailure> ExplainAsync(MqttFailure failure, string place, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout < Longest ? options.ConnectTimeout : Longest, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            var seen = await ShakeHandsAsync(both.Token).ConfigureAwait(false);
            if (material is null)
                return seen.Server is { } other
                    ? failure with { Kind = MqttFailureKind.TlsExpected, Detail = $"{place}: the broker speaks TLS there (it is {other}), and this side did not" }
                    : failure;
            if (seen.Server is null)
                return await SpeaksPlainAsync(both.Token).ConfigureAwait(false)
                    ? failure with { Kind = MqttFailureKind.TlsNotSpoken, Detail = $"{place}: the broker speaks MQTT without TLS there" }
                    : failure;
            var (kind, why) = seen.Fault ?? OfClient(seen.Refusal) ?? (MqttFailureKind.ProtocolRefused,
                "TLS was agreed, but the broker closed before answering: it speaks another version of MQTT, or is no MQTT broker");
            return failure with { Kind = kind, Detail = $"{place}: {why}" };
        }
        catch (Exception fault) when (fault is SocketException or IOException or OperationCanceledException)
        {
            // What the first attempt said is all there is.
            return failure;
        }
    }

    private sealed record Seen(CertificateFacts? Server, (MqttFailureKind Kind, string Why)? Fault, string? Refusal);

    private async Task<Seen> ShakeHandsAsync(CancellationToken stop)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(options.Host, options.Port, stop).ConfigureAwait(false);
        using var client = material?.OpenClient();
        CertificateFacts? server = null;
        (MqttFailureKind, string)? fault = null;
        using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, certificate, chain, _) =>
        {
            if (certificate is not X509Certificate2 shown) return true;
            server = CertificateFacts.Of(shown);
            if (material is not null) fault = OfServer(shown, [.. chain?.ChainElements.Select(e => e.Certificate) ?? []]);
            return true;
        });
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = options.Host,
                    ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, [.. material!.Chain.Skip(1).Select(X509CertificateLoader.LoadCertificate)], offline: true),
                },
                stop).ConfigureAwait(false);
            return new(server, fault, await RefusalAsync(tls, stop).ConfigureAwait(false));
        }
        catch (Exception refusal) when (refusal is AuthenticationException or IOException)
        {
            return new(server, fault, Innermost(refusal));
        }
    }

    /// <returns>What the broker said against us after the handshake, or null.</returns>
    private async Task<string?> RefusalAsync(SslStream tls, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(RefusalComesWithin, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            return await tls.ReadAsync(new byte[1], both.Token).ConfigureAwait(false) == 0 ? "it closed the connection" : null;
        }
        catch (IOException refusal)
        {
            return Innermost(refusal);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>A time that may be too early speaks against no beginning.</summary>
    private bool IsEarly(CertificateFacts certificate) => options.TimeIsSure && When < certificate.NotBefore;

    private (MqttFailureKind Kind, string Why)? OfClient(string? refusal)
    {
        if (refusal is null) return null;
        if (material!.Client is not { } own) return (MqttFailureKind.TlsClientRefused, $"the broker wants a client certificate, and none is configured ({refusal})");
        var outOfDate = When > own.NotAfter || IsEarly(own);
        return outOfDate
            ? OutOfDate(own, "the client certificate", own.NotAfter < When, MqttFailureKind.TlsClientExpired, MqttFailureKind.TlsClientExpired)
            : (MqttFailureKind.TlsClientRefused, $"the broker refused the client certificate {own} ({refusal})");
    }

    private (MqttFailureKind Kind, string Why)? OfServer(X509Certificate2 shown, X509Certificate2[] others)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = When.UtcDateTime;
        chain.ChainPolicy.ExtraStore.AddRange(others);
        if (material!.Authorities is { } authorities)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            foreach (var authority in authorities) chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(authority));
        }

        var facts = CertificateFacts.Of(shown);
        _ = chain.Build(shown);
        if (chain.ChainStatus.Any(s => s.Status is X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.NotSignatureValid))
            return (MqttFailureKind.TlsAuthority,
                $"the broker's certificate ({facts}) does not come from {(material.AuthorityFacts is [var first, ..] ? $"the configured authority ({first.Subject})" : "an authority that this machine trusts")}");
        foreach (var element in chain.ChainElements)
        {
            var link = CertificateFacts.Of(element.Certificate);
            var what = element.Certificate.Thumbprint == shown.Thumbprint ? "the broker's certificate" : "the authority of the broker's certificate";
            if (When > link.NotAfter || IsEarly(link)) return OutOfDate(link, what, When > link.NotAfter, MqttFailureKind.TlsExpired, MqttFailureKind.TlsNotYetValid);
        }

        return shown.MatchesHostname(options.Host)
            ? null
            : (MqttFailureKind.TlsName, $"the broker's certificate is for {Names(shown)}, not for {options.Host}");
    }

    private (MqttFailureKind Kind, string Why) OutOfDate(CertificateFacts facts, string what, bool expired, MqttFailureKind over, MqttFailureKind early)
    {
        var why = expired ? $"{what} ({facts}) has expired" : $"{what} ({facts}) is not valid yet";
        return options.TimeIsSure
            ? (expired ? over : early, $"{why}; it is {When:yyyy-MM-dd HH:mm} UTC")
            : (MqttFailureKind.TlsClock, $"by this machine's clock, which shows {When:yyyy-MM-dd HH:mm} UTC and which no time server confirms, {why}");
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString()))).Take(5).ToArray();
        return names.Length > 0 ? string.Join(", ", names) : certificate.Subject;
    }

    private async Task<bool> SpeaksPlainAsync(CancellationToken stop)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(options.Host, options.Port, stop).ConfigureAwait(false);
        await socket.GetStream().WriteAsync(PlainConnect, stop).ConfigureAwait(false);
        var first = new byte[1];
        return await socket.GetStream().ReadAsync(first, stop).ConfigureAwait(false) == 1 && first[0] == Connack;
    }

    /// <summary>OpenSSL's own words, such as "alert certificate expired", are innermost.</summary>
    private static string Innermost(Exception fault) => fault.GetBaseException().Message.Split('\n')[^1].Trim();
}

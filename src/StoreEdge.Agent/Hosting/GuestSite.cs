using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Portal;

namespace StoreEdge.Agent.Hosting;

/// <summary>
/// A web server of its own for guests: it has the portal and nothing else, so whoever is on the guest network cannot reach a display's page or the technician's, and cannot keep them busy.
/// </summary>
internal sealed class GuestSite(
    GuestSiteOptions options, PortalEndpoints portal, GuestConnections connections, PortalCertificate? certificate, HealthBoard health, TimeProvider time, ILoggerFactory logs)
{
    private const string NotListening = "portal-not-listening";
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2), TryAgain = TimeSpan.FromSeconds(5), Idle = TimeSpan.FromSeconds(15);

    /// <summary>What a connection may hold back, in bytes: far more than any form or page of ours.</summary>
    private const long MostUnread = 32 * 1024, MostUnsent = 64 * 1024;

    /// <summary>Serves until told to stop. An address that is not there yet is waited for: the guest network may come up after the agent.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            var listener = Listener();
            await using var app = Build(listener);
            try
            {
                await app.StartAsync(stop).ConfigureAwait(false);
            }
            catch (IOException fault)
            {
                health.Raise(
                    NotListening, Severity.Fault, $"Guests cannot be served at {options.Listen}{(options.Tls is { } tls ? $" and {tls.Listen}" : "")}: {fault.Message}",
                    "Check that 'portal.listen' and 'portal.tlsListen' are addresses of this machine and that nothing else listens there (ss -ltnp).");
                await Task.Delay(TryAgain, time, stop).ConfigureAwait(false);
                continue;
            }

            health.Clear(NotListening);
            try
            {
                await listener.Failed.WaitAsync(stop).ConfigureAwait(false);
            }
            finally
            {
                using var goodbye = new CancellationTokenSource(Goodbye, time);
                await app.StopAsync(goodbye.Token).ConfigureAwait(false);
            }
        }
    }

    private GuestListenerFactory Listener() => new(
        onward => new(portal.Front, Idle, onward, time), new() { MaxReadBufferSize = MostUnread, MaxWriteBufferSize = MostUnsent }, logs.CreateLogger<GuestListenerFactory>());

    private WebApplication Build(GuestListenerFactory listener)
    {
        var builder = WebApplication.CreateSlimBuilder();
        LogLines.Configure(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Goodbye);
        builder.WebHost.ConfigureKestrel(Configure);
        builder.Services.AddSingleton<IConnectionListenerFactory>(listener);
        var app = builder.Build();
        app.Use(next => http => portal.Signpost.LeadAsync(http, next));
        app.UseRouting();
        app.MapPortal(portal);
        string[] read = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/", read, http =>
        {
            http.Response.Redirect(PortalPaths.Portal);
            return Task.CompletedTask;
        });
        return app;
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        // A browser that is redirected here brings the cookies of wherever it was going; our own forms are far below 8 KiB.
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestBodySize = PortalForm.MaxBytes + 1024;
        limits.MaxRequestBufferSize = MostUnread;
        limits.MaxResponseBufferSize = MostUnsent;
        // A phone on bad Wi-Fi sends its headers within a second or two; who takes longer is waiting for something else.
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        limits.KeepAliveTimeout = Idle;
        limits.MinRequestBodyDataRate = new(bytesPerSecond: 100, gracePeriod: TimeSpan.FromSeconds(3));
        limits.MinResponseDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.Listen(new GuestEndPoint(options.Listen), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(connections.Guard);
        });
        if (options.Tls is not { } tls || certificate is null) return;
        kestrel.Listen(tls.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(connections.Guard);
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = TimeSpan.FromSeconds(5),
                // Without a certificate the handshake ends; phones then rely on their probes.
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Context, ApplicationProtocols = [SslApplicationProtocol.Http11] }),
            });
        });
    }
}

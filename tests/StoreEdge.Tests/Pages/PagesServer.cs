using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;

namespace StoreEdge.Tests.Pages;

/// <summary>A web server in memory for pages whose doors judge callers by their address.</summary>
internal static class PagesServer
{
    /// <summary>Without routes yet; whoever asks says in <c>X-Test-Address</c> where it calls from.</summary>
    public static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        var app = builder.Build();
        app.Use((http, next) =>
        {
            http.Connection.RemoteIpAddress = IPAddress.Parse(http.Request.Headers["X-Test-Address"].ToString());
            return next(http);
        });
        app.UseRouting();
        return app;
    }
}

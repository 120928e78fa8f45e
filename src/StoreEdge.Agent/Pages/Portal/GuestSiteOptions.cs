using System.Net;

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Where guests, and nobody else, are served.</summary>
/// <param name="Listen">Over plain HTTP: the portal, and whatever the gate redirects from port 80.</param>
/// <param name="HostName">The DNS name of this machine on the guest network; null: guests are led to its address.</param>
/// <param name="Tls">Over HTTPS; null: not, and then no network option names the portal.</param>
internal sealed record GuestSiteOptions(IPEndPoint Listen, string? HostName, GuestTlsOptions? Tls);

/// <summary>The guests' HTTPS.</summary>
/// <param name="Listen">Where.</param>
/// <param name="CertificateFile">The certificate that guests' phones trust, with the intermediate ones after it; PEM.</param>
/// <param name="KeyFile">Its key, PEM.</param>
internal sealed record GuestTlsOptions(IPEndPoint Listen, string CertificateFile, string KeyFile);

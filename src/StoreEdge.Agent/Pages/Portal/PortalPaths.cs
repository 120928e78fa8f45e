namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Where the portal's pages are.</summary>
internal static class PortalPaths
{
    public const string Portal = "/portal";
    public const string Accept = "/portal/accept";
    public const string Erased = "/portal/erased";
    public const string Phone = "/portal/me/{token}";

    /// <summary>The captive portal API (RFC 8908).</summary>
    public const string CaptiveApi = "/captive-portal/api";

    /// <summary>The phone's page of a session token (base64url, so it needs no escaping).</summary>
    public static string PhoneOf(string token) => "/portal/me/" + token;
}

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Whether a form was sent from a page of ours.</summary>
internal static class SameOrigin
{
    /// <summary>
    /// <c>Origin</c> decides where it says something. Where it is absent or <c>null</c>, <c>Sec-Fetch-Site</c> decides (browsers send it only over HTTPS
    /// and to loopback, so it is often absent on a plain-HTTP portal); where both are absent the token in the form must do, except that
    /// <c>null</c> alone is a sandboxed or foreign page.
    /// </summary>
    public static bool Holds(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        var sites = request.Headers["Sec-Fetch-Site"];
        if (origins.Count > 1 || sites.Count > 1) return false;
        var site = sites.Count == 1 ? sites[0] : null;
        if (origins.Count == 1 && origins[0] != "null")
            return string.Equals(origins[0], $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase) && site is null or "same-origin";
        return site is "same-origin" || (origins.Count == 0 && site is null or "none");
    }
}

namespace StoreEdge.Agent.Pages.Portal;

/// <summary>Which phone is asking, for the length of one visit. Raw network data: it lives in RAM only and is never logged, journaled or shown.</summary>
internal readonly record struct DeviceKey(string Value)
{
    /// <summary>Nothing: whoever formats a key by mistake must not print it.</summary>
    public override string ToString() => "device";
}

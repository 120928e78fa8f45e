namespace StoreEdge.Agent;

/// <summary>One at a time per key. Striped, so that memory does not grow with the keys; two keys may now and then wait for each other.</summary>
internal sealed class Turns : IDisposable
{
    private readonly SemaphoreSlim[] stripes = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits for the key's turn; disposing gives it up.</summary>
    public async Task<Turn> TakeAsync(string key)
    {
        var stripe = stripes[(uint)key.GetHashCode(StringComparison.Ordinal) % (uint)stripes.Length];
        await stripe.WaitAsync();
        return new(stripe);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stripe in stripes) stripe.Dispose();
    }

    internal readonly struct Turn(SemaphoreSlim held) : IDisposable
    {
        public void Dispose() => held.Release();
    }
}

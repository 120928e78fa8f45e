using System.Runtime.InteropServices;

namespace StoreEdge.Linux.Interop.Mosquitto;

/// <summary>
/// Owns one <c>struct mosquitto</c> and the managed object its callbacks find. A call in progress on another thread defers the release,
/// so nothing is destroyed under a caller, and the callbacks' object outlives the last callback.
/// </summary>
internal sealed class MosquittoHandle : SafeHandle
{
    private GCHandle target;

    private MosquittoHandle(GCHandle target)
        : base(0, ownsHandle: true) => this.target = target;

    public override bool IsInvalid => handle == 0;

    /// <summary>A new client whose callbacks receive <paramref name="target"/>.</summary>
    internal static MosquittoHandle Create(string clientId, bool cleanStart, object target)
    {
        var gcHandle = GCHandle.Alloc(target);
        var client = new MosquittoHandle(gcHandle);
        client.SetHandle(LibMosquitto.mosquitto_new(clientId, cleanStart, GCHandle.ToIntPtr(gcHandle)));
        if (!client.IsInvalid) return client;
        gcHandle.Free();
        throw new ArgumentException($"libmosquitto refused the client id '{clientId}'", nameof(clientId));
    }

    protected override bool ReleaseHandle()
    {
        LibMosquitto.mosquitto_destroy(handle);
        target.Free();
        return true;
    }
}

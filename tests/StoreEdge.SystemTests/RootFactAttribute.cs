namespace StoreEdge.SystemTests;

/// <summary>A fact that mounts a file system of its own: skipped, and counted as skipped, where the user may not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "only root may mount a small disk";
    }
}

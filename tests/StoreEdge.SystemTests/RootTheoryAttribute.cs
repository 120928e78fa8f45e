namespace StoreEdge.SystemTests;

/// <summary>As <see cref="RootFactAttribute"/>, with rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "only root may give a file to another user";
    }
}

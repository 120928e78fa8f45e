namespace StoreEdge.SystemTests;

/// <summary>A fact that costs minutes: skipped, and counted as skipped, unless everything was asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlowFactAttribute : FactAttribute
{
    public SlowFactAttribute()
    {
        if (!Checkout.EverythingWasAskedFor) Skip = "slow: tests/run.sh --all runs it";
    }
}

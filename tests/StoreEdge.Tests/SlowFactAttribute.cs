namespace StoreEdge.Tests;

/// <summary>A test of a minute or more, for the tier that runs everything.</summary>
internal sealed class SlowFactAttribute : FactAttribute
{
    public SlowFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("STOREEDGE_TEST_TIER") != "all") Skip = "slow: tests/run.sh --all runs it";
    }
}
